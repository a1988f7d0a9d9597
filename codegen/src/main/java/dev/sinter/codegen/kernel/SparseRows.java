package dev.sinter.codegen.kernel;

import dev.sinter.codegen.kernel.KeptWeights.Stored;
import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Buffer.Storage;
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
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Sums of products with sparse weights for a few rows, too few for lanes of their own: the lanes of a vector are the
 * sixteen columns of a group (a pattern of 16x1, outputs first), and weights are read where they lie, however they are
 * stored, once for all rows of a tile.
 *
 * <p>
 * Each sum takes its products as {@link SparseTile} does, so that the number of rows changes no bit.
 *
 * @param form
 *            vectors there are
 * @param kept
 *            weights in groups of sixteen columns
 */
record SparseRows(Form form, KeptWeights kept) {
    private static final int LANES = VType.LANES;
    private static final int BITS = 8;

    /** Rows of a tile at most. */
    private int highest() {
        return switch (form) {
            case V512 -> KeptWeights.FEW;
            case V256 -> KeptWeights.FEW / 2;
            case V128 -> KeptWeights.FEW / 4;
            case SCALAR -> 1;
        };
    }

    /**
     * What tiles are given.
     *
     * @param cell
     *            the weights
     * @param from
     *            name of the buffer that has the rows
     * @param x
     *            where the cell's first input of the first row is
     * @param lda
     *            distance of two rows
     * @param rows
     *            how many there are
     * @param to
     *            name of the buffer that gets the sums
     * @param sums
     *            where that of the first row and column goes
     * @param ldc
     *            distance of two rows there
     * @param columns
     *            the matrix has from the cell's first column on; null if sums of others may be stored, too
     * @param adds
     *            whether the products are added to the sums that are there
     * @param values
     *            i64, where the matrix' weights begin
     * @param inputs
     *            i64, where their inputs begin, if they do not lie beside them
     * @param scales
     *            i64, where the scales of the cell's columns begin, if there are any
     */
    record Task(KeptCode.Cell cell, String from, Term x, Term lda, Term rows, String to, Term sums, Term ldc,
            @Nullable Term columns, boolean adds, Term values, Term inputs, Term scales) {
    }

    /** Computes the sums of a cell: tiles of as many rows as there are left. */
    void sums(Body b, Task task) {
        Term from = Term.i32(0);
        for (int height = highest(); height > 0; height /= 2) {
            var suffix = height + (task.adds ? "a" : "b");
            var to = b.let("end" + suffix, Term.of(Prim.AND, task.rows, Term.i32(-height)));
            var tile = tile(height, task);
            b.loop("row" + suffix, from, to, height, x -> x.add(call(tile, task, Term.ref("row" + suffix))));
            from = to;
        }
    }

    private Stmt.Call call(Kernel tile, Task task, Term row) {
        var cell = task.cell;
        boolean direct = kept.isDirect();
        var start = cell.start().wide();
        var args = new ArrayList<Term>(List.of(cell.ends(), cell.order(),
                task.values.plus(start.times(Term.i64(direct ? 1 + LANES : (long) LANES * kept.stored().bytes()))),
                task.inputs.plus(start.times(Term.i64(2))), task.scales,
                task.x.plus(row.times(task.lda)), task.lda, task.sums.plus(row.times(task.ldc)), task.ldc,
                cell.blocks(), cell.groups(), task.columns == null ? Term.i32(0) : task.columns));
        return new Stmt.Call(tile, List.of(task.from, task.to), args);
    }

