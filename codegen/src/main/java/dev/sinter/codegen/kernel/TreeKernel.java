package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.op.Trees;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decision trees in blocks of seven nodes: a row's features become integer keys, then every tree is walked block by
 * block without a branch. A vector of 512 bits finds the keys of a block's features in registers and compares them all
 * at once, and a table says which exit the seven answers lead to; the other forms take the three levels one by one.
 *
 * <p>
 * Measured on 100 trees of depth 6, 30 features, a row at a time: nodes one by one 0.65 µs, all 63 nodes of a tree
 * compared at once 0.51 µs, blocks of seven 0.24 µs.
 *
 * @see Trees
 */
public final class TreeKernel {
    /** Rows of a parallel task. */
    private static final int ROWS = 32;
    private static final int BLOCK = 8;
    /** Features whose keys stay in registers: two for each look-up. */
    private static final int IN_REGISTERS = 64;

    /**
     * What is computed.
     *
     * @param op
     *            how votes combine
     * @param x
     *            {@code f32[N,F]}, rows contiguous
     * @param y
     *            {@code f32[N,targets]}, contiguous
     * @param limits
     *            keys of the nodes' limits, eight places a block
     * @param features
     *            positions of the nodes' features among the keys, likewise
     * @param ways
     *            exit of a block by its nodes' answers
     * @param votes
     *            of the leaves
     * @param first
     *            target of each tree's first vote
     * @param chain
     *            what trees need that are not filled up, or null
     * @param trees
     *            number of trees
     * @param height
     *            blocks from a root to the farthest leaf
     * @param keys
     *            number of keys, whole vectors
     * @param missing
     *            distance to the keys in which NaN is the least; 0 if there are none
     * @param scratch
     *            i32 memory for the keys
     */
    public record Forest(Trees op, Operand x, Operand y, Operand limits, Operand features, Operand ways, Operand votes,
            Operand first, @Nullable Chain chain, int trees, int height, int keys, int missing, Operand scratch) {
        int width() {
            return Math.toIntExact(votes.dims().get(1).value());
        }
    }

    /**
     * Trees that are not filled up.
     *
     * @param exits
     *            where the blocks' exits lead: a block, or the number of all blocks and a leaf
     * @param starts
     *            where each tree begins, then how many blocks it is high
     * @param blocks
     *            number of blocks
     */
    public record Chain(Operand exits, Operand starts, int blocks) {
    }

    private final Forest forest;
    private final Access access = new Access();
    private final Access.Memory x;
    private final Access.Memory y;
    private final Access.Memory limits;
    private final Access.Memory features;
    private final Access.Memory ways;
    private final Access.Memory votes;
    private final Access.Memory first;
    private final Access.Memory keys;
    private final Access.@Nullable Memory exits;
    private final Access.@Nullable Memory starts;
    private final Term rows;
    private final Term stride;
    private final int count;

    private TreeKernel(Forest forest) {
        this.forest = forest;
        this.x = access.memory("x", forest.x());
        this.y = access.memory("y", forest.y());
        this.limits = access.fixed("l", forest.limits());
        this.features = access.fixed("f", forest.features());
        this.ways = access.fixed("w", forest.ways());
        this.votes = access.fixed("v", forest.votes());
        this.first = access.fixed("t", forest.first());
        this.keys = access.memory("k", forest.scratch());
        var chain = forest.chain();
        this.exits = chain == null ? null : access.fixed("e", chain.exits());
        this.starts = chain == null ? null : access.fixed("s", chain.starts());
        this.rows = access.size("N", forest.x().dims().getFirst());
        this.stride = access.size("ldx", forest.x().strides().getFirst());
        this.count = Math.toIntExact(forest.x().dims().get(1).value());
    }

    /**
     * The call that walks trees.
     *
     * @param forest
     *            what is computed
     * @return the call
     */
    public static Call of(Forest forest) {
        var kernel = new TreeKernel(forest);
        return new Call(KernelSet.of(kernel::kernel), kernel.access.arrays(), kernel.access.args(),
                forest.x().dims().getFirst().ceilDiv(ROWS));
    }

