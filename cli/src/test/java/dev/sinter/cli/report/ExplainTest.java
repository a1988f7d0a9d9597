package dev.sinter.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.cli.CommandLineRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sinter explain --node}: how a node became what it is. */
class ExplainTest {
    @TempDir
    Path folder;
    private Path model;

    @BeforeEach
    void write() throws IOException {
        model = Files.write(folder.resolve("small.onnx"), SmallNet.onnx(3, "y"));
    }

    private String explain(String... more) {
        var result = CommandLineRun.of(List.of("explain", model), List.of(more));
        assertThat(result.code()).as(result.err()).isZero();
        return result.out();
    }

    @Test
    void everyRewriteShowsWhatWasThereBeforeAndAfter() {
        var text = explain("--node", "/net/block.1/act/Relu");
        assertThat(text.lines().filter(l -> l.startsWith("node "))).as("samples are no nodes").hasSize(1);
        assertThat(text).contains("  onnx     /net/block.1/fc/MatMul\n", "  onnx     /net/block.1/fc/Add\n");
        assertThat(text).containsPattern("  rewrite  \\d+ fuse/fuse-epilogue: .*\n           - %\\d+: .* = ");
        assertThat(text).containsPattern("           \\+ %\\d+: f32\\[batch,8\\] = matmul .*epilogue=max\\(add");
        assertThat(text).containsPattern("  program\n    kernel gemm\\S+\\(");
        assertThat(text).containsPattern("  bytecode\n +static void n001_matmul_net_block_1");
        assertThat(text).contains("invokestatic", "fma");
    }

    @Test
    void aNodeThatIsGoneSaysHow() {
        var text = explain("--node", "/net/back/Transpose");
        assertThat(text).startsWith("gone /net/back/Transpose\n").containsPattern("rewrite +\\d+ simplify/")
                .containsPattern("           - %\\d+: f32\\[batch,8\\] = permute ");
    }

    @Test
    void withoutANodeRewritesAreOneLine() {
        var text = explain();
        assertThat(text).contains("rewrite  ").doesNotContain("           - %").doesNotContain("invokestatic");
        assertThat(text.lines().filter(l -> l.startsWith("node n"))).hasSize(3);
    }
}
