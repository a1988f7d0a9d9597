package dev.sinter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import dev.sinter.ir.cost.Choice;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiling a model of one 3x3 convolution with measured times. */
class TuneTest {
    private static final int CHANNELS = 32;
    private static final int SIZE = 6;

    @TempDir
    private Path folder = Path.of("");
    private Path model = Path.of("");
    private final AtomicInteger measured = new AtomicInteger();

    @BeforeEach
    void writeModel() throws IOException {
        var random = new Random(7);
        var weights = TensorProto.newBuilder().setName("w").setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addDims(CHANNELS).addDims(CHANNELS).addDims(3).addDims(3);
        for (int i = 0; i < CHANNELS * CHANNELS * 9; i++) {
            weights.addFloatData(random.nextFloat() - 0.5f);
        }
        var pads = AttributeProto.newBuilder().setName("pads").setType(AttributeProto.AttributeType.INTS);
        for (int i = 0; i < 4; i++) {
            pads.addInts(1);
        }
        var node = NodeProto.newBuilder().setName("/conv").setOpType("Conv").addInput("x").addInput("w").addOutput("y")
                .addAttribute(pads);
        var graph = GraphProto.newBuilder().setName("conv").addNode(node).addInitializer(weights).addInput(image("x"))
                .addOutput(image("y"));
        model = Files.write(folder.resolve("conv.onnx"), ModelProto.newBuilder().setIrVersion(8).setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17)).build().toByteArray());
    }

    private static ValueInfoProto image(String name) {
        var shape = TensorShapeProto.newBuilder();
        for (int size : new int[]{1, CHANNELS, SIZE, SIZE}) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
        }
        var type = TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber()).setShape(shape);
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(type)).build();
    }

    /** Says that channels last are quicker, or first, and counts. */
    private Compiler tuned(long first, long last) {
        return Sinter.compiler().tune(true).stopwatch((way, costs) -> {
            measured.incrementAndGet();
            var text = way.sample().toString();
            return text.startsWith("permute") ? 1 : text.contains("channels_last") ? last : first;
        });
    }

    private static Tensor input() {
        var random = new Random(9);
        var x = new float[CHANNELS * SIZE * SIZE];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextFloat() - 0.5f;
        }
        return Tensor.of(x, 1, CHANNELS, SIZE, SIZE);
    }

    private static float[] run(Compiler compiler, Path model) {
        try (var compiled = compiler.compile(model)) {
            return compiled.run(Map.of("x", input())).tensor("y").toFloats();
        }
    }

    @Test
    void measuredTimesAreTakenForEstimates() {
        assertThat(tuned(100, 50).compilation(model).choices()).extracting(Choice::picked)
                .containsExactly("channels-last", "direct");
        assertThat(tuned(50, 100).compilation(model).choices()).allMatch(Choice::measured)
                .extracting(Choice::picked).containsExactly("channels-first");
        assertThat(Sinter.compiler().compilation(model).choices()).isNotEmpty().noneMatch(Choice::measured);
    }

    @Test
    void timesAreKeptBesideTheJarAndGiveTheSameJarAgain() throws IOException {
        var jar = folder.resolve("a.jar");
        tuned(100, 50).compileToJar(model, jar);
        int first = measured.get();
        assertThat(first).isPositive();
        assertThat(folder.resolve("a.jar.tune")).exists();
        var bytes = Files.readAllBytes(jar);
        var times = Files.readString(folder.resolve("a.jar.tune"));

        tuned(50, 100).compileToJar(model, jar);
        assertThat(measured).hasValue(first);
        assertThat(Files.readAllBytes(jar)).isEqualTo(bytes);
        assertThat(Files.readString(folder.resolve("a.jar.tune"))).isEqualTo(times);

        var other = folder.resolve("b.jar");
        tuned(50, 100).tuneCache(folder.resolve("a.jar.tune")).tuneBudget(Duration.ZERO).compileToJar(model, other);
        assertThat(Files.readAllBytes(other)).isEqualTo(bytes);
        assertThat(folder.resolve("b.jar.tune")).doesNotExist();
    }

    @Test
    void aDamagedCacheIsSaidAndReplaced() throws IOException {
        var cache = Files.writeString(folder.resolve("times"), "nothing of ours\n\0");
        var said = new StringBuilder();
        tuned(100, 50).tuneCache(cache).progress(line -> said.append(line).append('\n')).compilation(model);
        assertThat(said.toString()).contains("times: no measured times of this version");
        assertThat(Files.readString(cache)).startsWith("sinter tune 1\n").contains("channels-last");
    }

    /** With a real stopwatch; what it finds does not matter. */
    @Test
    void measuringChangesNoResult() {
        var cache = folder.resolve("times");
        var tuned = Sinter.compiler().tune(true).tuneCache(cache);
        var want = run(Sinter.compiler(), model);
        var got = run(tuned, model);
        assertThat(cache).exists();
        for (int i = 0; i < want.length; i++) {
            assertThat(got[i]).isCloseTo(want[i], Offset.offset(1e-4f));
        }
        var again = tuned.stopwatch((way, costs) -> measured.incrementAndGet()).compilation(model);
        assertThat(measured).hasValue(0);
        assertThat(again.choices()).isNotEmpty().allMatch(Choice::measured);
    }
}
