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
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Decodes a cell of {@link KeptWeights} of groups into memory that tiles read: distances of inputs, and weights in f32.
 * So weights come from memory as small as they are stored, once for all blocks of rows, and tiles read arrays, around
 * which HotSpot makes a tighter loop than around the weight segment.
 */
final class KeptCode {
    /** Buffer of the inputs' distances. */
    static final String INPUTS = "ix";
    /** Buffer of the weights. */
    static final String WEIGHTS = "kv";
    /** Elements behind the last that vectors may overwrite. */
    private static final int BEHIND = VType.LANES;
    /** Elements before the weights: a group's scales, repeated to a vector. */
    private static final int BEFORE = VType.LANES;
    private static final int BITS = 8;

    static final Buffer ENDS = Buffer.weight("pe", Storage.I32);
    static final Buffer ORDER = Buffer.weight("po", Storage.U8);
    private static final Buffer DISTANCES = Buffer.heap(INPUTS, Storage.I32);
    private static final Buffer DECODED = Buffer.heap(WEIGHTS, Storage.F32);

    private final KeptWeights kept;

    KeptCode(KeptWeights kept) {
        this.kept = kept;
    }

    /** Elements of memory for the distances of a cell's inputs. */
    static int inputs(KeptWeights kept) {
        return kept.most() + BEHIND;
    }

    /** Elements of memory for a cell's weights. */
    static int weights(KeptWeights kept) {
        return BEFORE + kept.most() * kept.group() + BEHIND;
    }

    /** Where the first weight is decoded to, given where the memory begins. */
    static Term first(Term memory) {
        return memory.plus(BEFORE);
    }

    /**
     * A cell.
     *
     * @param ends
     *            i64, where the ends of its groups are
     * @param order
     *            i64, where its groups' numbers are
     * @param start
     *            its first block
     * @param blocks
     *            how many blocks it has
     * @param groups
     *            how many groups the matrix has there
     */
    record Cell(Term ends, Term order, Term start, Term blocks, Term groups) {
    }

    /** Names the first block of a group and the end. */
    static void range(Body b) {
        var at = b.let("pg", Term.ref("pe0").plus(Term.ref("g").wide()));
        b.let("from", new Term.Load("pe", at, VType.I32, null));
        b.let("to", new Term.Load("pe", at.plus(Term.i64(1)), VType.I32, null));
    }

    /**
     * Decodes the distances of a cell's inputs.
     *
     * @param bytes
     *            i64, where the matrix' inputs begin
     * @param memory
     *            where they go
     * @param width
     *            distance of two inputs
     */
    Stmt.Call inputs(Cell cell, Term bytes, Term memory, Term width) {
        var p = Term.ref("p");
        var body = Body.block(b -> b.loop("p", Term.i32(0), Term.ref("blocks"), VType.LANES, lanes -> {
            var low = new Term.Load("in", Term.ref("in0").plus(p.wide()), VType.I32X16, null);
            var high = new Term.Load("in", Term.ref("in1").plus(p.wide()), VType.I32X16, null);
            lanes.store(INPUTS, Term.ref("x0").plus(p), Term.of(Prim.MUL,
                    low.plus(Term.of(Prim.SHL, high, Term.i32(BITS))), Term.ref("width").splat()));
        }));
        var low = bytes.plus(cell.start.wide().times(Term.i64(2)));
        return new Stmt.Call(
                new Kernel("sparse.inputs", List.of(DISTANCES, Buffer.weight("in", Storage.U8)),
                        params(List.of("in0", "in1"), List.of("x0", "width", "blocks")), body),
                List.of(INPUTS), List.of(low, low.plus(cell.blocks.wide()), memory, width, cell.blocks));
    }

    private static List<Kernel.Param> params(List<String> wide, List<String> others) {
        var params = new ArrayList<Kernel.Param>();
        wide.forEach(name -> params.add(new Kernel.Param(name, Elem.I64)));
        others.forEach(name -> params.add(new Kernel.Param(name, Elem.I32)));
        return params;
    }

