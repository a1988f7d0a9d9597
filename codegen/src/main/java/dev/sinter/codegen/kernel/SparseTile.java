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

/**
 * Sums of products with sparse weights: the lanes of a vector are rows of the other operand, which lies turned, and each
 * weight kept is one scalar for all of them. So the indices of weights are data, the same few methods serve all layers of
 * a model, and what is skipped costs nothing. A group of neighbouring columns that keep the same inputs (a pattern of 2x1,
 * 4x1 or 8x1, outputs first) loads each input once for all of them.
 *
 * <p>
 * Each sum takes its products in ascending k by fma, as dense products do; a zero that is left out changes no sum, unless
 * the other factor is infinite or not a number.
 *
 * @see <a href="https://arxiv.org/abs/2211.07715">Fast DistilBERT on CPUs</a> for 4x1 blocks
 */
final class SparseTile {
    static final String X = "at";
    static final String SUMS = "z";
    private static final Buffer FACTORS = Buffer.heap(X, Buffer.Storage.F32);
    private static final Buffer RESULT = Buffer.heap(SUMS, Buffer.Storage.F32);
    private static final Buffer ENDS = Buffer.weight("pt", Buffer.Storage.I32);
    private static final Buffer INPUTS = Buffer.weight("ix", Buffer.Storage.I32);
    private static final Buffer KEPT = Buffer.weight("kv", Buffer.Storage.F32);

    private final Form form;
    private final int group;

    /**
     * Tiles of a form.
     *
     * @param group
     *            neighbouring columns that keep the same inputs
     */
    SparseTile(Form form, int group) {
        this.form = form;
        this.group = group;
    }

    /** Columns of one tile: as many of a group as registers allow. */
    private int columns() {
        return switch (form) {
            case V512, SCALAR -> group;
            case V256 -> Math.min(group, 4);
            case V128 -> Math.min(group, 2);
        };
    }

    /** Rows of a block: in vectors of 512 bits one tile takes them all. */
    static int rows(int group) {
        return group >= 8 ? 2 * VType.LANES : 4 * VType.LANES;
    }

    /** Vectors of sixteen rows that one tile takes at most. */
    private int vectors() {
        return form == Form.V512 ? rows(group) / VType.LANES : 1;
    }

    /**
     * What tiles are given.
     *
     * @param at
     *            where the turned rows begin
     * @param width
     *            distance of their inputs: sixteen times {@code vectors}
     * @param vectors
     *            vectors of sixteen rows there are, no more than {@link #rows} are
     * @param to
     *            name of the buffer that gets the sums
     * @param sums
     *            where they go, {@code [columns][width]}
     * @param first
     *            first group of columns
     * @param end
     *            behind the last one
     * @param ends
     *            where the tables begin: of each group's first block
     * @param blocks
     *            where the blocks begin
     */
    record Task(Term at, Term width, Term vectors, String to, Term sums, Term first, Term end, Term ends, Term blocks) {
    }

    /** Computes the sums of some groups of columns of what the buffer {@link #X} holds. */
    void sums(Body b, Task task) {
        if (form == Form.SCALAR) {
            b.add(call(task, scalar(), Term.i32(0)));
            return;
        }
        int most = vectors();
        var whole = most == 1 ? task.vectors
                : Term.of(Prim.AND, task.vectors, Term.i32(-most));
        b.loop("sv", Term.i32(0), whole, most, x -> x.add(call(task, tile(most), Term.ref("sv"))));
        for (int some = 1; some < most; some++) {
            var tile = tile(some);
            b.when(Term.of(Prim.EQ, task.vectors.minus(whole), Term.i32(some)),
                    x -> x.add(call(task, tile, whole)));
        }
    }

    private static Stmt.Call call(Task task, Kernel kernel, Term vector) {
        var first = vector.times(VType.LANES);
        return new Stmt.Call(kernel, List.of(X, task.to), List.of(task.ends, task.blocks,
                task.at.plus(first), task.width, task.sums.plus(first), task.first, task.end));
    }

    private static List<Kernel.Param> params() {
        var params = new ArrayList<Kernel.Param>();
        for (var base : List.of("pt0", "b0")) {
            params.add(new Kernel.Param(base, Elem.I64));
        }
        for (var name : List.of("a0", "width", "z0", "g0", "g1")) {
            params.add(new Kernel.Param(name, Elem.I32));
        }
        return params;
    }

