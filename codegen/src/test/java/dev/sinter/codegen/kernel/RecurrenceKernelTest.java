package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.Compiled.Tolerance.ROUNDING;

import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Origin;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Recurrence;
import dev.sinter.ir.op.Recurrence.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecurrenceKernelTest {
    /** Rounding of long sums that goes through several steps. */
    private static final Tolerance LONG = new Tolerance(5e-5, 5e-5);

    private static List<Expr> activations(Kind kind, DType dtype) {
        var x = Expr.arg(0, dtype);
        var clipped = Expr.apply(Fn.MAX, Expr.apply(Fn.MIN, x, Expr.literal(0.7, dtype)), Expr.literal(-0.7, dtype));
        return switch (kind) {
            case RNN -> List.of(Expr.apply(Fn.TANH, x));
            case GRU -> List.of(Expr.apply(Fn.SIGMOID, x), Expr.apply(Fn.TANH, clipped));
            case LSTM -> List.of(Expr.apply(Fn.SIGMOID, x), Expr.apply(Fn.TANH, x), Expr.apply(Fn.TANH, clipped));
        };
    }

    private static void check(Recurrence op, DType dtype, long steps, long batch, long size, boolean symbolic) {
        check(op, dtype, steps, batch, size, symbolic, true);
    }

    private static void check(Recurrence op, DType dtype, long steps, long batch, long size, boolean symbolic,
            boolean constant) {
        var s = new Samples(steps * 31 + batch * 7 + size, symbolic);
        long columns = op.kind().gates() * size;
        var operands = new ArrayList<Value>();
        operands.add(s.input(dtype, steps, batch, columns));
        operands.add(constant ? s.constant(dtype, size, columns) : s.input(dtype, size, columns));
        operands.add(s.constant(dtype, columns));
        operands.add(s.input(dtype, batch, size));
        if (op.kind() == Kind.LSTM) {
            operands.add(s.input(dtype, batch, size));
        }
        if (op.peephole()) {
            operands.add(s.constant(dtype, 3 * size));
        }
        if (op.lengths()) {
            var lengths = TensorData.zeros(DType.I32, batch);
            for (int i = 0; i < batch; i++) {
                lengths.set(i, (i * 3L) % (steps + 1));
            }
            operands.add(s.input(lengths, s.shape(batch)));
        }
        var results = s.builder().add(op, operands, Origin.of("/tested"));
        s.check(size <= 64 && constant ? ROUNDING : LONG, results.toArray(Value[]::new));
    }

    @ParameterizedTest
    @CsvSource({"RNN,false,false,false,false", "RNN,true,false,false,true", "GRU,false,false,false,true",
            "GRU,true,true,false,false", "LSTM,false,false,false,false", "LSTM,true,false,true,true",
            "LSTM,false,true,true,false"})
    void everyKind(Kind kind, boolean reverse, boolean variant, boolean peephole, boolean lengths) {
        for (var dtype : List.of(DType.F32, DType.F64)) {
            var op = new Recurrence(kind, reverse, activations(kind, dtype), variant && kind == Kind.GRU,
                    variant && kind == Kind.LSTM, peephole, lengths);
            check(op, dtype, 4, 3, 5, false);
            check(op, dtype, 1, 1, 16, true);
            check(op, dtype, 3, 2, 33, true);
            check(op, dtype, 2, 4, 64, false);
            check(op, dtype, 0, 2, 3, true);
            check(op, dtype, 2, 0, 3, true);
        }
    }

    /** Rows that share the loads of weights, and rows left over; whole blocks of columns, and columns left over. */
    @ParameterizedTest
    @CsvSource({"GRU,5,48,false", "GRU,9,7,true", "LSTM,4,129,false", "LSTM,7,80,true", "RNN,6,31,true",
            "RNN,13,272,false"})
    void rowsShareWeights(Kind kind, long batch, long size, boolean symbolic) {
        var op = new Recurrence(kind, false, activations(kind, DType.F32), false, false, false, false);
        check(op, DType.F32, 3, batch, size, symbolic);
    }

    @ParameterizedTest
    @CsvSource({"GRU,5,48", "LSTM,2,9", "LSTM,4,16"})
    void weightsMayBeComputed(Kind kind, long batch, long size) {
        var op = new Recurrence(kind, true, activations(kind, DType.F32), false, false, false, false);
        check(op, DType.F32, 3, batch, size, true, false);
        check(op, DType.F32, 2, batch, size, false, false);
    }
}
