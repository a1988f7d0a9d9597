package dev.sinter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTest {
    @Test
    void aSuiteBringsItsOwnModelAndShapes() {
        var request = Request.parse("--json", "out.json", "dense");

        assertThat(request.json()).contains(Path.of("out.json"));
        assertThat(request.sections()).singleElement().satisfies(s -> {
            assertThat(s.title()).isEqualTo("dense");
            assertThat(s.jobs()).extracting(j -> j.encoder().name()).containsOnly("all-minilm-l6-v2");
            assertThat(s.jobs()).extracting(j -> j.shape().toString())
                    .containsExactly("1x8", "1x32", "1x128", "1x256", "32x128");
        });
    }

    @Test
    void aModelsOwnShapeGoesBeforeTheCommonOnes() {
        var request = Request.parse("--shape", "1x8,3x7", "bge-small-en-v1.5", "all-minilm-l6-v2-q:1x512");

        assertThat(request.sections().get(0).jobs()).extracting(j -> j.shape().toString())
                .containsExactly("1x8", "3x7");
        assertThat(request.sections().get(1).jobs()).extracting(j -> j.shape().toString()).containsExactly("1x512");
    }

    @Test
    void theThreadsSuiteComparesTwoThreadsWithOneAndWithThePeersTwo() {
        Encoder encoder = Encoder.named("all-minilm-l6-v2").orElseThrow();
        Shape shape = new Shape(1, 128);

        assertThat(Request.parse("threads:1x128").sections().getFirst().jobs()).containsExactly(
                new Job.Call(encoder, shape, "one-thread", 2, false),
                new Job.Call(encoder, shape, "onnxruntime", 2, false));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "sparse                    | dense, polluted, cold, memory, threads",
            "resnet50                  | all-minilm-l6-v2, all-minilm-l6-v2-q, bge-small-en-v1.5, bge-small-en-v1.5-q",
            "all-minilm-l6-v2:128      | expected BATCHxSEQUENCE",
            "all-minilm-l6-v2:1x0      | expected BATCHxSEQUENCE",
            "all-minilm-l6-v2:1x513    | takes sequences up to 512",
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

        int status = Compare.run(new String[]{"sparse"}, new PrintStream(out), new PrintStream(err));

        assertThat(status).isEqualTo(2);
        assertThat(out.size()).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("'sparse' is no suite or model").contains("usage:");
    }
}
