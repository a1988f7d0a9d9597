package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.IrException;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.List;

/** Type rule and reference evaluation of {@link Compute}, {@link Scatter} and {@link Cumulate}. */
final class Comprehensions {
    private Comprehensions() {
    }

    /** Checks the expression of a compute over a result of a rank. */
    static void check(String op, Expr expr, List<Value> inputs, int rank) {
        new ExprCheck(op, inputs, rank, false).check(expr);
    }

    /** Checks the expressions of a scatter. */
    static void check(Scatter op, List<Value> inputs) {
        for (var index : op.index()) {
            var check = new ExprCheck("scatter", inputs, op.domain().rank(), true);
            check.check(index);
            if (index.dtype() != DType.I64) {
                throw new IrException("scatter: an index of i64 was expected, not " + index);
            }
        }
        var check = new ExprCheck("scatter", inputs, op.domain().rank(), true);
        check.declare("old", op.value().dtype());
        check.check(op.value());
    }

    static TensorData compute(Compute op, List<TensorData> inputs) {
        var dims = op.shape().toLongs();
        var result = TensorData.zeros(op.expr().dtype(), dims);
        var program = new ScalarCode("compute", inputs, dims.length);
        var element = program.compile(op.expr());
        var frame = program.frame();
        for (int i = 0; i < result.size(); i++) {
            store(result, i, element, frame);
            advance(frame.integers(), dims);
        }
        return result;
    }

    static TensorData scatter(Scatter op, List<TensorData> inputs) {
        var dims = op.domain().toLongs();
        var result = copy(inputs.getFirst());
        var program = new ScalarCode("scatter", inputs, dims.length);
        var index = op.index().stream().map(program::integer).toArray(ScalarCode.Integer[]::new);
        var position = new ScalarCode.Position("scatter", 0, result.dims(), index);
        int old = program.slot("old");
        var element = program.compile(op.value());
        var frame = program.frame();
        int updates = Strides.count(dims);
        for (int i = 0; i < updates; i++) {
            int at = position.at(frame, true);
            load(result, at, frame, old);
            store(result, at, element, frame);
            advance(frame.integers(), dims);
        }
        return result;
    }

    /** Steps indices on in row-major order. */
    private static void advance(long[] index, long[] dims) {
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            if (++index[axis] < dims[axis]) {
                return;
            }
            index[axis] = 0;
        }
    }

    private static void load(TensorData data, int at, ScalarCode.Frame frame, int slot) {
        switch (data.dtype().kind()) {
            case FLOAT -> frame.reals()[slot] = data.getDouble(at);
            case STRING -> frame.texts()[slot] = ((String[]) data.array())[at];
            case COMPLEX -> throw new IrException("scatter: complex numbers are not evaluated");
            default -> frame.integers()[slot] = data.getLong(at);
        }
    }

    private static void store(TensorData data, int at, ScalarCode.Code element, ScalarCode.Frame frame) {
        switch (element) {
            case ScalarCode.Real c -> data.set(at, c.at(frame));
            case ScalarCode.Integer c -> data.set(at, c.at(frame));
            case ScalarCode.Text c -> ((String[]) data.array())[at] = c.at(frame);
        }
    }

    private static TensorData copy(TensorData data) {
        var result = TensorData.zeros(data.dtype(), data.dims());
        System.arraycopy(data.array(), 0, result.array(), 0, java.lang.reflect.Array.getLength(data.array()));
        return result;
    }

    static TensorData cumulate(Cumulate op, TensorData input) {
        var dims = input.dims();
        var strides = Strides.of(dims);
        int step = strides[op.axis()];
        int count = (int) dims[op.axis()];
        var starts = dims.clone();
        starts[op.axis()] = 1;
        var result = TensorData.zeros(input.dtype(), dims);
        for (int start : Strides.positions(starts, strides)) {
            int first = op.reverse() ? start + (count - 1) * step : start;
            if (input.dtype().isFloat()) {
                reals(op, input, result, first, op.reverse() ? -step : step, count);
            } else {
                integers(op, input, result, first, op.reverse() ? -step : step, count);
            }
        }
        return result;
    }

    /** Each total is rounded. */
    private static void reals(Cumulate op, TensorData in, TensorData out, int first, int step, int count) {
        double total = Reductions.neutralReal(op.monoid());
        for (int i = 0, at = first; i < count; i++, at += step) {
            double next = in.dtype().round(Reductions.combine(op.monoid(), total, in.getDouble(at)));
            out.set(at, op.exclusive() ? total : next);
            total = next;
        }
    }

    private static void integers(Cumulate op, TensorData in, TensorData out, int first, int step, int count) {
        var type = in.dtype();
        long total = Reductions.neutralInteger(op.monoid(), type);
        for (int i = 0, at = first; i < count; i++, at += step) {
            long next = type.wrap(Reductions.combine(op.monoid(), type, total, in.getLong(at)));
            out.set(at, op.exclusive() ? total : next);
            total = next;
        }
    }
}
