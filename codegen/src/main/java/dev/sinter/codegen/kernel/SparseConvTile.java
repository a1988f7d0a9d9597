package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Sums of convolutions with sparse weights: the lanes of a vector are neighbouring elements of a plane, and each weight
 * kept is one scalar for all of them. A group of neighbouring results that keep the same inputs loads each input once.
 * Places of inputs are data, so the same few methods serve all layers of a model.
 */
final class SparseConvTile {
    private static final List<String> TILE = List.of("xb", "yb", "row", "col", "g0", "g1", "part");

    /** Which of a result's products tiles add: those of all inputs, or of the first, further or last part of them. */
    enum Part {
        /** All. */
        WHOLE,
        /** From the bias on; the sums are stored. */
        FIRST,
        /** From stored sums on, which are stored again. */
        FURTHER,
        /** From stored sums on. */
        LAST;

        boolean begins() {
            return this == WHOLE || this == FIRST;
        }

        boolean ends() {
            return this == WHOLE || this == LAST;
        }

        /** The same, but for what becomes of the results. */
        Part open() {
            return begins() ? FIRST : FURTHER;
        }
    }
    private static final List<String> RESULTS = List.of("yb", "row", "col", "g0", "g1", "width");

    /** What tiles read and write, {@code plane} being the distance of the result's planes. */
    record Memories(Access.Memory x, Access.Memory ends, Access.Memory inputs, Access.Memory kept,
            Access.@Nullable Memory bias, Access.@Nullable Memory mask, Access.Memory y, Term plane,
            Epilogue.Declared epilogue) {
    }

    /**
     * Where a task is.
     *
     * @param xb
     *            distance of its first input, for a weight of place 0
     * @param yb
     *            distance of its first result in the first plane
     * @param row
     *            number of the first plane
     * @param col
     *            number of its first element in a plane
     * @param g0
     *            first group of results
     * @param g1
     *            behind the last one
     * @param part
     *            where the ends of the part's groups begin
     */
    record Spot(Term xb, Term yb, Term row, Term col, Term g0, Term g1, Term part) {
        private Spot moved(Term elements) {
            return new Spot(xb.plus(elements), yb.plus(elements), row, col.plus(elements), g0, g1, part);
        }

        Spot of(Term other) {
            return new Spot(xb, yb, row, col, g0, g1, other);
        }

        private List<Term> args() {
            return List.of(xb, yb, row, col, g0, g1, part);
        }
    }

    private final Form form;
    private final int group;
    private final String name;
    private final Access access;
    private final Memories memories;
    private final boolean plain;

    SparseConvTile(Form form, int group, String name, Access access, Memories memories, boolean plain) {
        this.form = form;
        this.group = group;
        this.name = name;
        this.access = access;
        this.memories = memories;
        this.plain = plain;
    }

    /** Vectors of a plane that a task has at most: in vectors of 512 bits one tile takes them all. */
    static int most(int group) {
        return switch (group) {
            case 1, 2 -> 8;
            case 4 -> 4;
            default -> 2;
        };
    }

    /** Results of a group that one tile takes: as many as registers allow. */
    private int columns() {
        return switch (form) {
            case V512, SCALAR -> group;
            case V256 -> Math.min(group, 4);
            case V128 -> Math.min(group, 2);
        };
    }

    /** Vectors that one tile takes at most. */
    private int vectors() {
        return switch (form) {
            case V512, SCALAR -> most(group);
            case V256 -> Math.max(1, 4 / columns());
            case V128 -> Math.max(1, 2 / columns());
        };
    }

    /** Computes the results of some vectors, or their sums. */
    void sums(Body b, Spot spot, int count, Part part) {
        if (form == Form.SCALAR) {
            b.add(access.call(scalar(part.begins()),
                    List.of(spot.xb, spot.yb, spot.g0, spot.g1, spot.part, Term.i32(count * VType.LANES))));
            if (part.ends()) {
                after(b, spot, count);
            }
            return;
        }
        int most = Math.min(count, vectors());
        boolean apart = part.ends()
                && VectorOperations.of(tile(most, part), form) > VectorOperations.LIMIT;
        int at = 0;
        for (int some = most; at < count; some = count - at) {
            for (; at + some <= count; at += some) {
                b.add(access.call(tile(some, apart ? part.open() : part),
                        spot.moved(Term.i32(at * VType.LANES)).args()));
            }
        }
        if (apart) {
            after(b, spot, count);
        }
    }

    private void after(Body b, Spot spot, int count) {
        if (!plain || memories.mask != null) {
            b.add(access.call(results(), List.of(spot.yb, spot.row, spot.col, spot.g0, spot.g1,
                    Term.i32(count * VType.LANES))));
        }
    }

    private Kernel tile(int vectors, Part part) {
        int columns = columns();
        var body = Body.block(b -> b.loop("i", Term.ref("g0"), Term.ref("g1"), 1, x -> {
            range(x);
            for (int first = 0; first < group; first += columns) {
                part(x, first, columns, vectors, part);
            }
        }));
        return access.part(name + ".v" + vectors
                + (part == Part.WHOLE ? "" : "." + part.name().toLowerCase(Locale.ROOT)), TILE, body);
    }

    /** Names the first block of the i-th group, the end, and its number. */
    private void range(Body b) {
        var at = b.let("gp", Term.ref("part").plus(Term.ref("i")).times(2));
        b.let("from", memories.ends.load(at, 1));
        b.let("g", memories.ends.load(at.plus(1), 1));
        b.let("to", memories.ends.load(at.plus(2), 1));
    }