    private Kernel tile(int rows, Task task) {
        boolean masked = task.columns != null;
        var body = Body.block(b -> b.loop("g", Term.i32(0), Term.ref("groups"), 1, x -> {
            KeptCode.range(x);
            var column = x.let("column",
                    KeptCode.number(Term.ref("g")).times(LANES));
            var mask = masked ? x.let("lanes", new Term.Lanes(column, Term.ref("columns"), LANES)) : null;
            group(x, rows, column, mask, task.adds);
        }));
        var params = new ArrayList<Kernel.Param>();
        for (var name : List.of("pe0", "po0", "w0", "in0", "s0")) {
            params.add(new Kernel.Param(name, Elem.I64));
        }
        for (var name : List.of("a0", "lda", "z0", "ldc", "blocks", "groups", "columns")) {
            params.add(new Kernel.Param(name, Elem.I32));
        }
        return new Kernel("sparse." + kept.stored().name().toLowerCase(Locale.ROOT) + ".rows" + rows
                + (masked ? ".tail" : "") + (task.adds ? ".more" : ""), buffers(), params, body);
    }

    private List<Buffer> buffers() {
        var buffers = new ArrayList<>(List.of(Buffer.heap(SparseTile.X, Storage.F32),
                Buffer.heap(SparseTile.SUMS, Storage.F32), KeptCode.ENDS, KeptCode.ORDER));
        switch (kept.stored()) {
            case F32 -> buffers.addAll(List.of(Buffer.weight("ib", Storage.I32), Buffer.weight("wb", Storage.F32)));
            case BF16 -> buffers.addAll(List.of(Buffer.weight("in", Storage.U8), Buffer.weight("wb", Storage.U8)));
            case I8 -> buffers.addAll(List.of(Buffer.weight("in", Storage.U8), Buffer.weight("wb", Storage.I8),
                    Buffer.weight("sc", Storage.F32)));
        }
        return buffers;
    }

    /** The sums of a group. */
    private void group(Body b, int rows, Term column, @Nullable Term mask, boolean adds) {
        var t = new Range("t", rows);
        var row = Term.ref("t");
        var sum = Term.ref("z0").plus(row.times(Term.ref("ldc"))).plus(column);
        var init = adds ? new Term.Load(SparseTile.SUMS, sum, VType.F32X16, mask) : Term.f32(0, LANES);
        var scale = kept.stored() == Stored.I8
                ? b.let("scale", new Term.Load("sc", Term.ref("s0").plus(column.wide()), VType.F32X16, null))
                : Term.f32(1, LANES);
        var next = Term.of(Prim.FMA, Term.ref("weights"), Term.ref("factor", row), Term.ref("acc", row));
        b.letAll("xb", List.of(t), Term.ref("a0").plus(row.times(Term.ref("lda"))));
        b.fold("p", Term.ref("from"), Term.ref("to"), 1, List.of(new Stmt.Carry("acc", List.of(t), init, next)), x -> {
            var input = x.let("input", input());
            x.let("weights", weights(scale));
            x.letAll("factor", List.of(t),
                    new Term.Load(SparseTile.X, Term.ref("xb", row).plus(input), VType.F32, null).splat());
        });
        b.unroll(List.of(t), x -> x.store(SparseTile.SUMS, sum, Term.ref("acc", row), mask));
    }

    /** The input of block p. */
    private Term input() {
        var p = Term.ref("p").wide();
        if (kept.isDirect()) {
            return new Term.Load("ib", Term.ref("w0").plus(p.times(Term.i64(1 + LANES))), VType.I32, null);
        }
        var low = new Term.Load("in", Term.ref("in0").plus(p), VType.I32, null);
        var high = new Term.Load("in", Term.ref("in0").plus(p).plus(Term.ref("blocks").wide()), VType.I32, null);
        return low.plus(Term.of(Prim.SHL, high, Term.i32(BITS)));
    }

    /** The weights of block p. */
    private Term weights(Term scale) {
        var p = Term.ref("p").wide();
        var at = Term.ref("w0").plus(p.times(Term.i64(LANES)));
        return switch (kept.stored()) {
            case F32 -> new Term.Load("wb",
                    Term.ref("w0").plus(p.times(Term.i64(1 + LANES))).plus(Term.i64(1)), VType.F32X16, null);
            case I8 -> KeptCode.integers("wb", at, scale);
            case BF16 -> KeptCode.halves("wb", at, at.plus(Term.ref("blocks").wide().times(Term.i64(LANES))));
        };
    }
}
