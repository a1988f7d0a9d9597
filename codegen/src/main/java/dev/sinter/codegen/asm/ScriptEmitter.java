package dev.sinter.codegen.asm;

import dev.sinter.codegen.plan.Script;
import dev.sinter.codegen.plan.Statement;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Emits a script: one method for each body and each node of it, named after the node, so that stack traces tell where a
 * model is; real branches and loops over a {@code Call}.
 */
final class ScriptEmitter implements Opcodes {
    private static final String CALL = "dev/sinter/runtime/Call";
    private static final String STRING = "Ljava/lang/String;";
    private static final String VALUE = "Ldev/sinter/runtime/Value;";
    private static final String DESCRIPTOR = "(L" + CALL + ";)V";
    private static final int CHUNK = 50;
    private static final int SYMBOLS = 1;
    private static final int LIMIT = 2;
    private static final int ROUND = 4;
    private static final int GO_ON = 6;

    private final FrameWriter cw;
    private final String owner;
    private final Script script;
    private final List<String> symbols;
    private final FormEmitter.Lines lines;
    private final Set<String> taken = new HashSet<>();

    ScriptEmitter(FrameWriter cw, String owner, Script script, List<String> symbols, FormEmitter.Lines lines) {
        this.cw = cw;
        this.owner = owner;
        this.script = script;
        this.symbols = symbols;
        this.lines = lines;
    }

    void emit() {
        var main = unique("main");
        var mv = cw.method(ACC_PUBLIC, "script", DESCRIPTOR);
        mv.visitCode();
        mv.visitVarInsn(ALOAD, 1);
        invoke(mv, main);
        finish(mv);
        body(main, script.main().statements(), null);
    }

    private String unique(String wanted) {
        var candidate = wanted;
        for (int i = 2; !taken.add(candidate); i++) {
            candidate = wanted + "_v" + i;
        }
        return candidate;
    }

    private MethodVisitor begin(String method, @Nullable Node node) {
        var mv = cw.method(ACC_PRIVATE | ACC_STATIC, method, DESCRIPTOR);
        mv.visitCode();
        if (node != null) {
            var start = new Label();
            mv.visitLabel(start);
            mv.visitLineNumber(lines.node(node), start);
        }
        mv.visitVarInsn(ALOAD, 0);
        mv.visitMethodInsn(INVOKEVIRTUAL, CALL, "symbols", "()[J", false);
        mv.visitVarInsn(ASTORE, SYMBOLS);
        return mv;
    }

    private void invoke(MethodVisitor mv, String method) {
        mv.visitMethodInsn(INVOKESTATIC, owner, method, DESCRIPTOR, false);
    }

    private static void finish(MethodVisitor mv) {
        mv.visitInsn(RETURN);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
    }

    /** A body; a long one becomes several methods. */
    private void body(String method, List<Statement> statements, @Nullable Node node) {
        var mv = begin(method, node);
        if (statements.size() <= CHUNK) {
            statements.forEach(s -> statement(mv, s));
        } else {
            for (int from = 0; from < statements.size(); from += CHUNK) {
                var part = unique(method + "_part" + from / CHUNK);
                mv.visitVarInsn(ALOAD, 0);
                invoke(mv, part);
                body(part, statements.subList(from, Math.min(statements.size(), from + CHUNK)), node);
            }
        }
        finish(mv);
    }

