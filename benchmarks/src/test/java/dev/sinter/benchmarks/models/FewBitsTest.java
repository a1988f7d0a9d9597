package dev.sinter.benchmarks.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.sinter.Sinter;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import dev.sinter.runtime.Tensor;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FewBitsTest {
    private static final int K = 150;
    private static final int N = 9;

    private static TensorProto.Builder weights(String name, long... dims) {
        var random = new Random(7);
        int size = 1;
        for (long dim : dims) {
            size *= (int) dim;
        }
        var bytes = ByteBuffer.allocate(size * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i++) {
            bytes.putFloat((float) random.nextGaussian());
        }
        var tensor = TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT_VALUE)
                .setRawData(ByteString.copyFrom(bytes.flip()));
        for (long dim : dims) {
            tensor.addDims(dim);
        }
        return tensor;
    }

    private static ValueInfoProto real(String name, long... dims) {
        var shape = TensorShapeProto.newBuilder();
        for (long dim : dims) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
        }
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE)
                        .setShape(shape)))
                .build();
    }

    /** A Gemm of turned weights with a bias, and a product with weights that another node turns. */
    private static ModelProto model() {
        var turned = AttributeProto.newBuilder().setName("transB").setType(AttributeProto.AttributeType.INT).setI(1);
        var graph = GraphProto.newBuilder().setName("two products").addInitializer(weights("w", N, K))
                .addInitializer(weights("b", N)).addInitializer(weights("v", K, N))
                .addInput(real("x", 3, K)).addOutput(real("z", 3, K))
                .addNode(NodeProto.newBuilder().setOpType("Gemm").addInput("x").addInput("w").addInput("b")
                        .addOutput("y").addAttribute(turned))
                .addNode(NodeProto.newBuilder().setOpType("Transpose").addInput("v").addOutput("t"))
                .addNode(NodeProto.newBuilder().setOpType("MatMul").addInput("y").addInput("t").addOutput("z"));
        return ModelProto.newBuilder().setIrVersion(8).setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17)).build();
    }

    private static float[] run(ModelProto model, float[] x) throws Exception {
        try (var compiled = Sinter.compile(new ByteArrayInputStream(model.toByteArray()))) {
            return compiled.run(Map.of("x", Tensor.of(x, 3, K))).tensor("z").toFloats();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"int8", "4bit-f32", "3bit-f32", "2bit-f32", "1bit-f32"})
    void bothFormsHaveTheSameWeights(String name) throws Exception {
        var form = Objects.requireNonNull(FewBits.parse(name));
        var quantized = form.quantized(model());
        assertThat(quantized.getGraph().getNodeList()).extracting(NodeProto::getOpType)
                .containsExactly("MatMulNBits", "MatMulNBits");
        var x = new float[3 * K];
        var random = new Random(1);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        var few = run(quantized, x);
        var real = run(form.dequantized(model()), x);
        var whole = run(model(), x);
        double apart = 0;
        double rounded = 0;
        double length = 0;
        for (int i = 0; i < few.length; i++) {
            apart += Math.pow(few[i] - real[i], 2);
            rounded += Math.pow(few[i] - whole[i], 2);
            length += Math.pow(whole[i], 2);
        }
        assertThat(Math.sqrt(apart / length)).isLessThan(1e-5);
        assertThat(Math.sqrt(rounded / length)).isBetween(1e-4, Map.of("int8", 0.02, "4bit-f32", 0.3,
                "3bit-f32", 0.6, "2bit-f32", 1.5, "1bit-f32", 1.5).get(name));
    }
}
