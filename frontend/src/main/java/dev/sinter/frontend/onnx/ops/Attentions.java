package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention (23, 24 external caches, 25 windows) and FlexAttention (preview 1). Small floats are computed in f32.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Attention.html">Attention</a>
 */
final class Attentions {
    static final List<OnnxOp> OPS = List.of(
            onnx("Attention", 23, Attentions::attention),
            new OnnxOp("ai.onnx.preview", "FlexAttention", 1, 1, Attentions::flexible));

    /** So few keys may be added up in a small type without harm. */
    private static final int FEW_KEYS = 32;

    private Attentions() {
    }

    private static List<Operand> attention(NodeContext node) {
        var parts = new AttentionParts(node);
        boolean flat = node.shape(0).rank() == 3;
        var q = heads(node, parts, 0, "q_num_heads");
        var k = parts.appended(node.has(4) ? node.value(4) : null, heads(node, parts, 1, "kv_num_heads"));
        var v = parts.appended(node.has(5) ? node.value(5) : null, heads(node, parts, 2, "kv_num_heads"));
        var steps = new Steps(node, q.dtype(), k.shape().dim(2));
        var raw = steps.scores(parts, q, k, node.attributes().real("scale", 0));
        var capped = steps.rounded(parts.capped(raw, node.attributes().real("softcap", 0)));
        var bias = bias(node, q.shape(), k.shape(), steps.wide());
        var biased = steps.rounded(parts.biased(capped, bias));
        var weights = steps.rounded(steps.softmax(parts, biased, bias != null && mayHideAll(node) ? bias : null));
        var result = node.cast(parts.grouped(weights, node.cast(v, steps.wide())), q.dtype());
        var shown = switch ((int) node.attributes().integer("qk_matmul_output_mode", 0)) {
            case 0 -> raw;
            case 1 -> capped;
            case 2 -> biased;
            case 3 -> weights;
            default -> throw node.error("qk_matmul_output_mode was expected to be from 0 to 3");
        };
        var y = flat ? parts.joined(result) : result;
        return node.wants(3) ? node.results(y, k, v, node.cast(shown, q.dtype())) : node.results(y, k, v);
    }

    /**
     * How exactly attention is computed: in the wide type; for bf16 and a few keys each step is rounded, as the
     * definition's steps are.
     *
     * @param keys
     *            how many
     */
    private record Steps(NodeContext node, DType type, Dim keys) {
        DType wide() {
            return NodeContext.wide(type);
        }

        private boolean isStepwise() {
            return type == DType.BF16 && keys instanceof Dim.Const(long count) && count <= FEW_KEYS;
        }

        Value rounded(Value x) {
            return isStepwise() ? node.cast(node.cast(x, type), wide()) : x;
        }

        Value scores(AttentionParts parts, Value q, Value k, float scale) {
            var left = node.cast(q, wide());
            var right = node.cast(k, wide());
            if (!isStepwise() || scale == 0 && !q.shape().dim(3).isConst()) {
                return rounded(parts.scores(left, right, scale));
            }
            float whole = scale == 0 ? (float) (1 / Math.sqrt(q.shape().dim(3).value())) : scale;
            var root = Expr.literal(type.round(Math.sqrt(whole)), wide());
            var scaled = Formula.mul(Expr.arg(0, wide()), root);
            return rounded(parts.scores(rounded(node.map(scaled, left)), rounded(node.map(scaled, right)), 1));
        }

        Value softmax(AttentionParts parts, Value scores, @Nullable Value bias) {
            long code = node.attributes().integer("softmax_precision", 0);
            var precision = code == 0 ? type : OnnxTypes.dtype(code, "attribute 'softmax_precision'");
            var exact = NodeContext.wide(precision);
            var x = node.cast(scores, exact);
            var made = isStepwise() && precision == type
                    ? Normalizations.stepwise(node, x, scores.shape().rank() - 1, type) : parts.softmax(x);
            return node.cast(parts.guarded(made, bias), wide());
        }
    }

    private static Value heads(NodeContext node, AttentionParts parts, int i, String attribute) {
        var x = node.value(i);
        if (x.shape().rank() == 4) {
            return x;
        }
        long heads = node.attributes().integer(attribute, 0);
        if (x.shape().rank() != 3 || heads < 1) {
            throw node.error("four axes, or three and attribute " + attribute + ", were expected, input " + i + " is "
                    + node.type(i));
        }
        return parts.heads(x, Dim.of(heads));
    }

    /** Whether a query may have no key at all: not if keys are hidden only because they come later. */
    private static boolean mayHideAll(NodeContext node) {
        return node.has(3) || node.has(6) || window(node, "left") >= 0 || window(node, "right") >= 0;
    }

    private static long window(NodeContext node, String side) {
        return node.attributes().integer(side + "_window_size", -1);
    }

