package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.floats;

import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** FlexAttention (preview 1), which ONNX Runtime lacks, gives what its definition says, row by row. */
class FlexAttentionTest {
    private static final int BATCH = 2;
    private static final int HEADS = 4;
    private static final int SHARED = 2;
    private static final int ROWS = 3;
    private static final int KEYS = 5;
    private static final int SIZE = 6;
    private static final int WIDTH = 7;

    @ParameterizedTest
    @MethodSource
    void attention(Worked each) {
        each.check();
    }

    static List<Worked> attention() {
        return List.of(worked(node(), 1 / Math.sqrt(SIZE), v -> v, v -> v),
                worked(node().with("scale", 0.3f), 0.3, v -> v, v -> v),
                worked(node().with("score_mod", one("Tanh")), 1 / Math.sqrt(SIZE), Math::tanh, v -> v),
                worked(node().with("score_mod", one("Abs")).with("prob_mod", one("Sqrt")), 1 / Math.sqrt(SIZE),
                        Math::abs,
                        Math::sqrt));
    }

    private static OneNode node() {
        return new OneNode("FlexAttention").domain("ai.onnx.preview", 1).opset(26);
    }

    private static GraphProto.Builder one(String type) {
        return GraphProto.newBuilder().setName(type).addInput(value("in")).addOutput(value("out"))
                .addNode(NodeProto.newBuilder().setName(type).setOpType(type).addInput("in").addOutput("out"));
    }

    private static ValueInfoProto value(String name) {
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(
                TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber()))).build();
    }

    private static Worked worked(OneNode node, double scale, DoubleUnaryOperator score,
            DoubleUnaryOperator probability) {
        var query = floats(BATCH, HEADS, ROWS, SIZE);
        var key = floats(BATCH, SHARED, KEYS, SIZE);
        var value = floats(BATCH, SHARED, KEYS, WIDTH);
        var out = new double[BATCH * HEADS * ROWS * WIDTH];
        for (int row = 0; row < BATCH * HEADS * ROWS; row++) {
            int batch = row / (HEADS * ROWS);
            int head = batch * SHARED + row / ROWS % HEADS * SHARED / HEADS;
            var scores = new double[KEYS];
            double sum = 0;
            for (int k = 0; k < KEYS; k++) {
                double dot = 0;
                for (int i = 0; i < SIZE; i++) {
                    dot += (double) query.toFloats()[row * SIZE + i] * key.toFloats()[(head * KEYS + k) * SIZE + i];
                }
                scores[k] = Math.exp(score.applyAsDouble(dot * scale));
                sum += scores[k];
            }
            for (int i = 0; i < KEYS * WIDTH; i++) {
                out[row * WIDTH + i % WIDTH] += probability.applyAsDouble(scores[i / WIDTH] / sum)
                        * value.toFloats()[head * KEYS * WIDTH + i];
            }
        }
        return new Worked(node.input(query).input(key).input(value),
                Tensor.ofValues(DType.F32, out, BATCH, HEADS, ROWS, WIDTH));
    }
}
