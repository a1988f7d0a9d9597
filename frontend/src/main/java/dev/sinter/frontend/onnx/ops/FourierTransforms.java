package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * DFT (17 axis as attribute, 20 as input) and STFT (17): products with a matrix of sines and cosines, which are
 * computed in f64 of angles within one turn. Complex numbers are pairs along a last axis.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DFT.html">DFT</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__STFT.html">STFT</a>
 */
final class FourierTransforms {
    static final List<OnnxOp> OPS = List.of(
            onnx("DFT", 17, FourierTransforms::transform),
            onnx("STFT", 17, FourierTransforms::shortTime));

    private FourierTransforms() {
    }

    private static int pair(NodeContext node, int i) {
        if (node.shape(i).rank() > 1 && node.simplify(node.shape(i)).dim(-1) instanceof Dim.Const(long n)
                && (n == 1 || n == 2)) {
            return (int) n;
        }
        throw node.error("real or complex numbers along the last axis were expected, not " + node.type(i));
    }

    private static List<Operand> transform(NodeContext node) {
        if (node.opset() >= 20 && node.has(2) && !node.isConstant(2) && node.shape(0).rank() > 2) {
            return ComputedTransforms.transform(node, pair(node, 0));
        }
        var type = node.type(0).dtype();
        var x = node.cast(node.value(0), NodeContext.wide(type));
        int parts = pair(node, 0);
        int rank = x.shape().rank();
        boolean inverse = node.attributes().flag("inverse", false);
        boolean onesided = node.attributes().flag("onesided", false);
        int axis = axis(node, rank);
        var dim = x.shape().dim(axis);
        var length = node.has(1) ? Sizes.of(node, 1)
                : inverse && onesided ? dim.minus(Dim.ONE).times(Dim.of(2)) : dim;
        var half = length.floorDiv(Dim.of(2)).plus(Dim.ONE);
        var used = node.symbols().simplify(dim.min(onesided && inverse ? half : length));
        var last = toEnd(rank, axis);
        var rows = node.permute(first(node, x, axis, used), last);
        var result = onesided && inverse ? product(node, rows, realInverse(node, used, parts, length, x.dtype()))
                : product(node, rows, matrix(node, used, parts, onesided ? half : length, length, inverse, x.dtype()));
        var back = new ArrayList<>(Collections.nCopies(rank, 0));
        for (int i = 0; i < rank; i++) {
            back.set(last.get(i), i);
        }
        return node.results(node.cast(node.permute(result, back), type));
    }

    private static int axis(NodeContext node, int rank) {
        long given = node.opset() < 20 ? node.attributes().integer("axis", 1)
                : node.has(2) && rank > 2 ? node.constants(2)[0] : -2;
        int axis = node.axis(given, rank);
        if (axis == rank - 1) {
            throw node.error("an axis other than that of the complex parts was expected, not " + given);
        }
        return axis;
    }

    /** The axis put before the last one. */
    private static List<Integer> toEnd(int rank, int axis) {
        var perm = new ArrayList<Integer>();
        for (int i = 0; i < rank - 1; i++) {
            if (i != axis) {
                perm.add(i);
            }
        }
        perm.addAll(List.of(axis, rank - 1));
        return perm;
    }

    private static Value first(NodeContext node, Value x, int axis, Dim count) {
        int rank = x.shape().rank();
        return x.shape().dim(axis).equals(count) ? x
                : node.apply(new View(new IndexMap.Slice(Collections.nCopies(rank, Dim.ZERO),
                        Collections.nCopies(rank, 1L), x.shape().with(axis, count).dims())), x);
    }

    /** {@code [.., n, c] x [n, c, k, d] -> [.., k, d]}. */
    private static Value product(NodeContext node, Value x, Value matrix) {
        var m = matrix.shape();
        int rank = x.shape().rank();
        var rows = Reshapes.product(x.shape(), 0, rank - 2);
        var inner = m.dim(0).times(m.dim(1));
        var product = node.apply(MatMul.plain(x.dtype()), node.reshape(x, Shape.of(rows, inner)),
                node.reshape(matrix, Shape.of(inner, m.dim(2).times(m.dim(3)))));
        var dims = new ArrayList<>(x.shape().dims().subList(0, rank - 2));
        dims.addAll(List.of(m.dim(2), m.dim(3)));
        return node.reshape(product, new Shape(dims));
    }