    private void statement(MethodVisitor mv, Statement statement) {
        switch (statement) {
            case Statement.RunBlock(int number) -> call(mv, "block", "(I)V", number);
            case Statement.CallLibrary(int number, var method, var node) -> {
                var inner = node(mv, method, node);
                call(inner, "library", "(I)V", number);
                finish(inner);
            }
            case Statement.Define(int register, var names, var where) -> {
                for (int i = 0; i < names.size(); i++) {
                    call(mv, "element", "(III" + STRING + ")V", register, i, symbols.indexOf(names.get(i)), where);
                }
            }
            case Statement.Match match -> match(mv, match);
            case Statement.Require(var left, var right, var reason) -> BindEmitter.equality(mv, dims(mv), left, right,
                    reason + ": " + left + " = " + right + " was expected, the left side came as");
            case Statement.Move(var from, var to) -> move(mv, from, to);
            case Statement.Branch branch -> branch(node(mv, branch.method(), branch.node()), branch);
            case Statement.Repeat repeat -> repeat(node(mv, repeat.method(), repeat.node()), repeat);
        }
    }

    /** A node's own method, which the caller fills and finishes. */
    private MethodVisitor node(MethodVisitor mv, String wanted, Node node) {
        var method = unique(wanted);
        mv.visitVarInsn(ALOAD, 0);
        invoke(mv, method);
        return begin(method, node);
    }

    private DimCode dims(MethodVisitor mv) {
        return new DimCode(mv, symbols, SYMBOLS);
    }

    /** Calls a method of the call's with ints and strings. */
    private static void call(MethodVisitor mv, String method, String descriptor, Object... args) {
        mv.visitVarInsn(ALOAD, 0);
        for (var arg : args) {
            if (arg instanceof Integer i) {
                Instructions.pushInt(mv, i);
            } else {
                mv.visitLdcInsn(arg);
            }
        }
        mv.visitMethodInsn(INVOKEVIRTUAL, CALL, method, descriptor, false);
    }

    private void match(MethodVisitor mv, Statement.Match match) {
        var shape = match.type().shape();
        call(mv, "check", "(I" + STRING + "I" + STRING + ")V", match.register(), match.type().dtype().label(),
                shape.isRanked() ? shape.rank() : -1, match.where());
        var open = new HashSet<>(match.binds());
        for (int axis = 0; shape.isRanked() && axis < shape.rank(); axis++) {
            if (shape.dim(axis) instanceof Dim.Sym(var name) && open.remove(name)) {
                call(mv, "dimension", "(III" + STRING + ")V", match.register(), axis, symbols.indexOf(name),
                        match.where());
            }
        }
        for (int axis = 0; shape.isRanked() && axis < shape.rank(); axis++) {
            var dim = shape.dim(axis);
            boolean bound = dim instanceof Dim.Sym(var name) && match.binds().contains(name)
                    && shape.dims().indexOf(dim) == axis;
            if (!bound && match.known().containsAll(dim.symbols())) {
                mv.visitVarInsn(ALOAD, 0);
                Instructions.pushInt(mv, match.register());
                Instructions.pushInt(mv, axis);
                dims(mv).push(dim);
                mv.visitLdcInsn(dim.toString());
                mv.visitLdcInsn(match.where());
                mv.visitMethodInsn(INVOKEVIRTUAL, CALL, "expect", "(IIJ" + STRING + STRING + ")V", false);
            }
        }
    }

    /** All are read before any is written. */
    private static void move(MethodVisitor mv, List<Integer> from, List<Integer> to) {
        for (int i = 0; i < from.size(); i++) {
            mv.visitVarInsn(ALOAD, 0);
            Instructions.pushInt(mv, to.get(i));
            call(mv, "get", "(I)" + VALUE, from.get(i));
        }
        for (int i = 0; i < from.size(); i++) {
            mv.visitMethodInsn(INVOKEVIRTUAL, CALL, "set", "(I" + VALUE + ")V", false);
        }
    }

    private void branch(MethodVisitor mv, Statement.Branch branch) {
        var otherwise = new Label();
        var end = new Label();
        var yes = unique(branch.yes().method());
        var no = unique(branch.no().method());
        call(mv, "truth", "(I" + STRING + ")Z", branch.condition(), branch.where());
        mv.visitJumpInsn(IFEQ, otherwise);
        mv.visitVarInsn(ALOAD, 0);
        invoke(mv, yes);
        mv.visitJumpInsn(GOTO, end);
        mv.visitLabel(otherwise);
        mv.visitVarInsn(ALOAD, 0);
        invoke(mv, no);
        mv.visitLabel(end);
        finish(mv);
        body(yes, branch.yes().statements(), branch.node());
        body(no, branch.no().statements(), branch.node());
    }

