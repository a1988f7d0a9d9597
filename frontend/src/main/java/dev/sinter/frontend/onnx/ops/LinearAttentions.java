package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.MatMul;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * LinearAttention (27): a state {@code [B,H,K,V]} of each head that every token changes and reads, one after the other.
 * It is a loop over the tokens, in f32.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__LinearAttention.html">LinearAttention</a>
 */
final class LinearAttentions {
    static final List<OnnxOp> OPS = List.of(onnx("LinearAttention", 27, LinearAttentions::attention));

    private static final DType TYPE = DType.F32;
    private static final Expr A = Expr.arg(0, TYPE);
    private static final Expr B = Expr.arg(1, TYPE);

    /** What comes in for each token, its axis first. */
    private record Tokens(Value query, Value key, Value value, @Nullable Value decay, @Nullable Value rate) {
    }

    private final NodeContext node;
    private final Dim queries;
    private final Dim heads;

    private LinearAttentions(NodeContext node) {
        this.node = node;
        this.queries = Dim.of(node.attributes().integer("q_num_heads", 0));
        this.heads = Dim.of(node.attributes().integer("kv_num_heads", 0));
    }

    private static List<Operand> attention(NodeContext node) {
        return new LinearAttentions(node).run();
    }

    private List<Operand> run() {
        var rule = node.attributes().text("update_rule", "gated_delta");
        if (!Arrays.asList("linear", "gated", "delta", "gated_delta").contains(rule)
                || heads.value() < 1 || queries.value() % heads.value() != 0) {
            throw node.error("update_rule linear, gated, delta or gated_delta and heads that are a multiple of "
                    + "others were expected, not " + rule + ", " + queries + " and " + heads);
        }
        var tokens = new Tokens(tokens(0, queries), tokens(1, heads), tokens(2, heads),
                rule.startsWith("gated") ? tokens(4, heads) : null, rule.endsWith("delta") ? rate() : null);
        var stateType = node.has(3) ? node.type(3).dtype() : node.type(0).dtype();
        var shape = Shape.of(node.shape(0).dim(0), heads, tokens.key().shape().dim(3), tokens.value().shape().dim(3));
        var state = node.has(3) ? node.cast(node.value(3), TYPE) : node.expand(node.scalar(TYPE, 0), shape);
        var count = Operand.ofContent(TensorType.of(DType.I64), List.of(node.symbols().simplify(node.shape(0).dim(1))));
        var made = Loops.repeat(node, count, null, List.of(Operand.of(state)), (inner, inputs) -> {
            var round = inputs.getFirst().value(inner.builder(), inner.origin());
            var before = inputs.getLast().value(inner.builder(), inner.origin());
            return token(inner, tokens, round, before);
        });
        var last = made.get(0).value(node.builder(), node.origin());
        var rows = node.permute(made.get(1).value(node.builder(), node.origin()), List.of(1, 0, 2));
        return node.results(node.cast(rows, node.type(0).dtype()), node.cast(last, stateType));
    }

    /** {@code [B,T,H*D] -> [T,B,H,D]} in f32. */
    private Value tokens(int i, Dim count) {
        var x = node.cast(node.value(i), TYPE);
        var s = x.shape();
        var size = node.symbols().simplify(s.dim(2).floorDiv(count));
        return node.permute(node.reshape(x, Shape.of(s.dim(0), s.dim(1), count, size)), List.of(1, 0, 2, 3));
    }

    /** One rate for each head, or for all. */
    private Value rate() {
        return tokens(5, node.shape(5).dim(2).equals(Dim.ONE) ? Dim.ONE : heads);
    }

    private float scale(Dim size) {
        float given = node.attributes().real("scale", 0);
        return given != 0 ? given : (float) (1 / Math.sqrt(size.value()));
    }

    private List<@Nullable Operand> token(NodeContext at, Tokens tokens, Value round, Value before) {
        var key = pick(at, tokens.key(), round);
        var value = row(at, pick(at, tokens.value(), round));
        var kept = tokens.decay() == null ? before
                : at.map(Expr.apply(Fn.MUL, Expr.apply(Fn.EXP, A), B), column(at, pick(at, tokens.decay(), round)),
                        before);
        var change = value;
        if (tokens.rate() != null) {
            var found = at.apply(MatMul.plain(TYPE), row(at, key), kept);
            var difference = Expr.apply(Fn.MUL, Expr.arg(2, TYPE), Expr.apply(Fn.SUB, A, B));
            change = at.map(difference, value, found, column(at, pick(at, tokens.rate(), round)));
        }
        var update = Expr.apply(Fn.ADD, A, Expr.apply(Fn.MUL, B, Expr.arg(2, TYPE)));
        var after = at.map(update, kept, column(at, key), change);
        var query = pick(at, tokens.query(), round);
        var q = query.shape();
        var each = Dim.of(queries.value() / heads.value());
        var read = at.apply(MatMul.plain(TYPE), at.reshape(query, Shape.of(q.dim(0), heads, each, q.dim(2))), after);
        var scaled = at.map(Expr.apply(Fn.MUL, A, Expr.literal(scale(q.dim(2)), TYPE)), read);
        var output = at.reshape(scaled, Shape.of(q.dim(0), queries.times(after.shape().dim(3))));
        var results = new ArrayList<@Nullable Operand>();
        results.add(null);
        results.addAll(at.results(after, output));
        return results;
    }

    private static Value pick(NodeContext at, Value tokens, Value round) {
        return at.apply(new Gather(0), tokens, round);
    }

    /** {@code [B,H,D] -> [B,H,D,1]}. */
    private static Value column(NodeContext at, Value x) {
        var s = x.shape();
        return at.reshape(x, Shape.of(s.dim(0), s.dim(1), s.dim(2), Dim.ONE));
    }

    /** {@code [B,H,D] -> [B,H,1,D]}. */
    private static Value row(NodeContext at, Value x) {
        var s = x.shape();
        return at.reshape(x, Shape.of(s.dim(0), s.dim(1), Dim.ONE, s.dim(2)));
    }
}
