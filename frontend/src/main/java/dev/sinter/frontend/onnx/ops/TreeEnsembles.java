package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.ml;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Reduce.Monoid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/**
 * Sums over decision trees: TreeEnsembleClassifier, TreeEnsembleRegressor (1, 3 double, 5 deprecated), TreeEnsemble
 * (5). Every sample walks each tree to a leaf, then the leaves' weights are put together.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html">TreeEnsemble</a>
 */
final class TreeEnsembles {
    static final List<OnnxOp> OPS = List.of(
            ml("TreeEnsembleClassifier", 1, TreeEnsembles::classifier),
            ml("TreeEnsembleRegressor", 1, TreeEnsembles::regressor),
            ml("TreeEnsemble", 5, TreeEnsembles::ensemble));

    private static final List<String> AGGREGATES = List.of("AVERAGE", "SUM", "MIN", "MAX");

    private final NodeContext node;
    private final TreeTable table;
    private final DType type;

    private TreeEnsembles(NodeContext node, TreeTable table, DType type) {
        this.node = node;
        this.table = table;
        this.type = type;
        if (table.trees() == 0) {
            throw node.error("at least one tree was expected");
        }
    }

    /** f64 if the samples or the thresholds are, else f32. */
    private static DType precision(NodeContext node) {
        boolean exact = node.type(0).dtype() == DType.F64 || node.attributes().has("nodes_values_as_tensor");
        return exact ? DType.F64 : DType.F32;
    }

    private static List<Operand> regressor(NodeContext node) {
        var trees = new TreeEnsembles(node, TreeReader.byName(node, "target"), precision(node));
        int targets = Math.toIntExact(node.attributes().integer("n_targets", 1));
        var scores = trees.based(trees.scores(targets, node.attributes().text("aggregate_function", "SUM")), targets);
        return node.results(node.cast(PostTransforms.apply(node, scores), DType.F32));
    }

    private static List<Operand> ensemble(NodeContext node) {
        var type = node.type(0).dtype();
        var trees = new TreeEnsembles(node, TreeReader.byPosition(node), NodeContext.wide(type));
        int targets = Math.toIntExact(node.attributes().integer("n_targets", 1));
        int aggregate = (int) node.attributes().integer("aggregate_function", 1);
        int transform = (int) node.attributes().integer("post_transform", 0);
        if (aggregate < 0 || aggregate >= AGGREGATES.size() || transform < 0
                || transform >= PostTransforms.NAMES.size()) {
            throw node.error("aggregate_function " + aggregate + " or post_transform " + transform + " is not known");
        }
        var scores = trees.scores(targets, AGGREGATES.get(aggregate));
        return node.results(node.cast(PostTransforms.apply(node, PostTransforms.NAMES.get(transform), scores), type));
    }

    private static List<Operand> classifier(NodeContext node) {
        var table = TreeReader.byName(node, "class");
        var labels = ClassLabels.of(node, "classlabels_int64s", "classlabels_strings");
        var trees = new TreeEnsembles(node, table, precision(node));
        var voted = new HashSet<Integer>();
        for (int row = 0; row < table.size(); row++) {
            table.votes(row).forEach(v -> voted.add(v.target()));
        }
        if (labels.size() <= 2 && voted.size() == 1) {
            return trees.binary(labels, voted.iterator().next());
        }
        var scores = trees.based(trees.scores(labels.size(), "SUM"), labels.size());
        return node.results(labels.largest(node, scores),
                node.cast(PostTransforms.apply(node, scores), DType.F32));
    }

    /**
     * Two classes and votes for one of them: the score is a probability if no weight is negative, else its sign
     * decides.
     */
    private List<Operand> binary(ClassLabels labels, int voted) {
        var base = TreeReader.reals(node, "base_values");
        var all = scores(voted + 1, "SUM");
        var f = new Formula();
        var column = f.operand(0, type).at(Formula.axis(0), Formula.number(voted));
        var sum = base.length == 0 ? column : Formula.add(column, Expr.literal(base[base.length - 1], type));
        var score = node.compute(Shape.of(all.shape().dim(0), Dim.ONE), sum, all);
        boolean positive = Arrays.stream(TreeReader.reals(node, "class_weights")).allMatch(w -> w >= 0);
        var x = Expr.arg(0, type);
        boolean logistic = node.attributes().text("post_transform", "NONE").equals("LOGISTIC");
        var other = positive ? Formula.sub(Expr.literal(1, type), x) : Expr.apply(Fn.NEG, x);
        var first = logistic && !positive ? Expr.apply(Fn.SIGMOID, other) : other;
        var second = logistic && !positive ? Expr.apply(Fn.SIGMOID, x) : x;
        var both = node.apply(new Concat(1), node.map(first, score), node.map(second, score));
        return node.results(labels.above(node, score, positive ? 0.5 : 0), node.cast(both, DType.F32));
    }

    /** The leaf of each tree {@code [N,trees]}. */
    private Value leaves(Value x) {
        var operands = new ArrayList<>(List.of(x, longs(table.roots()), longs(table.features()), reals(table.values()),
                longs(table.children())));
        var f = new Formula();
        var modes = table.usedModes();
        var walk = f.loop(Formula.number(table.height()),
                List.of(f.operand(1, DType.I64).at(Formula.axis(1))), (k, at) -> {
                    var row = at.getFirst();
                    var feature = f.operand(0, type).at(Formula.axis(0), f.operand(2, DType.I64).at(row));
                    var next = f.let(feature, value -> Formula.add(Formula.mul(row, Formula.number(2)),
                            Formula.select(holds(f, operands, modes, row, value), Formula.number(1),
                                    Formula.number(0))));
                    return List.of(f.operand(4, DType.I64).at(next));
                }, at -> at.getFirst());
        return node.compute(Shape.of(x.shape().dim(0), Dim.of(table.trees())), walk,
                operands.toArray(Value[]::new));
    }

