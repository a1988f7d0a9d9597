package dev.sinter.frontend.onnx.ops;

import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.QuantizeDynamic;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Quantization: DynamicQuantizeLinear (11), QuantizeLinear and DequantizeLinear (10 per tensor, 13 per axis, 19
 * float8, 21 blocks and 4 bits, 23 precision, 24, 25 2 bits, 28).
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

    /** {@code saturate(round(x / scale) + zero)}; small floats are rounded by the cast. */
    static List<Operand> quantize(NodeContext node) {
        var x = node.value(0);
        var scale = aligned(node, node.value(1));
        var to = target(node);
        var operands = new ArrayList<>(List.of(x, scale));
        var zero = node.has(2) ? Expr.arg(2, to) : null;
        if (zero != null) {
            operands.add(aligned(node, node.value(2)));
        }
        var quotient = quotient(node, Expr.arg(0, x.dtype()), Expr.arg(1, scale.dtype()));
        var expr = quantized(quotient, zero, to, node.attributes().flag("saturate", true));
        return node.results(node.map(expr, operands.toArray(Value[]::new)));
    }

    /**
     * The type of the quotient: as said, else the scale's; integers and pure exponents are divided as f32. A quotient
     * of small floats is computed in f32 and rounded once.
     */
    private static Expr quotient(NodeContext node, Expr x, Expr scale) {
        long code = node.attributes().integer("precision", 0);
        var type = code == 0 ? scale.dtype() : OnnxTypes.dtype(code, "attribute 'precision'");
        if (!type.isFloat() || type.bits() < 16) {
            type = x.dtype().isFloat() ? x.dtype() : DType.F32;
        }
        var wide = NodeContext.wide(type);
        var quotient = Expr.apply(Fn.DIV, Expr.cast(Expr.cast(x, type), wide), Expr.cast(Expr.cast(scale, type), wide));
        return Expr.cast(Expr.cast(quotient, type), DType.F32);
    }

    private static DType target(NodeContext node) {
        if (node.has(2)) {
            return node.type(2).dtype();
        }
        long code = node.attributes().integer("output_dtype", 0);
        return code == 0 ? DType.U8 : OnnxTypes.dtype(code, "attribute 'output_dtype'");
    }

    /** A real number (f32) rounded to a quantized type, its zero point added first. */
    static Expr quantized(Expr real, @Nullable Expr zero, DType to, boolean saturate) {
        var expr = to.isInteger() ? Expr.apply(Fn.ROUND, real) : real;
        if (zero != null) {
            expr = Expr.apply(Fn.ADD, expr, Expr.cast(zero, DType.F32));
        }
        if (to.isInteger()) {
            expr = Expr.apply(Fn.MAX, expr, Expr.literal(to.minInteger(), DType.F32));
            expr = Expr.apply(Fn.MIN, expr, Expr.literal(to.maxInteger(), DType.F32));
        }
        return saturate || to.isInteger() ? Expr.cast(expr, to)
                : new Expr.Apply(Fn.CAST_OVERFLOW, List.of(expr), to);
    }

    /** A quantized number less its zero point, times its scale, in f32. */
    static Expr real(Expr quantized, Expr scale, @Nullable Expr zero) {
        // the difference of two integers is taken in i32, which holds it
        var wide = quantized.dtype().isFloat() ? DType.F32 : DType.I32;
        var expr = Expr.cast(quantized, wide);
        if (zero != null) {
            expr = Expr.apply(Fn.SUB, expr, Expr.cast(zero, wide));
        }
        return Expr.apply(Fn.MUL, Expr.cast(expr, DType.F32), Expr.cast(scale, DType.F32));
    }

    /** {@code (x - zero) * scale} in the scale's type. */
    static List<Operand> dequantize(NodeContext node) {
        var x = node.value(0);
        var scale = aligned(node, node.value(1));
        var operands = new ArrayList<>(List.of(x, scale));
        var zero = node.has(2) ? Expr.arg(2, x.dtype()) : null;
        if (zero != null) {
            operands.add(aligned(node, node.value(2)));
        }
        long code = node.attributes().integer("output_dtype", 0);
        var to = code == 0 ? scale.dtype() : OnnxTypes.dtype(code, "attribute 'output_dtype'");
        var product = real(Expr.arg(0, x.dtype()), Expr.arg(1, scale.dtype()), zero);
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
        // one axis needs no saying which
        int axis = shape.rank() == 1 ? 0 : node.axis(node.attributes().integer("axis", 1), shape.rank());
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

    /** Each value as often as a block is long; the last block may be shorter. */
    private static Value blocks(NodeContext node, Value parameter, Shape shape, int axis, long block) {
        var own = parameter.shape();
        if (own.rank() != shape.rank()) {
            throw node.error("one value for each block of " + block + " along axis " + axis + " of " + node.type(0)
                    + " was expected, not " + parameter.type());
        }
        node.symbols().requireEqual(own.dim(axis), shape.dim(axis).ceilDiv(block),
                "blocks of " + block + " along axis " + axis + " of " + node.type(0));
        var apart = new ArrayList<>(own.dims());
        apart.add(axis + 1, Dim.ONE);
        var repeated = new ArrayList<>(own.dims());
        repeated.add(axis + 1, Dim.of(block));
        var full = shape.with(axis, own.dim(axis).times(Dim.of(block)));
        var value = node.reshape(node.expand(node.reshape(parameter, new Shape(apart)), new Shape(repeated)), full);
        return full.dim(axis).equals(shape.dim(axis)) ? value
                : node.apply(new View(new IndexMap.Slice(Collections.nCopies(shape.rank(), Dim.ZERO),
                        Collections.nCopies(shape.rank(), 1L), shape.dims())), value);
    }
}