    /** The angle of element i0 for frequency i2 (or the other way round), within one turn. */
    private static Expr angle(Dim length) {
        var size = Formula.size(length);
        var place = Formula.mod(Formula.mul(Formula.axis(0), Formula.axis(2)), size);
        return Formula.div(Formula.mul(real(place), Expr.literal(2 * Math.PI, DType.F64)), real(size));
    }

    private static Expr real(Expr x) {
        return Expr.cast(x, DType.F64);
    }

    private static Expr is(int axis, long value) {
        return Formula.eq(Formula.axis(axis), Formula.number(value));
    }

    /** {@code [n, c, k, 2]}: what part c of element n adds to the parts of frequency k. */
    private static Value matrix(NodeContext node, Dim elements, int parts, Dim frequencies, Dim length,
            boolean inverse, DType type) {
        var f = new Formula();
        var entry = f.let(angle(length), angle -> {
            var cos = Expr.apply(Fn.COS, angle);
            var sin = Expr.apply(Fn.SIN, angle);
            var minus = Expr.apply(Fn.NEG, sin);
            var ofReal = Formula.select(is(3, 0), cos, inverse ? sin : minus);
            return parts == 1 ? ofReal : Formula.select(is(1, 0), ofReal,
                    Formula.select(is(3, 0), inverse ? minus : sin, cos));
        });
        var scaled = inverse ? Formula.div(entry, real(Formula.size(length))) : entry;
        return node.compute(Shape.of(elements, Dim.of(parts), frequencies, Dim.of(2)), Expr.cast(scaled, type));
    }

    /** {@code [k, 2, n, 1]}: what half a spectrum adds to real elements; the other half is its mirror image. */
    private static Value realInverse(NodeContext node, Dim frequencies, int parts, Dim length, DType type) {
        if (parts != 2) {
            throw node.error("complex numbers were expected, not " + node.type(0));
        }
        var f = new Formula();
        var k = Formula.axis(0);
        var twice = Formula.mul(k, Formula.number(2));
        var single = Formula.or(Formula.eq(k, Formula.number(0)), Formula.eq(twice, Formula.size(length)));
        var weight = Formula.select(single, Expr.literal(1, DType.F64), Expr.literal(2, DType.F64));
        var wave = f.let(angle(length), angle -> Formula.select(is(1, 0), Expr.apply(Fn.COS, angle),
                Expr.apply(Fn.NEG, Expr.apply(Fn.SIN, angle))));
        var entry = Formula.div(Formula.mul(weight, wave), real(Formula.size(length)));
        return node.compute(Shape.of(frequencies, Dim.of(2), length, Dim.ONE), Expr.cast(entry, type));
    }

    /** {@code [B, L, c] -> [B, frames, frequencies, 2]}. */
    private static List<Operand> shortTime(NodeContext node) {
        var type = node.type(0).dtype();
        var wide = NodeContext.wide(type);
        var signal = node.value(0);
        int parts = pair(node, 0);
        var step = Sizes.of(node, 1);
        var total = signal.shape().dim(1);
        var length = node.has(3) ? Sizes.of(node, 3) : node.has(2) ? node.shape(2).dim(0) : total;
        if (step.equals(Dim.ZERO)) {
            throw node.error("a frame step other than 0 was expected");
        }
        var frames = node.symbols().simplify(total.minus(length).floorDiv(step).plus(Dim.ONE));
        var f = new Formula();
        var operands = new ArrayList<>(List.of(signal));
        var place = Formula.add(Formula.mul(Formula.axis(1), Formula.size(step)), Formula.axis(2));
        var sample = Expr.cast(f.operand(0, type).at(Formula.axis(0), place, Formula.axis(3)), wide);
        if (node.has(2)) {
            var window = node.value(2);
            operands.add(window);
            sample = Formula.mul(sample, Expr.cast(f.operand(1, window.dtype()).at(Formula.axis(2)), wide));
        }
        var framed = node.compute(Shape.of(signal.shape().dim(0), frames, length, Dim.of(parts)), sample,
                operands.toArray(Value[]::new));
        boolean onesided = node.attributes().flag("onesided", true) && parts == 1;
        var frequencies = onesided ? length.floorDiv(Dim.of(2)).plus(Dim.ONE) : length;
        var result = product(node, framed, matrix(node, length, parts, frequencies, length, false, wide));
        return node.results(node.cast(result, type));
    }
}
