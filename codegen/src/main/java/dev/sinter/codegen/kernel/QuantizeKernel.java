package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Dynamic quantization as ONNX's DynamicQuantizeLinear defines it: the range of the whole tensor, widened to contain 0,
 * gives scale and zero point; then every element is divided, rounded to even, shifted and saturated to 0..255.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DynamicQuantizeLinear.html">DynamicQuantizeLinear</a>
 */
public final class QuantizeKernel {
    private QuantizeKernel() {
    }

    /**
     * The call that finds scale and zero point.
     *
     * @param input
     *            f32, contiguous, as {@code [n]}
     * @param parameters
     *            {@code f32[2]}: receives scale and zero point
     * @return the call
     */
    public static Call range(Operand input, Operand parameters) {
        var access = new Access();
        var x = access.memory("x", input);
        var y = access.memory("y", parameters);
        var n = access.size("n", input.dims().getFirst());
        var body = Body.block(b -> {
            var full = b.let("full", Term.of(Prim.AND, n, Term.i32(-VType.LANES)));
            extremes(b, x, "", Term.f32(0, VType.LANES), Term.f32(0, VType.LANES), Term.i32(0), full, null);
            var lanes = new Term.Lanes(Term.ref("it"), n, VType.LANES);
            extremes(b, x, "t", Term.ref("lo"), Term.ref("hi"), full, n, lanes);
            var low = b.let("low", new Term.Fold(Prim.MIN, Term.ref("lot")));
            var high = b.let("high", new Term.Fold(Prim.MAX, Term.ref("hit")));
            var given = b.let("range", Term.of(Prim.DIV, high.minus(low), Term.f32(255, 1)));
            // a tensor of zeros has no range; the definition's 0/0 is avoided the way ONNX Runtime does, by scale 1
            var scale = b.let("scale",
                    Term.of(Prim.SELECT, Term.of(Prim.EQ, low, high), Term.f32(1, 1), given));
            var zero = Term.of(Prim.RINT, clamp(Term.of(Prim.DIV, Term.of(Prim.NEG, low), scale)));
            b.store("y", y.at(Term.i32(0)), scale);
            b.store("y", y.at(Term.i32(1)), b.let("zero", zero));
        });
        return new Call(KernelSet.same(new Kernel("quantize.range", access.buffers(), access.params(false), body)),
                access.arrays(),
                access.args(), null);
    }

    private static Term clamp(Term x) {
        return Term.of(Prim.MIN, Term.of(Prim.MAX, x, Term.f32(0, 1)), Term.f32(255, 1));
    }

    private static void extremes(Body b, Access.Memory x, String suffix, Term low, Term high, Term from, Term to,
            @Nullable Term lanes) {
        var inner = new Body();
        // lanes beyond the end read 0, which the range contains anyway
        var v = inner.let("v" + suffix, x.load(Term.ref("i" + suffix), VType.LANES, lanes));
        var carries =
                List.of(new Stmt.Carry("lo" + suffix, List.of(), low, Term.of(Prim.MIN, Term.ref("lo" + suffix), v)),
                        new Stmt.Carry("hi" + suffix, List.of(), high, Term.of(Prim.MAX, Term.ref("hi" + suffix), v)));
        b.add(new Stmt.Loop(false, "i" + suffix, from, to, VType.LANES, carries, inner.stmts()));
    }

    /**
     * The call that quantizes.
     *
     * @param input
     *            f32
     * @param parameters
     *            {@code f32[2]} as {@link #range} left it
     * @param output
     *            u8 codes, or f32 codes less the zero point
     * @return the call
     */
    public static Call codes(Operand input, Operand parameters, Operand output) {
        var scale = new Operand(parameters.place(), DType.F32, parameters.offset(), List.of(), List.of());
        var zero = new Operand(parameters.place(), DType.F32, parameters.offset().plus(Dim.ONE), List.of(), List.of());
        var x = Expr.arg(0, DType.F32);
        var z = Expr.arg(2, DType.F32);
        var shifted = Expr.apply(Fn.ADD, Expr.apply(Fn.ROUND, Expr.apply(Fn.DIV, x, Expr.arg(1, DType.F32))), z);
        var saturated = Expr.apply(Fn.MIN, Expr.apply(Fn.MAX, shifted, Expr.literal(0, DType.F32)),
                Expr.literal(255, DType.F32));
        var expr = output.dtype() == DType.F32 ? Expr.apply(Fn.SUB, saturated, z) : Expr.cast(saturated, DType.U8);
        return MapKernel.of(expr, List.of(input, scale, zero), output);
    }
}
