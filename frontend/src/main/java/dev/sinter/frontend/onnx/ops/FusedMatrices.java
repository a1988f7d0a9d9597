package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.QuantizeDynamic;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's matrix products with work before or after them: FusedMatMul, FusedGemm, QGemm, MatMulIntegerToFloat,
 * DynamicQuantizeMatMul, MatMulNBits.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md">Contrib operators</a>
 */
final class FusedMatrices {
    static final List<OnnxOp> OPS = List.of(
            microsoft("FusedMatMul", FusedMatrices::product),
            microsoft("TransposeMatMul", FusedMatrices::product),
            microsoft("FusedGemm", FusedMatrices::gemm),
            microsoft("QGemm", FusedMatrices::quantizedGemm),
            microsoft("MatMulIntegerToFloat", FusedMatrices::integerToReal),
            microsoft("DynamicQuantizeMatMul", FusedMatrices::dynamic),
            microsoft("MatMulNBits", FusedMatrices::packed));

    private FusedMatrices() {
    }

    /** {@code alpha * A' * B'}. */
    private static List<Operand> product(NodeContext node) {
        var type = node.type(0).dtype();
        var product = Matrices.product(node, turned(node, 0, "A"), turned(node, 1, "B"));
        float alpha = node.attributes().real("alpha", 1);
        var wide = product.dtype();
        var scaled = alpha == 1 ? product
                : node.map(Expr.apply(Fn.MUL, Expr.arg(0, wide), Expr.literal(alpha, wide)), product);
        return node.results(node.cast(scaled, type));
    }

    /** transBatch moves the first axis behind the others but the last; trans exchanges the last two axes. */
    private static Value turned(NodeContext node, int i, String name) {
        var value = node.value(i);
        int rank = value.shape().rank();
        if (node.attributes().flag("transBatch" + name, false) && rank > 2) {
            var perm = new ArrayList<Integer>();
            for (int axis = 1; axis < rank - 1; axis++) {
                perm.add(axis);
            }
            perm.addAll(List.of(0, rank - 1));
            value = node.permute(value, perm);
        }
        return node.attributes().flag("trans" + name, false) && rank > 1 ? Matrices.transposed(node, value) : value;
    }

    private static List<Operand> gemm(NodeContext node) {
        var sum = Matrices.sum(node, 0, 1, 2);
        var x = Expr.arg(0, sum.dtype());
        var activation = node.attributes().text("activation", "");
        var expr = activation.isEmpty() ? x : Activations.of(node, activation, "activation_", x);
        return node.results(node.cast(node.map(expr, sum), node.type(0).dtype()));
    }

    /** A, scale, zero, B, scale, zero, C (i32), scale, zero of the result; without the latter it is real. */
    private static List<Operand> quantizedGemm(NodeContext node) {
        var product = Matrices.integerProduct(node, Matrices.matrix(node, 0, "transA"),
                Matrices.matrix(node, 3, "transB"), node.has(2) ? row(node, 2) : null,
                node.has(5) ? row(node, 5) : null);
        var sum = node.has(6)
                ? node.map(Expr.apply(Fn.ADD, Expr.arg(0, DType.I32), Expr.arg(1, DType.I32)), product, node.value(6))
                : product;
        var alpha = Expr.literal(node.attributes().real("alpha", 1), DType.F32);
        var scale = Expr.apply(Fn.MUL, alpha, Expr.apply(Fn.MUL, Expr.arg(1, DType.F32), Expr.arg(2, DType.F32)));
        var real = Expr.apply(Fn.MUL, Expr.cast(Expr.arg(0, DType.I32), DType.F32), scale);
        if (!node.has(7)) {
            return node.results(node.map(real, sum, row(node, 1), row(node, 4)));
        }
        var to = node.has(8) ? node.type(8).dtype() : node.type(0).dtype();
        var quotient = Expr.apply(Fn.DIV, real, Expr.arg(3, DType.F32));
        var operands = new ArrayList<>(List.of(sum, row(node, 1), row(node, 4), row(node, 7)));
        if (node.has(8)) {
            operands.add(row(node, 8));
        }
        var zero = node.has(8) ? Expr.arg(4, to) : null;
        return node.results(node.map(Quantizations.quantized(quotient, zero, to, true),
                operands.toArray(Value[]::new)));
    }

    /** A scale or zero point for all or for each column; the one of a single element as a scalar. */
    private static Value row(NodeContext node, int i) {
        var value = node.value(i);
        return value.shape().size().equals(Dim.ONE) ? node.reshape(value, Shape.SCALAR) : value;
    }

    /** A, B, scale of A, scale of B, zero of A, zero of B, bias. */
    private static List<Operand> integerToReal(NodeContext node) {
        var product = Matrices.integerProduct(node, node.value(0), node.value(1), node.has(4) ? row(node, 4) : null,
                node.has(5) ? row(node, 5) : null);
        return node.results(scaled(node, product, row(node, 2), row(node, 3), node.has(6) ? node.value(6) : null));
    }