    /** Whether a node's comparison holds; adds the tables it needs to the operands. */
    private Expr holds(Formula f, List<Value> operands, List<TreeTable.Mode> modes, Expr row, Expr value) {
        var limit = f.operand(3, type).at(row);
        Expr result = null;
        Expr mode = modes.size() < 2 ? null : table(f, operands, table.modes()).at(row);
        for (var each : modes) {
            var holds = compare(f, operands, each, row, value, limit);
            result = result == null || mode == null ? holds
                    : Formula.select(Formula.eq(mode, Formula.number(each.ordinal())), holds, result);
        }
        if (result == null) {
            return Expr.integer(0, DType.BOOL);
        }
        if (!table.tracksMissing()) {
            return result;
        }
        var tracks = Formula.eq(table(f, operands, table.missing()).at(row), Formula.number(1));
        return Formula.select(Expr.apply(Fn.IS_NAN, value), Formula.or(tracks, result), result);
    }

    private Formula.Source table(Formula f, List<Value> operands, long[] values) {
        operands.add(longs(values));
        return f.operand(operands.size() - 1, DType.I64);
    }

    private Expr compare(Formula f, List<Value> operands, TreeTable.Mode mode, Expr row, Expr value, Expr limit) {
        return switch (mode) {
            case LEQ -> Formula.le(value, limit);
            case LT -> Formula.lt(value, limit);
            case GTE -> Formula.le(limit, value);
            case GT -> Formula.lt(limit, value);
            case EQ -> Formula.eq(value, limit);
            case NEQ -> Expr.apply(Fn.NOT, Formula.eq(value, limit));
            case MEMBER -> {
                var ranges = table(f, operands, table.memberRanges());
                operands.add(reals(table.members()));
                var members = f.operand(operands.size() - 1, type);
                var first = Formula.mul(row, Formula.number(2));
                yield f.fold(ranges.at(Formula.add(first, Formula.number(1))), Expr.integer(0, DType.BOOL),
                        k -> Formula.eq(members.at(Formula.add(ranges.at(first), k)), value), Formula::or);
            }
            case LEAF -> throw new IllegalArgumentException("a leaf compares nothing");
        };
    }

    /** The leaves' weights for each target put together {@code [N,targets]}. */
    private Value scores(int targets, String aggregate) {
        boolean extreme = aggregate.equals("MIN") || aggregate.equals("MAX");
        double none = !extreme ? 0 : aggregate.equals("MIN") ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        var weights = TensorData.zeros(type, table.size(), targets);
        for (int row = 0; row < table.size(); row++) {
            for (int target = 0; target < targets; target++) {
                double weight = none;
                for (var vote : table.votes(row)) {
                    if (vote.target() == target) {
                        weight = weight == none ? vote.weight() : together(aggregate, weight, vote.weight());
                    }
                }
                weights.set(row * targets + target, weight);
            }
        }
        var total = together(node.cast(ClassLabels.rows(node, 0), type), weights, aggregate, none);
        var x = Expr.arg(0, type);
        if (aggregate.equals("AVERAGE")) {
            return node.map(Expr.apply(Fn.DIV, x, Expr.literal(table.trees(), type)), total);
        }
        return !extreme ? total : node.map(Expr.apply(Fn.SELECT, Expr.apply(Fn.EQ, x, Expr.literal(none, type)),
                Expr.literal(0, type), x), total);
    }

    /** The leaves' weights put together: by the op for trees if it knows all they ask, else element by element. */
    private Value together(Value x, TensorData weights, String aggregate, double none) {
        var monoid = switch (aggregate) {
            case "MIN" -> Monoid.MIN;
            case "MAX" -> Monoid.MAX;
            case "SUM", "AVERAGE" -> Monoid.SUM;
            default -> throw node.error("aggregate_function '" + aggregate + "' is not known");
        };
        var known = type == DType.F32 ? TreeForest.apply(node, table, x, weights, monoid) : null;
        if (known != null) {
            return known;
        }
        var leaves = leaves(x);
        var f = new Formula();
        var leaf = f.operand(0, DType.I64);
        var weight = f.operand(1, type);
        var total = f.fold(Formula.number(table.trees()), Expr.literal(none, type),
                t -> weight.at(leaf.at(Formula.axis(0), t), Formula.axis(1)), (a, b) -> switch (monoid) {
                    case MIN -> Formula.min(a, b);
                    case MAX -> Formula.max(a, b);
                    default -> Formula.add(a, b);
                });
        return node.compute(Shape.of(leaves.shape().dim(0), Dim.of(weights.dims()[1])), total, leaves,
                node.constant(weights));
    }

    private static double together(String aggregate, double a, double b) {
        return aggregate.equals("MIN") ? Math.min(a, b) : aggregate.equals("MAX") ? Math.max(a, b) : a + b;
    }

    /** The scores with what each target begins with. */
    private Value based(Value scores, int targets) {
        var base = TreeReader.reals(node, "base_values");
        if (base.length == 0) {
            return scores;
        }
        if (base.length != 1 && base.length != targets) {
            throw node.error("a base value for each of " + targets + " targets was expected, not " + base.length);
        }
        return node.map(Expr.apply(Fn.ADD, Expr.arg(0, type), Expr.arg(1, type)), scores, reals(base));
    }

    private Value longs(long[] values) {
        return node.constant(TensorData.longs(values, values.length));
    }

    private Value reals(double[] values) {
        var data = TensorData.zeros(type, values.length);
        for (int i = 0; i < values.length; i++) {
            data.set(i, values[i]);
        }
        return node.constant(data);
    }
}
