package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.Recurrence.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Reference evaluation of {@link Recurrence}: row by row, step by step. */
final class Recurrences {
    private final Recurrence op;
    private final List<TensorData> inputs;
    private final DType dtype;
    private final int steps;
    private final int batch;
    private final int size;
    private final int columns;

    Recurrences(Recurrence op, List<TensorData> inputs) {
        this.op = op;
        this.inputs = inputs;
        this.dtype = inputs.getFirst().dtype();
        var dims = inputs.getFirst().dims();
        this.steps = Math.toIntExact(dims[0]);
        this.batch = Math.toIntExact(dims[1]);
        this.columns = Math.toIntExact(dims[2]);
        this.size = Math.toIntExact(inputs.get(1).dims()[0]);
    }

    List<TensorData> evaluate() {
        var all = TensorData.zeros(dtype, steps, batch, size);
        var hidden = TensorData.zeros(dtype, batch, size);
        var cell = TensorData.zeros(dtype, batch, size);
        for (int row = 0; row < batch; row++) {
            var h = vector(3, row * size, size);
            var c = op.kind() == Kind.LSTM ? vector(4, row * size, size) : h;
            int count = op.lengths()
                    ? Math.clamp(inputs.get(op.lengthsOperand()).getLong(row), 0, steps) : steps;
            for (int step = 0; step < count; step++) {
                int t = op.reverse() ? count - 1 - step : step;
                var slots = step(t * batch + row, h, c);
                h = slots.get(Recurrence.HIDDEN);
                c = slots.get(Recurrence.CELL);
                copy(h, all, (t * batch + row) * size);
            }
            copy(h, hidden, row * size);
            copy(c, cell, row * size);
        }
        return op.kind() == Kind.LSTM ? List.of(all, hidden, cell) : List.of(all, hidden);
    }

    /** The states after a step, each at its number. */
    private List<TensorData> step(int row, TensorData h, TensorData c) {
        var slots = new ArrayList<>(Collections.nCopies(Recurrence.PROJECTED + 1, h));
        slots.set(Recurrence.CELL, c);
        if (op.peephole()) {
            for (int i = 0; i < 3; i++) {
                slots.set(Recurrence.PEEPHOLE + i, vector(op.peepholeOperand(), i * size, size));
            }
        }
        slots.set(Recurrence.PROJECTED, vector(0, row * columns + columns - size, size));
        for (int gate = 0; gate < op.kind().gates(); gate++) {
            boolean last = op.kind() == Kind.GRU && gate == 2;
            var seen = last && !op.linear() ? elements(op.reset(dtype), slots) : h;
            slots.set(gate, gate(gate, row, seen, !(last && op.linear())));
        }
        if (op.kind() == Kind.LSTM) {
            slots.set(Recurrence.CELL, elements(op.cell(dtype), slots));
        }
        slots.set(Recurrence.HIDDEN, elements(op.hidden(dtype), slots));
        return slots;
    }

    private static TensorData elements(Expr expr, List<TensorData> slots) {
        return Elementwise.evaluate(expr, slots);
    }

    /** A gate's sums: the inputs' part, the bias, then the products in order. */
    private TensorData gate(int gate, int row, TensorData h, boolean projected) {
        var sums = TensorData.zeros(dtype, size);
        for (int n = 0; n < size; n++) {
            int column = gate * size + n;
            double sum = inputs.get(2).getDouble(column);
            if (projected) {
                sum = dtype.round(inputs.get(0).getDouble(row * columns + column) + sum);
            }
            for (int k = 0; k < size; k++) {
                sum = dtype.round(Math.fma(h.getDouble(k), inputs.get(1).getDouble(k * columns + column), sum));
            }
            sums.set(n, sum);
        }
        return sums;
    }

    private TensorData vector(int operand, int from, int count) {
        var data = TensorData.zeros(dtype, count);
        for (int i = 0; i < count; i++) {
            data.set(i, inputs.get(operand).getDouble(from + i));
        }
        return data;
    }

    private static void copy(TensorData from, TensorData to, int at) {
        for (int i = 0; i < from.size(); i++) {
            to.set(at + i, from.getDouble(i));
        }
    }
}
