package dev.sinter.benchmarks.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnsafeByteOperations;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodebookTest {
    private static TensorProto tensor(String name) {
        var random = new Random(3);
        var values = new float[600];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT_VALUE).addDims(20)
                .addDims(30).setRawData(UnsafeByteOperations.unsafeWrap(WeightMatrix.bytes(values))).build();
    }

    /** Weights of products, turned by another node or not, are near what they were; others stay. */
    @ParameterizedTest
    @CsvSource({"codebook4, 16, 0.25", "codebook2, 4, 0.6", "codebook1, 2, 0.9"})
    void fewValues(String form, int values, double distance) {
        var graph = GraphProto.newBuilder().addInitializer(tensor("straight")).addInitializer(tensor("turned"))
                .addInitializer(tensor("other"))
                .addNode(NodeProto.newBuilder().setOpType("MatMul").addInput("x").addInput("straight").addOutput("y"))
                .addNode(NodeProto.newBuilder().setOpType("Transpose").addInput("turned").addOutput("t"))
                .addNode(NodeProto.newBuilder().setOpType("Gemm").addInput("y").addInput("t").addOutput("z"))
                .addNode(NodeProto.newBuilder().setOpType("Add").addInput("z").addInput("other").addOutput("o"));
        var changed = Codebook.parse(form).of(ModelProto.newBuilder().setGraph(graph).build()).getGraph();
        assertThat(changed.getInitializer(2)).isEqualTo(tensor("other"));
        for (int i = 0; i < 2; i++) {
            var before = WeightMatrix.values(graph.getInitializer(i));
            var after = WeightMatrix.values(changed.getInitializer(i));
            var different = new TreeSet<Float>();
            double sum = 0;
            for (int j = 0; j < after.length; j++) {
                different.add(after[j]);
                sum += Math.pow(after[j] - before[j], 2);
            }
            assertThat(different).hasSize(values);
            assertThat(Math.sqrt(sum / after.length)).isLessThan(distance);
        }
    }
}
