package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's attention over tokens {@code [B,S,H*D]}: Attention and QAttention, which make queries, keys and values
 * themselves, and MultiHeadAttention, which is given them.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">Contrib operators</a>
 */
final class MicrosoftAttentions {
    static final List<OnnxOp> OPS = List.of(
            microsoft("Attention", MicrosoftAttentions::attention),
            microsoft("QAttention", MicrosoftAttentions::quantized),
            microsoft("MultiHeadAttention", MicrosoftAttentions::multiHead));

    private final NodeContext node;
    private final AttentionParts parts;
    private final Dim heads;
    private final DType type;
    private final DType wide;

    private MicrosoftAttentions(NodeContext node, DType type) {
        this.node = node;
        this.parts = new AttentionParts(node);
        this.heads = Dim.of(node.attributes().integer("num_heads", 0));
        this.type = type;
        this.wide = NodeContext.wide(type);
        if (heads.value() < 1) {
            throw node.error("attribute 'num_heads' was expected");
        }
    }

    /** Input, weights, bias, mask, past, attention bias. */
    private static List<Operand> attention(NodeContext node) {
        var self = new MicrosoftAttentions(node, node.type(0).dtype());
        var product = Matrices.product(node, node.value(0), node.value(1));
        var projected = node.has(2) ? self.sum(product, node.value(2)) : product;
        return self.projected(projected, 3, 4, 5);
    }

    private Value sum(Value x, Value bias) {
        return node.map(Formula.add(Expr.arg(0, wide), Expr.arg(1, wide)), x, node.cast(bias, wide));
    }

    /** Input, weights, bias, their scales, mask, their zero points, past. */
    private static List<Operand> quantized(NodeContext node) {
        var self = new MicrosoftAttentions(node, node.type(2).dtype());
        var product = Matrices.integerProduct(node, node.value(0), node.value(1), node.has(6) ? self.row(6) : null,
                node.has(7) ? self.row(7) : null);
        var scale = Formula.mul(Expr.cast(Expr.arg(1, self.type), self.wide),
                Expr.cast(Expr.arg(2, self.type), self.wide));
        var real = Formula.add(Formula.mul(Expr.cast(Expr.arg(0, DType.I32), self.wide), scale),
                Expr.cast(Expr.arg(3, self.type), self.wide));
        var projected = node.map(real, product, self.row(3), self.row(4), node.value(2));
        return self.projected(projected, 5, 8, -1);
    }

    private Value row(int i) {
        var value = node.value(i);
        return value.shape().size().equals(Dim.ONE) ? node.reshape(value, Shape.SCALAR) : value;
    }

    /** Attention over what one product made of each token: its query, key and value side by side. */
    private List<Operand> projected(Value all, int mask, int past, int bias) {
        var sizes = node.attributes().integers("qkv_hidden_sizes");
        var width = all.shape().dim(2);
        var third = node.symbols().simplify(width.floorDiv(Dim.of(3)));
        var begin = Dim.ZERO;
        var made = new ArrayList<Value>();
        for (int i = 0; i < 3; i++) {
            var size = sizes == null || sizes.length == 0 ? third : Dim.of(sizes[i]);
            made.add(parts.heads(columns(all, begin, size), heads));
            begin = begin.plus(size);
        }
        var q = made.get(0);
        var k = made.get(1);
        var v = made.get(2);
        if (node.attributes().flag("do_rotary", false)) {
            var before = node.has(past) ? node.shape(past).dim(3) : Dim.ZERO;
            q = turned(q, before);
            k = turned(k, before);
        }
        if (node.has(past)) {
            k = parts.appended(node.cast(state(past, 0), wide), k);
            v = parts.appended(node.cast(state(past, 1), wide), v);
        }
        var output = weighted(q, k, v, biases(q, k, mask, bias));
        if (!node.wants(1)) {
            return node.results(output);
        }
        var present = node.apply(new Concat(0), leading(k), leading(v));
        return node.results(output, node.cast(present, type));
    }