    private Kernel kernel(Form form) {
        boolean vector = form == Form.V512 && forest.keys() <= IN_REGISTERS;
        var body = Body.block(b -> b.par("t", task -> {
            var begin = task.let("begin", Term.ref("t").times(ROWS));
            var end = task.let("end", Term.of(Prim.MIN, begin.plus(ROWS), rows));
            task.loop("i", begin, end, 1, row -> {
                if (vector) {
                    vectorKeys(row);
                } else {
                    keys(row);
                }
                trees(row, vector);
            });
        }));
        return new Kernel(
                "trees." + forest.trees() + "." + forest.op().monoid().name().toLowerCase(java.util.Locale.ROOT)
                        + (vector ? ".v512" : ""),
                access.buffers(), access.params(true), body);
    }

    // ---- keys

    private Term key(Body b, Term value, int lanes, String suffix) {
        var bits = b.let("bits" + suffix,
                new Term.Bits(Term.of(Prim.ADD, value, Term.f32(0, lanes)), Elem.I32));
        var sign = Term.of(Prim.SHR, bits, Term.i32(31));
        return Term.of(Prim.XOR, bits, Term.of(Prim.AND, sign, integer(Integer.MAX_VALUE, lanes)));
    }

    private static Term integer(int value, int lanes) {
        return new Term.Lit(0, value, new VType(Elem.I32, lanes));
    }

    /** A key, or for NaN the largest or the least. */
    private static Term unlessMissing(Term value, Term key, int missing, int lanes) {
        return Term.of(Prim.SELECT, Term.of(Prim.EQ, value, value), key, integer(missing, lanes));
    }

    private void keys(Body row) {
        var base = row.let("base", x.at(stride.times(Term.ref("i"))));
        row.loop("c", Term.i32(0), Term.i32(count), 1, each -> {
            var value = each.let("value", new Term.Load("x", base.plus(Term.ref("c")), VType.F32, null));
            var key = each.let("key", key(each, value, 1, ""));
            each.store("k", keys.at(Term.ref("c")), unlessMissing(value, key, Integer.MAX_VALUE, 1));
            if (forest.missing() > 0) {
                each.store("k", keys.at(Term.ref("c").plus(forest.missing())),
                        unlessMissing(value, key, Integer.MIN_VALUE, 1));
            }
        });
    }

    private void vectorKeys(Body row) {
        var base = row.let("base", x.at(stride.times(Term.ref("i"))));
        for (int from = 0, part = 0; from < count; from += VType.LANES, part++) {
            var mask = from + VType.LANES <= count ? null
                    : row.let("lanes" + part, new Term.Lanes(Term.i32(from), Term.i32(count), VType.LANES));
            var value = row.let("value" + part, new Term.Load("x", base.plus(from), VType.F32X16, mask));
            var key = row.let("key" + part, key(row, value, VType.LANES, "" + part));
            row.let("k" + part, unlessMissing(value, key, Integer.MAX_VALUE, VType.LANES));
            if (forest.missing() > 0) {
                row.let("k" + (part + forest.missing() / VType.LANES),
                        unlessMissing(value, key, Integer.MIN_VALUE, VType.LANES));
            }
        }
    }

    // ---- walks

    private void trees(Body row, boolean vector) {
        boolean single = forest.op().targets() == 1;
        var at = single ? y.at(Term.ref("i")) : row.let("at", y.at(Term.ref("i").times(forest.op().targets())));
        var neutral = Term.f32(forest.op().neutral(), 1);
        if (!single) {
            row.loop("z", Term.i32(0), Term.i32(forest.op().targets()), 1,
                    each -> each.store("y", at.plus(Term.ref("z")), neutral));
        }
        var tree = new Body();
        var leaf = forest.chain() == null ? filled(tree, vector) : chained(tree, vector);
        var carries = new ArrayList<Stmt.Carry>();
        if (single) {
            var sum = together(Term.ref("sum"), vote(leaf, Term.i64(0)));
            carries.add(new Stmt.Carry("sum", List.of(), neutral, sum));
        } else {
            var target = tree.let("target", at.plus(load(first, Term.ref("tree").wide(), VType.I32)));
            tree.loop("j", Term.i32(0), Term.i32(forest.width()), 1, each -> {
                var place = each.let("place", target.plus(Term.ref("j")));
                each.store("y", place, together(new Term.Load("y", place, VType.F32, null),
                        vote(leaf, Term.ref("j").wide())));
            });
        }
        row.add(new Stmt.Loop(false, "tree", Term.i32(0), Term.i32(forest.trees()), 1, carries, tree.stmts()));
        if (single) {
            row.store("y", at, Term.ref("sum"));
        }
    }