    /**
     * Decodes a cell's weights.
     *
     * @param values
     *            i64, where the matrix' weights begin
     * @param scales
     *            i64, where the scales of the task's columns begin, if there are any
     * @param memory
     *            where the memory begins
     * @param shuffles
     *            i64, where {@link Turning#shuffles} are
     */
    Stmt.Call weights(Form form, Cell cell, Term values, Term scales, Term memory, Term shuffles) {
        int group = kept.group();
        var planes = kept.stored() == Stored.BF16 ? 2 : 1;
        var low = values.plus(cell.start.wide().times(Term.i64((long) planes * group)));
        var body = Body.block(b -> {
            if (kept.stored() == Stored.I8) {
                b.loop("g", Term.i32(0), Term.ref("groups"), 1, x -> {
                    range(x);
                    values(x, Term.ref("from"), Term.ref("to"), scale(x, form));
                });
            } else {
                values(b, Term.i32(0), Term.ref("blocks"), Term.f32(1, VType.LANES));
            }
        });
        var storage = switch (kept.stored()) {
            case F32 -> Storage.F32;
            case BF16 -> Storage.U8;
            case I8 -> Storage.I8;
        };
        return new Stmt.Call(new Kernel(
                "sparse.weights." + kept.stored().name().toLowerCase(Locale.ROOT) + ".g" + group
                        + (form == Form.V512 ? ".v512" : ""),
                List.of(DECODED, ENDS, ORDER, Buffer.weight("qv", storage), Buffer.weight("sc", Storage.F32),
                        Turning.SHUFFLES),
                params(List.of("pe0", "po0", "q0", "q1", "s0", "sh0"), List.of("k0", "groups", "blocks")),
                body),
                List.of(WEIGHTS), List.of(cell.ends, cell.order, low, low.plus(cell.blocks.times(group).wide()), scales,
                        shuffles, memory, cell.groups, cell.blocks));
    }

    private void values(Body b, Term from, Term to, Term scale) {
        b.loop("q", from.times(kept.group()), to.times(kept.group()), VType.LANES,
                lanes -> lanes.store(WEIGHTS, first(Term.ref("k0")).plus(Term.ref("q")), value(scale)));
    }

    /** Sixteen weights from q on. */
    private Term value(Term scale) {
        var at = Term.ref("q0").plus(Term.ref("q").wide());
        var above = Term.ref("q1").plus(Term.ref("q").wide());
        return switch (kept.stored()) {
            case F32 -> new Term.Load("qv", at, VType.F32X16, null);
            case I8 -> integers("qv", at, scale);
            case BF16 -> halves("qv", at, above);
        };
    }

    /** Sixteen weights of integers and their scales. */
    static Term integers(String buffer, Term at, Term scale) {
        return Term.of(Prim.MUL, new Term.Load(buffer, at, VType.F32X16, null), scale);
    }

    /** Sixteen weights of their upper halves, of which the lower bytes lie at one place and the upper ones at another. */
    static Term halves(String buffer, Term low, Term high) {
        return new Term.Bits(Term.of(Prim.OR,
                Term.of(Prim.SHL, new Term.Load(buffer, high, VType.I32X16, null), Term.i32(3 * BITS)),
                Term.of(Prim.SHL, new Term.Load(buffer, low, VType.I32X16, null), Term.i32(2 * BITS))), Elem.F32);
    }

    /** The scales of a group's columns, over and over. */
    private Term scale(Body b, Form form) {
        int group = kept.group();
        var number = b.let("number", number(Term.ref("g")));
        var first = b.let("first", Term.ref("s0").plus(number.times(group).wide()));
        if (form == Form.V512) {
            // one shuffle; elements behind the last scale, which no lane takes, are other weights
            var scales = b.let("few",
                    new Term.Bits(new Term.Load("sc", first, VType.F32X16, null), Elem.I32));
            var own = Term.of(Prim.AND, Turning.lanes(Term.ref("sh0")), Term.i32(group - 1).splat());
            return b.let("scales", new Term.Bits(Term.of(Prim.LOOKUP, b.let("own", own), scales, scales), Elem.F32));
        }
        b.loop("l", Term.i32(0), Term.i32(VType.LANES), 1, lane -> lane.store(WEIGHTS,
                Term.ref("k0").plus(Term.ref("l")), new Term.Load("sc",
                        first.plus(Term.of(Prim.AND, Term.ref("l"), Term.i32(group - 1)).wide()), VType.F32, null)));
        return b.let("scales", new Term.Load(WEIGHTS, Term.ref("k0"), VType.F32X16, null));
    }

    /** A group's number in its task, by its place in the cell. */
    static Term number(Term place) {
        return new Term.Load("po", Term.ref("po0").plus(place.wide()), VType.I32, null);
    }
}
