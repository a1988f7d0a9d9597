package dev.sinter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.DimInfo;
import dev.sinter.runtime.FormChoice;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelImage;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.SymbolInfo;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.ValueInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.JarInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarWriterTest {
    private static final String IR = "META-INF/sinter/scale.ir";

    @TempDir
    Path folder;

    private static ModelImage image(MemorySegment weights, Map<String, byte[]> resources) throws IOException {
        var name = Scale.class.getName();
        var n = new DimInfo.Symbol(0, "n");
        var info = new ModelInfo("scale", name, IR, List.of(new SymbolInfo("n", 0, 1000)),
                List.of(new ValueInfo("x", DType.F32, List.of(n))), List.of(new ValueInfo("y", DType.F32, List.of(n))),
                List.of(), 0, 0, 0, weights.byteSize());
        try (var in = Scale.class.getResourceAsStream("Scale$Scalar.class")) {
            return new ModelImage(info, Map.of(name + "$Scalar", in.readAllBytes()), weights, resources);
        }
    }

    /** Recognizable bytes, of which the first four are the float 2.5. */
    private static MemorySegment weights(Arena arena, int bytes) {
        var weights = arena.allocate(bytes, 64);
        for (int i = 0; i < bytes; i++) {
            weights.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31 + (i >> 8)));
        }
        weights.set(ValueLayout.JAVA_FLOAT, 0, 2.5f);
        return weights;
    }

    private static Map<String, byte[]> resources() {
        return Map.of(IR, "graph \"scale\" {\n}\n".getBytes(StandardCharsets.UTF_8), "b.txt", new byte[3000], "a.txt",
                new byte[0]);
    }

    private static int find(byte[] part, byte[] whole) {
        for (int i = 0; i + part.length <= whole.length; i++) {
            if (Arrays.equals(part, 0, part.length, whole, i, i + part.length)) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void theRuntimeRunsTheJar() throws IOException {
        var jar = folder.resolve("scale.jar");
        try (var arena = Arena.ofConfined()) {
            JarWriter.write(image(weights(arena, 1000), resources()), jar);
        }
        try (var model = Model.load(jar, RunOptions.defaults().withForm(FormChoice.SCALAR))) {
            var y = model.run(Map.of("x", Tensor.of(new float[]{1, 2, -4}, 3))).tensor("y");
            assertThat(y.toFloats()).containsExactly(2.5f, 5f, -10f);
            assertThat(model.resource(IR)).hasValueSatisfying(b -> assertThat(b).startsWith('g', 'r', 'a', 'p', 'h'));
        }
    }

    @Property(tries = 40)
    void weightsAreAlignedWhateverLiesBeforeThem(@ForAll @IntRange(min = 4, max = 5000) int bytes,
            @ForAll @IntRange(min = 0, max = 200) int before) throws IOException {
        var jar = Files.createTempFile("sinter-test-", ".jar");
        try (var arena = Arena.ofConfined()) {
            var weights = weights(arena, bytes);
            JarWriter.write(image(weights, Map.of("x".repeat(before + 1), new byte[before])), jar);
            int position = find(weights.toArray(ValueLayout.JAVA_BYTE), Files.readAllBytes(jar));
            assertThat(position).isPositive();
            assertThat(position % 64).isZero();
        } finally {
            Files.delete(jar);
        }
    }

    @Test
    void javasOwnZipReadsEveryEntry() throws IOException {
        var jar = folder.resolve("scale.jar");
        var names = new ArrayList<String>();
        try (var arena = Arena.ofConfined()) {
            var weights = weights(arena, 1000);
            JarWriter.write(image(weights, resources()), jar);
            try (var zip = new ZipFile(jar.toFile())) {
                for (var entry : zip.stream().toList()) {
                    names.add(entry.getName());
                    assertThat(zip.getInputStream(entry).readAllBytes()).hasSize((int) entry.getSize());
                }
                var stored = zip.getEntry(ModelInfo.WEIGHTS_RESOURCE);
                assertThat(stored.getMethod()).isEqualTo(ZipEntry.STORED);
                assertThat(zip.getInputStream(stored).readAllBytes()).isEqualTo(weights.toArray(ValueLayout.JAVA_BYTE));
            }
        }
        assertThat(names).containsExactly("META-INF/MANIFEST.MF", ModelInfo.RESOURCE, IR, "a.txt", "b.txt",
                "dev/sinter/Scale$Scalar.class", ModelInfo.WEIGHTS_RESOURCE);
        try (var in = new JarInputStream(Files.newInputStream(jar))) {
            assertThat(in.getManifest()).isNotNull();
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                in.readAllBytes(); // checks the sums
            }
        }
    }

    @Test
    void theSameModelGivesTheSameBytes() throws IOException {
        var one = folder.resolve("one.jar");
        var two = folder.resolve("new/folder/two.jar");
        try (var arena = Arena.ofConfined()) {
            var image = image(weights(arena, 100), resources());
            JarWriter.write(image, one);
            JarWriter.write(image, two);
            JarWriter.write(ModelImage.read(two), folder.resolve("three.jar"));
        }
        assertThat(two).hasSameBinaryContentAs(one);
        assertThat(folder.resolve("three.jar")).hasSameBinaryContentAs(one);
    }

    @Test
    void aFailureChangesNothing() throws IOException {
        var jar = Files.writeString(folder.resolve("scale.jar"), "as it was");
        var arena = Arena.ofConfined();
        var image = image(weights(arena, 1000), resources());
        arena.close();
        assertThatThrownBy(() -> JarWriter.write(image, jar)).isInstanceOf(IllegalStateException.class);
        assertThat(jar).hasContent("as it was");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(jar);
        }
    }

    @Test
    void aFolderIsNoJar() throws IOException {
        try (var arena = Arena.ofConfined()) {
            var image = image(weights(arena, 4), Map.of());
            assertThatThrownBy(() -> JarWriter.write(image, folder)).isInstanceOf(IOException.class)
                    .hasMessageContaining("is a folder");
        }
    }

    @Test
    void entriesAndPositionsBeyond32BitsUse64() throws IOException {
        var file = folder.resolve("large.zip");
        var content = new byte[5000];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i % 251);
        }
        try (var channel = Files.newByteChannel(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var zip = new ZipWriter(channel, 1000); // pretends that 1000 is more than 32 bits hold
            zip.deflated("small", new byte[10]);
            zip.stored("large", MemorySegment.ofArray(content), 64);
            zip.stored("far", MemorySegment.ofArray(new byte[7]), 64);
            zip.finish();
        }
        assertThat(find(content, Files.readAllBytes(file)) % 64).isZero();
        try (var zip = new ZipFile(file.toFile())) {
            assertThat(zip.size()).isEqualTo(3);
            assertThat(zip.getInputStream(zip.getEntry("large")).readAllBytes()).isEqualTo(content);
            assertThat(zip.getInputStream(zip.getEntry("far")).readAllBytes()).hasSize(7);
            assertThat(zip.getInputStream(zip.getEntry("small")).readAllBytes()).hasSize(10);
        }
    }
}
