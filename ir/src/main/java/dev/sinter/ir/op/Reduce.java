package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Folds axes with a monoid.
 *
 * @param monoid
 *            how two elements combine
 * @param axes
 *            from 0, ascending; empty folds nothing
 * @param keep
 *            whether folded axes stay as size 1
 */
public record Reduce(Monoid monoid, List<Integer> axes, boolean keep) implements Op {
    /** How two elements combine. */
    public enum Monoid {
        /** Addition, 0. */
        SUM,
        /** Addition, then division by the number of elements. */
        MEAN,
        /** Multiplication, 1. */
        PROD,
        /** The larger, minus infinity or the smallest integer; NaN if any is. */
        MAX,
        /** The smaller, infinity or the largest integer; NaN if any is. */
        MIN
    }

    /** Copies and checks the axes. */
    public Reduce {
        axes = List.copyOf(axes);
        for (int i = 1; i < axes.size(); i++) {
            if (axes.get(i) <= axes.get(i - 1)) {
                throw new IrException("reduce: axes must ascend, not " + axes);
            }
        }
    }

    @Override
    public String mnemonic() {
        return "reduce";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("monoid", monoid.name().toLowerCase(Locale.ROOT), "axes", axes, "keep", keep);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var type = inputs.getFirst().tensor();
        if (type.dtype() == DType.STRING) {
            throw new IrException("reduce: numbers were expected, not " + type);
        }
        var dims = new ArrayList<Dim>();
        for (int axis = 0; axis < type.shape().rank(); axis++) {
            if (!axes.contains(axis)) {
                dims.add(type.shape().dim(axis));
            } else if (keep) {
                dims.add(Dim.ONE);
            }
        }
        if (!axes.isEmpty() && axes.getLast() >= type.shape().rank()) {
            throw new IrException("reduce: axis " + axes.getLast() + " of " + type);
        }
        return List.of(Result.of(new TensorType(type.dtype(), new Shape(dims))));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(Reductions.reduce(this, inputs.getFirst()));
    }
}
