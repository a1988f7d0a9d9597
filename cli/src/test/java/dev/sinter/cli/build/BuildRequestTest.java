package dev.sinter.cli.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.ModelException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildRequestTest {
    private static final String MODEL = "model.0.file=a.onnx\nmodel.0.classes=c\nmodel.0.sources=s\n";

    @TempDir
    private Path folder = Path.of("");

    private BuildRequest read(String text) throws IOException {
        return BuildRequest.read(Files.writeString(folder.resolve("request"), text));
    }

    @Test
    void modelsAreReadByTheirNumbers() throws IOException {
        var request = read("response=r\n" + MODEL + """
                model.0.dim.batch_size=4
                model.0.latencyDim.n=7
                model.0.case.0=x
                model.0.case.1=y/größe
                model.10.file=c.onnx
                model.10.classes=c
                model.10.sources=s
                model.2.file=b.onnx
                model.2.classes=c
                model.2.sources=s
                """);
        assertThat(request.response()).isEqualTo(Path.of("r"));
        assertThat(request.models()).extracting(BuildRequest.ModelRequest::file).containsExactly(Path.of("a.onnx"),
                Path.of("b.onnx"), Path.of("c.onnx"));
        var first = request.models().getFirst();
        assertThat(first.dims()).containsOnlyKeys("batch_size").containsValue(4L);
        assertThat(first.settings().sizes("latencyDim.")).containsOnlyKeys("n").containsValue(7L);
        assertThat(first.settings().all("case.")).containsExactly("x", "y/größe");
        first.settings().requireAllRead();
    }

    @Test
    void whatIsMissingOrUnknownIsSaid() {
        assertThatThrownBy(() -> read(MODEL)).isInstanceOf(ModelException.class)
                .hasMessageContaining("has no response");
        assertThatThrownBy(() -> read("response=r\nmodel.0.classes=c\nmodel.0.sources=s"))
                .isInstanceOf(ModelException.class).hasMessageContaining("model 0 has no file");
        assertThatThrownBy(() -> read("response=r\nmodel.x.file=a\n")).isInstanceOf(ModelException.class)
                .hasMessageContaining("unknown keys: [model.x.file]");
        assertThatThrownBy(() -> {
            var model = read("response=r\n" + MODEL + "model.0.tuned=true\n").models().getFirst();
            model.settings().requireAllRead();
        }).isInstanceOf(ModelException.class).hasMessageContaining("unknown keys: [tuned]");
    }

    @ParameterizedTest
    @CsvSource({"flag,TRUE,true or false", "number,-1,a number of at least 0", "number,NaN,a number of at least 0",
            "number,x,a number of at least 0", "whole,1.5,a whole number", "whole,-1,a whole number"})
    void valuesAreWhatIsExpected(String kind, String value, String expected) throws IOException {
        var settings = read("response=r\n" + MODEL + "model.0.key=" + value).models().getFirst().settings();
        assertThatThrownBy(() -> {
            switch (kind) {
                case "flag" -> settings.flag("key", false);
                case "number" -> settings.number("key");
                default -> settings.whole("key");
            }
        }).isInstanceOf(ModelException.class).hasMessageContaining(expected).hasMessageContaining(value)
                .hasMessageContaining("key");
    }

    @Test
    void aMessageIsOneLine() {
        var out = new StringWriter();
        var messages = new Messages(new PrintWriter(out, false));
        messages.error("C:\\models\r\n  is missing");
        messages.info("done");
        assertThat(out.toString().lines()).containsExactly("error C:\\\\models\\n  is missing", "info done");
    }
}
