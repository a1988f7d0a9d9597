package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.sinter.Compiler;
import dev.sinter.Sinter;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.StringStringEntryProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import dev.sinter.runtime.FormChoice;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiling in a running program: caches, versions for sizes, and that nothing of a closed model stays. */
class JustInTimeTest {
    private static final int WIDTH = 20;
    private static final long PATIENCE = 60_000_000_000L;

    @TempDir
    Path folder;

    /** y = relu(x W), with x {@code [N,20]}; W lies in a file of its own where a name is given. */
    private static byte[] model(String file, float weight) {
        var w = TensorProto.newBuilder().setName("w").setDataType(TensorProto.DataType.FLOAT_VALUE).addDims(WIDTH)
                .addDims(WIDTH);
        if (file == null) {
            w.setRawData(ByteString.copyFrom(weights(weight)));
        } else {
            w.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue(file));
        }
        var graph = GraphProto.newBuilder().setName("small").addInput(value("x")).addOutput(value("y"))
                .addInitializer(w)
                .addNode(NodeProto.newBuilder().setOpType("MatMul").addInput("x").addInput("w").addOutput("p"))
                .addNode(NodeProto.newBuilder().setOpType("Relu").addInput("p").addOutput("y"));
        return ModelProto.newBuilder().setIrVersion(8).setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17)).build().toByteArray();
    }

    private static byte[] weights(float weight) {
        var bytes = ByteBuffer.allocate(4 * WIDTH * WIDTH).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            bytes.putFloat(weight);
        }
        return bytes.array();
    }

    private static ValueInfoProto value(String name) {
        var shape = TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("N"))
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(WIDTH));
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(
                TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE).setShape(shape))).build();
    }

    private static float first(Model model, int rows) {
        var x = new float[rows * WIDTH];
        Arrays.fill(x, 1);
        return model.run(Map.of("x", Tensor.of(x, rows, WIDTH))).tensor("y").toFloats()[0];
    }

    private List<Path> jars() throws IOException {
        try (var files = Files.list(folder.resolve("cache"))) {
            return files.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
        }
    }

    private Compiler caching(List<String> told) {
        return Sinter.compiler().cache(folder.resolve("cache")).progress(told::add);
    }

    @Test
    void whatWasCompiledBeforeIsLoaded() throws IOException {
        var told = new ArrayList<String>();
        try (var model = caching(told).compile(model(null, 2))) {
            assertThat(first(model, 3)).isEqualTo(2 * WIDTH);
        }
        assertThat(told).isNotEmpty();
        told.clear();
        try (var model = caching(told).compile(new ByteArrayInputStream(model(null, 2)))) {
            assertThat(first(model, 4)).isEqualTo(2 * WIDTH);
        }
        assertThat(told).as("stages of a second compilation").isEmpty();
        assertThat(jars()).hasSize(1);
        try (var other = caching(told).compile(model(null, 3));
                var fixed = caching(told).dim("N", 5)
                        .compile(model(null, 2))) {
            assertThat(first(other, 3)).isEqualTo(3 * WIDTH);
            assertThat(first(fixed, 5)).isEqualTo(2 * WIDTH);
        }
        assertThat(jars()).hasSize(3);
    }

    @Test
    void damagedJarsAreCompiledAnew() throws IOException {
        caching(new ArrayList<>()).compile(model(null, 2)).close();
        for (var damage : List.of(new byte[0], "no jar".getBytes())) {
            Files.write(jars().getFirst(), damage);
            try (var model = caching(new ArrayList<>()).compile(model(null, 2))) {
                assertThat(first(model, 3)).isEqualTo(2 * WIDTH);
            }
        }
    }

    @Test
    void externalDataCounts() throws IOException {
        var file = folder.resolve("small.onnx");
        Files.write(file, model("w.bin", 0));
        for (float weight : new float[]{2, 5, 2}) {
            Files.write(folder.resolve("w.bin"), weights(weight));
            try (var model = caching(new ArrayList<>()).compile(file)) {
                assertThat(first(model, 2)).isEqualTo(weight * WIDTH);
            }
        }
        assertThat(jars()).hasSize(2);
        Files.delete(folder.resolve("w.bin"));
        assertThatThrownBy(() -> caching(new ArrayList<>()).compile(file)).isInstanceOf(ModelException.class)
                .hasMessageContaining("w.bin");
    }

    @Test
    void sizesThatComeOftenGetAVersion() throws InterruptedException {
        var told = Collections.synchronizedList(new ArrayList<String>());
        try (var model = Sinter.compiler().specialize(3, 2).progress(told::add).compile(model(null, 2))) {
            for (int rows : new int[]{1, 4, 7, 4, 9}) {
                for (int i = 0; i < 4; i++) {
                    assertThat(first(model, rows)).isEqualTo(2 * WIDTH);
                }
                awaitVersions(model);
                assertThat(first(model, rows)).isEqualTo(2 * WIDTH);
            }
        }
        assertThat(told).filteredOn(line -> line.startsWith("packing")).as("the model, 1, 4, 7, 9").hasSize(5);
        assertThatThrownBy(() -> Sinter.compiler().specialize(-1, 1)).isInstanceOf(ModelException.class);
    }

    @Test
    void modelsWithStatesGetVersions() throws InterruptedException {
        var told = Collections.synchronizedList(new ArrayList<String>());
        var text = """
                model s {
                    dim past
                    input x: f32[1, 2]
                    state seen: f32[past, 2] along past
                    output y = append(seen, x) * 2.0
                }
                """.getBytes(StandardCharsets.UTF_8);
        try (var model = Sinter.compiler().specialize(2, 1).progress(told::add).compile(text)) {
            for (int i = 0; i < 3; i++) {
                var out = model.run(Map.of("x", Tensor.of(new float[]{3, 4}, 1, 2), "seen",
                        Tensor.of(new float[]{1, 2}, 1, 2)));
                assertThat(out.tensor("y").toFloats()).containsExactly(2, 4, 6, 8);
                awaitVersions(model);
            }
        }
        assertThat(told).filteredOn(line -> line.startsWith("packing")).as("the model and one version").hasSize(2);
    }

    /** Threads that make versions have a name. */
    private static void awaitVersions(Model model) throws InterruptedException {
        for (var thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("sinter-" + model.name() + "-specialize")) {
                thread.join();
            }
        }
    }

    /** Class loaders, classes and threads of closed models go; what remains does not grow. */
    @Test
    void closedModelsLeaveNothing() throws Exception {
        var bytes = model(null, 2);
        leavesNothing(20, 300, i -> {
            try (var model = Sinter.compile(bytes)) {
                first(model, 1 + i % 5);
            }
        });
    }

    /** Nor do those that are on their way from the scalar to the vector form, or have come there. */
    @Test
    void modelsThatChangeOverLeaveNothing() throws Exception {
        var jar = folder.resolve("small.jar");
        var file = Files.write(folder.resolve("small.onnx"), model(null, 2));
        Sinter.compiler().compileToJar(file, jar);
        var options = RunOptions.defaults().withForm(FormChoice.AUTO);
        leavesNothing(20, 150, i -> {
            try (var model = Model.load(jar, options)) {
                first(model, 1 + i % 5);
                if (i % 3 == 0) {
                    model.awaitChangeover(Duration.ofMillis(i));
                }
            }
        });
    }

    /** A version that makes room for another goes with all it has. */
    @Test
    void versionsForSizesLeaveNothing() throws Exception {
        try (var model = Sinter.compiler().specialize(2, 3).compile(model(null, 2))) {
            leavesNothing(20, 150, i -> {
                for (int call = 0; call < 3; call++) {
                    first(model, 2 + i);
                }
                awaitVersions(model);
                first(model, 2 + i);
            });
        }
    }

    private interface Round {
        void go(int number) throws Exception;
    }

    private static void leavesNothing(int first, int more, Round round) throws Exception {
        for (int i = 0; i < first; i++) {
            round.go(i);
        }
        settle();
        int before = ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
        int threads = Thread.activeCount();
        for (int i = 0; i < more; i++) {
            round.go(first + i);
        }
        long end = System.nanoTime() + PATIENCE;
        int after;
        do {
            settle();
            after = ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
        } while (after > before + 50 && System.nanoTime() < end);
        assertThat(after).as("loaded classes, %s before", before).isLessThanOrEqualTo(before + 50);
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads + 1);
    }

    private static void settle() throws InterruptedException {
        System.gc();
        Thread.sleep(100);
    }
}
