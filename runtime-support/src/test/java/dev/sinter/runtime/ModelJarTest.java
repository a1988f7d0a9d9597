package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelJarTest {
    @TempDir
    Path folder;

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("model.jar"), bytes);
    }

    @ParameterizedTest
    @EnumSource(Jars.Layout.class)
    void aJarRunsHoweverItsWeightsLie(Jars.Layout layout) throws IOException {
        Path jar = write(Jars.write(Samples.affine(), layout));
        try (Model model = Model.load(jar, Samples.options())) {
            assertThat(model.weights().byteSize()).isEqualTo(64);
            assertThat(model.weights().isReadOnly()).isTrue();
            assertThat(model.weights().address() % 64).isZero();
            assertThat(model.weights().isMapped()).isEqualTo(layout == Jars.Layout.ALIGNED);
            assertThat(model.run(Map.of("x", Tensor.of(new float[]{1, 2}, 1, 2))).tensor("y").toFloats())
                    .containsExactly(2.5f, 4.5f);
            assertThat(model.resource(model.info().irResource())).get()
                    .isEqualTo("a dump".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void anImageReadsBackTheSame() throws IOException {
        ModelImage image = Samples.affine();
        ModelImage read = ModelImage.read(write(Jars.write(image, Jars.Layout.ALIGNED)));
        assertThat(read.info()).isEqualTo(image.info());
        assertThat(read.classes()).containsOnlyKeys(image.classes().keySet());
        assertThat(read.resources()).containsKey("META-INF/sinter/model.ir")
                .doesNotContainKeys(ModelInfo.RESOURCE, ModelInfo.WEIGHTS_RESOURCE);
        assertThat(read.weights().mismatch(image.weights())).isEqualTo(-1);
    }

    @Test
    void aJarWithinAJarIsCopied() throws IOException {
        Path outer = folder.resolve("outer.zip");
        try (var files = FileSystems.newFileSystem(URI.create("jar:" + outer.toUri()), Map.of("create", "true"))) {
            Path inner = files.getPath("inner.jar");
            Files.write(inner, Jars.write(Samples.affine(), Jars.Layout.ALIGNED));
            try (Model model = Model.load(inner, Samples.options())) {
                assertThat(model.weights().isMapped()).isFalse();
                assertThat(model.run(Map.of("x", Tensor.of(new float[1], 1, 1))).tensor("y").toFloats())
                        .containsExactly(0.5f);
            }
        }
    }

    @Test
    void classesOnAnOrdinaryClassPathFindTheirWeights() throws Exception {
        Path jar = write(Jars.write(Samples.affine(), Jars.Layout.ALIGNED));
        Path other = Files.createDirectories(folder.resolve("other/META-INF/sinter"));
        Files.write(other.resolve("weights.bin"), new byte[3]);
        URL[] path = {folder.resolve("other/").toUri().toURL(), jar.toUri().toURL()};
        try (var loader = new OwnFirst(path)) {
            MemorySegment weights = Weights.of(loader.loadClass(Samples.AFFINE));
            assertThat(weights.byteSize()).isEqualTo(64);
            assertThat(weights.isMapped()).isTrue();
            assertThat(weights.isReadOnly()).isTrue();
        }
        assertThatThrownBy(() -> Weights.of(ModelJarTest.class)).isInstanceOf(ModelException.class)
                .hasMessageContaining("ModelJarTest");
    }

    /** Loads the sample classes from its own path. */
    private static final class OwnFirst extends URLClassLoader {
        OwnFirst(URL[] path) {
            super(path, ModelJarTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            return name.startsWith(Samples.AFFINE) ? findClass(name) : super.loadClass(name, resolve);
        }

        @Override
        public URL getResource(String name) {
            return findResource(name);
        }
    }

    @Test
    void everyCutIsRefused() throws IOException {
        byte[] good = Jars.write(Samples.affine(), Jars.Layout.ALIGNED);
        for (int length = 0; length < good.length; length += length < good.length - 1200 ? 97 : 1) {
            Path jar = write(Arrays.copyOf(good, length));
            assertThatThrownBy(() -> Model.load(jar, Samples.options())).isInstanceOf(ModelException.class)
                    .hasMessageContaining("model.jar");
        }
    }

    @Test
    void brokenBytesGiveAModelExceptionOrAModel() throws IOException {
        byte[] good = Jars.write(Samples.affine(), Jars.Layout.COMPRESSED);
        var random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] bad = good.clone();
            int tail = good.length - 1200; // where the directory lies
            int at = i % 2 == 0 ? random.nextInt(good.length) : tail + random.nextInt(1200);
            bad[at] ^= (byte) (1 << random.nextInt(8));
            MemorySegment file = MemorySegment.ofArray(bad);
            try {
                Zip zip = Zip.of(FileBytes.of(file), "bad.jar");
                zip.names().forEach(zip::read);
            } catch (ModelException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    @Test
    void sixtyFourBitFieldsAreRead() {
        byte[] name = "a".getBytes(StandardCharsets.UTF_8);
        ByteBuffer b = ByteBuffer.allocate(400).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(0x04034b50).putShort((short) 45).putShort((short) 0).putShort((short) 0).putInt(0).putInt(0)
                .putInt(-1).putInt(-1).putShort((short) 1).putShort((short) 20).put(name);
        b.putShort((short) 1).putShort((short) 16).putLong(3).putLong(3).put(new byte[]{7, 8, 9});
        int directory = b.position();
        b.putInt(0x02014b50).putShort((short) 45).putShort((short) 45).putShort((short) 0).putShort((short) 0)
                .putInt(0).putInt(0).putInt(-1).putInt(-1).putShort((short) 1).putShort((short) 28)
                .putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0).putInt(-1).put(name);
        b.putShort((short) 1).putShort((short) 24).putLong(3).putLong(3).putLong(0);
        int end64 = b.position();
        b.putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45).putInt(0).putInt(0).putLong(1)
                .putLong(1).putLong(end64 - directory).putLong(directory);
        b.putInt(0x07064b50).putInt(0).putLong(end64).putInt(1);
        b.putInt(0x06054b50).putShort((short) 0).putShort((short) 0).putShort((short) -1).putShort((short) -1)
                .putInt(-1).putInt(-1).putShort((short) 0);
        Zip zip = Zip.of(FileBytes.of(MemorySegment.ofArray(Arrays.copyOf(b.array(), b.position()))), "big.jar");
        assertThat(zip.read("a")).containsExactly(7, 8, 9);
        assertThat(zip.read("b")).isNull();
    }

    @Test
    void whatIsNoModelIsNamed() throws IOException {
        assertThatThrownBy(() -> Model.load(folder.resolve("none.jar"))).isInstanceOf(ModelException.class)
                .hasMessageContaining("none.jar");
        ModelImage image = Samples.affine();
        ModelInfo i = image.info();
        var wrong = new ModelInfo(i.name(), i.className(), i.irResource(), i.symbols(), i.inputs(), i.outputs(),
                i.allocations(), i.valueCount(), i.firstParam(), i.paramCount(), 32);
        var smaller = new ModelImage(wrong, image.classes(), image.weights().asSlice(0, 32), image.resources());
        byte[] jar = Jars.write(smaller, Jars.Layout.ALIGNED);
        String text = new String(jar, StandardCharsets.ISO_8859_1);
        assertThat(text).contains("META-INF/sinter/model.info");
        Path renamed = write(text.replace("META-INF/sinter/model.info", "META-INF/sinter/model.inf_")
                .getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Model.load(renamed)).isInstanceOf(ModelException.class)
                .hasMessageContaining("no META-INF/sinter/model.info");
        assertThatThrownBy(() -> new ModelImage(wrong, image.classes(), image.weights(), image.resources()))
                .isInstanceOf(ModelException.class).hasMessageContaining("32 bytes").hasMessageContaining("64");
    }
}
