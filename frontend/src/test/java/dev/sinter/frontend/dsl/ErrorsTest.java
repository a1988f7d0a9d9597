package dev.sinter.frontend.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sinter.frontend.onnx.ImportOptions;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Wrong texts and what is said of them: {@code NAME.sinter} and {@code NAME.txt}. With {@code -Dsinter.write=true}, what
 * is said now is written to the sources, to be read before it is kept.
 */
class ErrorsTest {
    private static final Path FOLDER = folder();
    /** Maven runs tests in the module's folder, others in the root. */
    private static final Path SOURCES = Path.of(Files.exists(Path.of("frontend")) ? "frontend" : "",
            "src/test/resources/dsl/errors");

    private static Path folder() {
        try {
            return Path.of(Objects.requireNonNull(ErrorsTest.class.getResource("/dsl/errors")).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<String> cases() throws IOException {
        try (var files = Files.list(FOLDER)) {
            return files.map(f -> f.getFileName().toString()).filter(n -> n.endsWith(".sinter"))
                    .map(n -> n.substring(0, n.length() - ".sinter".length())).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isSaidPrecisely(String name) throws IOException {
        var file = FOLDER.resolve(name + ".sinter");
        var e = catchThrowableOfType(DslException.class, () -> DslImporter.importModel(file, ImportOptions.NONE));

        assertThat(e).as(name + " was expected to be refused").isNotNull();
        // how much memory there is depends on the machine
        var said = e.getMessage().replaceAll("room for [0-9]+ MiB", "room for N MiB") + "\n";
        if (Boolean.getBoolean("sinter.write")) {
            Files.writeString(SOURCES.resolve(name + ".txt"), said);
            return;
        }
        assertThat(said).isEqualTo(Files.readString(FOLDER.resolve(name + ".txt")));
        assertThat(said).startsWith(name + ".sinter:" + e.line() + ":" + e.column() + ": ");
    }

    @Test
    void thereAreMany() throws IOException {
        assertThat(cases()).hasSizeGreaterThan(40);
    }
}
