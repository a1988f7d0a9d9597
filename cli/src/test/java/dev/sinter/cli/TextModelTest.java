package dev.sinter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.Sinter;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts of the model language on the command line, and as the compiler takes them. */
class TextModelTest {
    private static final String TEXT = """
            # twice, and one more
            model twice {
                dim n
                input x: f32[n, 2]
                param w: f32[2, 2] = [[2, 0], [0, 2]]
                output y = x @ w + 1.0
            }
            """;

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    private Path text(String text) throws IOException {
        return Files.writeString(folder.resolve("twice.sinter"), text);
    }

    @Test
    void compilesToAJar() throws IOException {
        assertThat(run("compile", text(TEXT).toString())).as(err.toString()).isZero();

        var jar = folder.resolve("twice.jar");
        assertThat(out.toString().strip()).isEqualTo(jar.toString());
        try (var model = Model.load(jar)) {
            var y = model.run(Map.of("x", Tensor.of(new float[]{1, 2}, 1, 2))).tensor("y");
            assertThat(y.toFloats()).containsExactly(3, 5);
        }
    }

    @Test
    void compilesFromBytesAndFixesSizes() {
        var compiler = Sinter.compiler().dim("n", 2);
        try (var model = compiler.compile(TEXT.getBytes(StandardCharsets.UTF_8))) {
            assertThat(model.inputs().getFirst().toString()).contains("2,2");
            var y = model.run(Map.of("x", Tensor.of(new float[]{1, 2, 3, 4}, 2, 2))).tensor("y");
            assertThat(y.toFloats()).containsExactly(3, 5, 7, 9);
        }
    }

    @Test
    void aWrongTextFailsWithItsPlaceAndNoStackTrace() throws IOException {
        var file = text(TEXT.replace("x @ w", "x @ v"));

        assertThat(run("compile", file.toString())).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("""
                sinter compile: twice.sinter:6:20: unknown name 'v'
                    output y = x @ v + 1.0
                                   ^
                """);
        assertThat(folder.resolve("twice.jar")).doesNotExist();
    }

    @Test
    void anUnknownSizeFails() throws IOException {
        assertThat(run("inspect", text(TEXT).toString(), "--dim", "batch=3")).isEqualTo(1);
        assertThat(err.toString()).contains("twice.sinter:2:7: dimension 'batch' was fixed, but the model's are [n]");
    }

    /** A scalar kernel of several loops is cut into methods. */
    @Test
    void explainShowsAllMethodsOfAKernel() throws IOException {
        var file = text("model n {\n    input x: f32[4, 32]\n    output y = layer_norm(x, 32)\n}\n");

        assertThat(run("explain", file.toString(), "--form", "scalar", "--kernel", "normalize.bias.f32")).isZero();
        assertThat(out.toString()).contains("void normalize_bias_f32(", "void normalize_bias_f32_round0(",
                "void normalize_bias_f32_loop0(");
    }

    @Test
    void formatChangesWhatIsNotLaidOut() throws IOException {
        var file = text(TEXT.replace("    ", "\t").replace(" = ", "="));

        assertThat(run("format", "--check", file.toString())).isEqualTo(1);
        assertThat(out.toString().strip()).isEqualTo(file.toString());
        assertThat(file).content().contains("\t");
        assertThat(run("format", file.toString())).isZero();
        assertThat(file).hasContent(TEXT);
        assertThat(run("format", "--check", file.toString())).isZero();
    }

    @Test
    void formatLeavesWhatItCannotRead() throws IOException {
        var file = text("model m {");

        assertThat(run("format", file.toString())).isEqualTo(1);
        assertThat(err.toString()).contains(file + ":1:9: '{' is never closed");
        assertThat(file).hasContent("model m {");
        assertThat(run("format", folder.resolve("none.sinter").toString())).isEqualTo(2);
    }
}
