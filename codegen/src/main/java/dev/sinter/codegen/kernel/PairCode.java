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
 * Decodes a pair of columns of {@link KeptWeights} into memory that tiles read, shortly before its first tile.
 */
final class PairCode {
    static final Buffer DECODED = Buffer.heap(KeptCode.WEIGHTS, Storage.F32);
    /** Parameters of tiles that hold places in the weights. */
    static final List<String> PLACES = List.of("pe0", "po0", "in0", "q0", "q1", "s0");
    private static final Buffer DISTANCES = Buffer.heap(KeptCode.INPUTS, Storage.I32);

    private final Stored stored;

    PairCode(Stored stored) {
        this.stored = stored;
    }

    String name() {
        return "pairs." + stored.name().toLowerCase(Locale.ROOT);
    }

    /** Buffers of weights. */
    List<Buffer> weights() {
        var storage = switch (stored) {
            case F32 -> Storage.F32;
            case BF16 -> Storage.U8;
            case I8 -> Storage.I8;
        };
        return List.of(KeptCode.ENDS, KeptCode.ORDER, Buffer.weight("in", Storage.U8), Buffer.weight("qv", storage),
                Buffer.weight("sc", Storage.F32));
    }

    /** What {@link #PLACES} are behind the first two. */
    List<Term> places(KeptCode.Cell cell, PairTile.Source source) {
        var start = cell.start().wide();
        var low = source.values().plus(stored == Stored.BF16 ? start.times(Term.i64(2)) : start);
        return List.of(source.inputs().plus(start), low, low.plus(cell.blocks().wide()), source.scales());
    }

    /** Decodes a pair. */
    Stmt.Call pair(Term number) {
        var own = List.of("x0", "k0", "width", "g");
        var params = new ArrayList<Kernel.Param>();
        PLACES.forEach(name -> params.add(new Kernel.Param(name, Elem.I64)));
        own.forEach(name -> params.add(new Kernel.Param(name, Elem.I32)));
        var buffers = new ArrayList<>(List.of(DISTANCES, DECODED));
        buffers.addAll(weights());
        var args = new ArrayList<Term>();
        PLACES.forEach(name -> args.add(Term.ref(name)));
        args.addAll(List.of(Term.ref("x0"), Term.ref("k0"), Term.ref("width"), number));
        return new Stmt.Call(new Kernel("sparse.f32." + name() + ".decode", buffers, params, Body.block(this::decode)),
                List.of(KeptCode.INPUTS, KeptCode.WEIGHTS), args);
    }

    private void decode(Body b) {
        KeptCode.range(b);
        if (stored != Stored.I8) {
            blocks(b, "p", Term.ref("from"), Term.ref("to"), Term.f32(1, VType.LANES));
            return;
        }
        var middle = b.let("middle", Term.of(Prim.SHR, Term.ref("from").plus(Term.ref("to")), Term.i32(1)));
        // what is written behind the first column's last block is overwritten by the second column's
        blocks(b, "p", Term.ref("from"), middle, scale(b, 0));
        blocks(b, "r", middle, Term.ref("to"), scale(b, 1));
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
