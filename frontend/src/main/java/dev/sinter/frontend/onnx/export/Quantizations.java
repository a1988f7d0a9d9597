package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.IndexMap;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Expressions that are QuantizeLinear or DequantizeLinear, which runtimes look for to compute in bytes. Scale and zero
 * point are operands for the whole tensor or along one axis.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html">QuantizeLinear</a>
 */
final class Quantizations {
    private final Site site;
    private final List<Ref> operands;
    private final List<Shape> shapes;

    /**
     * Looks at expressions over these operands.
     *
     * @param site
     *            where
     * @param operands
     *            of the expression
     * @param shapes
     *            of the operands
     */
    Quantizations(Site site, List<Ref> operands, List<Shape> shapes) {
        this.site = site;
        this.operands = operands;
        this.shapes = shapes;
    }

    /** An expression as one of the two operators, or null; what is quantized may be any expression. */
    @Nullable
    Ref of(Expr.Apply expr, Function<Expr, Ref> value) {
        return switch (expr.fn()) {
            case MUL -> real(expr);
            case CAST -> quantized(expr, value);
            default -> null;
        };
    }

    /** {@code ($q - $zero) * $scale}. */
    private @Nullable Ref real(Expr.Apply expr) {
        if (!(expr.args().get(0) instanceof Expr.Apply(var cast, var wide, var real)) || cast != Fn.CAST
                || real != DType.F32 || !(expr.args().get(1) instanceof Expr.Arg scale)) {
            return null;
        }
        var inner = wide.getFirst();
        Expr.Arg zero = null;
        if (inner instanceof Expr.Apply(var sub, var sides, var t) && sub == Fn.SUB) {
            zero = sides.get(1) instanceof Expr.Arg arg ? arg : widened(sides.get(1));
            inner = sides.get(0);
        }
        var q = inner instanceof Expr.Arg a ? a : widened(inner);
        if (q == null || inner != wide.getFirst() && zero == null || zero != null && zero.dtype() != q.dtype()) {
            return null;
        }
        if (q.dtype() == DType.I32) {
            return sums(q, scale, zero);
        }
        if (!isQuantized(q.dtype())) {
            return null;
        }
        var parameters = parameters(shapes.get(q.index()), scale, zero, q.dtype());
        return parameters == null ? null
                : site.op("DequantizeLinear", DType.F32, Site.list(operands.get(q.index()), parameters.scale(),
                        parameters.zero()), Attribute.of("axis", parameters.axis()));
    }

    /** Numbers of 32 bits, such as a bias, have no zero point. */
    private @Nullable Ref sums(Expr.Arg q, Expr.Arg scale, Expr.@Nullable Arg zero) {
        var known = zero == null ? null : site.draft().known(operands.get(zero.index()));
        if (zero != null && (known == null || IntStream.range(0, known.size()).anyMatch(i -> known.getLong(i) != 0))) {
            return null;
        }
        var parameters = parameters(shapes.get(q.index()), scale, null, q.dtype());
        return parameters == null ? null
                : site.op("DequantizeLinear", DType.F32, operands.get(q.index()), parameters.scale(),
                        Attribute.of("axis", parameters.axis()));
    }

    private static Expr.@Nullable Arg widened(Expr expr) {
        return expr instanceof Expr.Apply(var cast, var args, var type) && cast == Fn.CAST && type == DType.I32
                && args.getFirst() instanceof Expr.Arg arg ? arg : null;
    }

    private boolean isQuantized(DType type) {
        return type == DType.I8 || type == DType.U8
                || (type == DType.I16 || type == DType.U16) && site.draft().opset() >= 21;
    }

    /** {@code round(x / $scale) + $zero}, limited to the type. */
    private @Nullable Ref quantized(Expr.Apply expr, Function<Expr, Ref> value) {
        var type = expr.dtype();
        if (!isQuantized(type) || !(expr.args().getFirst() instanceof Expr.Apply(var min, var high, var t))
                || min != Fn.MIN || !is(high.get(1), type.maxInteger())
                || !(high.get(0) instanceof Expr.Apply(var max, var low, var u)) || max != Fn.MAX
                || !is(low.get(1), type.minInteger())) {
            return null;
        }
        var rounded = low.get(0);
        Expr.Arg zero = null;
        if (rounded instanceof Expr.Apply(var add, var sum, var v) && add == Fn.ADD
                && sum.get(1) instanceof Expr.Apply(var cast, var of, var w) && cast == Fn.CAST
                && of.getFirst() instanceof Expr.Arg arg && arg.dtype() == type) {
            zero = arg;
            rounded = sum.get(0);
        }
        if (!(rounded instanceof Expr.Apply(var round, var quotient, var x)) || round != Fn.ROUND
                || !(quotient.getFirst() instanceof Expr.Apply(var div, var sides, var y)) || div != Fn.DIV
                || y != DType.F32 || !(sides.get(1) instanceof Expr.Arg scale)) {
            return null;
        }
        var shape = sides.get(0) instanceof Expr.Arg(var i, var z) ? shapes.get(i) : Shape.UNKNOWN;
        var parameters = parameters(shape, scale, zero, type);
        return parameters == null ? null
                : site.op("QuantizeLinear", type, Site.list(value.apply(sides.get(0)), parameters.scale(),
                        parameters.zero()), Attribute.of("axis", parameters.axis()));
    }

    private static boolean is(Expr expr, long number) {
        return expr instanceof Expr.Literal(var v, var bits, var type) && v == number;
    }

    private record Parameters(Ref scale, Ref zero, int axis) {
    }

    /** Scale and zero point as the operators take them: scalars, or vectors along an axis; null for anything else. */
    private @Nullable Parameters parameters(Shape of, Expr.Arg scale, Expr.@Nullable Arg zero, DType type) {
        var shape = shapes.get(scale.index());
        if (!shape.isConst() || zero != null && !shapes.get(zero.index()).equals(shape)) {
            return null;
        }
        if (shape.rank() == 0) {
            return new Parameters(operands.get(scale.index()),
                    zero == null ? site.integer(type, 0) : operands.get(zero.index()), 0);
        }
        int axis = -1;
        for (int i = 0; i < shape.rank(); i++) {
            if (!shape.dim(i).equals(Dim.ONE)) {
                if (axis >= 0) {
                    return null;
                }
                axis = i;
            }
        }
        if (axis < 0 || !of.isRanked() || of.rank() != shape.rank() || !of.dim(axis).equals(shape.dim(axis))) {
            return null;
        }
        var line = Shape.of(shape.dim(axis));
        return new Parameters(vector(operands.get(scale.index()), line),
                zero == null ? site.constant(TensorData.zeros(type, shape.dim(axis).value()))
                        : vector(operands.get(zero.index()), line),
                axis);
    }

    private Ref vector(Ref value, Shape line) {
        var constant = site.folded(value, new IndexMap.Reshape(line));
        return constant != null ? constant : site.flat(value);
    }
}
