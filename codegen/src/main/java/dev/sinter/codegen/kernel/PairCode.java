package dev.sinter.codegen.kernel;

import dev.sinter.codegen.kernel.KeptWeights.Stored;
import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Buffer.Storage;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Decodes a cell of {@link KeptWeights} of columns that go in pairs into memory that tiles read: the distances of inputs,
 * and weights in f32.
 */
final class PairCode {
    static final Buffer DECODED = Buffer.heap(KeptCode.WEIGHTS, Storage.F32);
    private static final Buffer DISTANCES = Buffer.heap(KeptCode.INPUTS, Storage.I32);

    private final Stored stored;

    PairCode(Stored stored) {
        this.stored = stored;
    }

    /** Buffers of weights. */
    private List<Buffer> weights() {
        var storage = switch (stored) {
            case F32 -> Storage.F32;
            case BF16 -> Storage.U8;
            case I8 -> Storage.I8;
        };
        return List.of(KeptCode.ENDS, KeptCode.ORDER, Buffer.weight("in", Storage.U8), Buffer.weight("qv", storage),
                Buffer.weight("sc", Storage.F32));
    }

    /**
     * Decodes a cell.
     *
     * @param inputs
     *            i64, where the matrix' inputs begin
     * @param values
     *            i64, where its weights begin
     * @param scales
     *            i64, where the scales of the task's columns begin, if there are any
     * @param task
     *            the cell, where what is decoded goes, and the distance of two inputs
     */
    Stmt.Call cell(Term inputs, Term values, Term scales, SparseTile.Task task) {
        var cell = task.cell();
        var start = cell.start().wide();
        var low = values.plus(stored == Stored.BF16 ? start.times(Term.i64(2)) : start);
        var params = new ArrayList<Kernel.Param>();
        List.of("pe0", "po0", "in0", "q0", "q1", "s0").forEach(name -> params.add(new Kernel.Param(name, Elem.I64)));
        List.of("x0", "k0", "width", "pairs", "blocks").forEach(name -> params.add(new Kernel.Param(name, Elem.I32)));
        var buffers = new ArrayList<>(List.of(DISTANCES, DECODED));
        buffers.addAll(weights());
        return new Stmt.Call(
                new Kernel("sparse.f32.pairs." + stored.name().toLowerCase(Locale.ROOT) + ".decode", buffers, params,
                        Body.block(this::decode)),
                List.of(KeptCode.INPUTS, KeptCode.WEIGHTS),
                List.of(cell.ends(), cell.order(), inputs.plus(start), low, low.plus(cell.blocks().wide()), scales,
                        task.inputs(), task.weights(), task.width(), cell.groups(), cell.blocks()));
    }

    private void decode(Body b) {
        if (stored != Stored.I8) {
            blocks(b, "p", Term.i32(0), Term.ref("blocks"), Term.f32(1, VType.LANES));
            return;
        }
        b.loop("g", Term.i32(0), Term.ref("pairs"), 1, x -> {
            KeptCode.range(x);
            var middle = x.let("middle", Term.of(Prim.SHR, Term.ref("from").plus(Term.ref("to")), Term.i32(1)));
            // what is written behind the first column's last block is overwritten by the second column's
            blocks(x, "p", Term.ref("from"), middle, scale(x, 0));
            blocks(x, "r", middle, Term.ref("to"), scale(x, 1));
        });
    }

    private void blocks(Body b, String p, Term from, Term to, Term scale) {
        b.loop(p, from, to, VType.LANES, lanes -> {
            var block = Term.ref(p);
            var input = new Term.Load("in", Term.ref("in0").plus(block.wide()), VType.I32X16, null);
            lanes.store(KeptCode.INPUTS, Term.ref("x0").plus(block),
                    Term.of(Prim.MUL, input, Term.ref("width").splat()));
            lanes.store(KeptCode.WEIGHTS, Term.ref("k0").plus(block), value(block, scale));
        });
    }

    /** Sixteen weights from a block on. */
    private Term value(Term block, Term scale) {
        var at = Term.ref("q0").plus(block.wide());
        return switch (stored) {
            case F32 -> new Term.Load("qv", at, VType.F32X16, null);
            case I8 -> KeptCode.integers("qv", at, scale);
            case BF16 -> KeptCode.halves("qv", at, Term.ref("q1").plus(block.wide()));
        };
    }

    /** The scale of one of the pair's columns. */
    private Term scale(Body b, int side) {
        var number = KeptCode.number(Term.ref("g").times(2).plus(side));
        return b.let("scale" + side, new Term.Load("sc", Term.ref("s0").plus(number.wide()), VType.F32, null)).splat();
    }
}
