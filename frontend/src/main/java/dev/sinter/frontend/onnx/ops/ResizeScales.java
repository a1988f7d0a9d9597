package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much a Resize stretches: for each of its axes the size of the result and the factor, which may be constants,
 * dimensions or data.
 */
final class ResizeScales {
    /** Denominators that are tried for a factor that is meant as a fraction. */
    private static final int LARGEST_DENOMINATOR = 1024;

    private final NodeContext node;
    private final List<Dim> in;

    /** Sizes of the result. */
    private final List<Dim> out;
    /** Factors as f32 expressions; those read from data are elements of {@link #data()}. */
    private final List<Expr> factors = new ArrayList<>();
    private @Nullable Value data;
    private boolean bySize;

    /** The place of the data among the operands of the expression. */
    private final int operand;

    private ResizeScales(NodeContext node, List<Dim> in, int operand) {
        this.node = node;
        this.in = in;
        this.operand = operand;
        this.out = new ArrayList<>();
    }

    List<Dim> out() {
        return out;
    }

    /** Whether sizes were given, and factors come from them. */
    boolean isBySize() {
        return bySize;
    }

    Expr factor(int i) {
        return factors.get(i);
    }

    /** The factors as a tensor, where the expressions read them; else null. */
    @Nullable
    Value data() {
        return data;
    }

    /** Whether an axis keeps its elements as they are. */
    boolean isSame(int i) {
        return in.get(i).equals(out.get(i)) && factors.get(i) instanceof Expr.Literal(var v, var b, var t) && v == 1;
    }

    /** By factors, given as constants. */
    static ResizeScales ofConstants(NodeContext node, List<Dim> in, float[] scales) {
        var result = new ResizeScales(node, in, 0);
        for (int i = 0; i < scales.length; i++) {
            result.factors.add(Expr.literal(scales[i], DType.F32));
            result.out.add(result.scaled(in.get(i), scales[i]));
        }
        return result;
    }

    /** The product rounded down, taken in f32. */
    private Dim scaled(Dim size, float scale) {
        if (size instanceof Dim.Const(long length)) {
            return Dim.of((long) Math.floor((double) (scale * length)));
        }
        for (int q = 1; q <= LARGEST_DENOMINATOR; q++) {
            long p = Math.round((double) scale * q);
            if ((float) p / q == scale) {
                return node.symbols().simplify(size.times(Dim.of(p)).floorDiv(Dim.of(q)));
            }
        }
        var length = node.dims(List.of(size));
        var product = Expr.apply(Fn.MUL, Expr.cast(Expr.arg(0, DType.I64), DType.F32), Expr.literal(scale, DType.F32));
        return defined(node.map(Expr.cast(Expr.apply(Fn.FLOOR, product), DType.I64), length)).getFirst();
    }

    private List<Dim> defined(Value sizes) {
        return node.define(sizes, "resized");
    }

    /** By factors that are data. */
    static ResizeScales ofData(NodeContext node, List<Dim> in, Value scales, int operand) {
        var result = new ResizeScales(node, in, operand);
        var sizes = node.dims(in);
        var product = Expr.apply(Fn.MUL, Expr.cast(Expr.arg(0, DType.I64), DType.F32), Expr.arg(1, DType.F32));
        result.out.addAll(result.defined(
                node.map(Expr.cast(Expr.apply(Fn.FLOOR, product), DType.I64), sizes, scales)));
        result.readFactors(scales);
        return result;
    }

    private void readFactors(Value scales) {
        data = scales;
        for (int i = 0; i < in.size(); i++) {
            factors.add(new Formula().operand(operand, DType.F32).at(Formula.number(i)));
        }
    }

    /** By sizes; the policy may want one factor for all axes. */
    static ResizeScales ofSizes(NodeContext node, List<Dim> in, List<Dim> sizes, int operand) {
        var result = new ResizeScales(node, in, operand);
        result.bySize = true;
        var policy = node.attributes().text("keep_aspect_ratio_policy", "stretch");
        if (policy.equals("stretch")) {
            for (int i = 0; i < in.size(); i++) {
                result.out.add(sizes.get(i));
                result.factors.add(result.ratio(sizes.get(i), in.get(i)));
            }
            return result;
        }
        if (!policy.equals("not_larger") && !policy.equals("not_smaller")) {
            throw node.error("keep_aspect_ratio_policy was expected to be stretch, not_larger or not_smaller, not '"
                    + policy + "'");
        }
        boolean smallest = policy.equals("not_larger");
        if (in.stream().allMatch(Dim::isConst) && sizes.stream().allMatch(Dim::isConst)) {
            result.keepRatio(sizes, smallest);
        } else {
            result.keepRatioOfData(sizes, smallest);
        }
        return result;
    }

    private Expr ratio(Dim size, Dim of) {
        if (size.equals(of)) {
            return Expr.literal(1, DType.F32);
        }
        return size instanceof Dim.Const(long a) && of instanceof Dim.Const(long b)
                ? Expr.literal((float) a / b, DType.F32)
                : Formula.div(Interpolation.real(size, DType.F32), Interpolation.real(of, DType.F32));
    }

    private void keepRatio(List<Dim> sizes, boolean smallest) {
        float scale = smallest ? Float.POSITIVE_INFINITY : 0;
        for (int i = 0; i < in.size(); i++) {
            float own = (float) sizes.get(i).value() / in.get(i).value();
            scale = smallest ? Math.min(scale, own) : Math.max(scale, own);
        }
        for (var size : in) {
            out.add(Dim.of((long) Math.floor(scale * size.value() + 0.5f)));
            factors.add(Expr.literal(scale, DType.F32));
        }
    }

    private void keepRatioOfData(List<Dim> sizes, boolean smallest) {
        Expr scale = ratio(sizes.getFirst(), in.getFirst());
        for (int i = 1; i < in.size(); i++) {
            var own = ratio(sizes.get(i), in.get(i));
            scale = smallest ? Formula.min(scale, own) : Formula.max(scale, own);
        }
        var common = node.compute(Shape.of(in.size()), scale);
        var lengths = node.dims(in);
        var product = Expr.apply(Fn.MUL, Expr.cast(Expr.arg(0, DType.I64), DType.F32), Expr.arg(1, DType.F32));
        var rounded = Expr.apply(Fn.FLOOR, Expr.apply(Fn.ADD, product, Expr.literal(0.5, DType.F32)));
        out.addAll(defined(node.map(Expr.cast(rounded, DType.I64), lengths, common)));
        readFactors(common);
    }
}
