package dev.sinter.codegen.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Origin;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.cost.Choice;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.op.Recurrence;
import dev.sinter.ir.op.Recurrence.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recurrent networks with pruned weights: a zero left out changes no bit of what all weights give. */
class KeptRecurrenceTest {
    private static final Tolerance NEAR = new Tolerance(5e-5, 5e-5);

    /** Columns of four keep the same states, some of them as integers times a scale, or as halves of f32. */
    private static TensorData pruned(Random random, int size, int columns, String stored) {
        var weights = new float[size * columns];
        for (int row = 0; row < size; row++) {
            for (int column = 0; column < columns; column++) {
                if (new Random(row * 7919L + column / 4).nextInt(8) == 0) {
                    weights[row * columns + column] = switch (stored) {
                        case "i8" -> (random.nextInt(255) - 127) * (0.001f + column * 1e-5f);
                        case "bf16" ->
                                Float.intBitsToFloat(Float.floatToRawIntBits(random.nextFloat() - 0.5f) & 0xffff0000);
                        default -> random.nextFloat() - 0.5f;
                    };
                }
            }
        }
        return TensorData.floats(weights, size, columns);
    }

    private static Graph graph(Samples s, Recurrence op, long steps, long batch, int size, String stored) {
        int columns = op.kind().gates() * size;
        var operands = new ArrayList<Value>();
        operands.add(s.input(DType.F32, steps, batch, columns));
        operands.add(s.constant(pruned(s.random(), size, columns, stored)));
        operands.add(s.constant(DType.F32, columns));
        operands.add(s.input(DType.F32, batch, size));
        if (op.kind() == Kind.LSTM) {
            operands.add(s.input(DType.F32, batch, size));
        }
        var results = s.builder().add(op, operands, Origin.of("/tested"));
        return s.graph(results.toArray(Value[]::new));
    }

    private static Recurrence op(Kind kind, boolean reverse, boolean linear) {
        var x = Expr.arg(0, DType.F32);
        var tanh = Expr.apply(Fn.TANH, x);
        var sigmoid = Expr.apply(Fn.SIGMOID, x);
        return new Recurrence(kind, reverse, switch (kind) {
            case RNN -> List.of(tanh);
            case GRU -> List.of(sigmoid, tanh);
            case LSTM -> List.of(sigmoid, tanh, tanh);
        }, linear, false, false, false);
    }

    private static Map<String, TensorData> run(Graph graph, Map<String, TensorData> inputs, String way) {
        var choices = new Choices(Costs.ESTIMATED.forcing("sparse", way));
        try (var compiled = Compiled.of(graph, choices)) {
            assertThat(choices.made()).singleElement().extracting(Choice::picked).isEqualTo(way);
            return compiled.check(inputs, NEAR);
        }
    }

    @ParameterizedTest
    @CsvSource({"RNN,false,false,3,1,33,f32", "GRU,false,false,4,3,24,f32", "GRU,true,true,2,5,64,i8",
            "GRU,false,false,2,2,70,bf16", "LSTM,false,false,5,1,128,f32", "LSTM,true,false,3,6,31,i8",
            "LSTM,false,false,2,4,16,bf16", "LSTM,false,false,0,2,16,f32", "LSTM,false,false,2,0,20,f32",
            "RNN,true,false,2,2,1100,i8"})
    void zerosChangeNoBit(Kind kind, boolean reverse, boolean linear, long steps, long batch, int size,
            String stored) {
        for (boolean symbolic : new boolean[]{false, true}) {
            var s = new Samples(steps * 31 + batch * 7 + size, symbolic);
            var graph = graph(s, op(kind, reverse, linear), steps, batch, size, stored);
            var dense = run(graph, s.inputs(), "dense");
            run(graph, s.inputs(), "16x1").forEach((name, got) -> assertThat(got.floatArray()).as(name)
                    .isEqualTo(dense.get(name).floatArray()));
        }
    }
}
