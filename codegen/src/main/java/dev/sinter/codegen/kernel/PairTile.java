package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Sums of products with sparse weights of which each column keeps inputs of its own: no vector of inputs is loaded for two
 * columns, so that each product needs a load. A processor computes those at three quarters of its speed if they come from
 * the first-level cache, and at less than half of it from the second; so parts of the inputs are short enough to stay
 * there ({@link KeptWeights#depth}). Two columns at once make the sums independent of each other that hide a product's
 * latency.
 */
final class PairTile {
    private static final int COLUMNS = 2;
    private static final Buffer FACTORS = Buffer.heap(SparseTile.X, Buffer.Storage.F32);
    private static final Buffer DISTANCES = Buffer.heap(KeptCode.INPUTS, Buffer.Storage.I32);
    private static final Buffer RESULT = Buffer.heap(SparseTile.SUMS, Buffer.Storage.F32);
    private static final List<String> BASES = List.of("a0", "width", "x0", "k0", "z0", "pairs");

    private final Form form;
    /** Buffers of sums and of weights: vectors take them, as parts of the same array, through that of the factors. */
    private final String z;
    private final String kv;

    PairTile(Form form) {
        this.form = form;
        boolean scalar = form == Form.SCALAR;
        this.z = scalar ? SparseTile.SUMS : SparseTile.X;
        this.kv = scalar ? KeptCode.WEIGHTS : SparseTile.X;
    }

    /** Vectors of sixteen rows that a tile takes at most: as many as registers allow. */
    private int vectors() {
        return switch (form) {
            case V512 -> SparseTile.rows(1) / VType.LANES;
            case V256 -> 2;
            case V128, SCALAR -> 1;
        };
    }

    /** Computes the sums of some pairs of columns, whose weights are decoded. */
    void sums(Body b, SparseTile.Task task) {
        if (form == Form.SCALAR) {
            b.add(call(task, scalar(task.adds()), Term.i32(0)));
            return;
        }
        int most = vectors();
        var whole = most == 1 ? task.vectors() : Term.of(Prim.AND, task.vectors(), Term.i32(-most));
        var v = task.adds() ? "sva" : "sv";
        b.loop(v, Term.i32(0), whole, most, x -> x.add(call(task, pairs(most, task.adds()), Term.ref(v))));
        for (int some = 1; some < most; some++) {
            var pairs = pairs(some, task.adds());
            b.when(Term.of(Prim.EQ, task.vectors().minus(whole), Term.i32(some)),
                    x -> x.add(call(task, pairs, whole)));
        }
    }

    private Stmt.Call call(SparseTile.Task task, Kernel kernel, Term vector) {
        var first = vector.times(VType.LANES);
        var cell = task.cell();
        var args = List.of(cell.ends(), cell.order(), task.at().plus(first), task.width(), task.inputs(),
                task.weights(), task.sums().plus(first), cell.groups());
        var buffers = form == Form.SCALAR ? List.of(SparseTile.X, KeptCode.INPUTS, KeptCode.WEIGHTS, task.to())
                : List.of(SparseTile.X, KeptCode.INPUTS);
        return new Stmt.Call(kernel, buffers, args);
    }

    private Kernel kernel(String name, List<Stmt> body) {
        var params = new ArrayList<Kernel.Param>();
        for (var place : List.of("pe0", "po0")) {
            params.add(new Kernel.Param(place, Elem.I64));
        }
        BASES.forEach(base -> params.add(new Kernel.Param(base, Elem.I32)));
        var buffers = new ArrayList<>(List.of(FACTORS, DISTANCES));
        if (form == Form.SCALAR) {
            buffers.addAll(List.of(PairCode.DECODED, RESULT));
        }
        buffers.addAll(List.of(KeptCode.ENDS, KeptCode.ORDER));
        return new Kernel(name, buffers, params, body);
    }

    /** Goes through the pairs. */
    private static List<Stmt> each(Consumer<Body> pair) {
        return Body.block(b -> b.loop("g", Term.i32(0), Term.ref("pairs"), 1, x -> {
            KeptCode.range(x);
            x.let("half", Term.of(Prim.SHR, Term.ref("to").minus(Term.ref("from")), Term.i32(1)));
            pair.accept(x);
        }));
    }

    /** Where the sums of one of a pair's columns go. */
    private static Term row(Term side) {
        var number = KeptCode.number(Term.ref("g").times(COLUMNS).plus(side));
        return Term.ref("z0").plus(number.times(Term.ref("width")));
    }

    private static String name(int vectors, boolean adds) {
        return ".v" + vectors + (adds ? ".more" : "");
    }

    /** The sums of pairs, all in one method: a call for each would take as long as a few of its weights. */
    private Kernel pairs(int vectors, boolean adds) {
        var t = new Range("t", COLUMNS);
        var u = new Range("u", vectors);
        var side = Term.ref("t");
        var vector = Term.ref("u").times(VType.LANES);
        var sum = Term.ref("row", side).plus(vector);
        var body = each(b -> {
            b.letAll("row", List.of(t), row(side));
            var first = b.let("first", Term.ref("x0").plus(Term.ref("from")));
            var k = b.let("k", Term.ref("k0").minus(Term.ref("x0")));
            var next = Term.of(Prim.FMA, Term.ref("kept", side), Term.ref("x", side, Term.ref("u")),
                    Term.ref("acc", side, Term.ref("u")));
            var init = adds ? new Term.Load(z, sum, VType.F32X16, null) : Term.f32(0, VType.LANES);
            var p = Term.ref("p").plus(side.times(Term.ref("half")));
            b.fold("p", first, first.plus(Term.ref("half")), 1,
                    List.of(new Stmt.Carry("acc", List.of(t, u), init, next)), x -> {
                        x.letAll("input", List.of(t),
                                Term.ref("a0").plus(new Term.Load(KeptCode.INPUTS, p, VType.I32, null)));
                        x.letAll("x", List.of(t, u), new Term.Load(SparseTile.X, Term.ref("input", side).plus(vector),
                                VType.F32X16, null));
                        x.letAll("kept", List.of(t), new Term.Load(kv, k.plus(p), VType.F32, null).splat());
                    });
            b.unroll(List.of(t, u), x -> x.store(z, sum, Term.ref("acc", side, Term.ref("u"))));
        });
        return kernel("sparse.f32.pairs" + name(vectors, adds), body);
    }

    /** One column after the other, all rows of a weight in one loop. */
    private Kernel scalar(boolean adds) {
        var width = Term.ref("width");
        var half = Term.ref("half");
        var body = each(x -> x.loop("t", Term.i32(0), Term.i32(COLUMNS), 1, column -> {
            var row = column.let("row", row(Term.ref("t")));
            if (!adds) {
                column.loop("n", row, row.plus(width), 1, zero -> zero.store(z, Term.ref("n"), Term.f32(0, 1)));
            }
            var first = column.let("first", Term.ref("from").plus(Term.ref("t").times(half)));
            column.loop("p", first, first.plus(half), 1, block -> {
                var p = Term.ref("p");
                var input = block.let("input", Term.ref("a0").plus(
                        new Term.Load(KeptCode.INPUTS, Term.ref("x0").plus(p), VType.I32, null)));
                var weight = block.let("weight", new Term.Load(kv, Term.ref("k0").plus(p), VType.F32, null));
                var l = Term.ref("l");
                block.loop("l", Term.i32(0), width, 1, lane -> lane.store(z, row.plus(l),
                        Term.of(Prim.FMA, weight, new Term.Load(SparseTile.X, input.plus(l), VType.F32, null),
                                new Term.Load(z, row.plus(l), VType.F32, null))));
            });
        }));
        return kernel("sparse.f32.pairs.scalar" + (adds ? ".more" : ""), body);
    }
}
