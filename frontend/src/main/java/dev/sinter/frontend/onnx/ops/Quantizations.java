package dev.sinter.frontend.onnx.ops;

import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.QuantizeDynamic;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Quantization: DynamicQuantizeLinear (11), QuantizeLinear and DequantizeLinear (10 per tensor, 13 per axis, 19
 * float8, 21
 * blocks and 4 bits, 23, 24, 25 2 bits).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html">QuantizeLinear</a>
 */
final class Quantizations {
    private Quantizations() {
    }

    /** u8 by the range of the whole tensor. */
    static List<Operand> dynamic(NodeContext node) {
        var results = node.applyAll(new QuantizeDynamic(false), List.of(node.value(0)));
        return node.results(results.toArray(Value[]::new));
    }

    /** {@code saturate(round(x / scale) + zero)}; small floats are rounded by the cast, which saturates. */
    static List<Operand> quantize(NodeContext node) {
        var x = node.value(0);
        var scale = aligned(node, node.value(1));
        var to = target(node);
        if (!to.isInteger() && !node.attributes().flag("saturate", true)) {
            throw node.error("saturate=0 is not supported");
        }
        // i32 operands are divided as f32
        var from = x.dtype().isFloat() ? x.dtype() : DType.F32;
        var quotient = Expr.apply(Fn.DIV, Expr.cast(Expr.arg(0, x.dtype()), from),
                Expr.cast(Expr.arg(1, scale.dtype()), from));
        var expr = Expr.cast(to.isInteger() ? Expr.apply(Fn.ROUND, quotient) : quotient, DType.F32);
        var operands = new ArrayList<>(List.of(x, scale));
        if (node.has(2)) {
            operands.add(aligned(node, node.value(2)));
            expr = Expr.apply(Fn.ADD, expr, Expr.cast(Expr.arg(2, to), DType.F32));
        }
        if (to.isInteger()) {
            expr = Expr.apply(Fn.MAX, expr, Expr.literal(to.minInteger(), DType.F32));
            expr = Expr.apply(Fn.MIN, expr, Expr.literal(to.maxInteger(), DType.F32));
        }
        return node.results(node.map(Expr.cast(expr, to), operands.toArray(Value[]::new)));
    }

    private static DType target(NodeContext node) {
        if (node.has(2)) {
            return node.type(2).dtype();
        }
        long code = node.attributes().integer("output_dtype", 0);
        return code == 0 ? DType.U8 : OnnxTypes.dtype(code, "attribute 'output_dtype'");
    }

    /** {@code (x - zero) * scale} in the scale's type. */
    static List<Operand> dequantize(NodeContext node) {
        var x = node.value(0);
        var scale = aligned(node, node.value(1));
        var operands = new ArrayList<>(List.of(x, scale));
        // the difference of two integers is taken in i32, which holds it
        var wide = x.dtype().isFloat() ? DType.F32 : DType.I32;
        var expr = Expr.cast(Expr.arg(0, x.dtype()), wide);
        if (node.has(2)) {
            operands.add(aligned(node, node.value(2)));
            expr = Expr.apply(Fn.SUB, expr, Expr.cast(Expr.arg(2, x.dtype()), wide));
        }
        long code = node.attributes().integer("output_dtype", 0);
        var to = code == 0 ? scale.dtype() : OnnxTypes.dtype(code, "attribute 'output_dtype'");
        var product = Expr.apply(Fn.MUL, Expr.cast(expr, DType.F32), Expr.cast(Expr.arg(1, scale.dtype()), DType.F32));
        return node.results(node.map(Expr.cast(product, to), operands.toArray(Value[]::new)));
    }

    /** A scale or zero point brought to a shape that broadcasts to the operand: per tensor, per axis, or per block. */
    private static Value aligned(NodeContext node, Value parameter) {
        var shape = node.shape(0);
        var own = parameter.shape();
        long block = node.attributes().integer("block_size", 0);
        if (own.rank() == 0 || own.rank() == 1 && own.dim(0).equals(Dim.ONE) && block == 0) {
            return node.reshape(parameter, Shape.SCALAR);
        }
        int axis = node.axis(node.attributes().integer("axis", 1), shape.rank());
        if (block > 0) {
            return blocks(node, parameter, shape, axis, block);
        }
        if (own.rank() != 1) {
            throw node.error(
                    "a scalar or one value per index of axis " + axis + " was expected, not " + parameter.type());
        }
        var dims = new ArrayList<>(Collections.nCopies(shape.rank(), Dim.ONE));
        dims.set(axis, own.dim(0));
        return node.reshape(parameter, new Shape(dims));
    }

    private static Value blocks(NodeContext node, Value parameter, Shape shape, int axis, long block) {
        var own = parameter.shape();
        if (own.rank() != shape.rank() || !own.dim(axis).times(Dim.of(block)).equals(shape.dim(axis))) {
            throw node.error("one value for each block of " + block + " along axis " + axis + " of " + node.type(0)
                    + " was expected, not " + parameter.type());
        }
        var apart = new ArrayList<>(own.dims());
        apart.add(axis + 1, Dim.ONE);
        var repeated = new ArrayList<>(own.dims());
        repeated.add(axis + 1, Dim.of(block));
        return node.reshape(node.expand(node.reshape(parameter, new Shape(apart)), new Shape(repeated)), shape);
    }
}
