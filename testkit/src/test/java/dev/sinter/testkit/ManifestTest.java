package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
    @TempDir
    Path folder;

    @Test
    void twoFoldersAboveTheGroupCounts() throws IOException {
        Files.writeString(folder.resolve("manifest.csv"), """
                case,group,op,rtol,atol,note
                a,one,"x, ""y"" z",0.01,0.5,
                a,two,x,,,nondeterministic
                """);
        var manifest = new Manifest();
        assertThat(manifest.of(folder.resolve("one/a")).rtol()).isEqualTo(0.01);
        assertThat(manifest.of(folder.resolve("one/a")).atol()).isEqualTo(0.5);
        assertThat(manifest.of(folder.resolve("two/a")).shapesOnly()).isTrue();
        assertThat(manifest.of(folder.resolve("two/a")).rtol()).isEqualTo(1e-3);
        assertThat(manifest.of(folder.resolve("three/a"))).isEqualTo(Tolerance.ONNX);
        assertThat(manifest.of(folder.resolve("one/b"))).isEqualTo(Tolerance.ONNX);
    }

    @Test
    void oneFolderAboveTheCaseAlone() throws IOException {
        Files.writeString(folder.resolve("manifest.csv"), """
                case,group,rtol,atol,minCosine,note
                a,,,,0.9995,
                """);
        assertThat(new Manifest().of(folder.resolve("a")).minCosine()).hasValue(0.9995);
        assertThat(new Manifest().of(folder.resolve("b"))).isEqualTo(Tolerance.ONNX);
    }

    @Test
    void aNumberThatIsNoneIsNamed() throws IOException {
        Files.writeString(folder.resolve("manifest.csv"), "case,rtol\na,small\n");
        assertThatThrownBy(() -> new Manifest().of(folder.resolve("a"))).isInstanceOf(ModelException.class)
                .hasMessageContaining("case a").hasMessageContaining("rtol").hasMessageContaining("small");
    }
}
