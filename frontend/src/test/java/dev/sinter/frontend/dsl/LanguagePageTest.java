package dev.sinter.frontend.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.frontend.onnx.ImportOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The language page says what is so: its examples are compiled, and the messages it shows are those that come. */
class LanguagePageTest {
    private static final Pattern BLOCK = Pattern.compile("(?s)```(\\w+)\n(.*?)```");

    private static String page() throws IOException {
        var root = Files.exists(Path.of("docs/dsl.md")) ? Path.of("") : Path.of("..");
        return Files.readString(root.resolve("docs/dsl.md"));
    }

    private static List<String> blocks(String kind) throws IOException {
        return BLOCK.matcher(page()).results().filter(m -> m.group(1).equals(kind)).map(m -> m.group(2)).toList();
    }

    static List<String> examples() throws IOException {
        return blocks("sinter");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void examplesCompile(String example) {
        if (Pattern.compile("(?m)^model ").matcher(example).find()) {
            var graph = DslImporter.importModel(example.getBytes(StandardCharsets.UTF_8), ImportOptions.NONE);
            assertThat(graph.outputs()).isNotEmpty();
        } else {
            var module = new Library().module(new Source("example.sinter", example, null));
            Checker.check(module);
            assertThat(module.unit().functions()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void examplesAreLaidOut(String example) {
        assertThat(Formatter.format(example, "example.sinter")).isEqualTo(example);
    }

    @Test
    void messagesAreTheRealOnes() throws IOException {
        for (var message : blocks("text")) {
            var name = message.substring(0, message.indexOf(".sinter"));
            try (var real = LanguagePageTest.class.getResourceAsStream("/dsl/errors/" + name + ".txt")) {
                assertThat(real).isNotNull();
                assertThat(new String(real.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(message);
            }
        }
        assertThat(blocks("text")).isNotEmpty();
        assertThat(examples()).hasSizeGreaterThan(8);
    }

    @Test
    void theLibraryHasWhatItNames() throws IOException {
        var known = new Module(Parsing.unit(new Source("t", "", null)), new Library().standard()).names();
        var library = page().substring(page().indexOf("## The standard library"), page().indexOf("## Errors"));
        var named = Pattern.compile("`([a-z][a-z0-9_]*)(?:`|\\()").matcher(library).results().map(m -> m.group(1))
                .filter(n -> !n.equals("frontend")).toList();

        assertThat(named).hasSizeGreaterThan(80);
        assertThat(known).containsAll(named);
    }

    @Test
    void limitsAreThoseOfTheCode() throws IOException {
        assertThat(page()).contains(String.format("%,d characters", Parsing.LONGEST));
    }
}
