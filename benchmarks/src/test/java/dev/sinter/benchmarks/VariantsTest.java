package dev.sinter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.Sinter;
import dev.sinter.benchmarks.models.Architecture;
import dev.sinter.benchmarks.models.DynamicQuantization;
import dev.sinter.benchmarks.models.Pattern;
import dev.sinter.benchmarks.models.StoredIntegers;
import dev.sinter.frontend.onnx.OnnxReader;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorProto.DataType;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models with pruned and rounded weights: both engines read them, and what was meant to be equal is. */
class VariantsTest {
    @TempDir
    Path folder;

    private ModelProto model(Architecture architecture) throws IOException {
        Path file = folder.resolve(architecture + ".onnx");
        architecture.write(file, 1, architecture == Architecture.LSTM ? 4 : 32);
        return OnnxReader.readModel(file);
    }

    private Path written(ModelProto model, String name) throws IOException {
        Path file = folder.resolve(name + ".onnx");
        try (var out = Files.newOutputStream(file)) {
            model.writeTo(out);
        }
        return file;
    }

    private static double distance(Side ours, Side theirs) {
        try (ours; theirs) {
            ours.run();
            theirs.run();
            return Agreement.distance(ours.outputs(), theirs.outputs());
        }
    }

    private static List<String> operators(ModelProto model) {
        return model.getGraph().getNodeList().stream().map(NodeProto::getOpType).toList();
    }

    @ParameterizedTest
    @CsvSource({"mlp, 3, MLP, MatMulInteger", "lstm, 1x4, LSTM, DynamicQuantizeLSTM",
            "bert-mini, 2x9, BERT_MINI, MatMulInteger"})
    void theInt8FormIsNear(String name, String shape, Architecture architecture, String operator) throws IOException {
        var model = model(architecture);
        var quantized = DynamicQuantization.of(model);
        assertThat(operators(quantized)).contains(operator).doesNotContain("Gemm", "LSTM");
        assertThat((double) quantized.getSerializedSize()).isLessThan(model.getSerializedSize());
        var feeds = Subjects.named(name).orElseThrow().inputs(Shape.parse(shape));
        double distance = distance(Sides.ort(written(model, "floats"), feeds, false, 1),
                Sides.ort(written(quantized, "bytes"), feeds, false, 1));
        assertThat(distance).isBetween(1e-6, 0.1);
    }

    @ParameterizedTest
    @CsvSource({"mlp, 3, MLP", "lstm, 1x4, LSTM", "resnet18, 1x32, RESNET18"})
    void storedIntegersAreTheSameNumbers(String name, String shape, Architecture architecture) throws IOException {
        var pruned = Pattern.parse("2x1-50").of(model(architecture));
        var stored = StoredIntegers.of(pruned);
        var decoded = StoredIntegers.decoded(pruned);
        assertThat(operators(stored)).contains("DequantizeLinear");
        assertThat(decoded).isNotEqualTo(pruned);
        var feeds = Subjects.named(name).orElseThrow().inputs(Shape.parse(shape));
        assertThat(distance(Sides.sinter(Sinter.compile(written(stored, "integers")), feeds, false),
                Sides.ort(written(decoded, "floats"), feeds, false, 1))).isLessThan(1e-5);
    }

    /** Half of the weights of both layers, the recurrent ones too; biases stay. */
    @Test
    void recurrentWeightsArePruned() throws IOException {
        var pruned = Pattern.parse("4x1-50").of(model(Architecture.LSTM));
        int matrices = 0;
        for (var tensor : pruned.getGraph().getInitializerList()) {
            if (tensor.getDataType() == DataType.FLOAT_VALUE && tensor.getDimsCount() == 3
                    && tensor.getDims(1) == 4 * 128) {
                var values = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer();
                int zeros = 0;
                for (int i = 0; i < values.limit(); i++) {
                    zeros += values.get(i) == 0 ? 1 : 0;
                }
                assertThat(zeros).isEqualTo(values.limit() / 2);
                matrices++;
            }
        }
        assertThat(matrices).isEqualTo(4);
    }

