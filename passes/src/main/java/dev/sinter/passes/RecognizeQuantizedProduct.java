package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A matrix product of dequantized 8-bit operands is one of integers, times both scales, which may differ by column. A
 * bias that is a multiple of the scales' product is added to the integers.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__QLinearMatMul.html">QLinearMatMul</a>
 */
final class RecognizeQuantizedProduct implements Rule {
    private static final long EXACT_F32 = 1L << 24;
    /** A product of so many elements and an addend stay within 32 bits. */
    private static final long MOST_ROWS = 1 << 14;

    @Override
    public String name() {
        return "recognize-quantized-product";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return MatMul.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof MatMul op) || !op.isPlain() || node.output().dtype() != DType.F32) {
            return Optional.empty();
        }
        var a = Dequantized.of(node.input(0), graph);
        var b = Dequantized.of(node.input(1), graph);
        if (a == null || b == null || !a.isUniform() || !is8Bit(a) || !is8Bit(b)) {
            return Optional.empty();
        }
        int rank = node.input(1).shape().rank();
        var scales = b.along(b.scale(), rank - 1);
        var zeros = b.along(b.zero(), rank - 1);
        if (scales == null || zeros == null || rank == 1 && scales.size() + zeros.size() > 2) {
            return Optional.empty();
        }
        var patch = graph.patch("a product of " + a.quantized().dtype() + " with " + b.quantized().dtype());
        var product = product(node, a, b, zeros, patch, graph);
        var factor = ScaledSum.factor(a.along(a.scale(), 0), scales);
        var biased = biased(node, product, factor, graph, patch);
        if (biased != null) {
            var user = graph.users(node.output()).getFirst();
            new ScaledSum(biased, factor).replace(user.output(), node.origin().plus(user.origin()), graph, patch);
        } else {
            var sum = new Body(Expr.cast(Expr.arg(0, product.dtype()), DType.F32), List.of(product));
            new ScaledSum(sum, factor).replace(node.output(), node.origin(), graph, patch);
        }
        return Optional.of(patch.build());
    }

    private static boolean is8Bit(Dequantized operand) {
        var type = operand.quantized().dtype();
        return type == DType.I8 || type == DType.U8;
    }

    /** The integers, in f32 where that is exact and no weights are to be packed, else in i32. */
    private static Value product(Node node, Dequantized a, Dequantized b, TensorData zeros, Patch.Builder patch,
            GraphIndex graph) {
        var origin = node.origin().plus(b.map().origin());
        var depth = node.input(0).shape().dim(-1);
        boolean exact = depth instanceof Dim.Const(long k) && k * a.largest() * b.largest() < EXACT_F32;
        if (exact && zeros.dims().length == 0 && Known.of(b.quantized(), graph) == null) {
            return patch.add(MatMul.plain(DType.F32), origin, a.centered(DType.F32, patch),
                    b.centered(DType.F32, patch));
        }
        origin = origin.plus(a.map().origin());
        var operands = new ArrayList<>(List.of(a.viewed(patch), b.viewed(patch)));
        var zeroA = a.along(a.zero(), 0);
        boolean hasA = zeroA != null && !isZero(zeroA);
        if (hasA) {
            operands.add(constant(zeroA, a.quantized().dtype(), patch));
        }
        boolean hasB = !isZero(zeros);
        if (hasB) {
            operands.add(constant(zeros, b.quantized().dtype(), patch));
        }
        var op = new MatMulInteger(hasA, hasB, Expr.arg(0, DType.I32));
        return patch.addAll(op, origin, operands).getFirst();
    }

    private static boolean isZero(TensorData data) {
        return Known.isUniform(data) && data.getLong(0) == 0;
    }

    private static Value constant(TensorData data, DType type, Patch.Builder patch) {
        return patch.constant(Known.evaluate(Expr.cast(Expr.arg(0, data.dtype()), type), List.of(data)), "");
    }

    /** The integers with those of a bias, which the only user adds; null if it does something else. */
    private static @Nullable Body biased(Node node, Value product, TensorData factor, GraphIndex graph,
            Patch.Builder patch) {
        var users = graph.users(node.output());
        boolean single = users.size() == 1 && graph.uses(node.output()) == 1;
        if (!single || !(users.getFirst().op() instanceof Map(var expr)) || !isSum(expr)
                || !(node.input(0).shape().dim(-1) instanceof Dim.Const(long k)) || k > MOST_ROWS) {
            return null;
        }
        var user = users.getFirst();
        var addend = user.input(user.input(0).equals(node.output()) ? 1 : 0);
        var real = Known.of(addend, graph);
        var whole = real == null ? null : ScaledSum.multiples(real, factor);
        if (whole == null || !user.output().shape().equals(node.output().shape())
                || whole.dims().length > node.output().shape().rank()) {
            return null;
        }
        var integers = patch.constant(Known.evaluate(Expr.cast(Expr.arg(0, DType.F64), DType.I32), List.of(whole)), "");
        var sum = Expr.apply(Fn.ADD, Expr.cast(Expr.arg(0, product.dtype()), DType.I32), Expr.arg(1, DType.I32));
        return new Body(Expr.cast(sum, DType.F32), List.of(product, integers));
    }

    private static boolean isSum(Expr expr) {
        return expr instanceof Expr.Apply(var fn, var args, var type) && fn == Fn.ADD
                && args.get(0) instanceof Expr.Arg(var i, var s) && args.get(1) instanceof Expr.Arg(var j, var t)
                && i + j == 1 && i != j;
    }
}
