package dev.sinter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.ir.DType;
import dev.sinter.ir.GraphParser;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.cost.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerWordsTest {
    private static final String GRAPH = """
            graph "g" {
              input "x" %0: f32[16,4]
              %1: f32[4,8] {weights="8x4 zeros=0.7500 pattern=4x1@0.75 zero-inputs=2"} = constant #1
              %2: f32[8,4] = constant #1
              %3: f32[4,4] {weights="4x4 zeros=0.1250 pattern=1x1@0.13 values=12 powers"} = constant #1
              %4: f32[16,8] = matmul %0, %1  // /first + /bias
              %5: f32[16,4] = matmul %4, %2  // /second
              %6: f32[16,4] = matmul %5, %3  // /third
              %7: f32[16,4] = softmax %6 {axis=1}  // /first
              output "y" %7
            }
            """;

    private static List<String> words(String choices) {
        return LayerWords.of(GraphParser.parse(GRAPH, key -> TensorData.zeros(DType.F32, 0)),
                Choice.parse(choices));
    }

    @Test
    void sayWhatWasFoundConsideredAndTaken() {
        assertThat(words("""
                choice sparse of "/first": 4x1; dense 40.0 us, 1x1 16.0 us, 4x1 8.0 us, estimated; less time
                choice permute of "/second": copy; copy 3.0 us, estimated; less time
                choice sparse of "/third": dense; dense 10.0 us, 1x1 9.8 us, measured; a gain of more than 3 % was wanted
                """)).containsExactly(
                "layer /first (matmul)",
                "  weights  8 outputs x 4 inputs: 75.0 % zeros in blocks of 4 outputs x 1 input;"
                        + " 2 of 4 inputs have no weights",
                "  asked    whether zeros are left out; times are estimated (--tune measures):",
                "     dense        40.0 us  all weights, zeros too",
                "     1x1          16.0 us  without zeros, each output for itself",
                "   > 4x1           8.0 us  without zeros, 4 neighbouring outputs read the same inputs",
                "  taken    4x1, the least time, 5.00 times as fast as dense",
                "layer /third (matmul)",
                "  weights  4 outputs x 4 inputs: 12.5 % zeros of single weights, in no order; 12 different values;"
                        + " powers of two",
                "  asked    whether zeros are left out; each way was measured:",
                "   > dense        10.0 us  all weights, zeros too",
                "     1x1           9.8 us  without zeros, each output for itself",
                "  taken    dense, since 1x1 would save only 2.0 % of its time: a gain of more than 3 % was wanted");
    }

    /** Two nodes may stand for one of the model; what nothing was asked about is said, too. */
    @Test
    void giveEachLayerItsOwnChoices() {
        assertThat(words("""
                choice sparse of "/bias": dense; dense 4.0 us, 2x1 5.0 us, estimated; less time
                choice sparse of "/third": dense; dense 1.0 us, 2x1 2.5 us, estimated; less time
                choice sparse of "/third": 1x1; dense 7.0 us, 2x1 5.0 us, estimated; less time
                """)).contains("  taken    dense, the least time; the next, 2x1, takes 1.25 times as long",
                "  taken    dense, the least time; the next, 2x1, takes 2.50 times as long")
                .noneMatch(line -> line.contains("7.0 us"));
        assertThat(words("")).containsSubsequence("layer /first (matmul)",
                "  taken    all weights, zeros too: no kernel without them was considered");
    }

    /** From a model's text to the words, as a user sees them. */
    @Test
    void inspectShowsThem(@TempDir Path folder) throws IOException {
        var model = Files.writeString(folder.resolve("pruned.sinter"), """
                model pruned {
                    input x: f32[64, 128]
                    param w: f32[128, 64] @sparse(1x4, 0.9) = normal()
                    output y = x @ w
                }
                """);
        var out = CommandLineRun.of(List.of("inspect", model)).out();
        assertThat(out).contains("--- layers", "  weights  64 outputs x 128 inputs: 90.0 % zeros in blocks of 4 outputs"
                + " x 1 input").containsPattern("(?m)^   > 4x1 +[0-9.]+ us  without zeros, 4 neighbouring outputs")
                .containsPattern("(?m)^  taken    4x1, the least time, [0-9.]+ times as fast as dense");
        assertThat(CommandLineRun.of(List.of("inspect", model, "--json")).out())
                .contains("\"words\": \"90.0 % zeros in blocks of 4 outputs x 1 input");
        var jar = folder.resolve("pruned.jar");
        CommandLineRun.of(List.of("compile", model, "-o", jar));
        assertThat(CommandLineRun.of(List.of("inspect", jar)).out())
                .contains("  weights  64 outputs x 128 inputs: 90.0 % zeros in blocks of 4 outputs x 1 input");
    }
}
