package dev.sinter.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What goes wrong; that it goes right is seen in the end-to-end test of the whole command. */
class DemoCommandTest {

    @TempDir
    private Path folder;

    @Test
    void anOutputThatIsAFileIsWrongUsage() throws Exception {
        var file = Files.createFile(folder.resolve("taken"));
        var err = new StringWriter();
        int status = new CommandLine(new DemoCommand()).setErr(new PrintWriter(err)).execute("-o", file.toString());
        assertThat(status).isEqualTo(2);
        assertThat(err.toString()).contains("--output: expected a folder").contains(file.toString());
    }

    @Test
    void embedMainNeedsTwoArguments() {
        assertThat(embedMain("one.jar")).isEqualTo("2 usage: EmbedMain MODEL.jar tokenizer.json");
    }

    @Test
    void embedMainNamesAFileItCannotRead() throws Exception {
        assertThat(embedMain("model.jar", folder.resolve("none.json").toString())).startsWith("1 ")
                .contains("none.json");
        var other = Files.writeString(folder.resolve("other.json"), "{\"normalizer\": {\"type\": \"NFC\"}}");
        assertThat(embedMain("model.jar", other.toString())).startsWith("1 ").contains("other.json")
                .contains("expected the type BertNormalizer, got NFC");
    }

    private static String embedMain(String... args) {
        var err = new ByteArrayOutputStream();
        int status = EmbedMain.run(args, System.out, new PrintStream(err, true, StandardCharsets.UTF_8));
        return status + " " + err.toString(StandardCharsets.UTF_8).strip();
    }
}