    /**
     * Halves of the first elements of each head turned by their positions, as GPT-NeoX does: element i of a half by the
     * position times {@code 10000^(-2i/D)}.
     */
    private Value turned(Value x, Dim before) {
        var size = node.simplify(x.shape()).dim(3);
        long width = node.attributes().integer("rotary_embedding_dim", 0);
        if (width == 0 && size instanceof Dim.Const(long all)) {
            width = all;
        }
        if (width < 2 || width % 2 != 0) {
            throw node.error("an even number of elements to turn was expected, not " + width + " of " + size);
        }
        int half = (int) (width / 2);
        var speeds = TensorData.zeros(wide, half);
        for (int i = 0; i < half; i++) {
            speeds.set(i, Math.pow(10000, -2.0 * i / width));
        }
        var f = new Formula();
        var place = Expr.cast(Formula.add(Formula.axis(1), Formula.size(before)), wide);
        var angle = Formula.mul(place, f.operand(0, wide).at(Formula.axis(2)));
        var shape = Shape.of(Dim.ONE, x.shape().dim(2), Dim.of(half));
        var constant = node.constant(speeds);
        var cos = node.compute(shape, Expr.apply(Fn.COS, angle), constant);
        var sin = node.compute(shape, Expr.apply(Fn.SIN, angle), constant);
        return RotaryEmbeddings.turned(node, List.of(x, cos, sin),
                new RotaryEmbeddings.Angles(true, false, half, false, 1), 2);
    }

    private Value leading(Value x) {
        var dims = new ArrayList<>(x.shape().dims());
        dims.addFirst(Dim.ONE);
        return node.reshape(x, new Shape(dims));
    }

    private Value columns(Value x, Dim begin, Dim count) {
        return node.apply(new View(new IndexMap.Slice(List.of(Dim.ZERO, Dim.ZERO, begin), List.of(1L, 1L, 1L),
                List.of(x.shape().dim(0), x.shape().dim(1), count))), x);
    }

    /** Keys or values of {@code [2,B,H,P,D]}. */
    private Value state(int i, int which) {
        var x = node.value(i);
        var dims = new ArrayList<>(x.shape().dims());
        dims.set(0, Dim.ONE);
        var begins = new ArrayList<Dim>(Collections.nCopies(5, Dim.ZERO));
        begins.set(0, Dim.of(which));
        var one = node.apply(new View(new IndexMap.Slice(begins, Collections.nCopies(5, 1L), dims)), x);
        return node.reshape(one, new Shape(dims.subList(1, 5)));
    }

    /** Query, key, value, bias, key mask, attention bias, past key, past value. */
    private static List<Operand> multiHead(NodeContext node) {
        var self = new MicrosoftAttentions(node, node.type(0).dtype());
        var given = self.separate();
        var k = self.parts.appended(node.has(6) ? node.cast(node.value(6), self.wide) : null, given.get(1));
        var v = self.parts.appended(node.has(7) ? node.cast(node.value(7), self.wide) : null, given.get(2));
        var added = self.biases(given.get(0), k, 4, 5);
        var output = self.weighted(given.get(0), k, v, added);
        return node.results(output, node.cast(k, self.type), node.cast(v, self.type));
    }

    /** Queries, keys and values {@code [B,H,S,D]} with their biases. */
    private List<Value> separate() {
        var packed = new ArrayList<Value>();
        if (node.shape(0).rank() == 5) {
            packed.addAll(unpacked(0, 3));
        } else {
            packed.add(node.cast(node.value(0), wide));
            if (node.shape(1).rank() == 5) {
                packed.addAll(unpacked(1, 2));
            } else {
                packed.add(node.cast(node.value(1), wide));
                packed.add(node.cast(node.value(2), wide));
            }
        }
        var made = new ArrayList<Value>();
        var begin = Dim.ZERO;
        for (var x : packed) {
            // keys and values of another tensor come as heads already, and without bias
            boolean ready = x.shape().rank() == 4;
            if (node.has(3) && !ready) {
                var count = x.shape().dim(2);
                var bias = node.apply(new View(new IndexMap.Slice(List.of(begin), List.of(1L), List.of(count))),
                        node.value(3));
                x = sum(x, bias);
                begin = begin.plus(count);
            }
            made.add(ready ? x : parts.heads(x, heads));
        }
        return made;
    }

