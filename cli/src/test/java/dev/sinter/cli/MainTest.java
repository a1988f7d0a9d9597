package dev.sinter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import dev.sinter.runtime.Tensor;
import dev.sinter.testkit.Npy;
import dev.sinter.testkit.ProtoValues;
import dev.sinter.testkit.ValueKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command on a model of one node: exit codes, what goes to stdout, what is said on stderr. */
class MainTest {
    @TempDir
    Path folder;
    private Path model;

    private record Result(int code, String out, String err) {
    }

    private static Result sinter(Object... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        var texts = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            texts[i] = args[i].toString();
        }
        int code = Main.run(new PrintWriter(out), new PrintWriter(err), texts);
        return new Result(code, out.toString().replace("\r\n", "\n"), err.toString().replace("\r\n", "\n"));
    }

    @BeforeEach
    void writeModel() throws IOException {
        model = Files.write(folder.resolve("add-one.onnx"), onnx("Add"));
    }

    /** {@code y = op(a, b)} over vectors of floats of one symbolic length {@code n}. */
    private static byte[] onnx(String op) {
        var node = NodeProto.newBuilder().setName("the_" + op).setOpType(op).addInput("a").addInput("b").addOutput("y");
        var graph = GraphProto.newBuilder().setName("small").addNode(node).addInput(vector("a")).addInput(vector("b"))
                .addOutput(vector("y"));
        return ModelProto.newBuilder().setIrVersion(8).setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17)).build().toByteArray();
    }

    private static ValueInfoProto vector(String name) {
        var shape = TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("n"));
        var type = TypeProto.newBuilder().setTensorType(TypeProto.Tensor.newBuilder()
                .setElemType(TensorProto.DataType.FLOAT.getNumber()).setShape(shape));
        return ValueInfoProto.newBuilder().setName(name).setType(type).build();
    }

    private Path npy(String name, float... values) throws IOException {
        var file = folder.resolve(name);
        Npy.write(file, Tensor.of(values, values.length));
        return file;
    }

    private Path compiled() {
        var jar = folder.resolve("out/add.jar");
        var result = sinter("compile", model, "-o", jar);
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo(jar + "\n");
        return jar;
    }

    @Test
    void helpIsGoodAndNothingIsWrongUsage() {
        var help = sinter("--help");
        assertThat(help.code()).isZero();
        assertThat(help.out()).contains("compile", "run", "verify", "inspect", "explain", "bench", "demo");
        assertThat(sinter().code()).isEqualTo(2);
        assertThat(sinter().out()).isEmpty();
        assertThat(sinter().err()).contains("Usage: sinter");
    }

    @ParameterizedTest
    @ValueSource(strings = {"compile", "compile none.onnx", "run none.jar", "verify", "verify none", "bogus",
            "compile pom.xml --dim n", "compile pom.xml --dim n=many", "compile pom.xml --dim n=-1", "bench none.onnx",
            "run pom.xml --input x", "export pom.xml", "export pom.xml -o x --opset 5", "export none.onnx -o x",
            "verify . --rtol big", "explain", "inspect none"})
    void wrongUsageIsTwoAndSaysHow(String line) {
        var result = sinter((Object[]) line.split(" "));
        assertThat(result.code()).as(result.err()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("Usage: ").doesNotContain("\tat ");
    }

    @Test
    void aDamagedModelFailsWithOneMessageAndNoJar() throws IOException {
        Files.write(model, new byte[]{(byte) 0xFF, 1, 2, 3});
        var jar = folder.resolve("x.jar");
        var result = sinter("compile", model, "-o", jar);
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("sinter compile: ").contains("add-one.onnx").doesNotContain("\tat ");
        assertThat(jar).doesNotExist();
        assertThat(sinter("-v", "compile", model, "-o", jar).err()).contains("\tat ");
    }

    @Test
    void unsupportedOperatorsAreNamed() throws IOException {
        Files.write(model, onnx("NoSuchOperator"));
        var result = sinter("compile", model);
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("NoSuchOperator").contains("the_NoSuchOperator");
        assertThat(folder.resolve("add-one.jar")).doesNotExist();
    }

    @Test
    void anUnknownDimensionFails() {
        var result = sinter("compile", model, "--dim", "m=3");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).contains("m");
    }

    @Test
    void runTakesAndWritesFiles() throws IOException {
        var a = npy("a.npy", 1, 2);
        var b = folder.resolve("b.pb");
        ProtoValues.write(b, Tensor.of(new float[]{10, 20}, 2));
        for (var source : new Path[]{model, compiled()}) {
            var results = folder.resolve("results-" + source.getFileName());
            var result = sinter("run", source, "--input", "a=" + a, "--input", "b=" + b, "--output", results);
            assertThat(result.code()).as(result.err()).isZero();
            assertThat(result.out()).isEqualTo("y: f32[2] {11.0, 22.0}\n");
            var y = (Tensor) ProtoValues.read(results.resolve("y.pb"), ValueKind.TENSOR);
            assertThat(y.toFloats()).containsExactly(11, 22);
            assertThat(sinter("run", source, "--input", "a=" + a, "--input", "b=" + b, "--output", results, "--npy")
                    .code()).isZero();
            assertThat(Npy.read(results.resolve("y.npy")).toFloats()).containsExactly(11, 22);
        }
    }

    @Test
    void wrongInputsFail() throws IOException {
        var a = npy("a.npy", 1, 2);
        var missing = sinter("run", model, "--input", "a=" + a);
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("'b'").contains("missing");
        var other = sinter("run", model, "--input", "a=" + a, "--input", "b=" + npy("b.npy", 1, 2, 3));
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("expected 2").contains("got 3");
        var text = Files.writeString(folder.resolve("a.txt"), "1 2");
        assertThat(sinter("run", model, "--input", "a=" + text).code()).isEqualTo(2);
        var broken = Files.writeString(folder.resolve("broken.npy"), "1 2");
        assertThat(sinter("run", model, "--input", "a=" + broken, "--input", "b=" + a).code()).isEqualTo(1);
    }

    @Test
    void exportWritesOnnxAndSaysWhat() throws IOException {
        var file = folder.resolve("written.onnx");
        var result = sinter("export", model, "-o", file, "--opset", 22);
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo(file + "\n");
        assertThat(result.err()).contains("opset 22, 1 nodes, " + Files.size(file) + " bytes");
        var written = ModelProto.parseFrom(Files.readAllBytes(file));
        assertThat(written.getGraph().getNode(0).getOpType()).isEqualTo("Add");
        assertThat(sinter("export", model, "-o", folder.resolve("three.onnx"), "--dim", "n=3").code()).isZero();
        assertThat(ModelProto.parseFrom(Files.readAllBytes(folder.resolve("three.onnx"))).getGraph().getInput(0)
                .getType().getTensorType().getShape().getDim(0).getDimValue()).isEqualTo(3);
        assertThat(sinter("export", model, "-o", folder.resolve("none/x.onnx")).err())
                .startsWith("sinter export: ").contains("none");
        assertThat(sinter("export", model, "-o", model).code()).isEqualTo(2);
    }

    @Test
    void verifyPrintsTheKeysInOrder() throws IOException {
        var folders = new Path[]{caseFolder("good", "Add", 3), caseFolder("bad", "Add", 4),
                caseFolder("odd", "NoSuchOperator", 3)};
        var result = sinter("verify", "--json", folders[0], folders[1], folders[2]);
        assertThat(result.code()).as(result.err()).isEqualTo(1);
        var lines = result.out().lines().toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).matches("\\{\"case\": \"cases/good\", \"status\": \"pass\", \"reason\": \"\", "
                + "\"millis\": \\d+, \"maxAbs\": 0\\.0, \"minCosine\": 1\\.0}");
        assertThat(lines.get(1)).startsWith("{\"case\": \"cases/bad\", \"status\": \"fail\", \"reason\": \"y: ")
                .contains("\"maxAbs\": 1.0");
        assertThat(lines.get(2)).contains("\"status\": \"unsupported\"").contains("NoSuchOperator")
                .endsWith("\"maxAbs\": null, \"minCosine\": null}");
        assertThat(lines.get(3)).isEqualTo("{\"passed\": 1, \"failed\": 1, \"unsupported\": 1}");
        assertThat(sinter("verify", folders[0], "--jar").code()).isZero();
        assertThat(sinter("verify", folders[1], "--atol", "1.5").code()).isZero();
        assertThat(sinter("verify", folders[1], "--rtol", "1e-9").out()).contains("0 passed, 1 failed, 0 unsupported");
    }

    private Path caseFolder(String name, String op, float sum) throws IOException {
        var set = Files.createDirectories(folder.resolve("cases").resolve(name).resolve("test_data_set_0"));
        Files.write(set.resolveSibling("model.onnx"), onnx(op));
        ProtoValues.write(set.resolve("input_0.pb"), Tensor.of(new float[]{1}, 1));
        ProtoValues.write(set.resolve("input_1.pb"), Tensor.of(new float[]{2}, 1));
        ProtoValues.write(set.resolve("output_0.pb"), Tensor.of(new float[]{sum}, 1));
        return set.getParent();
    }

    @Test
    void inspectShowsModelAndJar() {
        var text = sinter("inspect", model);
        assertThat(text.code()).as(text.err()).isZero();
        assertThat(text.out()).contains("input    a: f32[n]", "output   y: f32[n]", "kernel   ",
                "--- graph before all passes", "--- graph after all passes", "the_Add", "--- plan");
        var jar = sinter("inspect", compiled());
        assertThat(jar.code()).as(jar.err()).isZero();
        assertThat(jar.out()).contains("input    a: f32[n]", "kernel   ", "--- graph", "the_Add");
        var sized = sinter("inspect", model, "--at", "n=100", "--at", "n=7").out();
        assertThat(sized).containsPattern("memory   \\d+ bytes of arenas a call with n=100\n")
                .containsPattern("memory   \\d+ bytes of arenas a call with n=7\n");
        assertThat(sinter("inspect", model, "--at", "m=1").code()).isEqualTo(2);
        assertThat(sinter("inspect", model, "--at", "n").code()).isEqualTo(2);
        assertThat(sinter("inspect", model, "--json").out()).contains("\"arenaBytes\": {\"n=").startsWith("{\"name\": ")
                .contains("\"kernels\": [{\"name\"")
                .endsWith("}\n");
    }

    /** {@code y = conv(x, ones)} over images of four channels. */
    private static byte[] conv() {
        var weights = TensorProto.newBuilder().setName("w").setDataType(TensorProto.DataType.FLOAT.getNumber());
        var shape = TensorShapeProto.newBuilder();
        for (int size : new int[]{4, 4, 3, 3}) {
            weights.addDims(size);
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
        }
        for (int i = 0; i < 4 * 4 * 3 * 3; i++) {
            weights.addFloatData(1);
        }
        var x = ValueInfoProto.newBuilder().setName("x").setType(TypeProto.newBuilder().setTensorType(TypeProto.Tensor
                .newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber()).setShape(shape)));
        var node = NodeProto.newBuilder().setName("the_conv").setOpType("Conv").addInput("x").addInput("w")
                .addOutput("y");
        var graph = GraphProto.newBuilder().setName("small").addNode(node).addInitializer(weights).addInput(x)
                .addOutput(ValueInfoProto.newBuilder().setName("y"));
        return ModelProto.newBuilder().setIrVersion(8).setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17)).build().toByteArray();
    }

    @Test
    void inspectSaysWhatWasChosen() throws IOException {
        Files.write(model, conv());
        var text = sinter("inspect", model);
        assertThat(text.out()).containsPattern("(?m)^choice layout of \"the_conv\": channels-\\w+; channels-first"
                + " [0-9.]+ us, channels-last [0-9.]+ us, estimated; ");
        assertThat(sinter("inspect", model, "--json").out()).contains("\"choices\": [{\"kind\": \"layout\"");
        assertThat(sinter("inspect", compiled()).out()).contains("choice layout of \"the_conv\"");
    }

    @Test
    void tuningKeepsItsTimesBesideTheJar() throws IOException {
        Files.write(model, conv());
        var jar = folder.resolve("conv.jar");
        var cache = folder.resolve("conv.jar.tune");
        assertThat(sinter("compile", model, "-o", jar, "--tune", "--tune-seconds", "0").code()).isZero();
        assertThat(cache).doesNotExist();
        var tuned = sinter("-v", "compile", model, "-o", jar, "--tune");
        assertThat(tuned.code()).as(tuned.err()).isZero();
        assertThat(tuned.err()).contains(" us: layout channels-last");
        assertThat(cache).content().startsWith("sinter tune 1\n");
        var bytes = Files.readAllBytes(jar);
        var again = sinter("-v", "compile", model, "-o", jar, "--tune");
        assertThat(again.err()).doesNotContain(" us: ");
        assertThat(Files.readAllBytes(jar)).isEqualTo(bytes);
        var elsewhere = sinter("inspect", model, "--tune", "--tune-cache", cache, "--tune-seconds", "0");
        assertThat(elsewhere.out()).contains("measured");
        assertThat(sinter("compile", model, "--tune", "--tune-seconds", "-1").code()).isEqualTo(2);
    }

    @Test
    void explainShowsNodesAndKernels() {
        for (var source : new Path[]{model, compiled()}) {
            var result = sinter("explain", source);
            assertThat(result.code()).as(result.err()).isZero();
            assertThat(result.out()).containsPattern("node n\\d+_").contains("onnx     the_Add").contains("kernel ");
            var name = result.out().lines().filter(l -> l.startsWith("kernel ")).findFirst().orElseThrow().substring(7);
            var kernel = sinter("explain", source, "--kernel", name, "--form", "scalar");
            assertThat(kernel.code()).as(kernel.err()).isZero();
            assertThat(kernel.out()).contains("kernel " + name).contains("fadd").doesNotContain("node n0");
            assertThat(sinter("explain", source, "--kernel", "none").code()).isEqualTo(1);
            assertThat(sinter("explain", source, "--kernel", "none").err()).contains(name);
            assertThat(sinter("explain", source, "--node", "the_Add").out()).contains("invokestatic", "  program\n",
                    "    kernel " + name);
            assertThat(sinter("explain", source, "--node", "nothing_here").code()).isEqualTo(1);
        }
    }

    @Test
    void benchReports() {
        var json = sinter("bench", model, "--dim", "n=64", "--seconds", "0.1", "--json");
        assertThat(json.code()).as(json.err()).isZero();
        assertThat(json.out()).startsWith("{\"model\": ").contains("\"firstMillis\": ")
                .contains("\"steadyMillis\": ").contains("\"medianMicros\": ").contains("\"runs\": ");
        var text = sinter("bench", compiled(), "--dim", "n=64", "--seconds", "0.1", "--threads", "2");
        assertThat(text.out()).contains("2 threads").contains("sizes    n=64\n")
                .contains("to the first result").contains("to 90 % of the steady speed").contains("median ");
        assertThat(sinter("bench", compiled(), "--dim", "m=64").code()).isEqualTo(1);
    }

    @Test
    void benchChoosesSizesAndSaysWhich() throws IOException {
        for (var file : new Path[]{model, compiled()}) {
            var chosen = sinter("bench", file, "--seconds", "0.1");
            assertThat(chosen.out()).as(chosen.err()).contains("sizes    n=1 (--dim NAME=N gives others)\n");
            var given = sinter("bench", file, "--seconds", "0.1", "--input", "b=" + npy("b.npy", 1, 2, 3));
            assertThat(given.out()).as(given.err()).contains("sizes    n=3 ");
        }
        var unknown = sinter("bench", model, "--input", "c=" + npy("c.npy", 1));
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err()).contains("no input 'c'; there are a, b");
        assertThat(sinter("bench", model, "--input", "a=" + folder.resolve("none.npy")).code()).isEqualTo(2);
        var clash = sinter("bench", model, "--input", "a=" + npy("a.npy", 1, 2), "--input",
                "b=" + npy("b.npy", 1, 2, 3));
        assertThat(clash.code()).isEqualTo(1);
        assertThat(clash.err()).contains("--input NAME=FILE");
    }

    @Test
    void dumpsAreWritten() {
        var dumps = folder.resolve("dumps");
        var classes = folder.resolve("classes");
        var result = sinter("compile", model, "-o", folder.resolve("x.jar"), "--dump-ir=all", "--dump-dir", dumps,
                "--dump-class", classes, "--package", "my.pkg", "--class", "Mine");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(dumps.resolve("00-import.ir")).content().contains("the_Add");
        assertThat(dumps).isDirectoryContaining("glob:**-plan.ir");
        assertThat(classes.resolve("my/pkg/Mine$Scalar.class")).exists();
        var wrong = sinter("compile", model, "--dump-ir=nothing", "--dump-dir", dumps);
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.err()).contains("nothing").contains("import");
    }

    @Test
    void aTypedClassIsWrittenBesideTheJar() {
        var sources = folder.resolve("src");
        var result = sinter("compile", model, "-o", folder.resolve("t.jar"), "--typed", sources, "--package",
                "com.acme", "--class", "AddOne");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(sources.resolve("com/acme/AddOne.java")).content()
                .contains("public AddOneOutput run(float[] a, float[] b, long n) {");
        assertThat(sinter("compile", model, "-o", folder.resolve("t.jar"), "--typed", sources, "--class", "class"))
                .extracting(Result::code, Result::err)
                .containsExactly(1, "sinter compile: 'class', name of the class, is no name in Java source\n");
    }

    @Test
    void aBuildToolGetsFilesAndALineForEachMessage() throws IOException {
        var broken = Files.write(folder.resolve("broken.onnx"), onnx("Frobnicate"));
        var request = Files.writeString(folder.resolve("request"), """
                response=%1$s/response
                model.0.file=%2$s
                model.0.classes=%1$s/classes
                model.0.sources=%1$s/sources
                model.1.file=%3$s
                model.1.classes=%1$s/classes
                model.1.sources=%1$s/sources
                model.1.package=com.acme
                model.1.class=Other
                model.1.maxDifference=0.1
                model.2.file=%3$s
                model.2.classes=%1$s/classes
                model.2.sources=%1$s/sources
                model.2.package=com.acme
                """.formatted(folder, broken, model));
        var result = sinter("build", request);
        assertThat(result.code()).as(result.err()).isEqualTo(1);
        assertThat(result.out().lines().filter(l -> l.startsWith("error"))).hasSize(2)
                .anyMatch(l -> l.contains("Frobnicate"))
                .anyMatch(l -> l.contains("maxDifference: there are no reference cases to compare with"));
        assertThat(folder.resolve("response")).content().contains("model.2.class=com.acme.AddOne")
                .contains("model.2.source.0=com/acme/AddOne.java").doesNotContain("model.0", "model.1");
        assertThat(folder.resolve("classes/META-INF/sinter/com.acme.AddOne/model.info")).isRegularFile();
    }
}
