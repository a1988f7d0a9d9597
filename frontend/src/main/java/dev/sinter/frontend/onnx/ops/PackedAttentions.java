package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * ONNX Runtime's attention over the real tokens {@code [N,H*D]} of a padded batch {@code [B,S]}, one sample behind the
 * other: PackedAttention, which makes queries, keys and values itself, and PackedMultiHeadAttention, which is given
 * them. Samples begin where their cumulative lengths {@code [B+1]} say.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">Contrib operators</a>
 */
final class PackedAttentions {
    static final List<OnnxOp> OPS = List.of(
            microsoft("PackedAttention", PackedAttentions::attention),
            microsoft("PackedMultiHeadAttention", PackedAttentions::multiHead));

    private final NodeContext node;
    private final AttentionParts parts;
    private final Dim heads;
    private final DType type;
    private final DType wide;
    private final Value starts;
    private final Shape padded;

    /** Of a node whose input at {@code offsets} is as large as the padded batch, with cumulative lengths behind it. */
    private PackedAttentions(NodeContext node, int offsets) {
        this.node = node;
        this.parts = new AttentionParts(node);
        this.heads = Dim.of(node.attributes().integer("num_heads", 0));
        this.type = node.type(0).dtype();
        this.wide = NodeContext.wide(type);
        this.padded = node.shape(offsets);
        this.starts = node.integers(offsets + 1);
        if (heads.value() < 1 || padded.rank() != 2) {
            throw node.error("num_heads and token offsets [B,S] were expected, not " + heads + " and "
                    + node.type(offsets));
        }
    }

    /** Input, weights, bias, token offsets, cumulative lengths, attention bias. */
    private static List<Operand> attention(NodeContext node) {
        var self = new PackedAttentions(node, 3);
        var all = self.sum(Matrices.product(node, node.value(0), node.value(1)), node.value(2));
        var sizes = node.attributes().integers("qkv_hidden_sizes");
        var third = node.symbols().simplify(all.shape().dim(1).floorDiv(Dim.of(3)));
        var begin = Dim.ZERO;
        var made = new ArrayList<Value>();
        for (int i = 0; i < 3; i++) {
            var size = sizes == null || sizes.length == 0 ? third : Dim.of(sizes[i]);
            made.add(self.part(all, begin, size));
            begin = begin.plus(size);
        }
        return self.attended(made, 5);
    }

    /** Query, key, value, bias, token offsets, cumulative lengths, attention bias; query may hold all three. */
    private static List<Operand> multiHead(NodeContext node) {
        var self = new PackedAttentions(node, 4);
        var made = new ArrayList<Value>();
        var begin = Dim.ZERO;
        for (int i = 0; i < 3; i++) {
            var x = node.shape(0).rank() == 4 ? self.third(i) : node.cast(node.value(i), self.wide);
            var size = x.shape().dim(1);
            made.add(node.has(3) ? self.sum(x, self.part(node.value(3), begin, size)) : x);
            begin = begin.plus(size);
        }
        return self.attended(made, 6);
    }

    private Value sum(Value x, Value bias) {
        return node.map(Formula.add(Expr.arg(0, wide), Expr.arg(1, wide)), x, node.cast(bias, wide));
    }

    /** Some of the last axis. */
    private Value part(Value x, Dim begin, Dim count) {
        int last = x.shape().rank() - 1;
        var begins = new ArrayList<Dim>(Collections.nCopies(last + 1, Dim.ZERO));
        begins.set(last, begin);
        return node.apply(new View(new IndexMap.Slice(begins, Collections.nCopies(last + 1, 1L),
                x.shape().with(last, count).dims())), x);
    }

    /** One of queries, keys and values {@code [N,H,3,D] -> [N,H*D]}. */
    private Value third(int which) {
        var x = node.cast(node.value(0), wide);
        var shape = x.shape();
        var one = node.apply(new View(new IndexMap.Slice(List.of(Dim.ZERO, Dim.ZERO, Dim.of(which), Dim.ZERO),
                Collections.nCopies(4, 1L), shape.with(2, Dim.ONE).dims())), x);
        return node.reshape(one, Shape.of(shape.dim(0), shape.dim(1).times(shape.dim(3))));
    }

    private List<Operand> attended(List<Value> tokens, int bias) {
        var q = unpacked(tokens.get(0));
        var k = unpacked(tokens.get(1));
        var v = unpacked(tokens.get(2));
        var scores = parts.biased(parts.scores(q, k, node.attributes().real("scale", 0)), hidden());
        if (node.has(bias)) {
            scores = parts.biased(scores, node.value(bias));
        }
        return node.results(node.cast(packed(parts.grouped(parts.softmax(scores), v), tokens.getFirst()), type));
    }

    /** A sample's place among all tokens, or the next one's. */
    private Expr start(Formula f, int operand, Expr sample) {
        return f.operand(operand, DType.I64).at(sample);
    }

    /** {@code [N,H*D] -> [B,H,S,D]}, zeros behind each sample. */
    private Value unpacked(Value x) {
        var size = node.symbols().simplify(x.shape().dim(1).floorDiv(heads));
        var f = new Formula();
        var sample = Formula.axis(0);
        var column = Formula.add(Formula.mul(Formula.axis(1), Formula.size(size)), Formula.axis(3));
        var expr = f.let(Formula.add(start(f, 1, sample), Formula.axis(2)), token -> Formula.select(
                Formula.lt(token, start(f, 1, Formula.add(sample, Formula.number(1)))),
                f.operand(0, wide).at(token, column), Expr.literal(0, wide)));
        return node.compute(Shape.of(padded.dim(0), heads, padded.dim(1), size), expr, x, starts);
    }

    /** Minus infinity at keys that are padding {@code [B,1,1,S]}. */
    private Value hidden() {
        var f = new Formula();
        var sample = Formula.axis(0);
        var length = Formula.sub(start(f, 0, Formula.add(sample, Formula.number(1))), start(f, 0, sample));
        var expr = Formula.select(Formula.lt(Formula.axis(3), length), Expr.literal(0, wide),
                Expr.literal(Double.NEGATIVE_INFINITY, wide));
        return node.compute(Shape.of(padded.dim(0), Dim.ONE, Dim.ONE, padded.dim(1)), expr, starts);
    }

    /** {@code [B,H,S,D] -> [N,H*D]}. */
    private Value packed(Value x, Value like) {
        var f = new Formula();
        var token = Formula.axis(0);
        var size = Formula.size(x.shape().dim(3));
        var head = Formula.div(Formula.axis(1), size);
        var column = Formula.mod(Formula.axis(1), size);
        // as many samples before as end at this token or earlier
        var samples = Formula.sub(Formula.size(padded.dim(0)), Formula.number(1));
        var sample = f.sum(samples, b -> Expr.cast(Formula.le(start(f, 1, Formula.add(b, Formula.number(1))), token),
                DType.I64));
        var expr = f.let(sample, b -> f.operand(0, wide).at(b, head, Formula.sub(token, start(f, 1, b)), column));
        return node.compute(Shape.of(like.shape().dim(0), x.shape().dim(1).times(x.shape().dim(3))), expr, x, starts);
    }
}
