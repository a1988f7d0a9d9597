package dev.sinter.frontend.dsl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.frontend.ModelFiles;
import dev.sinter.frontend.onnx.ImportOptions;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.Evaluator;
import dev.sinter.ir.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of parameters from files: those of NumPy were written by NumPy. */
class WeightsTest {
    private static final List<String> FILES = List.of("w.npy", "two.npz", "packed.npz", "fortran.npy", "wide.npy",
            "half.npy", "ids.npy", "m.safetensors");

    @TempDir
    Path folder;

    @BeforeEach
    void copyFiles() throws IOException {
        for (var file : FILES) {
            Files.write(folder.resolve(file), bytes(file));
        }
    }

    private static byte[] bytes(String file) throws IOException {
        try (var in = Objects.requireNonNull(WeightsTest.class.getResourceAsStream("/dsl/weights/" + file))) {
            return in.readAllBytes();
        }
    }

    private Map<String, TensorData> run(String statements) throws IOException {
        var file = Files.writeString(folder.resolve("m.sinter"),
                "model m {\n    input x: f32[4]\n" + statements + "\n}\n");
        return Evaluator.evaluate(DslImporter.importModel(file, ImportOptions.NONE),
                Map.of("x", TensorData.floats(new float[]{1, 0, 0, 2}, 4)));
    }

    /** The first column and twice the last of w, 0, 0.25, ... 2.75. */
    private static void assertProduct(TensorData y, double... plus) {
        for (int i = 0; i < 3; i++) {
            assertThat(y.getDouble(i)).isEqualTo(i + 2 * (i + 0.75) + (plus.length == 0 ? 0 : plus[i]));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"w.npy\"", "\"two.npz\", \"fc.weight\"", "\"packed.npz\", \"fc.weight\"",
            "\"m.safetensors\", \"model.fc.weight\""})
    void arraysAreLoadedOneByOne(String load) throws IOException {
        assertProduct(run("param w: f32[3, 4] = load(" + load + ")\noutput y = w @ x").get("y"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"weights \"two.npz\"", "weights \"m.safetensors\" prefix \"model.\"",
            "weights \"two.npz\" partial"})
    void allAreLoadedByName(String weights) throws IOException {
        assertProduct(run(weights + "\noutput y = linear(x, 3) as fc").get("y"), 1, 2, 3);
    }

    @Test
    void initializersMakeWhatAFileLacks() throws IOException {
        assertProduct(run("weights \"two.npz\" partial\nparam more: f32[3] = constant(0.5)\n"
                + "output y = (linear(x, 3) as fc) + more").get("y"), 1.5, 2.5, 3.5);
    }

    @Test
    void halvesAndIntegersKeepTheirTypes() throws IOException {
        var out = run("param w: f16[3, 4] = load(\"half.npy\")\nparam ids: i64[3] = load(\"ids.npy\")\n"
                + "output y = cast(w, f32) @ x\noutput z = ids");

        assertProduct(out.get("y"));
        assertThat(out.get("z").getLong(0)).isEqualTo(3);
    }

    @Test
    void initializersOfOnnxFilesAreLoaded() throws IOException {
        var w = TensorProto.newBuilder().setName("fc.weight").setDataType(TensorProto.DataType.FLOAT_VALUE).addDims(3)
                .addDims(4);
        for (int i = 0; i < 12; i++) {
            w.addFloatData(i / 4f);
        }
        var b = TensorProto.newBuilder().setName("fc.bias").setDataType(TensorProto.DataType.FLOAT_VALUE).addDims(3)
                .addFloatData(1).addFloatData(2).addFloatData(3);
        Files.write(folder.resolve("m.onnx"), ModelProto.newBuilder().setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(GraphProto.newBuilder().setName("g").addInitializer(w).addInitializer(b)).build()
                .toByteArray());

        assertProduct(run("weights \"m.onnx\"\noutput y = linear(x, 3) as fc").get("y"), 1, 2, 3);
    }

    @Test
    void importedTextsAreSeen() throws IOException {
        Files.createDirectories(folder.resolve("parts"));
        Files.writeString(folder.resolve("parts/a.sinter"), "import \"b.sinter\"\nfn a(x) { return b(x) + 1.0 }");
        Files.writeString(folder.resolve("parts/b.sinter"), "fn b(x) { return 2.0 * x }\nfn relu(x) { return x }");
        var file = Files.writeString(folder.resolve("t.sinter"),
                "import \"parts/a.sinter\"\nmodel m { input x: f32[1] output y = a(x) output z = relu(x) }");
        var out = Evaluator.evaluate(DslImporter.importModel(file, ImportOptions.NONE),
                Map.of("x", TensorData.floats(new float[]{-3}, 1)));

        assertThat(out.get("y").getDouble(0)).isEqualTo(-5);
        assertThat(out.get("z").getDouble(0)).as("what is imported wins over the library").isEqualTo(-3);
    }

    @Test
    void eachTextFindsTheFilesOfItsOwnFolder() throws IOException {
        var theirs = bytes("w.npy");
        ByteBuffer.wrap(theirs).order(ByteOrder.LITTLE_ENDIAN).putFloat(theirs.length - 12 * Float.BYTES, 7);
        Files.createDirectories(folder.resolve("parts"));
        Files.write(folder.resolve("parts/w.npy"), theirs);
        Files.writeString(folder.resolve("parts/a.sinter"),
                "fn a(x) { param w: f32[3, 4] = load(\"w.npy\") return w @ x }");
        Files.writeString(folder.resolve("t.sinter"), "import \"parts/a.sinter\" model m { input x: f32[4]"
                + " param w: f32[3, 4] = load(\"w.npy\") output y = w @ x output z = a(x) as a }");
        var out = Evaluator.evaluate(DslImporter.importModel(folder.resolve("t.sinter"), ImportOptions.NONE),
                Map.of("x", TensorData.floats(new float[]{1, 0, 0, 0}, 4)));

        assertThat(out.get("y").getDouble(0)).isZero();
        assertThat(out.get("z").getDouble(0)).isEqualTo(7);
    }

    @Test
    void filesThatATextDependsOnAreKnown() throws IOException {
        Files.createDirectories(folder.resolve("parts"));
        Files.writeString(folder.resolve("parts/a.sinter"), "import \"b.sinter\"");
        Files.writeString(folder.resolve("parts/b.sinter"), "fn b() { return load(\"w.npy\") }");
        Files.write(folder.resolve("parts/w.npy"), bytes("w.npy"));
        Files.write(folder.resolve("layer0.npy"), bytes("w.npy"));
        var file = Files.writeString(folder.resolve("t.sinter"), "import \"parts/a.sinter\" model m { "
                + "weights \"two.npz\" repeat 1 as i { param w: f32[3, 4] = load(\"layer{i}.npy\") } }");

        assertThat(ModelFiles.of(file)).extracting(f -> folder.relativize(f).toString().replace('\\', '/'))
                .containsExactly("layer0.npy", "parts/a.sinter", "parts/b.sinter", "parts/w.npy", "t.sinter",
                        "two.npz");
    }

    @Test
    void importsInCirclesAreRefused() throws IOException {
        Files.writeString(folder.resolve("a.sinter"), "import \"b.sinter\"");
        Files.writeString(folder.resolve("b.sinter"), "import \"a.sinter\"");
        var file = Files.writeString(folder.resolve("t.sinter"), "import \"a.sinter\" model m { }");

        assertThatThrownBy(() -> DslImporter.importModel(file, ImportOptions.NONE)).isInstanceOf(DslException.class)
                .hasMessageContaining("imports itself");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "param w: f32[4, 3] = load(\"w.npy\")|f32[4,3] was expected, \"data\" in w.npy is f32[3,4]",
            "param w: f64[3, 4] = load(\"w.npy\")|f64[3,4] was expected, \"data\" in w.npy is f32[3,4]",
            "param w: f32[3, 4] = load(\"fortran.npy\")|Fortran order",
            "param w: f32[3, 4] = load(\"wide.npy\")|little-endian",
            "param w: f32[3, 4] = load(\"missing.npy\")|there is no such file in the folder of m.sinter",
            "param w: f32[3, 4] = load(\"/etc/hostname\")|a file in the folder of m.sinter or below was expected",
            "param w: f32[3, 4] = load(\"two.npz\", \"fc.wieght\")|did you mean 'fc.weight'?",
            "param w: f32[3, 4] = load(\"m.sinter\")|a safetensors, npz, npy or ONNX file was expected",
            "weights \"two.npz\" let w = linear(x, 3) as fd|parameter 'fd.weight' was expected in two.npz",
            "let w = linear(x, 3) as fc weights \"two.npz\"|'weights' was expected before the first parameter"})
    void whatDoesNotFitIsSaid(String statements, String message) {
        assertThatThrownBy(() -> run(statements + "\noutput y = w")).isInstanceOf(DslException.class)
                .hasMessageContaining(message);
    }

