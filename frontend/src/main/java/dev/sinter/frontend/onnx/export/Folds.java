package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.ir.DType;
import dev.sinter.ir.Fn;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.op.Cumulate;
import dev.sinter.ir.op.Normalize;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.Softmax;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code reduce}, {@code cumulate}, {@code softmax}, {@code normalize}: the Reduce operators, CumSum, Softmax,
 * LayerNormalization.
 */
final class Folds {
    private static final Set<DType> REAL = EnumSet.of(DType.F32, DType.F64, DType.F16);
    private static final Set<DType> SUMMED = EnumSet.of(DType.F32, DType.F64, DType.I32, DType.I64);
    private static final Set<DType> EXTREMES =
            EnumSet.of(DType.F32, DType.F64, DType.F16, DType.I8, DType.I32, DType.I64, DType.U8);
    /** The bit that has to change for unsigned integers to have the order of signed ones. */
    private static final long TOP = Long.MIN_VALUE;

    private Folds() {
    }

    static Ref export(Reduce op, Node node, Site site) {
        var in = node.input(0);
        boolean pooled = op.monoid() == Reduce.Monoid.MEAN && op.keep() && in.dtype() == DType.F32
                && in.shape().rank() > 3 && op.axes().equals(IntStream.range(2, in.shape().rank()).boxed().toList());
        return pooled ? site.op("GlobalAveragePool", DType.F32, site.value(in))
                : reduce(site, op.monoid(), site.value(in), op.axes(), op.keep());
    }

    /** Folds axes of a value. */
    static Ref reduce(Site site, Reduce.Monoid monoid, Ref value, List<Integer> axes, boolean keep) {
        if (axes.isEmpty()) {
            return value;
        }
        boolean extreme = monoid == Reduce.Monoid.MAX || monoid == Reduce.Monoid.MIN;
        var type = value.dtype();
        if (extreme && type == DType.U64) {
            return unordered(site, reduce(site, monoid, ordered(site, value), axes, keep));
        }
        if (type == DType.BOOL && extreme) {
            // of no elements the largest is below 0 here, the smallest above
            var made = reduce(site, monoid, site.cast(value, DType.I32), axes, keep);
            return site.op("Less", DType.BOOL, site.integer(DType.I32, 0), made);
        }
        var in = computed(type, extreme ? EXTREMES : SUMMED);
        var made = site.op(operator(monoid), in, site.cast(value, in),
                site.longs(axes.stream().mapToLong(Integer::longValue).toArray()),
                Attribute.of("keepdims", keep ? 1 : 0));
        return site.cast(made, type);
    }

    /** Unsigned integers of 64 bits as signed ones in the same order. */
    static Ref ordered(Site site, Ref value) {
        return site.op("BitwiseXor", DType.I64, site.cast(value, DType.I64), site.integer(DType.I64, TOP));
    }

    /** Back again. */
    static Ref unordered(Site site, Ref value) {
        return site.cast(site.op("BitwiseXor", DType.I64, value, site.integer(DType.I64, TOP)), DType.U64);
    }

    private static String operator(Reduce.Monoid monoid) {
        return switch (monoid) {
            case SUM -> "ReduceSum";
            case MEAN -> "ReduceMean";
            case PROD -> "ReduceProd";
            case MAX -> "ReduceMax";
            case MIN -> "ReduceMin";
        };
    }

    /** The type itself, or a wider one that an operator has; integers wrap alike. */
    static DType computed(DType type, Set<DType> types) {
        if (types.contains(type)) {
            return type;
        }
        if (type.isFloat()) {
            return DType.F32;
        }
        if (type.isInteger() || type == DType.BOOL) {
            return type.bits() < 32 ? DType.I32 : DType.I64;
        }
        throw new Unexportable("numbers were expected, not " + type);
    }

    /** CumSum; other totals fold every prefix, which stands beside the elements that do not belong to it. */
    static Ref export(Cumulate op, Node node, Site site) {
        var in = node.input(0);
        var type = in.dtype();
        var value = site.value(in);
        if (op.monoid() == Reduce.Monoid.SUM) {
            var wide = computed(type, SUMMED);
            return site.cast(site.op("CumSum", wide, site.cast(value, wide), site.integer(DType.I64, op.axis()),
                    Attribute.of("exclusive", op.exclusive() ? 1 : 0), Attribute.of("reverse", op.reverse() ? 1 : 0)),
                    type);
        }
        if (op.monoid() == Reduce.Monoid.PROD && site.draft().opset() >= 26) {
            var wide = computed(type, SUMMED);
            return site.cast(site.op("CumProd", wide, site.cast(value, wide), site.integer(DType.I64, op.axis()),
                    Attribute.of("exclusive", op.exclusive() ? 1 : 0), Attribute.of("reverse", op.reverse() ? 1 : 0)),
                    type);
        }
        return prefixes(op, site, value, in.shape());
    }

    private static Ref prefixes(Cumulate op, Site site, Ref value, Shape shape) {
        var type = value.dtype();
        int rank = shape.rank();
        // element j of the axis stands for the total, element k of a new last axis for what is folded into it
        var perm = new ArrayList<Integer>();
        for (int i = 0; i < rank; i++) {
            perm.add(i == op.axis() ? rank : i);
        }
        perm.add(op.axis());
        var wide = site.op("Transpose", type, site.op("Unsqueeze", type, value, site.longs(rank)),
                Attribute.integers("perm", perm));
        var count = site.toScalar(site.size(shape.dim(op.axis())));
        var places = site.op("Range", DType.I64, site.integer(DType.I64, 0), count, site.integer(DType.I64, 1));
        var totals = site.op("Unsqueeze", DType.I64, places,
                site.longs(LongStream.rangeClosed(1, rank - op.axis()).toArray()));
        var first = op.reverse() ? totals : places;
        var second = op.reverse() ? places : totals;
        var belongs = site.op(op.exclusive() ? "Less" : "LessOrEqual", DType.BOOL, first, second);
        var kept = Elementwise.apply(site, Fn.SELECT, type, List.of(belongs, wide, neutral(op.monoid(), type, site)));
        return reduce(site, op.monoid(), kept, List.of(rank), false);
    }

    private static Ref neutral(Reduce.Monoid monoid, DType type, Site site) {
        return switch (monoid) {
            case PROD -> site.scalar(type, 1);
            case MAX -> type.isFloat() ? site.scalar(type, Double.NEGATIVE_INFINITY)
                    : site.integer(type, type.minInteger());
            case MIN -> type.isFloat() ? site.scalar(type, Double.POSITIVE_INFINITY)
                    : site.integer(type, type.maxInteger());
            case SUM, MEAN -> throw new IrException("cumulate: no neutral element of " + monoid + " is needed");
        };
    }

    static Ref export(Softmax op, Node node, Site site) {
        var value = site.value(node.input(0));
        var in = REAL.contains(value.dtype()) ? value.dtype() : DType.F32;
        return site.cast(site.op("Softmax", in, site.cast(value, in), Attribute.of("axis", op.axis())),
                value.dtype());
    }

    static Ref export(Normalize op, Node node, Site site) {
        var type = node.input(0).dtype();
        var in = REAL.contains(type) ? type : DType.F32;
        var operands = new ArrayList<@Nullable Ref>();
        node.inputs().forEach(v -> operands.add(site.cast(site.value(v), in)));
        return site.cast(site.op("LayerNormalization", in, operands, Attribute.of("axis", -1),
                Attribute.of("epsilon", op.epsilon())), type);
    }
}
