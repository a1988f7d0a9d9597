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
 * 4x1, 8x1 or 16x1, outputs first) loads each input once for all of them; for columns that don't there is
 * {@link PairTile}.
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
    private static final Buffer DISTANCES = Buffer.heap(KeptCode.INPUTS, Buffer.Storage.I32);
    private static final Buffer WEIGHTS = Buffer.heap(KeptCode.WEIGHTS, Buffer.Storage.F32);

    /** Columns of a method at most. */
    private static final int MOST = 8;

    private static final Buffer BLOCKS = Buffer.weight("ib", Buffer.Storage.I32);
    private static final Buffer BLOCK_WEIGHTS = Buffer.weight("wb", Buffer.Storage.F32);

    private final Form form;
    private final int group;
    private final boolean direct;
    /** Names of the buffers of sums and of decoded weights in tiles. */
    private final String z;
    private final String kv;

    /**
     * Tiles of a form. Turned rows, sums and decoded weights lie in one arena, that is in one array. Tiles of vectors
     * reach them through one buffer, so that HotSpot keeps one base and one length in registers around the hottest loop:
     * those that it would put into vector registers instead come back by the ports that multiply.
     *
     * @param group
     *            neighbouring columns that keep the same inputs
     * @param direct
     *            whether blocks are read where they lie, rather than from memory that they were decoded to
     */
    SparseTile(Form form, int group, boolean direct) {
        this.form = form;
        this.group = group;
        this.direct = direct;
        this.z = form == Form.SCALAR ? SUMS : X;
        this.kv = form == Form.SCALAR ? KeptCode.WEIGHTS : X;
    }

    /** Columns of one tile: as many of a group as registers allow. */
    private int columns() {
        return switch (form) {
            case V512, SCALAR -> Math.min(group, MOST);
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
     *            where the turned rows of the cell's first input begin
     * @param width
     *            distance of their inputs: sixteen times {@code vectors}
     * @param vectors
     *            vectors of sixteen rows there are, no more than {@link #rows} are
     * @param to
     *            name of the buffer that gets the sums
     * @param sums
     *            where they go, {@code [columns][width]}
     * @param adds
     *            whether the products are added to the sums that are there
     * @param cell
     *            their weights
     * @param blocks
     *            i64, where the cell's blocks begin, if they are read where they lie
     * @param inputs
     *            where the distances of the cell's inputs were decoded to, if they were
     * @param weights
     *            where its weights were
     */
    record Task(Term at, Term width, Term vectors, String to, Term sums, boolean adds, KeptCode.Cell cell, Term blocks,
            Term inputs, Term weights) {
    }

    /** Computes the sums of some groups of columns of what the buffer {@link #X} holds. */
    void sums(Body b, Task task) {
        if (form == Form.SCALAR) {
            b.add(call(task, scalar(task.adds), Term.i32(0)));
            return;
        }
        int most = vectors();
        var whole = most == 1 ? task.vectors
                : Term.of(Prim.AND, task.vectors, Term.i32(-most));
        var v = task.adds ? "sva" : "sv";
        b.loop(v, Term.i32(0), whole, most, x -> x.add(call(task, groups(most, task.adds), Term.ref(v))));
        for (int some = 1; some < most; some++) {
            var groups = groups(some, task.adds);
            b.when(Term.of(Prim.EQ, task.vectors.minus(whole), Term.i32(some)),
                    x -> x.add(call(task, groups, whole)));
        }
    }

    private Stmt.Call call(Task task, Kernel kernel, Term vector) {
        var first = vector.times(VType.LANES);
        var args = new ArrayList<Term>(List.of(task.cell.ends(), task.cell.order()));
        args.addAll(direct ? List.of(task.blocks) : List.of());
        args.addAll(List.of(task.at.plus(first), task.width));
        args.addAll(direct ? List.of() : List.of(task.inputs, task.weights));
        args.addAll(List.of(task.sums.plus(first), task.cell.groups()));
        return new Stmt.Call(kernel, heap(task.to), args);
    }

    private List<String> heap(String sums) {
        if (form == Form.SCALAR) {
            return direct ? List.of(X, sums) : List.of(X, sums, KeptCode.INPUTS, KeptCode.WEIGHTS);
        }
        return direct ? List.of(X) : List.of(X, KeptCode.INPUTS);
    }

    private List<Buffer> buffers() {
        if (form == Form.SCALAR) {
            return direct ? List.of(FACTORS, RESULT, BLOCKS, BLOCK_WEIGHTS)
                    : List.of(FACTORS, RESULT, DISTANCES, WEIGHTS);
        }
        return direct ? List.of(FACTORS, BLOCKS, BLOCK_WEIGHTS) : List.of(FACTORS, DISTANCES);
    }

    /** The tiles of some groups. Each is a call: HotSpot keeps all values of a loop that stands alone in registers. */
    private Kernel groups(int vectors, boolean adds) {
        var body = Body.block(b -> b.loop("g", Term.i32(0), Term.ref("groups"), 1, x -> {
            KeptCode.range(x);
            var args = new ArrayList<Term>(direct ? List.of(Term.ref("b0")) : List.of());
            args.addAll(List.of(Term.ref("a0"), Term.ref("width")));
            args.addAll(direct ? List.of() : List.of(Term.ref("k0").minus(Term.ref("x0").times(group))));
            args.addAll(List.of(row(), block(Term.ref("from")), block(Term.ref("to"))));
            for (int first = 0; first < group; first += MOST) {
                x.add(new Stmt.Call(tile(first, vectors, adds), heap(SUMS), args));
            }
        }));
        return kernel(name("v" + vectors, adds) + ".groups", body);
    }

    /** What a loop over blocks counts: elements where they are read where they lie, else blocks in memory. */
    private Term block(Term number) {
        return direct ? number.times(stride()) : Term.ref("x0").plus(number);
    }

    /** Elements of a block that lies among the weights: its input, then its weights. */
    private int stride() {
        return direct ? 1 + group : 1;
    }

    /** Where the sums of a group's first column go. */
    private Term row() {
        var number = KeptCode.number(Term.ref("g"));
        return Term.ref("z0").plus(number.times(group).times(Term.ref("width")));
    }

    private Kernel kernel(String name, List<Stmt> body) {
        var params = new ArrayList<Kernel.Param>();
        for (var base : direct ? List.of("pe0", "po0", "b0") : List.of("pe0", "po0")) {
            params.add(new Kernel.Param(base, Elem.I64));
        }
        for (var base : direct ? List.of("a0", "width", "z0", "groups")
                : List.of("a0", "width", "x0", "k0", "z0", "groups")) {
            params.add(new Kernel.Param(base, Elem.I32));
        }
        var buffers = new ArrayList<>(buffers());
        buffers.addAll(List.of(KeptCode.ENDS, KeptCode.ORDER));
        return new Kernel("sparse.f32." + name, buffers, params, body);
    }

    private String name(String shape, boolean adds) {
        return "r" + group + shape + (direct ? ".direct" : "") + (adds ? ".more" : "");
    }

    /** The sums of a group, or of those of its columns that a method takes. */
    private Kernel tile(int from, int vectors, boolean adds) {
        int columns = columns();
        var body = Body.block(b -> {
            for (int first = from; first < Math.min(from + MOST, group); first += columns) {
                part(b, first, columns, vectors, adds);
            }
        });
        var params = new ArrayList<Kernel.Param>();
        if (direct) {
            params.add(new Kernel.Param("b0", Elem.I64));
        }
        for (var name : direct ? List.of("a0", "width", "z0", "from", "to")
                : List.of("a0", "width", "k0", "z0", "from", "to")) {
            params.add(new Kernel.Param(name, Elem.I32));
        }
        return new Kernel("sparse.f32." + name("v" + vectors + (from == 0 ? "" : "c" + from), adds), buffers(), params,
                body);
    }

    /** Where the rows of a block's input begin. */
    private Term input(Term block, Term width) {
        return Term.ref("a0").plus(direct
                ? new Term.Load("ib", Term.ref("b0").plus(block.wide()), VType.I32, null).times(width)
                : new Term.Load(KeptCode.INPUTS, block, VType.I32, null));
    }

    private Term kept(Term block, Term column) {
        return direct
                ? new Term.Load("wb", Term.ref("b0").plus(block.wide()).plus(Term.i64(1)).plus(column.wide()),
                        VType.F32, null)
                : new Term.Load(kv, Term.ref("k0").plus(block.times(group)).plus(column), VType.F32,
                        null);
    }

    /** The sums of some columns of a group. */
    private void part(Body b, int first, int columns, int vectors, boolean adds) {
        // where a tile takes all rows of a block, it knows how wide the block is
        var width = form == Form.V512 ? Term.i32(vectors * VType.LANES) : Term.ref("width");
        var t = new Range("t", columns);
        var u = new Range("u", vectors);
        var column = Term.ref("t");
        var vector = Term.ref("u");
        var acc = "acc" + first;
        var p = "p" + first;
        var sum = Term.ref("z0").plus(column.plus(first).times(width)).plus(vector.times(VType.LANES));
        var next = Term.of(Prim.FMA, Term.ref("kept" + first, column), Term.ref("row" + first, vector),
                Term.ref(acc, column, vector));
        var init = adds ? new Term.Load(z, sum, VType.F32X16, null) : Term.f32(0, VType.LANES);
        b.fold(p, Term.ref("from"), Term.ref("to"), stride(),
                List.of(new Stmt.Carry(acc, List.of(t, u), init, next)), x -> {
                    var at = x.let("at" + first, input(Term.ref(p), width));
                    x.letAll("row" + first, List.of(u),
                            new Term.Load(X, at.plus(vector.times(VType.LANES)), VType.F32X16, null));
                    x.letAll("kept" + first, List.of(t), kept(Term.ref(p), column.plus(first)).splat());
                });
        b.unroll(List.of(t, u), x -> x.store(z, sum, Term.ref(acc, column, vector)));
    }

    /** One column after the other, all rows of a weight in one loop. */
    private Kernel scalar(boolean adds) {
        var width = Term.ref("width");
        var body = Body.block(b -> b.loop("g", Term.i32(0), Term.ref("groups"), 1, x -> {
            KeptCode.range(x);
            var first = x.let("row0", row());
            x.loop("t", Term.i32(0), Term.i32(group), 1, column -> {
                var row = column.let("row", first.plus(Term.ref("t").times(width)));
                if (!adds) {
                    column.loop("n", row, row.plus(width), 1, zero -> zero.store(SUMS, Term.ref("n"), Term.f32(0, 1)));
                }
                column.loop("p", Term.ref("from"), Term.ref("to"), 1, block -> {
                    var number = direct ? Term.ref("p").times(stride()) : Term.ref("p");
                    var at = block.let("from0", input(direct ? number : Term.ref("x0").plus(number), width));
                    var weight = block.let("weight", kept(number, Term.ref("t")));
                    block.loop("l", Term.i32(0), width, 1, lane -> lane.store(SUMS,
                            row.plus(Term.ref("l")), Term.of(Prim.FMA, weight,
                                    new Term.Load(X, at.plus(Term.ref("l")), VType.F32, null),
                                    new Term.Load(SUMS, row.plus(Term.ref("l")), VType.F32, null))));
                });
            });
        }));
        return kernel(name(".scalar", adds), body);
    }
}
