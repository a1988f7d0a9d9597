package dev.sinter.codegen.asm;

import dev.sinter.codegen.plan.ModelPlan;
import dev.sinter.codegen.plan.ScriptPlanner;
import dev.sinter.codegen.plan.Values;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Symbols;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Emits the common superclass of a model's forms: it resolves all sizes once for each distinct input shape, and has the
 * way through all steps for those who take their times, and the script if there is one.
 */
public final class BindEmitter implements Opcodes {
    static final String PROGRAM = "dev/sinter/runtime/Program";
    private static final String DESCRIPTOR = "([J[J)V";
    /** What fits a method: each takes up to 12 bytecodes with loading and keeping its operands. */
    private static final int OPERATIONS = 500;
    private static final int EQUALITIES = 10;

    private BindEmitter() {
    }

    /**
     * Emits the class.
     *
     * @param name
     *            internal name
     * @param plan
     *            the plan
     * @param symbols
     *            all symbols, by their number
     * @param border
     *            values resolved from the inputs: all of the only block, or dimensions at the border of a script
     * @param values
     *            sizes of each block of a script
     * @param lines
     *            of the IR dump
     * @return the class file
     */
    public static byte[] emit(String name, ModelPlan plan, List<String> symbols, List<Dim> border, List<Values> values,
            FormEmitter.Lines lines) {
        var cw = new FrameWriter();
        cw.visit(V25, ACC_PUBLIC | ACC_ABSTRACT | ACC_SUPER, name, null, PROGRAM, null);
        var init = cw.method(ACC_PUBLIC, "<init>", "()V");
        constructor(init, PROGRAM);
        var bind = cw.method(ACC_PUBLIC, "bind", DESCRIPTOR);
        bind.visitCode();
        equalities(cw, bind, name, symbols, checkedHere(plan));
        values(cw, bind, name, "bind", 1, symbols, border);
        WalkEmitter.emit(cw, name, plan, values);
        if (plan.script() != null) {
            cw.visitSource(lines.file(), null);
            blocks(cw, name, symbols, values);
            new ScriptEmitter(cw, name, plan.script(), symbols, lines).emit();
        }
        return cw.finish();
    }

    /** Of a model with a script only those that the inputs tell; the script checks the others. */
    private static List<Symbols.Equality> checkedHere(ModelPlan plan) {
        var all = plan.graph().symbols().equalities();
        if (plan.script() == null) {
            return all;
        }
        var known = ScriptPlanner.borderSymbols(plan.graph());
        return all.stream().filter(
                e -> known.containsAll(e.left().symbols()) && known.containsAll(e.right().symbols())).toList();
    }

    private static void equalities(FrameWriter cw, MethodVisitor bind, String owner, List<String> symbols,
            List<Symbols.Equality> all) {
        for (int from = 0; from < all.size(); from += EQUALITIES) {
            var part = "require" + from / EQUALITIES;
            bind.visitVarInsn(ALOAD, 1);
            bind.visitMethodInsn(INVOKESTATIC, owner, part, "([J)V", false);
            var mv = cw.method(ACC_PRIVATE | ACC_STATIC, part, "([J)V");
            mv.visitCode();
            for (var equality : all.subList(from, Math.min(all.size(), from + EQUALITIES))) {
                equality(mv, new DimCode(mv, symbols, 0), equality.left(), equality.right(), equality.reason() + ": "
                        + equality.left() + " = " + equality.right() + " was expected, the left side came as");
            }
            mv.visitInsn(RETURN);
            mv.visitMaxs(0, 0);
            mv.visitEnd();
        }
    }

    /** Pieces of a method that resolves values; its symbols and values are in two locals. */
    private static void values(FrameWriter cw, MethodVisitor bind, String owner, String method, int local,
            List<String> symbols, List<Dim> all) {
        int from = 0;
        int number = 0;
        for (int to : DimCode.parts(all, OPERATIONS)) {
            var part = method + number++;
            bind.visitVarInsn(ALOAD, local);
            bind.visitVarInsn(ALOAD, local + 1);
            bind.visitMethodInsn(INVOKESTATIC, owner, part, DESCRIPTOR, false);
            chunk(cw, part, symbols, all, from, to);
            from = to;
        }
        bind.visitInsn(RETURN);
        bind.visitMaxs(0, 0);
        bind.visitEnd();
    }

    private static void blocks(FrameWriter cw, String owner, List<String> symbols, List<Values> values) {
        for (int i = 0; i < values.size(); i++) {
            var method = "bind_block" + i + "_";
            var bind = cw.method(ACC_PRIVATE | ACC_STATIC, method, DESCRIPTOR);
            bind.visitCode();
            values(cw, bind, owner, method, 0, symbols, values.get(i).all());
        }
        var dispatch = cw.method(ACC_PUBLIC, "bind", "(I[J[J)V");
        dispatch.visitCode();
        Instructions.dispatch(dispatch, 1, values.size(), i -> {
            dispatch.visitVarInsn(ALOAD, 2);
            dispatch.visitVarInsn(ALOAD, 3);
            dispatch.visitMethodInsn(INVOKESTATIC, owner, "bind_block" + i + "_", DESCRIPTOR, false);
        });
        dispatch.visitInsn(RETURN);
        dispatch.visitMaxs(0, 0);
        dispatch.visitEnd();
    }

    static void constructor(MethodVisitor init, String parent) {
        init.visitCode();
        init.visitVarInsn(ALOAD, 0);
        init.visitMethodInsn(INVOKESPECIAL, parent, "<init>", "()V", false);
        init.visitInsn(RETURN);
        init.visitMaxs(0, 0);
        init.visitEnd();
    }

    private static void chunk(FrameWriter cw, String name, List<String> symbols, List<Dim> all, int from, int to) {
        var mv = cw.method(ACC_PRIVATE | ACC_STATIC, name, DESCRIPTOR);
        mv.visitCode();
        var code = new DimCode(mv, symbols, 0, all.subList(from, to), 2);
        for (int i = from; i < to; i++) {
            mv.visitVarInsn(ALOAD, 1);
            Instructions.pushInt(mv, i);
            code.push(all.get(i));
            mv.visitInsn(LASTORE);
        }
        mv.visitInsn(RETURN);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
    }

    static void equality(MethodVisitor mv, DimCode code, Dim left, Dim right, String text) {
        var fine = new Label();
        code.push(left);
        code.push(right);
        mv.visitInsn(LCMP);
        mv.visitJumpInsn(IFEQ, fine);
        mv.visitLdcInsn(text);
        code.push(left);
        mv.visitMethodInsn(INVOKESTATIC, PROGRAM, "outOfRange",
                "(Ljava/lang/String;J)Ldev/sinter/runtime/ModelException;", false);
        mv.visitInsn(ATHROW);
        mv.visitLabel(fine);
    }
}