    @Test
    void scalesAlongAnAxisNeedALaterOpset() {
        var old = ModelProto.newBuilder().addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(11)).build();
        assertThatThrownBy(() -> StoredIntegers.of(old)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("need opset 13, the model has 11");
    }

    @ParameterizedTest
    @ValueSource(strings = {"distilbert-4x1-90-int8", "lstm-unstructured-80", "resnet50-4x1-90", "product-1bit",
            "gpt2-3bit"})
    void namesOfVariants(String name) {
        assertThat(Subjects.named(name)).get().extracting(Subject::name).isEqualTo(name);
    }

    @Test
    void theSuiteComparesWithEveryPeer() {
        assertThat(Suite.SPARSE.jobs().stream().map(j -> ((Job.Call) j))
                .filter(j -> j.subject().name().equals("distilbert-4x1-90-int8")).map(Job.Call::peer))
                .containsExactly(Peer.ORT, Peer.ORT_INT8, Peer.DENSE);
        assertThat(Suite.SPARSE.jobs().stream().map(j -> ((Job.Call) j))
                .filter(j -> j.subject().name().equals("resnet50-unstructured-90")).map(Job.Call::peer))
                .containsExactly(Peer.ORT, Peer.DENSE);
        assertThat(Suite.LOWBIT.jobs().stream().map(j -> ((Job.Call) j))
                .filter(j -> j.subject().name().equals("product-1bit")).map(Job.Call::peer))
                .containsExactly(Peer.ORT, Peer.DENSE);
    }

    /** Which way is quicker depends on the machine, but each has a time. */
    @Test
    void theGridHoldsEstimatesAgainstTimes() {
        try (var files = new ModelFiles()) {
            var shape = Shape.parse("16x64x48");
            var sparse = GridRunner.run(new Job.Cell(Subjects.named("product-4x1-75").orElseThrow(), shape), files);
            assertThat(sparse.note()).startsWith("product-4x1-75 16x64x48: ")
                    .containsPattern(
                            "by estimate, \\S+ by time; us \\(estimates\\): dense [0-9.]+ \\([0-9.]+\\), 1x1 ");
            assertThat(sparse.row()).get().satisfies(r -> {
                assertThat(r.peer()).isEqualTo("dense");
                assertThat(r.ours()).isPositive();
                assertThat(r.theirs()).isPositive();
            });
            var dense = GridRunner.run(new Job.Cell(Subjects.named("product-unstructured-5").orElseThrow(), shape),
                    files);
            assertThat(dense.row()).isEmpty();
            assertThat(dense.note()).isEqualTo("product-unstructured-5 16x64x48: dense, nothing else was considered");
        }
    }

    @Test
    void theGridTimesWholeConvolutions() {
        assertThat(Suite.GRID.jobs()).filteredOn(j -> j.subject().name().startsWith("convolution-"))
                .isNotEmpty().allSatisfy(j -> assertThat(((Job.Call) j).peer()).isEqualTo(Peer.DENSE));
    }

    @ParameterizedTest
    @CsvSource({"product-2x1-50-int8, 3x40x21, 63, 5040", "convolution-4x1-50, 3x8x9x3x2, 200, 10800",
            "convolution-unstructured-60, 5x4x6x1x1, 144, 1440", "product-1bit-f32, 3x150x21, 63, 18900",
            "product-3bit-f32, 2x33x9, 18, 1188"})
    void aLayerComputesWhatItsShapeSays(String name, String sizes, int results, double operations) {
        try (var files = new ModelFiles()) {
            var subject = Subjects.named(name).orElseThrow();
            var shape = Shape.parse(sizes);
            var feeds = subject.inputs(shape);
            try (Side ours = Sides.sinter(Sinter.compile(subject.onnx(files, shape)), feeds, false);
                    Side theirs = Sides.ort(subject.onnx(files, shape, Peer.ORT), feeds, false, 1)) {
                ours.run();
                theirs.run();
                assertThat(ours.outputs().get("output")).hasSize(results);
                assertThat(Agreement.distance(ours.outputs(), theirs.outputs())).isLessThan(1e-5);
            }
            assertThat(subject.operations(shape)).hasValue(operations);
        }
    }
}