    private Kernel kernel(String name, List<Stmt> body) {
        return new Kernel("sparse.f32." + name, List.of(FACTORS, RESULT, ENDS, INPUTS, KEPT), params(), body);
    }

    private Kernel tile(int vectors) {
        int columns = columns();
        var body = Body.block(b -> b.loop("g", Term.ref("g0"), Term.ref("g1"), 1, x -> {
            range(x);
            for (int first = 0; first < group; first += columns) {
                part(x, first, columns, vectors);
            }
        }));
        return kernel("r" + group + "v" + vectors, body);
    }

    /** Names the first block of a group and the end. */
    private static void range(Body b) {
        var at = b.let("gp", Term.ref("pt0").plus(Term.ref("g").wide()));
        b.let("from", new Term.Load("pt", at, VType.I32, null));
        b.let("to", new Term.Load("pt", at.plus(Term.i64(1)), VType.I32, null));
    }

    /** Elements of a block: its input, then its weights. */
    static int stride(int group) {
        return group + 1;
    }

    private Term place(Term block, Term width) {
        var input = new Term.Load("ix", Term.ref("b0").plus(block.wide()), VType.I32, null);
        return Term.ref("a0").plus(input.times(width));
    }

    private static Term kept(Term block, Term column) {
        return new Term.Load("kv", Term.ref("b0").plus(block.wide()).plus(Term.i64(1)).plus(column.wide()), VType.F32,
                null);
    }

    /** The sums of some columns of a group. */
    private void part(Body b, int first, int columns, int vectors) {
        // where a tile takes all rows of a block, it knows how wide the block is
        var width = form == Form.V512 ? Term.i32(vectors * VType.LANES) : Term.ref("width");
        var t = new Range("t", columns);
        var u = new Range("u", vectors);
        var column = Term.ref("t");
        var vector = Term.ref("u");
        var acc = "acc" + first;
        var p = "p" + first;
        var next = Term.of(Prim.FMA, Term.ref("kept" + first, column), Term.ref("row" + first, vector),
                Term.ref(acc, column, vector));
        b.fold(p, Term.ref("from"), Term.ref("to"), stride(group),
                List.of(new Stmt.Carry(acc, List.of(t, u), Term.f32(0, VType.LANES), next)), x -> {
                    var at = x.let("at" + first, place(Term.ref(p), width));
                    x.letAll("row" + first, List.of(u),
                            new Term.Load(X, at.plus(vector.times(VType.LANES)), VType.F32X16, null));
                    x.letAll("kept" + first, List.of(t), kept(Term.ref(p), column.plus(first)).splat());
                });
        var row = Term.ref("g").times(group).plus(column).plus(first).minus(Term.ref("g0").times(group));
        b.unroll(List.of(t, u), x -> x.store(SUMS,
                Term.ref("z0").plus(row.times(width)).plus(vector.times(VType.LANES)),
                Term.ref(acc, column, vector)));
    }

    /** One column after the other, all rows of a weight in one loop. */
    private Kernel scalar() {
        var body = Body.block(b -> b.loop("g", Term.ref("g0"), Term.ref("g1"), 1, x -> {
            range(x);
            x.loop("t", Term.i32(0), Term.i32(group), 1, column -> {
                var row = column.let("row", Term.ref("z0").plus(
                        Term.ref("g").minus(Term.ref("g0")).times(group).plus(Term.ref("t")).times(Term.ref("width"))));
                column.loop("n", row, row.plus(Term.ref("width")), 1,
                        zero -> zero.store(SUMS, Term.ref("n"), Term.f32(0, 1)));
                column.loop("p", Term.ref("from"), Term.ref("to"), stride(group), block -> {
                    var at = block.let("from0", place(Term.ref("p"), Term.ref("width")));
                    var weight = block.let("weight", kept(Term.ref("p"), Term.ref("t")));
                    block.loop("l", Term.i32(0), Term.ref("width"), 1, lane -> lane.store(SUMS,
                            row.plus(Term.ref("l")), Term.of(Prim.FMA, weight,
                                    new Term.Load(X, at.plus(Term.ref("l")), VType.F32, null),
                                    new Term.Load(SUMS, row.plus(Term.ref("l")), VType.F32, null))));
                });
            });
        }));
        return kernel("r" + group + ".scalar", body);
    }
}