    private void repeat(MethodVisitor mv, Statement.Repeat repeat) {
        var round = unique(repeat.body().method());
        call(mv, "number", "(I" + STRING + ")J", repeat.limit(), repeat.where());
        mv.visitVarInsn(LSTORE, LIMIT);
        call(mv, "truth", "(I" + STRING + ")Z", repeat.condition(), repeat.where());
        mv.visitVarInsn(ISTORE, GO_ON);
        move(mv, repeat.first(), repeat.carried());
        repeat.collected().forEach(c -> call(mv, "collect", "()V"));
        mv.visitInsn(LCONST_0);
        mv.visitVarInsn(LSTORE, ROUND);
        var head = new Label();
        var end = new Label();
        mv.visitLabel(head);
        mv.visitVarInsn(LLOAD, ROUND);
        mv.visitVarInsn(LLOAD, LIMIT);
        mv.visitInsn(LCMP);
        mv.visitJumpInsn(IFGE, end);
        mv.visitVarInsn(ILOAD, GO_ON);
        mv.visitJumpInsn(IFEQ, end);
        oneRound(mv, repeat, round);
        mv.visitVarInsn(LLOAD, ROUND);
        mv.visitInsn(LCONST_1);
        mv.visitInsn(LADD);
        mv.visitVarInsn(LSTORE, ROUND);
        mv.visitJumpInsn(GOTO, head);
        mv.visitLabel(end);
        repeat.collected().reversed().forEach(c -> stack(mv, c));
        finish(mv);
        body(round, repeat.body().statements(), repeat.node());
    }

    private void oneRound(MethodVisitor mv, Statement.Repeat repeat, String body) {
        mv.visitVarInsn(ALOAD, 0);
        Instructions.pushInt(mv, repeat.round());
        mv.visitVarInsn(LLOAD, ROUND);
        mv.visitMethodInsn(INVOKEVIRTUAL, CALL, "round", "(IJ)V", false);
        mv.visitVarInsn(ALOAD, 0);
        Instructions.pushInt(mv, repeat.current());
        mv.visitVarInsn(ILOAD, GO_ON);
        mv.visitMethodInsn(INVOKEVIRTUAL, CALL, "flag", "(IZ)V", false);
        mv.visitVarInsn(ALOAD, 0);
        invoke(mv, body);
        for (int i = 0; i < repeat.collected().size(); i++) {
            call(mv, "append", "(II" + STRING + ")V", repeat.collected().size() - 1 - i,
                    repeat.collected().get(i).slice(), repeat.where() + ", result " + (repeat.carried().size() + i));
        }
        call(mv, "truth", "(I" + STRING + ")Z", repeat.goOn(), repeat.where());
        mv.visitVarInsn(ISTORE, GO_ON);
        move(mv, repeat.next(), repeat.carried());
    }

    private void stack(MethodVisitor mv, Statement.Collected collected) {
        mv.visitVarInsn(ALOAD, 0);
        Instructions.pushInt(mv, collected.result());
        mv.visitLdcInsn(collected.dtype().label());
        Instructions.pushInt(mv, collected.dims().size());
        mv.visitIntInsn(NEWARRAY, T_LONG);
        for (int i = 0; i < collected.dims().size(); i++) {
            mv.visitInsn(DUP);
            Instructions.pushInt(mv, i);
            dims(mv).push(collected.dims().get(i));
            mv.visitInsn(LASTORE);
        }
        mv.visitMethodInsn(INVOKEVIRTUAL, CALL, "stack", "(I" + STRING + "[J)V", false);
    }
}
