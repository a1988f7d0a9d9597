package dev.sinter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sinter.ir.DType;
import dev.sinter.ir.Sparsity;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.WeightAnalysis;
import dev.sinter.ir.cost.Sample;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.MatMul;
import java.util.List;
import org.junit.jupiter.api.Test;

class SampleModelTest {
    /** What is measured has the zeros that are asked about, in blocks of outputs. */
    @Test
    void weightsHaveThePatternAskedFor() {
        var sample = new Sample(MatMul.plain(DType.F32), List.of(
                new Sample.Operand(TensorType.of(DType.F32, 8, 100), false),
                new Sample.Operand(TensorType.of(DType.F32, 100, 82), true, new Sparsity(4, 1, 0.8))));
        assertThat(sample).hasToString("matmul f32[8,100], constant f32[100,82] 4x1@0.80");
        var weights = SampleModel.of(sample).graph().nodes().getLast().input(1).constant().floatArray();
        int zeros = 0;
        for (int row = 0; row < 100; row++) {
            for (int block = 0; block < 82; block += 4) {
                int empty = 0;
                int width = Math.min(4, 82 - block);
                for (int i = 0; i < width; i++) {
                    empty += weights[row * 82 + block + i] == 0 ? 1 : 0;
                }
                assertThat(empty).isIn(0, width);
                zeros += empty;
            }
        }
        assertThat(zeros / 8200.0).isCloseTo(0.8, within(0.05));
    }

    /** What is stored in few bits is measured so. */
    @Test
    void weightsAreOfTheKindAskedFor() {
        for (var values : Sample.Values.values()) {
            var sample = new Sample(MatMul.plain(DType.F32), List.of(
                    new Sample.Operand(TensorType.of(DType.F32, 8, 64), false),
                    new Sample.Operand(TensorType.of(DType.F32, 64, 48), true, new Sparsity(4, 1, 0.5), values)));
            var weights = SampleModel.of(sample).graph().nodes().getLast().input(1).constant().floatArray();
            boolean bytes = true;
            boolean halves = true;
            int zeros = 0;
            for (float weight : weights) {
                bytes &= (float) Math.rint(weight * 127d) * (1f / 127) == weight;
                halves &= (Float.floatToRawIntBits(weight) & 0xffff) == 0;
                zeros += weight == 0 ? 1 : 0;
            }
            assertThat(bytes).isEqualTo(values == Sample.Values.INT8);
            assertThat(halves).isEqualTo(values == Sample.Values.BF16);
            assertThat(zeros).isEqualTo(64 * 48 / 2);
            assertThat(sample.toString()).endsWith(switch (values) {
                case ANY -> "4x1@0.50";
                case BF16 -> "4x1@0.50 in bf16";
                case INT8 -> "4x1@0.50 in int8";
            });
        }
    }

    /** A convolution's weights have the outputs first. */
    @Test
    void windowsHaveThePatternAskedFor() {
        var conv = new Conv(1, List.of(1, 1), List.of(1, 1), List.of(1, 1), List.of(1, 1), false);
        var sample = new Sample(conv, List.of(new Sample.Operand(TensorType.of(DType.F32, 1, 40, 8, 8), false),
                new Sample.Operand(TensorType.of(DType.F32, 24, 40, 3, 3), true, new Sparsity(8, 1, 0.9))));
        var weights = SampleModel.of(sample).graph().nodes().getLast().input(1).constant().floatArray();
        int zeros = 0;
        for (int i = 0; i < 3 * 8 * 360; i += 1) {
            int first = i / 360 / 8 * 8 * 360 + i % 360;
            assertThat(weights[i] == 0).isEqualTo(weights[first] == 0);
            zeros += weights[i] == 0 ? 1 : 0;
        }
        assertThat(zeros / 8640.0).isCloseTo(0.9, within(0.05));
    }

    @Test
    void someOfEachFewAreKept() {
        var sample = new Sample(MatMul.plain(DType.F32), List.of(
                new Sample.Operand(TensorType.of(DType.F32, 8, 64), false),
                new Sample.Operand(TensorType.of(DType.F32, 64, 48), true, Sparsity.some(2, 8))));
        assertThat(sample).hasToString("matmul f32[8,64], constant f32[64,48] 2:8");
        var product = SampleModel.of(sample).graph().nodes().getLast();
        assertThat(WeightAnalysis.likeness(product)).hasToString("2:8");
    }
}
