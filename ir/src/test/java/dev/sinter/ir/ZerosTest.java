package dev.sinter.ir;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ZerosTest {
    @Test
    void zerosOfEitherSignCount() {
        assertThat(Zeros.part(TensorData.floats(new float[]{0, -0f, 1, Float.NaN}, 4))).isEqualTo(0.5);
        assertThat(Zeros.part(TensorData.longs(new long[]{0, 3}, 2))).isEqualTo(0.5);
        var halves = TensorData.of(DType.F16, new short[]{(short) 0x8000, 0, 0x3c00, 1}, 4);
        assertThat(Zeros.part(halves)).isEqualTo(0.5);
        assertThat(Zeros.part(TensorData.of(DType.I16, new short[]{(short) 0x8000, 0}, 2))).isEqualTo(0.5);
        assertThat(Zeros.part(TensorData.floats(new float[0], 0))).isZero();
    }

    @Test
    void largeConstantsAreNamedAndReadBack() {
        var large = new float[GraphPrinter.INLINE + 4];
        large[1] = 1;
        var graph = GraphParser.parse("""
                graph "g" {
                  input "x" %0: f32[36]
                  %1: f32[36] = constant #0
                  %2: f32[2] = constant [1, 0]
                  %3: f32[36] = map %0, %1 {expr=add($0:f32, $1:f32)}
                  output "y" %3
                }
                """, key -> TensorData.floats(large, 36));
        var zeros = Zeros.of(graph);
        assertThat(zeros).containsExactly(new Zeros(1, 35 / 36.0));
        assertThat(zeros.getFirst()).hasToString("zeros %1: 0.9722");
        var text = "choice of nothing\n" + zeros.getFirst() + "\nnodes 3\n";
        assertThat(Zeros.parse(text)).isEqualTo(Map.of(1, 0.9722));
        assertThat(Zeros.parse("")).isEmpty();
        assertThat(List.of(new Zeros(7, 1))).hasToString("[zeros %7: 1.0000]");
    }
}