    /** Tensors packed as {@code [B,S,H,n,D]}, each as {@code [B,S,H*D]}. */
    private List<Value> unpacked(int i, int count) {
        var x = node.cast(node.value(i), wide);
        var shape = x.shape();
        var made = new ArrayList<Value>();
        for (int k = 0; k < count; k++) {
            var begins = new ArrayList<Dim>(Collections.nCopies(5, Dim.ZERO));
            begins.set(3, Dim.of(k));
            var one = node.apply(new View(new IndexMap.Slice(begins, Collections.nCopies(5, 1L),
                    shape.with(3, Dim.ONE).dims())), x);
            made.add(node.reshape(one, Shape.of(shape.dim(0), shape.dim(1), shape.dim(2).times(shape.dim(4)))));
        }
        return made;
    }

    private Value weighted(Value q, Value k, Value v, @Nullable Value added) {
        var scores = parts.biased(parts.scores(q, k, node.attributes().real("scale", 0)), added);
        return node.cast(parts.joined(parts.grouped(parts.softmax(scores), v)), type);
    }

    /** What masks and biases add to scores {@code [B,H,S,T]}; null for nothing. */
    private @Nullable Value biases(Value q, Value k, int mask, int bias) {
        Value added = null;
        boolean causal = node.attributes().flag("unidirectional", false);
        if (node.has(mask) || causal) {
            added = masked(q.shape(), k.shape(), node.has(mask) ? node.value(mask) : null, causal);
        }
        if (bias < 0 || !node.has(bias)) {
            return added;
        }
        var given = node.cast(node.value(bias), wide);
        return added == null ? given : node.map(Formula.add(Expr.arg(0, wide), Expr.arg(1, wide)), added, given);
    }

    private Value masked(Shape q, Shape k, @Nullable Value mask, boolean causal) {
        var f = new Formula();
        var key = Formula.axis(3);
        var hiding = Expr.literal(node.attributes().real("mask_filter_value", -10000), wide);
        var nothing = Expr.literal(0, wide);
        Expr added = nothing;
        if (mask != null) {
            added = Formula.select(kept(f, mask, q, k), nothing, hiding);
        }
        if (causal) {
            // queries are the last of all tokens
            var last = Formula.add(Formula.axis(2), Formula.sub(Formula.size(k.dim(2)), Formula.size(q.dim(2))));
            added = Formula.select(Formula.le(key, last), added,
                    Expr.literal(wide == DType.F64 ? -Double.MAX_VALUE : -Float.MAX_VALUE, wide));
        }
        boolean perQuery = causal || mask != null && mask.shape().rank() > 2;
        var shape = Shape.of(mask == null ? Dim.ONE : q.dim(0), Dim.ONE, perQuery ? q.dim(2) : Dim.ONE, k.dim(2));
        return mask == null ? node.compute(shape, added) : node.compute(shape, added, mask);
    }

    /** Whether a key is seen: by a mask over keys, over queries and keys, or by each sample's number of keys. */
    private Expr kept(Formula f, Value mask, Shape q, Shape k) {
        var source = f.operand(0, mask.dtype());
        var zero = Expr.integer(0, mask.dtype());
        var key = Formula.axis(3);
        var sample = Formula.axis(0);
        var own = mask.shape();
        return switch (own.rank()) {
            case 1 -> {
                var end = Formula.lt(key, Expr.cast(source.at(sample), DType.I64));
                boolean starts = own.dim(0).equals(q.dim(0).times(Dim.of(2))) && !own.dim(0).equals(q.dim(0));
                // the second half says where each sample's keys begin
                yield !starts ? end : Formula.and(end, Formula.le(
                        Expr.cast(source.at(Formula.add(sample, Formula.size(q.dim(0)))), DType.I64), key));
            }
            case 2 -> Expr.apply(Fn.NOT, Formula.eq(source.at(own.dim(0).equals(Dim.ONE) ? Formula.number(0) : sample,
                    key), zero));
            case 3 -> Expr.apply(Fn.NOT, Formula.eq(source.at(sample, Formula.axis(2), key), zero));
            case 4 -> {
                var row = Formula.add(Formula.axis(2), Formula.sub(Formula.size(k.dim(2)), Formula.size(q.dim(2))));
                yield Expr.apply(Fn.NOT, Formula.eq(source.at(sample, Formula.number(0), row, key), zero));
            }
            default -> throw node.error("a mask of one to four axes was expected, not " + mask.type());
        };
    }
}