    private static Value scaled(NodeContext node, Value product, Value scaleA, Value scaleB, @Nullable Value bias) {
        var type = scaleA.dtype();
        var wide = NodeContext.wide(type);
        var scale = Expr.apply(Fn.MUL, Expr.cast(Expr.arg(1, type), wide), Expr.cast(Expr.arg(2, type), wide));
        var expr = Expr.apply(Fn.MUL, Expr.cast(Expr.arg(0, DType.I32), wide), scale);
        if (bias == null) {
            return node.map(Expr.cast(expr, type), product, scaleA, scaleB);
        }
        var sum = Expr.apply(Fn.ADD, expr, Expr.cast(Expr.arg(3, type), wide));
        return node.map(Expr.cast(sum, type), product, scaleA, scaleB, bias);
    }

    /** A real, quantized by its own range; B, scale, zero, bias. */
    private static List<Operand> dynamic(NodeContext node) {
        var quantized = node.applyAll(new QuantizeDynamic(false), List.of(node.value(0)));
        var product = Matrices.integerProduct(node, quantized.get(0), node.value(1), quantized.get(2),
                node.has(3) ? row(node, 3) : null);
        return node.results(
                scaled(node, product, quantized.get(1), row(node, 2), node.has(4) ? node.value(4) : null));
    }

    /**
     * {@code A[.., K] x B'[N, K]}, B in blocks of a few bits an element, the low bits first. Input 4 says for each
     * column which block's scale and zero point it has.
     */
    private static List<Operand> packed(NodeContext node) {
        var a = node.value(0);
        var type = a.dtype();
        var packed = blocks(node);
        var product = packed.product(node);
        if (product == null) {
            var weights = node.cast(weights(node, packed), NodeContext.wide(type));
            product = Matrices.product(node, node.cast(a, NodeContext.wide(type)),
                    node.permute(weights, List.of(1, 0)));
        }
        if (node.has(5)) {
            var wide = product.dtype();
            product = node.map(Expr.apply(Fn.ADD, Expr.arg(0, wide), Expr.arg(1, wide)), product,
                    node.cast(node.value(5), wide));
        }
        return node.results(node.cast(product, type));
    }

    private static BlockWeights blocks(NodeContext node) {
        long k = node.attributes().integer("K", 0);
        long n = node.attributes().integer("N", 0);
        long bits = node.attributes().integer("bits", 4);
        long block = node.attributes().integer("block_size", 0);
        if (k < 1 || n < 1 || block < 1 || bits != 2 && bits != 4 && bits != 8) {
            throw node.error("K, N, block_size and 2, 4 or 8 bits were expected, not " + k + ", " + n + ", " + block
                    + ", " + bits);
        }
        return new BlockWeights(Math.toIntExact(k), Math.toIntExact(n), (int) bits, Math.toIntExact(block));
    }

    private static Value weights(NodeContext node, BlockWeights packed) {
        long k = packed.k();
        long n = packed.n();
        long bits = packed.bits();
        long block = packed.block();
        long blocks = Math.ceilDiv(k, block);
        long bytes = Math.ceilDiv(block * bits, 8L);
        var scaleType = node.type(2).dtype();
        var operands = new ArrayList<>(List.of(node.reshape(node.value(1), Shape.of(n, blocks, bytes)),
                node.reshape(node.value(2), Shape.of(n, blocks))));
        var f = new Formula();
        var row = Formula.axis(0);
        var place = Formula.div(Formula.axis(1), Formula.number(block));
        var within = Formula.mod(Formula.axis(1), Formula.number(block));
        var element = unpacked(f, f.operand(0, DType.U8), List.of(row, place), within, bits);
        // columns may be in another order than their groups
        var number = place;
        if (node.has(4)) {
            number = Expr.cast(f.operand(operands.size(), node.type(4).dtype()).at(Formula.axis(1)), DType.I64);
            operands.add(node.value(4));
        }
        var zero = Expr.literal(1L << (bits - 1), DType.F32);
        if (node.has(3) && node.type(3).dtype() == DType.U8) {
            operands.add(node.reshape(node.value(3), Shape.of(n, Math.ceilDiv(blocks * bits, 8L))));
            zero = unpacked(f, f.operand(operands.size() - 1, DType.U8), List.of(row), number, bits);
        } else if (node.has(3)) {
            operands.add(node.reshape(node.value(3), Shape.of(n, blocks)));
            zero = Expr.cast(f.operand(operands.size() - 1, node.type(3).dtype()).at(row, number), DType.F32);
        }
        var scale = Expr.cast(f.operand(1, scaleType).at(row, number), DType.F32);
        return node.compute(Shape.of(n, k), Formula.mul(Formula.sub(element, zero), scale),
                operands.toArray(Value[]::new));
    }

    /** Element i of a row of bytes, several elements each, as a real number. */
    static Expr unpacked(Formula f, Formula.Source bytes, List<Expr> row, Expr i, long bits) {
        long each = 8 / bits;
        var at = new ArrayList<>(row);
        at.add(Formula.div(i, Formula.number(each)));
        var value = Expr.cast(bytes.at(at), DType.I64);
        var place = Formula.mul(Formula.mod(i, Formula.number(each)), Formula.number(bits));
        var low = Expr.apply(Fn.AND, Expr.apply(Fn.SHR, value, place), Formula.number((1L << bits) - 1));
        return Expr.cast(low, DType.F32);
    }
}
