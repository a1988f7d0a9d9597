package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.List;

/**
 * About how many bytecodes the method of a kernel without vectors has, a third or more too many. Above 8,000 HotSpot
 * never compiles a method, and the back end refuses it.
 */
final class MethodSize {
    private static final int MOST_BYTES = 9000;
    /** JVM methods take 255 words of parameters. */
    private static final int MOST_WORDS = 250;
    /** A load or store of a local; those beyond the 256th need a prefix. */
    private static final int LOCAL = 4;
    private static final int CALL = 3;
    private static final int BRANCH = 3;

    private final Kernel kernel;

    private MethodSize(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Whether a kernel is short enough and has few enough parameters. */
    static boolean fits(Kernel kernel) {
        int words = kernel.buffers().size()
                + kernel.params().stream().mapToInt(p -> p.elem() == Elem.I64 ? 2 : 1).sum();
        return words <= MOST_WORDS && of(kernel) <= MOST_BYTES;
    }

    /** Bytecodes of a kernel. */
    static int of(Kernel kernel) {
        return new MethodSize(kernel).block(kernel.body()) + 1;
    }

    private int block(List<Stmt> body) {
        return body.stream().mapToInt(this::statement).sum();
    }

    private int statement(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Let(var name, var over, var value) -> LOCAL + term(value);
            case Stmt.Store(var buffer, var index, var value, var mask) ->
                    LOCAL + term(index) + term(value) + conversion() + 1 + (mask == null ? 0 : BRANCH + term(mask));
            case Stmt.Copy(var buffer, var index, var from, var first, var count) ->
                    2 * LOCAL + term(index) + term(first) + term(count) + 2 * CALL;
            case Stmt.Loop(var parallel, var v, var from, var to, var step, var carries, var body) ->
                    term(from) + term(to) + 5 * LOCAL + 3 * BRANCH + 6 + block(body) + carries.stream()
                            .mapToInt(c -> term(c.init()) + term(c.next()) + 2 * LOCAL).sum();
            case Stmt.Unroll(var over, var body) ->
                    block(body) * over.stream().mapToInt(Stmt.Range::end).reduce(1, (a, b) -> a * b);
            case Stmt.If(var condition, var body) -> term(condition) + BRANCH + block(body);
            case Stmt.Either(var name, var condition, var yes, var a, var no, var b) -> term(condition) + 2 * BRANCH
                    + block(yes) + term(a) + block(no) + term(b) + 2 * LOCAL;
            case Stmt.Call(var callee, var buffers, var args) ->
                    LOCAL * buffers.size() + args.stream().mapToInt(this::term).sum() + CALL;
            case Stmt.Check(var condition, var message, var detail) ->
                    term(condition) + BRANCH + 3 + term(detail) + CALL + 1;
        };
    }

    /** A conversion may take a call, or a mask with a constant. */
    private static int conversion() {
        return 2 * CALL;
    }

    private int term(Term term) {
        return term.children().stream().mapToInt(this::term).sum() + switch (term) {
            case Term.Lit(var value, var bits, var type) -> type.equals(VType.I32) && bits == (byte) bits ? 2 : 3;
            case Term.Ref r -> LOCAL;
            case Term.Load load -> {
                boolean weight = kernel.buffer(load.buffer()).space() == Buffer.Space.WEIGHT;
                yield LOCAL + (weight ? 16 : 1) + conversion() + (load.mask() == null ? 0 : 2 * BRANCH + 3);
            }
            case Term.Apply(var prim, var args) -> own(prim);
            case Term.Convert c -> conversion();
            default -> CALL;
        };
    }

    private static int own(Prim prim) {
        return switch (prim) {
            case ADD, SUB, MUL, DIV, REM, NEG, SHL, SHR, USHR, AND, OR, XOR, NOT -> 2;
            case EQ, LT, LE -> 1 + 2 * BRANCH + 2;
            case SELECT -> 2 * BRANCH;
            default -> 3 * CALL;
        };
    }
}
