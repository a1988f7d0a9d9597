package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's GroupQueryAttention: causal attention whose keys and values are appended to a cache, each sample of
 * the batch at its own place. Inputs are query, key, value, past key, past value, the samples' last positions, the
 * length of the longest sample, then caches of cosines and sines, positions, an attention bias and sinks of the heads.
 *
 * @see <a href=
 *      "https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.GroupQueryAttention">
 *      GroupQueryAttention</a>
 */
final class GroupedAttentions {
    static final List<OnnxOp> OPS = List.of(microsoft("GroupQueryAttention",
            node -> new GroupedAttentions(node).run()));

    private static final int SINKS = 11;

    private final NodeContext node;
    private final AttentionParts parts;
    private final Dim queryHeads;
    private final Dim heads;
    private final DType wide;

    private GroupedAttentions(NodeContext node) {
        this.node = node;
        this.parts = new AttentionParts(node);
        this.queryHeads = Dim.of(node.attributes().integer("num_heads", 0));
        this.heads = Dim.of(node.attributes().integer("kv_num_heads", 0));
        this.wide = NodeContext.wide(node.type(0).dtype());
        if (heads.value() < 1) {
            throw node.error("attribute 'kv_num_heads' was expected");
        }
        if (node.wants(3)) {
            throw node.error("result 3 (scores of queries and keys) is not supported");
        }
        for (int i = SINKS + 1; i < node.inputCount(); i++) {
            if (node.has(i)) {
                throw node.error("input " + i + " (scales of a quantized cache, norms of queries and keys)"
                        + " is not supported");
            }
        }
    }

    private List<Operand> run() {
        var given = separate();
        var q = given.get(0);
        var k = given.get(1);
        if (node.attributes().flag("do_rotary", false)) {
            q = turned(q);
            k = turned(k);
        }
        var total = Sizes.of(node, 6);
        var presentKey = appended(3, k, total);
        var presentValue = appended(4, given.get(2), total);
        var raw = parts.capped(parts.scores(q, presentKey, node.attributes().real("scale", 0)),
                node.attributes().real("softcap", 0));
        var scores = parts.biased(raw, hidden(q.shape(), presentKey.shape()));
        if (node.has(10)) {
            scores = parts.biased(scores, node.value(10));
        }
        var output = parts.joined(parts.grouped(softmax(scores), presentValue));
        var type = node.type(0).dtype();
        return node.results(node.cast(output, type), node.cast(presentKey, type), node.cast(presentValue, type));
    }

    /** Softmax of the last axis; with one more score that takes its share and goes nowhere, 0 or each head's own. */
    private Value softmax(Value scores) {
        if (!node.attributes().flag("smooth_softmax", false) && !node.has(SINKS)) {
            return parts.softmax(scores);
        }
        var sink = node.has(SINKS)
                ? node.reshape(node.cast(node.value(SINKS), wide), Shape.of(Dim.ONE, queryHeads, Dim.ONE, Dim.ONE))
                : node.reshape(node.scalar(wide, 0), Shape.of(Dim.ONE, Dim.ONE, Dim.ONE, Dim.ONE));
        var shape = scores.shape();
        var all = node.apply(new Concat(3), scores, node.expand(sink, shape.with(3, Dim.ONE)));
        return node.apply(new View(new IndexMap.Slice(Collections.nCopies(4, Dim.ZERO), Collections.nCopies(4, 1L),
                shape.dims())), parts.softmax(all));
    }

