package dev.sinter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RowTest {
    private static final Row CALL = new Row("all-minilm-l6-v2", "1x128", "onnxruntime-1.29.0", Measure.CALL, 1,
            20_000.5, 26_000.65, Optional.of(new Row.Rate(143.456, 0.65432)), OptionalDouble.empty());
    private static final Row PROCESS = new Row("m", "1x8", "onnxruntime-1.29.0", Measure.RESIDENT, 2, 200_000_000,
            100_000_000, Optional.empty(), OptionalDouble.empty());
    private static final Row THREADS = new Row("mlp", "1", "one-thread", Measure.CALL, 2, 0.25, 0.25, Optional.empty(),
            OptionalDouble.of(1.9876));

    @Test
    void jsonHasTheDesignsKeysInOrder() {
        assertThat(Row.json(List.of(CALL, PROCESS))).isEqualTo("""
                [
                  {"model": "all-minilm-l6-v2", "shape": "1x128", "peer": "onnxruntime-1.29.0", "unit": "us", \
                "ours": 20000.5, "theirs": 26000.65, "ratio": 1.3, "gflops": 143.46, "peak_share": 0.6543, \
                "measure": "call", "cpus": 1, "fma_scaling": null},
                  {"model": "m", "shape": "1x8", "peer": "onnxruntime-1.29.0", "unit": "bytes", "ours": 200000000, \
                "theirs": 100000000, "ratio": 0.5, "gflops": null, "peak_share": null, \
                "measure": "resident", "cpus": 2, "fma_scaling": null}
                ]
                """);
    }

    @Test
    void noRowsAreAnEmptyArray() {
        assertThat(Row.json(List.of())).isEqualTo("[]\n");
    }

    @Test
    void theTableIsAligned() {
        assertThat(Table.of(List.of(CALL, PROCESS, THREADS))).isEqualTo("""
                model             shape  peer                measure   CPUs  unit     ours   theirs  ratio  GFLOP/s  of peak  FMA loop
                all-minilm-l6-v2  1x128  onnxruntime-1.29.0  call      1     us    20000.5  26000.7   1.30    143.5     65 %         -
                m                 1x8    onnxruntime-1.29.0  resident  2     MB      200.0    100.0   0.50        -        -         -
                mlp               1      one-thread          call      2     us      0.250    0.250   1.00        -        -      1.99
                """);
    }

    @Test
    void decodeLoopsAreRatesToo() {
        var decode = new Row("gpt2", "decode", "onnxruntime-1.29.0", Measure.CALL, 1, 20_000, 25_000, Optional.empty(),
                OptionalDouble.empty());

        assertThat(Table.tokens(List.of(CALL, decode)))
                .isEqualTo("gpt2 writes 50.0 tokens a second, onnxruntime-1.29.0 40.0\n");
    }

    @Test
    void operationsOfMiniLm() {
        double operations = Subjects.named("all-minilm-l6-v2").orElseThrow().operations(Shape.parse("1x128"))
                .orElseThrow();

        // 6 layers of 128 tokens: 4 products 384x384, 2 products 384x1536, and 128 scores and sums over 384.
        assertThat(operations).isCloseTo(6 * 128 * (2.0 * (4 * 147_456 + 2 * 589_824) + 4.0 * 128 * 384), within(1.0));
    }
}