    /** The results of some channels of a group. */
    private void part(Body b, int first, int columns, int vectors, Part part) {
        var t = new Range("t", columns);
        var u = new Range("u", vectors);
        var channel = Term.ref("g").times(group).plus(Term.ref("t")).plus(first);
        var lane = Term.ref("u").times(VType.LANES);
        var acc = "acc" + first;
        var sum = Term.ref(acc, Term.ref("t"), Term.ref("u"));
        b.letAll("to" + first, List.of(t), memories.y.at(Term.ref("yb").plus(memories.plane.times(channel))));
        var to = Term.ref("to" + first, Term.ref("t")).plus(lane);
        if (part.begins()) {
            b.letAll("start" + first, List.of(t), memories.bias == null ? Term.f32(0, VType.LANES)
                    : memories.bias.load(channel, 1).splat());
        } else {
            b.letAll("start" + first, List.of(t, u), new Term.Load("y", to, VType.F32X16, null));
        }
        var start = part.begins() ? Term.ref("start" + first, Term.ref("t"))
                : Term.ref("start" + first, Term.ref("t"), Term.ref("u"));
        var p = Term.ref("p" + first);
        var next = Term.of(Prim.FMA, Term.ref("kept" + first, Term.ref("t")), Term.ref("in" + first, Term.ref("u")),
                sum);
        b.fold("p" + first, Term.ref("from"), Term.ref("to"), 1 + group,
                List.of(new Stmt.Carry(acc, List.of(t, u), start, next)), x -> {
                    var at = x.let("at" + first, memories.inputs.load(p, 1).plus(memories.x.at(Term.ref("xb"))));
                    x.letAll("in" + first, List.of(u), new Term.Load("x", at.plus(lane), VType.F32X16, null));
                    x.letAll("kept" + first, List.of(t),
                            memories.kept.load(p.plus(Term.ref("t")).plus(1 + first), 1).splat());
                });
        b.unroll(List.of(t, u), x -> x.store("y", to,
                part.ends() ? result(x, sum, channel, Term.ref("col").plus(lane)) : sum));
    }

    /** What is stored for a vector of sums. */
    private Term result(Body b, Term sum, Term channel, Term column) {
        var value = memories.epilogue.apply(b, sum, Term.ref("row").plus(channel), column, null, null, "v");
        if (memories.mask == null) {
            return value;
        }
        var mask = memories.mask.load(column, VType.LANES);
        return new Term.Bits(Term.of(Prim.AND, new Term.Bits(b.let("whole", value), Elem.I32), mask), Elem.F32);
    }

    /** Results of sums that lie where the results are to be. */
    Kernel results() {
        var body = Body.block(b -> b.loop("m", Term.ref("g0").times(group), Term.ref("g1").times(group), 1, x -> {
            var at = x.let("at", memories.y.at(Term.ref("yb").plus(memories.plane.times(Term.ref("m")))));
            x.loop("l", Term.i32(0), Term.ref("width"), VType.LANES, lanes -> {
                var l = Term.ref("l");
                var sum = lanes.let("sum", new Term.Load("y", at.plus(l), VType.F32X16, null));
                lanes.store("y", at.plus(l), result(lanes, sum, Term.ref("m"), Term.ref("col").plus(l)));
            });
        }));
        return access.part(name + ".results", RESULTS, body);
    }

    /** Zeros behind the results of each plane. */
    Kernel zeros() {
        var body = Body.block(b -> b.loop("m", Term.ref("g0").times(group), Term.ref("g1").times(group), 1, x -> {
            var at = x.let("at", memories.y.at(Term.ref("yb").plus(memories.plane.times(Term.ref("m")))));
            x.loop("l", Term.i32(0), Term.ref("width"), VType.LANES,
                    lanes -> lanes.store("y", at.plus(Term.ref("l")), Term.f32(0, VType.LANES)));
        }));
        return access.part(name + ".zeros", List.of("yb", "g0", "g1", "width"), body);
    }

    /** Sums of one channel after the other, all elements of a weight in one loop. */
    private Kernel scalar(boolean begins) {
        var body = Body.block(b -> b.loop("i", Term.ref("g0"), Term.ref("g1"), 1, x -> {
            range(x);
            x.loop("t", Term.i32(0), Term.i32(group), 1, one -> channel(one, begins));
        }));
        return access.part(name + (begins ? ".scalar" : ".scalar.further"),
                List.of("xb", "yb", "g0", "g1", "part", "width"), body);
    }

    private void channel(Body b, boolean begins) {
        var m = b.let("m", Term.ref("g").times(group).plus(Term.ref("t")));
        var row = b.let("at", memories.y.at(Term.ref("yb").plus(memories.plane.times(m))));
        if (begins) {
            var start = b.let("start", memories.bias == null ? Term.f32(0, 1) : memories.bias.load(m, 1));
            b.loop("n", row, row.plus(Term.ref("width")), 1, first -> first.store("y", Term.ref("n"), start));
        }
        b.loop("p", Term.ref("from"), Term.ref("to"), 1 + group, block -> {
            var p = Term.ref("p");
            var at = block.let("in", memories.inputs.load(p, 1).plus(memories.x.at(Term.ref("xb"))));
            var weight = block.let("weight", memories.kept.load(p.plus(Term.ref("t")).plus(1), 1));
            block.loop("l", Term.i32(0), Term.ref("width"), 1, lane -> lane.store("y", row.plus(Term.ref("l")),
                    Term.of(Prim.FMA, weight, new Term.Load("x", at.plus(Term.ref("l")), VType.F32, null),
                            new Term.Load("y", row.plus(Term.ref("l")), VType.F32, null))));
        });
    }
}
