package dev.sinter.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Gradients agree with differences. */
class GradientTest {
    private static ModelProto model(TestModel model, String... xs) {
        var proto = model.node("Gradient", String.join(" ", xs), "d" + String.join(" d", xs), "y", "y")
                .domain("ai.onnx.preview.training").proto().toBuilder();
        proto.addOpsetImportBuilder().setDomain("ai.onnx.preview.training").setVersion(1);
        var graph = proto.getGraphBuilder();
        var names = AttributeProto.newBuilder().setName("xs").setType(AttributeProto.AttributeType.STRINGS);
        for (var x : xs) {
            names.addStrings(ByteString.copyFromUtf8(x));
            graph.addOutputBuilder().setName("d" + x);
        }
        graph.getNodeBuilder(graph.getNodeCount() - 1).addAttribute(names);
        return proto.build();
    }

    private static TestModel net() {
        return new TestModel(17).input("x", DType.F32, 2, 3).input("w", DType.F32, 3, 2).input("b", DType.F32, 2)
                .node("MatMul", "x w", "p").node("Add", "p b", "q").node("Tanh", "q", "t").node("Exp", "t", "e")
                .node("Mul", "e t", "m").node("Transpose", "m", "n").node("Div", "n b2", "r").floats("b2", 2)
                .node("ReduceMean", "r", "y", "keepdims", 0);
    }

    @Test
    void ofElementwiseWorkProductsAndMeans() {
        var x = TensorData.floats(new float[]{0.1f, -0.2f, 0.3f, 0.5f, 0.4f, -0.6f}, 2, 3);
        var w = TensorData.floats(new float[]{0.3f, 0.1f, -0.4f, 0.2f, 0.7f, -0.5f}, 3, 2);
        var b = TensorData.floats(new float[]{0.05f, -0.15f}, 2);
        var graph = OnnxImporter.importModel(model(net(), "x", "w", "b"), null, ImportOptions.NONE);
        var gradients = Interpreter.run(graph, List.of(x, w, b));
        var value = net().output("y").graph();
        var inputs = List.of(x, w, b);
        for (int i = 0; i < inputs.size(); i++) {
            var tensor = inputs.get(i);
            assertThat(gradients.get(i).shape()).isEqualTo(tensor.shape());
            for (int k = 0; k < tensor.size(); k++) {
                double was = tensor.getDouble(k);
                tensor.set(k, was + 1e-2);
                double above = Interpreter.run(value, inputs).getFirst().getDouble(0);
                tensor.set(k, was - 1e-2);
                double below = Interpreter.run(value, inputs).getFirst().getDouble(0);
                tensor.set(k, was);
                assertThat(gradients.get(i).getDouble(k)).isCloseTo((above - below) / 2e-2, within(1e-4));
            }
        }
    }

    @Test
    void whatCannotBeDifferentiatedIsNamed() {
        var model = new TestModel(17).input("x", DType.F32, 3).longs("i", 0).node("Gather", "x i", "y");
        assertThatThrownBy(() -> OnnxImporter.importModel(model(model, "x"), null, ImportOptions.NONE))
                .isInstanceOf(OnnxImportException.class).hasMessageContaining("gradient of gather");
    }
}
