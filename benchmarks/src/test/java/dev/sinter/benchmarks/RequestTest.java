package dev.sinter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTest {
    private static List<String> rows(Request.Section section) {
        return section.jobs().stream().map(j -> j.subject().name() + " " + j.shape()).toList();
    }

    @Test
    void aSuiteBringsItsOwnModelsAndShapes() {
        var request = Request.parse("--json", "out.json", "dense");

        assertThat(request.json()).contains(Path.of("out.json"));
        assertThat(request.sections()).singleElement().satisfies(s -> {
            assertThat(s.title()).isEqualTo("dense");
            assertThat(rows(s)).startsWith("all-minilm-l6-v2 1x8", "all-minilm-l6-v2 1x32", "all-minilm-l6-v2 1x128",
                    "all-minilm-l6-v2 1x256", "all-minilm-l6-v2 32x128", "bert-base 1x8", "bert-base 1x128",
                    "distilbert 1x128", "resnet18 1x224", "resnet50 1x224", "mobilenetv2 1x224", "lstm 1x50",
                    "gpt2 decode", "gpt2 prefill128", "mlp 1", "mlp 1000", "trees 1", "trees 1000");
        });
    }

    @Test
    void aModelsOwnShapeGoesBeforeTheCommonOnes() {
        var request = Request.parse("--shape", "1x8,3x7", "bge-small-en-v1.5", "all-minilm-l6-v2-q:1x512");

        assertThat(rows(request.sections().get(0))).containsExactly("bge-small-en-v1.5 1x8", "bge-small-en-v1.5 3x7");
        assertThat(rows(request.sections().get(1))).containsExactly("all-minilm-l6-v2-q 1x512");
    }

    @Test
    void aSuiteTakesAModelAndItsShapes() {
        var request = Request.parse("polluted:bert-mini", "cold:mlp:1,10");

        assertThat(request.sections().get(0).jobs()).containsExactly(
                new Job.Call(Subjects.named("bert-mini").orElseThrow(), Shape.parse("1x128"), Peer.ORT, 1, true));
        Subject mlp = Subjects.named("mlp").orElseThrow();
        assertThat(request.sections().get(1).jobs()).containsExactly(
                new Job.Cold(mlp, Shape.parse("1"), 1), new Job.Cold(mlp, Shape.parse("1"), 2),
                new Job.Cold(mlp, Shape.parse("10"), 1), new Job.Cold(mlp, Shape.parse("10"), 2));
    }

    @Test
    void theThreadsSuiteComparesTwoThreadsWithOneAndWithThePeersTwo() {
        Subject subject = Subjects.named("bert-base").orElseThrow();
        Shape shape = Shape.parse("1x128");

        assertThat(Request.parse("threads:bert-base:1x128").sections().getFirst().jobs()).containsExactly(
                new Job.Call(subject, shape, Peer.ONE_THREAD, 2, false),
                new Job.Call(subject, shape, Peer.ORT, 2, false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "quick                     | dense, sparse, grid, lowbit, polluted, cold, memory, threads",
            "resnet51                  | all-minilm-l6-v2, all-minilm-l6-v2-q, bge-small-en-v1.5, bge-small-en-v1.5-q",
            "all-minilm-l6-v2:128      | takes BATCHxSEQUENCE",
            "all-minilm-l6-v2:1x0      | expected sizes",
            "all-minilm-l6-v2:1x513    | takes sequences up to 512",
            "resnet50:224              | takes BATCHxSIDE",
            "product:128x768           | takes ROWSxINPUTSxOUTPUTS",
            "mlp:1x30                  | takes a number of rows",
            "lstm:50                   | takes BATCHxSTEPS",
            "gpt2:1x128                | takes decode, or prefill",
            "gpt2:prefill2000          | takes decode, or prefill up to 1024",
            "dense:nothing             | 'nothing' is no suite or model",
            "--frob                    | no option '--frob'",
            "--json                    | --json needs a value",
    })
    void aWrongWordIsAnsweredWithWhatThereIs(String word, String answer) {
        assertThatThrownBy(() -> Request.parse(word)).isInstanceOf(UsageException.class)
                .hasMessageContaining(answer);
    }

    @Test
    void theCommandSaysItOnStandardErrorAndExitsWithTwo() {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();

        int status = Compare.run(new String[]{"quick"}, new PrintStream(out), new PrintStream(err));

        assertThat(status).isEqualTo(2);
        assertThat(out.size()).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("'quick' is no suite or model").contains("usage:");
    }
}
