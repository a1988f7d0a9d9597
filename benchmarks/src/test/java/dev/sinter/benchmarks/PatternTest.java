package dev.sinter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.sinter.benchmarks.models.Pattern;
import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternTest {
    private static ModelProto model(NodeProto.Builder node, List<Integer> dims, float... weights) {
        var bytes = ByteBuffer.allocate(4 * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(weights);
        var tensor = TensorProto.newBuilder().setName("w").setDataType(TensorProto.DataType.FLOAT_VALUE)
                .setRawData(ByteString.copyFrom(bytes));
        dims.forEach(tensor::addDims);
        return ModelProto.newBuilder().setGraph(
                GraphProto.newBuilder().addNode(node.addInput("x").addInput("w").addOutput("y")).addInitializer(tensor))
                .build();
    }

    private static float[] weights(ModelProto model) {
        var raw = model.getGraph().getInitializer(0).getRawData();
        var out = new float[raw.size() / 4];
        raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(out);
        return out;
    }

    /** Outputs are columns of a product's weights: two of four stay together. */
    @Test
    void blocksOfOutputs() {
        var product = model(NodeProto.newBuilder().setOpType("MatMul"), List.of(2, 4), 1, 2, 3, 4, 9, 0.5f, 0.1f, 0.2f);
        assertThat(weights(Pattern.parse("2x1-50").of(product))).containsExactly(0, 0, 3, 4, 9, 0.5f, 0, 0);
    }

    @Test
    void transposedWeights() {
        var product = model(NodeProto.newBuilder().setOpType("Gemm").addAttribute(Attribute.of("transB", 1)),
                List.of(2, 2), 1, 2, 3, 0.5f);
        assertThat(weights(Pattern.parse("2x1-50").of(product))).containsExactly(1, 0, 3, 0);
    }

    @Test
    void someInputsOfEachFew() {
        var convolution = model(NodeProto.newBuilder().setOpType("Conv"), List.of(2, 4, 1, 1), 1, 2, 3, 4, 4, 4, 3, 4);
        assertThat(weights(Pattern.parse("1of2").of(convolution))).containsExactly(0, 2, 0, 4, 0, 4, 0, 4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"distilbert-4x1-80", "bert-base-unstructured-95", "resnet50-2of8", "all-minilm-l6-v2-1x4-70"})
    void namesOfModels(String name) {
        assertThat(Subjects.named(name)).get().extracting(Subject::name).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"distilbert-", "distilbert-4x1", "distilbert-w", "4x1-80"})
    void otherNames(String name) {
        assertThat(Subjects.named(name)).isEmpty();
    }
}
