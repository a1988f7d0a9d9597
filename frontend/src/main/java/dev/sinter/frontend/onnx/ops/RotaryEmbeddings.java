package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;
import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * RotaryEmbedding (23) and com.microsoft's: pairs of elements of each head turned by an angle that the position says.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__RotaryEmbedding.html">RotaryEmbedding</a>
 * @see <a href="https://arxiv.org/pdf/2104.09864">the paper</a>
 */
final class RotaryEmbeddings {
    static final List<OnnxOp> OPS = List.of(
            onnx("RotaryEmbedding", 23, node -> rotated(node, 1, 2, 3)),
            microsoft("RotaryEmbedding", node -> rotated(node, 2, 3, 1)));

    private RotaryEmbeddings() {
    }

    /**
     * Where the element's angle is: in caches of {@code [positions, half]} at a position, or {@code [B,S,half]}.
     *
     * @param scale
     *            a factor of the result
     */
    record Angles(boolean perToken, boolean offset, long half, boolean interleaved, double scale) {
    }

    private static List<Operand> rotated(NodeContext node, int cos, int sin, int positions) {
        var x = node.value(0);
        boolean flat = x.shape().rank() == 3;
        var cache = node.shape(cos);
        if (!(node.simplify(cache).dim(-1) instanceof Dim.Const(long half))) {
            throw node.error("a cache of known width was expected, not " + node.type(cos));
        }
        long width = node.attributes().integer("rotary_embedding_dim", 0);
        if (width != 0 && width != 2 * half) {
            throw node.error("a cache of half of " + width + " was expected, not " + node.type(cos));
        }
        long heads = node.attributes().integer("num_heads", 0);
        if (flat && heads == 0) {
            // ONNX Runtime's: the caches say the size of a head
            heads = node.symbols().simplify(x.shape().dim(2).floorDiv(Dim.of(2 * half))).value();
        }
        var shape = x.shape();
        var apart = flat ? node.reshape(x, Shape.of(shape.dim(0), shape.dim(1), Dim.of(heads),
                node.symbols().simplify(shape.dim(2).floorDiv(Dim.of(heads))))) : x;
        var operands = new ArrayList<>(List.of(apart, node.value(cos), node.value(sin)));
        boolean placed = node.has(positions);
        if (placed) {
            operands.add(node.value(positions));
        }
        var angles = new Angles(cache.rank() == 3, placed && node.shape(positions).rank() < 2, half,
                node.attributes().flag("interleaved", false), node.attributes().real("scale", 1));
        return node.results(node.reshape(turned(node, operands, angles, flat ? 1 : 2), shape));
    }

    /** Elements of {@code [B,S,H,D]} or {@code [B,H,S,D]}; operands are x, cosines, sines and positions. */
    static Value turned(NodeContext node, List<Value> operands, Angles angles, int sequence) {
        var x = operands.getFirst();
        var type = x.dtype();
        var wide = NodeContext.wide(type);
        var f = new Formula();
        var source = f.operand(0, type);
        var d = Formula.axis(3);
        var half = Formula.number(angles.half());
        var pair = angles.interleaved() ? Formula.div(d, Formula.number(2)) : Formula.mod(d, half);
        var second = angles.interleaved() ? Formula.eq(Formula.mod(d, Formula.number(2)), Formula.number(1))
                : Formula.le(half, d);
        long step = angles.interleaved() ? 1 : angles.half();
        var own = Expr.cast(source.at(Formula.axes(4)), wide);
        var turned = f.let(angle(f, operands, angles, 1, pair, sequence),
                cos -> f.let(angle(f, operands, angles, 2, pair, sequence), sin -> {
                    var before = at(source, Formula.sub(d, Formula.number(step)), wide);
                    var after = at(source, Formula.add(d, Formula.number(step)), wide);
                    return Formula.select(second,
                            Formula.add(Formula.mul(sin, before), Formula.mul(cos, own)),
                            Formula.sub(Formula.mul(cos, own), Formula.mul(sin, after)));
                }));
        var scaled = angles.scale() == 1 ? turned : Formula.mul(turned, Expr.literal(angles.scale(), wide));
        var width = Formula.number(2 * angles.half());
        boolean whole = x.shape().dim(3).equals(Dim.of(2 * angles.half()));
        var expr = whole ? scaled : Formula.select(Formula.lt(d, width), scaled, own);
        return node.compute(x.shape(), Expr.cast(expr, type), operands.toArray(Value[]::new));
    }

    private static Expr at(Formula.Source source, Expr d, DType wide) {
        return Expr.cast(source.at(Formula.axis(0), Formula.axis(1), Formula.axis(2), d), wide);
    }

    private static Expr angle(Formula f, List<Value> operands, Angles angles, int operand, Expr pair, int sequence) {
        var cache = operands.get(operand);
        var source = f.operand(operand, cache.dtype());
        var s = Formula.axis(sequence);
        var wide = NodeContext.wide(operands.getFirst().dtype());
        if (angles.perToken()) {
            var row = cache.shape().dim(0).equals(Dim.ONE) ? Formula.number(0) : Formula.axis(0);
            return Expr.cast(source.at(row, s, pair), wide);
        }
        if (operands.size() < 4) {
            return Expr.cast(source.at(s, pair), wide);
        }
        var positions = operands.get(3);
        var place = f.operand(3, positions.dtype());
        List<Expr> first = positions.shape().rank() == 0 ? List.of() : List.of(Formula.number(0));
        // one number is that of the first token; a matrix has one for each
        var position = angles.offset()
                ? Formula.add(Expr.cast(place.at(first), DType.I64), s)
                : Expr.cast(place.at(Formula.axis(0), s), DType.I64);
        return Expr.cast(source.at(position, pair), wide);
    }
}
