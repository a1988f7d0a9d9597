package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Fn;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Layer normalization and softmax of rows {@code [R,H]} of f64, and of types below 32 bits: computed in f64, one
 * element after the other, each step rounded to the type as the reference does.
 */
final class RealRowKernel {
    private final Access access = new Access();
    private final DType dtype;
    private final Access.Memory x;
    private final Access.Memory y;
    private final Term width;
    private final Term xStride;
    private final Term yStride;
    private final Dim rows;

    RealRowKernel(Operand input, Operand output) {
        this.dtype = input.dtype();
        this.x = access.memory("x", input);
        this.y = access.memory("y", output);
        this.width = access.size("H", input.dims().get(1));
        this.xStride = access.size("xs", input.strides().getFirst());
        this.yStride = access.size("ys", output.strides().getFirst());
        this.rows = input.dims().getFirst();
    }

    /** See {@link RowKernel#normalize}. */
    Call normalize(Operand gamma, @Nullable Operand beta, float epsilon) {
        var g = access.memory("g", gamma);
        var b = beta == null ? null : access.memory("b", beta);
        return call("normalize" + (beta == null ? "" : ".bias"), body -> {
            var n = body.let("n", new Term.Convert(width, Elem.F64));
            fold(body, "s", 0, (acc, i) -> Term.of(Prim.ADD, acc, x(i)));
            var mean = body.let("mean", rounded(Term.of(Prim.DIV, Term.ref("s"), n)));
            UnaryOperator<Term> centered = i -> rounded(Term.of(Prim.SUB, x(i), mean));
            fold(body, "q", 0, (acc, i) -> Term.of(Prim.ADD, acc,
                    rounded(Term.of(Prim.MUL, centered.apply(i), centered.apply(i)))));
            var variance = rounded(Term.of(Prim.DIV, Term.ref("q"), n));
            var shifted = rounded(Term.of(Prim.ADD, variance, number(dtype.round(epsilon))));
            var deviation = body.let("deviation", rounded(Term.of(Prim.SQRT, shifted)));
            each(body, "o", i -> {
                var normal = rounded(Term.of(Prim.DIV, centered.apply(i), deviation));
                var scaled = rounded(Term.of(Prim.MUL, normal, wide(g.load(i, 1))));
                return b == null ? scaled : rounded(Term.of(Prim.ADD, scaled, wide(b.load(i, 1))));
            });
        });
    }

    /** See {@link RowKernel#softmax}. */
    Call softmax() {
        return call("softmax", body -> {
            fold(body, "max", Double.NEGATIVE_INFINITY, (acc, i) -> Term.of(Prim.MAX, acc, x(i)));
            each(body, "e",
                    i -> rounded(Term.of(Prim.EXP, rounded(Term.of(Prim.SUB, x(i), Term.ref("max"))))));
            fold(body, "s", 0, (acc, i) -> Term.of(Prim.ADD, acc, wide(y.load(yAt(i), 1))));
            var total = body.let("total", rounded(Term.ref("s")));
            each(body, "o", i -> rounded(Term.of(Prim.DIV, wide(y.load(yAt(i), 1)), total)));
        });
    }

    private Call call(String name, Consumer<Body> fill) {
        var body = Body.block(b -> b.par("r", fill));
        var kernel = new Kernel(name + "." + dtype, access.buffers(), access.params(true), body);
        return new Call(KernelSet.same(kernel), access.arrays(), access.args(), rows);
    }

    private static Term number(double value) {
        return new Term.Lit(value, 0, new VType(Elem.F64, 1));
    }

    private Term rounded(Term value) {
        return dtype == DType.F64 ? value : Term.of(CastCode.rounding(Fn.CAST, dtype), value);
    }

    private Term wide(Term value) {
        return dtype == DType.F64 ? value : new Term.Convert(value, Elem.F64);
    }

    private Term x(Term i) {
        return wide(x.load(xStride.times(Term.ref("r")).plus(i), 1));
    }

    private Term yAt(Term i) {
        return yStride.times(Term.ref("r")).plus(i);
    }

    private interface Combine {
        Term of(Term all, Term index);
    }

    private void fold(Body body, String name, double init, Combine combine) {
        var next = combine.of(Term.ref(name), Term.ref(name + "i"));
        body.add(new Stmt.Loop(false, name + "i", Term.i32(0), width, 1,
                List.of(new Stmt.Carry(name, List.of(), number(init), next)), List.of()));
    }

    private void each(Body body, String name, UnaryOperator<Term> value) {
        var i = Term.ref(name + "i");
        body.loop(name + "i", Term.i32(0), width, 1, inner -> {
            var v = inner.let(name + "v", value.apply(i));
            inner.store("y", y.at(yAt(i)), v);
        });
    }
}