    /**
     * What is added to scores {@code [B,H,S,T]}: a mask, and minus infinity at keys that are hidden; null where nothing
     * is.
     */
    private static @Nullable Value bias(NodeContext node, Shape q, Shape k, DType type) {
        boolean causal = node.attributes().flag("is_causal", false);
        boolean placed = causal || window(node, "left") >= 0 || window(node, "right") >= 0;
        boolean padded = node.has(6);
        if (!node.has(3)) {
            return placed || padded ? hidden(node, null, q, k, type) : null;
        }
        var mask = node.value(3);
        var last = mask.shape().rank() == 0 ? Dim.ONE : mask.shape().dim(-1);
        boolean whole = node.symbols().simplify(last).equals(node.symbols().simplify(k.dim(2)));
        if (placed || padded || !whole) {
            return hidden(node, mask, q, k, type);
        }
        return mask.dtype() != DType.BOOL ? node.cast(mask, type)
                : node.map(Formula.select(Expr.arg(0, DType.BOOL), Expr.literal(0, type), nothing(type)), mask);
    }

    private static Expr nothing(DType type) {
        return Expr.literal(Double.NEGATIVE_INFINITY, type);
    }

    private static Value hidden(NodeContext node, @Nullable Value mask, Shape q, Shape k, DType type) {
        var f = new Formula();
        var operands = new ArrayList<Value>();
        var visible = visible(node, f, operands, q, k);
        var dims = new ArrayList<>(List.of(node.has(6) ? q.dim(0) : Dim.ONE, Dim.ONE, q.dim(2), k.dim(2)));
        Expr added = Expr.literal(0, type);
        if (mask != null) {
            var own = mask.shape();
            var at = new ArrayList<Expr>();
            for (int axis = 4 - own.rank(); axis < 4; axis++) {
                var dim = own.dim(axis - 4 + own.rank());
                boolean single = dim.equals(Dim.ONE);
                at.add(single ? Formula.number(0) : Formula.axis(axis));
                if (axis < 2 && !single) {
                    dims.set(axis, dim);
                }
            }
            operands.add(mask);
            added = masked(f.operand(operands.size() - 1, mask.dtype()), at, type);
        }
        var expr = visible == null ? added : Formula.select(visible, added, nothing(type));
        return node.compute(new Shape(dims), expr, operands.toArray(Value[]::new));
    }

    /** A mask's element as something to add; a mask that is too short hides what it does not reach. */
    private static Expr masked(Formula.Source mask, List<Expr> at, DType type) {
        if (mask.dtype() == DType.BOOL) {
            return Formula.select(mask.or(Expr.literal(0, DType.BOOL), at), Expr.literal(0, type), nothing(type));
        }
        return Expr.cast(mask.or(nothing(mask.dtype()), at), type);
    }

    /** Whether query i may see key j; null where each sees all. */
    private static @Nullable Expr visible(NodeContext node, Formula f, List<Value> operands, Shape q, Shape k) {
        var conditions = new ArrayList<Expr>();
        var key = Formula.axis(3);
        var query = Formula.axis(2);
        if (node.has(6)) {
            operands.add(node.value(6));
            var length = Expr.cast(f.operand(0, node.type(6).dtype()).at(Formula.axis(0)), DType.I64);
            conditions.add(Formula.lt(key, length));
            query = Formula.add(query, Formula.sub(length, Formula.size(q.dim(2))));
        } else if (node.has(4)) {
            query = Formula.add(query, Formula.size(node.shape(4).dim(2)));
        }
        if (node.attributes().flag("is_causal", false)) {
            conditions.add(Formula.le(key, query));
        }
        if (window(node, "left") >= 0) {
            conditions.add(Formula.le(Formula.sub(query, Formula.number(window(node, "left"))), key));
        }
        if (window(node, "right") >= 0) {
            conditions.add(Formula.le(key, Formula.add(query, Formula.number(window(node, "right")))));
        }
        return conditions.stream().reduce(Formula::and).orElse(null);
    }

    /** Attention whose scores and probabilities go through bodies of the node. */
    private static List<Operand> flexible(NodeContext node) {
        var parts = new AttentionParts(node);
        var type = node.type(0).dtype();
        long precision = node.attributes().integer("softmax_precision", 0);
        var exact = precision == 0 ? NodeContext.wide(type) : OnnxTypes.dtype(precision, "softmax_precision");
        var wide = NodeContext.wide(exact);
        var scores = parts.scores(node.cast(node.value(0), wide), node.cast(node.value(1), wide),
                node.attributes().real("scale", 0));
        var modified = modified(node, "score_mod", node.cast(scores, exact));
        var weights = node.cast(parts.softmax(node.cast(modified, wide)), exact);
        var changed = node.cast(modified(node, "prob_mod", weights), wide);
        return node.results(node.cast(parts.grouped(changed, node.cast(node.value(2), wide)), type));
    }

    private static Value modified(NodeContext node, String body, Value x) {
        if (!node.attributes().has(body)) {
            return x;
        }
        var result = node.body(node.attributes().graph(body), node.builder(), List.of(Operand.of(x))).getFirst()
                .value(node.builder(), node.origin());
        return node.reshape(result, x.shape());
    }
}