    private Term together(Term a, Term b) {
        return Term.of(switch (forest.op().monoid()) {
            case MIN -> Prim.MIN;
            case MAX -> Prim.MAX;
            default -> Prim.ADD;
        }, a, b);
    }

    private Term vote(Term leaf, Term j) {
        return load(votes, leaf.times(Term.i64(forest.width())).plus(j), VType.F32);
    }

    /** An element of a table by its i64 index. */
    private static Term load(Access.Memory table, Term index, VType type) {
        return new Term.Load(table.buffer().name(), table.base().plus(index), type, null);
    }

    /** The number of the leaf, an i64, where block b of a level leads to blocks 8b to 8b+7 of the next. */
    private Term filled(Body b, boolean vector) {
        Term place = b.let("b0", Term.ref("tree").wide());
        long before = 0;
        long width = forest.trees();
        for (int level = 0; level < forest.height(); level++) {
            var eight = b.let("p" + level, place.times(Term.i64(BLOCK)));
            var exit = exit(b, eight.plus(Term.i64(before * BLOCK)), vector, "_" + level);
            place = b.let("b" + (level + 1), eight.plus(exit));
            before += width;
            width *= BLOCK;
        }
        return place;
    }

    /** The number of the leaf where a table says what leads where; whoever has arrived early stays where it is. */
    private Term chained(Body b, boolean vector) {
        var blocks = Term.i64(forest.chain().blocks());
        var start = b.let("start", load(starts, Term.ref("tree").wide(), VType.I64));
        var high = b.let("high", load(starts, Term.ref("tree").plus(forest.trees()).wide(), VType.I32));
        var round = new Body();
        var state = Term.ref("state");
        var walking = round.let("walking", Term.of(Prim.SHR, state.minus(blocks), Term.i32(63)));
        var eight = round.let("p", Term.of(Prim.AND, state, walking).times(Term.i64(BLOCK)));
        var exit = exit(round, eight, vector, "");
        var next = load(exits, eight.plus(exit), VType.I64);
        var moved = Term.of(Prim.XOR, state, Term.of(Prim.AND, Term.of(Prim.XOR, state, next), walking));
        b.add(new Stmt.Loop(false, "q", Term.i32(0), high, 1,
                List.of(new Stmt.Carry("state", List.of(), start, moved)), round.stmts()));
        return b.let("leaf", state.minus(blocks));
    }

    /** The exit, 0 to 7, of the block whose first node is at an index. */
    private Term exit(Body b, Term index, boolean vector, String suffix) {
        var node = b.let("n" + suffix, index);
        if (vector) {
            var feature = b.let("f" + suffix, load(features, node, VType.I32X16));
            var fails = Term.of(Prim.LT, load(limits, node, VType.I32X16), keyOf(feature));
            var answers = Term.of(Prim.AND, Term.of(Prim.PACK, fails), Term.i32((1 << BLOCK - 1) - 1));
            // HotSpot need not look whether an exit it knows to be below eight leads out of the tables
            return b.let("exit" + suffix,
                    Term.of(Prim.AND, load(ways, answers.wide(), VType.I64), Term.i64(BLOCK - 1)));
        }
        var one = b.let("one" + suffix, fails(node));
        var two = b.let("two" + suffix, one.times(Term.i64(2)).plus(fails(node.plus(Term.i64(1)).plus(one))));
        return b.let("exit" + suffix, two.times(Term.i64(2)).plus(fails(node.plus(Term.i64(3)).plus(two))));
    }

    /** A vector of the keys that a vector of positions says. */
    private Term keyOf(Term feature) {
        int registers = forest.keys() / VType.LANES;
        var low = lookup(feature, 0, registers);
        if (registers <= 2) {
            return low;
        }
        var isLow = Term.of(Prim.LT, feature, integer(2 * VType.LANES, VType.LANES));
        return Term.of(Prim.SELECT, isLow, low, lookup(feature, 2, registers));
    }

    private static Term lookup(Term feature, int from, int registers) {
        return Term.of(Prim.LOOKUP, feature, Term.ref("k" + from), Term.ref("k" + Math.min(from + 1, registers - 1)));
    }

    /** 1 if the key of a node's feature is above its limit, else 0, an i64; comparing would be a branch. */
    private Term fails(Term node) {
        var position = load(features, node, VType.I32);
        var key = new Term.Load("k", keys.at(position), VType.I64, null);
        return Term.of(Prim.USHR, load(limits, node, VType.I64).minus(key), Term.i32(63));
    }
}
