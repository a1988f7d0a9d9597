package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products: MatMul (1, 9 integers, 13), Gemm (1 and 6 with a broadcast attribute, 7 broadcast C, 9 integers, 11
 * C optional, 13), MatMulInteger (10), QLinearMatMul (10, 21 float8).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Gemm.html">Gemm</a>
 */
final class Matrices {
    private Matrices() {
    }

    static List<Operand> matmul(NodeContext node) {
        var type = node.type(0).dtype();
        return node.results(node.cast(product(node, node.value(0), node.value(1)), type));
    }

    /** Small floats are summed up in f32 and rounded once: sums in their own precision are of no use. */
    static Value product(NodeContext node, Value a, Value b) {
        if (a.dtype() != b.dtype()) {
            throw node.error("matrices of one element type were expected, not " + a.type() + " and " + b.type());
        }
        var wide = NodeContext.wide(a.dtype());
        return node.apply(MatMul.plain(wide), node.cast(a, wide), node.cast(b, wide));
    }

    /** {@code alpha * A' * B' + beta * C}, where C broadcasts. */
    static List<Operand> gemm(NodeContext node) {
        return node.results(node.cast(sum(node, 0, 1, 2), node.type(0).dtype()));
    }

    /** Gemm's sum of three inputs, small floats still in f32. */
    static Value sum(NodeContext node, int a, int b, int c) {
        var product = product(node, matrix(node, a, "transA"), matrix(node, b, "transB"));
        var type = product.dtype();
        var expr = scaled(node, "alpha", Expr.arg(0, type));
        if (!node.has(c)) {
            return expr instanceof Expr.Arg ? product : node.map(expr, product);
        }
        var addend = node.cast(node.value(c), type);
        return node.map(Expr.apply(Fn.ADD, expr, scaled(node, "beta", Expr.arg(1, type))), product, addend);
    }

    /** Operand i of two axes, transposed if an attribute says so. */
    static Value matrix(NodeContext node, int i, String transposed) {
        var value = node.value(i);
        if (node.shape(i).rank() != 2) {
            throw node.error("two axes were expected, input " + i + " is " + node.type(i));
        }
        return node.attributes().flag(transposed, false) ? node.permute(value, List.of(1, 0)) : value;
    }

    private static Expr scaled(NodeContext node, String attribute, Expr expr) {
        float factor = node.attributes().real(attribute, 1);
        if (factor == 1) {
            return expr;
        }
        if (expr.dtype().isFloat()) {
            return Expr.apply(Fn.MUL, Expr.literal(factor, expr.dtype()), expr);
        }
        // a real factor of integers: multiplied in f64, then cut
        return Expr.cast(Expr.apply(Fn.MUL, Expr.literal(factor, DType.F64), Expr.cast(expr, DType.F64)), expr.dtype());
    }

    /** Zero points are scalars, or one per row of A or column of B. */
    static List<Operand> matmulInteger(NodeContext node) {
        return node.results(integerProduct(node, node.value(0), node.value(1), node.has(2) ? node.value(2) : null,
                node.has(3) ? node.value(3) : null));
    }

    /** The exact product of 8-bit integers without their zero points, in i32. */
    static Value integerProduct(NodeContext node, Value a, Value b, @Nullable Value zeroA, @Nullable Value zeroB) {
        var operands = new ArrayList<>(List.of(a, b));
        if (zeroA != null) {
            operands.add(zeroA);
        }
        if (zeroB != null) {
            operands.add(zeroB);
        }
        var op = new MatMulInteger(zeroA != null, zeroB != null, Expr.arg(0, DType.I32));
        return node.applyAll(op, operands).getFirst();
    }

    /** The product of two quantized matrices, quantized again. Integers are multiplied exactly, float8 in f32. */
    static List<Operand> quantizedMatmul(NodeContext node) {
        var a = node.value(0);
        var b = node.value(3);
        boolean integers = a.dtype().isInteger() && b.dtype().isInteger();
        var product = integers ? integerProduct(node, a, b, single(node, 2), single(node, 5))
                : product(node, centered(node, 0, 2, true), centered(node, 3, 5, false));
        var scale = node.map(Expr.apply(Fn.DIV, Expr.apply(Fn.MUL, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32)),
                Expr.arg(2, DType.F32)), parameter(node, 1, a, true), parameter(node, 4, b, false),
                parameter(node, 6, a, false));
        var to = node.type(7).dtype();
        var real = Expr.apply(Fn.MUL, Expr.cast(Expr.arg(0, product.dtype()), DType.F32), Expr.arg(1, DType.F32));
        var zero = node.value(7);
        return node.results(node.map(Quantizations.quantized(real, Expr.arg(2, to), to, true), product, scale,
                zero.shape().size().equals(Dim.ONE) ? node.reshape(zero, Shape.SCALAR) : zero));
    }

    private static Value single(NodeContext node, int i) {
        var value = node.value(i);
        return value.shape().size().equals(Dim.ONE) ? node.reshape(value, Shape.SCALAR) : value;
    }

    /** A float8 matrix in f32 without its zero point. */
    private static Value centered(NodeContext node, int i, int zero, boolean rows) {
        var x = node.cast(node.value(i), DType.F32);
        return node.map(Expr.apply(Fn.SUB, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32)), x,
                parameter(node, zero, x, rows));
    }

    /** A scale or zero point in f32, which broadcasts to the product: one for all, for each row, or for each column. */
    private static Value parameter(NodeContext node, int i, Value matrix, boolean rows) {
        var value = node.cast(single(node, i), DType.F32);
        if (value.shape().rank() != 1 || !rows || matrix.shape().rank() < 2) {
            return value;
        }
        return node.reshape(value, Shape.of(value.shape().dim(0), Dim.ONE));
    }

    /** The last two axes exchanged. */
    static Value transposed(NodeContext node, Value value) {
        int rank = value.shape().rank();
        var perm = new ArrayList<Integer>();
        for (int i = 0; i < rank; i++) {
            perm.add(i);
        }
        Collections.swap(perm, rank - 2, rank - 1);
        return node.permute(value, perm);
    }
}