    /** {@code [B,H,S,D]} each; keys and values may stand beside the queries. */
    private List<Value> separate() {
        var q = node.cast(node.value(0), wide);
        if (node.has(1)) {
            return List.of(parts.heads(q, queryHeads), parts.heads(node.cast(node.value(1), wide), heads),
                    parts.heads(node.cast(node.value(2), wide), heads));
        }
        var all = queryHeads.plus(heads).plus(heads);
        var size = node.symbols().simplify(q.shape().dim(2).floorDiv(all));
        var begin = Dim.ZERO;
        var made = new ArrayList<Value>();
        for (var count : List.of(queryHeads, heads, heads)) {
            var width = count.times(size);
            var part = node.apply(new View(new IndexMap.Slice(List.of(Dim.ZERO, Dim.ZERO, begin), List.of(1L, 1L, 1L),
                    List.of(q.shape().dim(0), q.shape().dim(1), width))), q);
            made.add(parts.heads(part, count));
            begin = begin.plus(width);
        }
        return made;
    }

    /** How many tokens of a sample came before; operand i is the samples' last positions. */
    private Expr before(Formula f, int operand, Dim tokens) {
        var last = Expr.cast(f.operand(operand, node.type(5).dtype()).at(Formula.axis(0)), DType.I64);
        return Formula.sub(Formula.add(last, Formula.number(1)), Formula.size(tokens));
    }

    private Value lasts() {
        return node.reshape(node.value(5), Shape.of(node.shape(5).size()));
    }

    private Value turned(Value x) {
        var cos = node.value(7);
        var half = node.simplify(cos.shape()).dim(1).value();
        var tokens = x.shape().dim(2);
        Value positions;
        if (node.has(9)) {
            positions = node.value(9);
        } else {
            var f = new Formula();
            // padding in front of the first token of a batch has no position
            var place = Formula.max(Formula.number(0), Formula.add(before(f, 0, tokens), Formula.axis(1)));
            positions = node.compute(Shape.of(x.shape().dim(0), tokens), place, lasts());
        }
        var angles = new RotaryEmbeddings.Angles(false, false, half,
                node.attributes().flag("rotary_interleaved", false), 1);
        return RotaryEmbeddings.turned(node, List.of(x, cos, node.value(8), positions), angles, 2);
    }

    /** The cache with the new tokens behind each sample's old ones {@code [B,H,T,D]}, and zeros behind those. */
    private Value appended(int past, Value x, Dim total) {
        var cache = node.has(past) ? node.cast(node.value(past), wide) : null;
        var shape = x.shape();
        var length = cache == null ? total : node.symbols().simplify(cache.shape().dim(2).max(total));
        var f = new Formula();
        var t = Formula.axis(2);
        var zero = Expr.literal(0, wide);
        var first = Formula.max(before(f, 1, shape.dim(2)), Formula.number(0));
        var expr = f.let(first, begin -> {
            var fresh = f.operand(0, wide).or(zero,
                    List.of(Formula.axis(0), Formula.axis(1), Formula.sub(t, begin), Formula.axis(3)));
            return cache == null ? fresh
                    : Formula.select(Formula.lt(t, begin), f.operand(2, wide).or(zero, Formula.axes(4)), fresh);
        });
        var result = Shape.of(shape.dim(0), shape.dim(1), length, shape.dim(3));
        return cache == null ? node.compute(result, expr, x, lasts()) : node.compute(result, expr, x, lasts(), cache);
    }

    /** Minus infinity at keys after a query, or too far before it {@code [B,1,S,T]}. */
    private @Nullable Value hidden(Shape q, Shape k) {
        var f = new Formula();
        var key = Formula.axis(3);
        long window = node.attributes().integer("local_window_size", -1);
        var place = Formula.add(Formula.max(before(f, 0, q.dim(2)), Formula.number(0)), Formula.axis(2));
        var seen = f.let(place, query -> {
            var visible = Formula.le(key, query);
            return window <= 0 ? visible
                    : Formula.and(visible, Formula.lt(Formula.sub(query, Formula.number(window)), key));
        });
        return node.compute(Shape.of(q.dim(0), Dim.ONE, q.dim(2), k.dim(2)), Formula.select(seen,
                Expr.literal(0, wide), Expr.literal(Double.NEGATIVE_INFINITY, wide)), lasts());
    }
}