    @Test
    void linksOutOfTheFolderAreRefused() throws IOException {
        var inner = Files.createDirectories(folder.resolve("inner"));
        Files.createSymbolicLink(inner.resolve("w.npy"), folder.resolve("w.npy"));
        var file = Files.writeString(inner.resolve("m.sinter"),
                "model m { param w: f32[3, 4] = load(\"w.npy\") output y = w }");

        assertThatThrownBy(() -> DslImporter.importModel(file, ImportOptions.NONE)).isInstanceOf(DslException.class)
                .hasMessageContaining("a link that leaves the folder");
    }

    @Property(tries = 300)
    void damagedFilesAreReadOrRefused(@ForAll @IntRange(max = 7) int which, @ForAll long seed) throws IOException {
        var random = new Random(seed);
        var bytes = bytes(FILES.get(which));
        for (int i = 0; i <= random.nextInt(6); i++) {
            bytes[random.nextInt(random.nextBoolean() ? Math.min(128, bytes.length) : bytes.length)] =
                    (byte) random.nextInt(256);
        }
        var cut = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
        var file = Files.createTempFile("damaged", FILES.get(which));
        try {
            Files.write(file, Arrays.copyOf(bytes, cut));
            var weights = WeightFile.open(file, "w");
            for (var name : weights.names()) {
                assertThat(weights.read(name).size()).isLessThan(1_000_000);
            }
        } catch (WeightFileException e) {
            assertThat(e.getMessage()).isNotBlank();
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void headersOfJsonAreReadAsTheyAre() throws WeightFileException {
        assertThat(Json.parse(" {\"a\\u0041\\n\": [1, -2.5e1, true, null, {}], \"b\": \"x\"} ").toString())
                .isEqualTo("{aA\n=[1.0, -25.0, true, null, {}], b=x}");
        for (var wrong : List.of("", "{", "[1,]", "{\"a\" 1}", "tru", "\"a", "1 2", "[".repeat(100_000))) {
            assertThatThrownBy(() -> Json.parse(wrong)).isInstanceOf(WeightFileException.class);
        }
    }
}
