package dev.sinter.codegen.kernel;

import dev.sinter.codegen.kernel.KeptWeights.Stored;
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
    private static final List<String> BASES = List.of("a0", "width", "x0", "k0", "z0", "pairs", "v", "fresh");

    private final Form form;
    private final PairCode code;
    /** Buffers of sums and of weights: vectors take them, as parts of the same array, through that of the factors. */
    private final String z;
    private final String kv;

    PairTile(Form form, Stored stored) {
        this.form = form;
        this.code = new PairCode(stored);
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

    /**
     * Where the weights of pairs come from.
     *
     * @param fresh
     *            1 if they have to be decoded, 0 if an earlier block of rows did that
     * @param inputs
     *            i64, where the matrix' inputs begin
     * @param values
     *            i64, where its weights begin
     * @param scales
     *            i64, where the scales of the task's columns begin, if there are any
     */
    record Source(Term fresh, Term inputs, Term values, Term scales) {
    }

    /** Computes the sums of some pairs of columns. */
    void sums(Body b, SparseTile.Task task, Source source) {
        if (form == Form.SCALAR) {
            b.add(call(task, source, scalar(task.adds()), Term.i32(0)));
            return;
        }
        int most = vectors();
        var whole = most == 1 ? task.vectors() : Term.of(Prim.AND, task.vectors(), Term.i32(-most));
        var v = task.adds() ? "sva" : "sv";
        b.loop(v, Term.i32(0), whole, most, x -> x.add(call(task, source, pairs(most, task.adds()), Term.ref(v))));
        for (int some = 1; some < most; some++) {
            var pairs = pairs(some, task.adds());
            b.when(Term.of(Prim.EQ, task.vectors().minus(whole), Term.i32(some)),
                    x -> x.add(call(task, source, pairs, whole)));
        }
    }

    private Stmt.Call call(SparseTile.Task task, Source source, Kernel kernel, Term vector) {
        var first = vector.times(VType.LANES);
        var cell = task.cell();
        var args = new ArrayList<Term>(List.of(cell.ends(), cell.order()));
        args.addAll(code.places(cell, source));
        args.addAll(List.of(task.at().plus(first), task.width(), task.inputs(), task.weights(),
                task.sums().plus(first), cell.groups(), vector, source.fresh));
        var buffers = form == Form.SCALAR ? List.of(SparseTile.X, KeptCode.INPUTS, KeptCode.WEIGHTS, task.to())
                : List.of(SparseTile.X, KeptCode.INPUTS, KeptCode.WEIGHTS);
        return new Stmt.Call(kernel, buffers, args);
    }

    /** Buffers of a tile. */
    private List<Buffer> buffers() {
        var buffers = new ArrayList<>(List.of(FACTORS, DISTANCES));
        if (form == Form.SCALAR) {
            buffers.addAll(List.of(PairCode.DECODED, RESULT));
        }
        return buffers;
    }

    private Kernel kernel(String name, List<Stmt> body) {
        var params = new ArrayList<Kernel.Param>();
        for (var place : PairCode.PLACES) {
            params.add(new Kernel.Param(place, Elem.I64));
        }
        BASES.forEach(base -> params.add(new Kernel.Param(base, Elem.I32)));
        var buffers = new ArrayList<>(List.of(FACTORS, DISTANCES, PairCode.DECODED));
        if (form == Form.SCALAR) {
            buffers.add(RESULT);
        }
        buffers.addAll(code.weights());
        return new Kernel(name, buffers, params, body);
    }

    /**
     * Goes through the pairs. Where no tile before did, each is decoded before the tiles of the one before it, so that its
     * bytes may come from memory while products are computed that don't wait for them.
     */
    private List<Stmt> each(Consumer<Body> pair) {
        return Body.block(b -> {
            var decoded = b.let("decoded", Term.of(Prim.SELECT, Term.of(Prim.LT, Term.ref("v"), Term.ref("fresh")),
                    Term.ref("pairs"), Term.i32(0)));
            b.when(Term.of(Prim.LT, Term.i32(0), decoded), x -> x.add(code.pair(Term.i32(0))));
            b.loop("g", Term.i32(0), Term.ref("pairs"), 1, x -> {
                var next = Term.ref("g").plus(1);
                x.when(Term.of(Prim.LT, next, decoded), y -> y.add(code.pair(next)));
                KeptCode.range(x);
                x.let("half", Term.of(Prim.SHR, Term.ref("to").minus(Term.ref("from")), Term.i32(1)));
                pair.accept(x);
            });
        });
    }

    /** Where the sums of one of a pair's columns go. */
    private static Term row(Term side) {
        var number = KeptCode.number(Term.ref("g").times(COLUMNS).plus(side));
        return Term.ref("z0").plus(number.times(Term.ref("width")));
    }

    /** The tiles of some pairs. Each is a call: HotSpot keeps all values of a loop that stands alone in registers. */
    private Kernel pairs(int vectors, boolean adds) {
        var tile = tile(vectors, adds);
        var half = Term.ref("half");
        var body = each(x -> {
            var first = x.let("first", Term.ref("x0").plus(Term.ref("from")));
            x.add(new Stmt.Call(tile, List.of(SparseTile.X, KeptCode.INPUTS), List.of(Term.ref("a0"),
                    Term.ref("k0").minus(Term.ref("x0")), row(Term.i32(0)), row(Term.i32(1)),
                    first, first.plus(half), half)));
        });
        return kernel("sparse.f32." + code.name() + name(vectors, adds), body);
    }

    private static String name(int vectors, boolean adds) {
        return ".v" + vectors + (adds ? ".more" : "");
    }

    /** The sums of a pair. */
    private Kernel tile(int vectors, boolean adds) {
        var t = new Range("t", COLUMNS);
        var u = new Range("u", vectors);
        var side = Term.ref("t");
        var vector = Term.ref("u").times(VType.LANES);
        var body = Body.block(b -> {
            b.letAll("row", List.of(t), Term.ref("z0").plus(side.times(Term.ref("z1").minus(Term.ref("z0")))));
            var sum = Term.ref("row", side).plus(vector);
            var next = Term.of(Prim.FMA, Term.ref("kept", side), Term.ref("x", side, Term.ref("u")),
                    Term.ref("acc", side, Term.ref("u")));
            var init = adds ? new Term.Load(z, sum, VType.F32X16, null) : Term.f32(0, VType.LANES);
            var p = Term.ref("p").plus(side.times(Term.ref("half")));
            b.fold("p", Term.ref("from"), Term.ref("to"), 1,
                    List.of(new Stmt.Carry("acc", List.of(t, u), init, next)), x -> {
                        x.letAll("input", List.of(t),
                                Term.ref("a0").plus(new Term.Load(KeptCode.INPUTS, p, VType.I32, null)));
                        x.letAll("x", List.of(t, u), new Term.Load(SparseTile.X, Term.ref("input", side).plus(vector),
                                VType.F32X16, null));
                        x.letAll("kept", List.of(t),
                                new Term.Load(kv, Term.ref("k0").plus(p), VType.F32, null).splat());
                    });
            b.unroll(List.of(t, u), x -> x.store(z, sum, Term.ref("acc", side, Term.ref("u"))));
        });
        var params = List.of("a0", "k0", "z0", "z1", "from", "to", "half").stream()
                .map(base -> new Kernel.Param(base, Elem.I32)).toList();
        return new Kernel("sparse.f32.pair" + name(vectors, adds), buffers(), params, body);
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
        return kernel("sparse.f32." + code.name() + ".scalar" + (adds ? ".more" : ""), body);
    }
}
