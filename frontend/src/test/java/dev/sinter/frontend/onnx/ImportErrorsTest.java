package dev.sinter.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sinter.frontend.onnx.ops.OnnxOps;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Models that cannot be imported say why; names, dimensions and constants are as the model says. */
class ImportErrorsTest {
    private static OnnxImportException failure(TestModel model) {
        return catchThrowableOfType(OnnxImportException.class, model::graph);
    }

    @Test
    void everyUnsupportedOperatorIsListedAtOnce() {
        var problems = failure(new TestModel(13).input("x", DType.F32, 2)
                .node("Foo", "x", "a").node("Bar", "a", "b").node("Foo", "b", "c").node("Reshape", "c missing", "d")
                .node("Own", "d", "e").domain("my.domain").node("Gelu", "e", "f").output("f")).problems();
        assertThat(problems).containsExactly(
                "unsupported operator ai.onnx.Foo (opset 13), 2 nodes: the_Foo_of_a, the_Foo_of_c",
                "unsupported operator ai.onnx.Bar (opset 13), 1 node: the_Bar_of_b",
                "unsupported operator my.domain.Own of a domain the model does not import, 1 node: the_Own_of_e",
                "unsupported operator ai.onnx.Gelu (opset 13), 1 node: the_Gelu_of_f");
    }

    @Test
    void operatorSetsOutsideTheRangeAreReported() {
        for (long opset : new long[]{0, 29, Long.MAX_VALUE}) {
            assertThat(failure(new TestModel(opset).input("x", DType.F32, 2).node("Relu", "x", "y").output("y")))
                    .hasMessageContaining("1 to 28").hasMessageContaining(String.valueOf(opset));
        }
    }

    @Test
    void typesThatDoNotFitNameTheNodeAndBothTypes() {
        var model = new TestModel(13).input("a", DType.F32, "N", 3).input("b", DType.I64, 3).node("Add", "a b", "y")
                .output("y");
        assertThat(failure(model)).hasMessageContaining("the_Add_of_y").hasMessageContaining("f32[N,3]")
                .hasMessageContaining("i64[3]");
        var shapes = new TestModel(13).input("a", DType.F32, 2, 3).input("b", DType.F32, 4, 5)
                .node("MatMul", "a b", "y").output("y");
        assertThat(failure(shapes)).hasMessageContaining("the_MatMul_of_y").hasMessageContaining("3 and 4 differ");
    }

    @Test
    void attributesOfTheWrongTypeAreReported() {
        var model = new TestModel(13).input("x", DType.F32, 2, 3).node("Softmax", "x", "y", "axis", "one").output("y");
        assertThat(failure(model)).hasMessageContaining("the_Softmax_of_y").hasMessageContaining("'axis'")
                .hasMessageContaining("INT").hasMessageContaining("STRING");
        var far = new TestModel(13).input("x", DType.F32, 2, 3).node("Softmax", "x", "y", "axis", 2).output("y");
        assertThat(failure(far)).hasMessageContaining("-2 to 1").hasMessageContaining("not 2");
    }

    @Test
    void namesMustBeDefinedOnceAndWithoutCycles() {
        assertThat(failure(new TestModel(13).input("x", DType.F32, 2).node("Add", "x later", "y")
                .node("Relu", "y", "later").output("y")))
                .hasMessageContaining("'later'").hasMessageContaining("the_Add_of_y");
        assertThat(failure(
                new TestModel(13).input("x", DType.F32, 2).node("Relu", "x", "y").node("Abs", "x", "y").output("y")))
                .hasMessageContaining("'y' is defined twice");
        assertThat(failure(new TestModel(13).input("x", DType.F32, 2).output("nothing")))
                .hasMessageContaining("'nothing'");
    }

    @Test
    void nodesMayStandBeforeThoseTheyReadFrom() {
        var graph = new TestModel(13).input("x", DType.F32, 2).node("Relu", "later", "y").node("Neg", "x", "later")
                .output("y").graph();
        assertThat(graph.nodes()).extracting(n -> n.origin().first()).containsExactly("the_Neg_of_later",
                "the_Relu_of_y");
    }

    @Test
    void dimensionsBecomeSymbolsByNameOrPosition() {
        var model = new TestModel(13).input("in-put", DType.F32, "batch size", "", "batch size")
                .input("x", DType.F32, "batch_size", 3)
                .node("Relu", "in-put", "y").output("y").output("x");
        assertThat(model.graph().inputs().getFirst().name()).isEqualTo("in-put");
        assertThat(model.graph().inputs().getFirst().value().type()).hasToString("f32[batch_size,in_put_1,batch_size]");
        assertThat(model.graph().inputs().get(1).value().type()).hasToString("f32[batch_size_2,3]");
        var fixed = OnnxImporter.importModel(model.proto(), null,
                ImportOptions.NONE.dim("batch size", 4).dim("in-put_1", 7));
        assertThat(fixed.outputs().getFirst().value().type()).hasToString("f32[4,7,4]");
        assertThatThrownBy(() -> OnnxImporter.importModel(model.proto(), null, ImportOptions.NONE.dim("rows", 4)))
                .isInstanceOf(OnnxImportException.class).hasMessageContaining("'rows'")
                .hasMessageContaining("batch size");
    }

    @Test
    void dimensionNamesThatSayNothingAreNoNames() {
        var model = new TestModel(13).input("x", DType.F32, "?", "?", "None", "-1").node("Relu", "x", "y").output("y");
        assertThat(model.graph().outputs().getFirst().value().type()).hasToString("f32[x_0,x_1,x_2,x_3]");
    }

    @Test
    void initializersThatAreAlsoInputsAreConstants() {
        var graph = new TestModel(7).input("x", DType.F32, 2).input("w", DType.F32, 2).floats("w", 1, 2)
                .node("Add", "x w", "y").output("y").graph();
        assertThat(graph.inputs()).extracting("name").containsExactly("x");
        assertThat(Interpreter.run(graph, List.of(TensorData.floats(new float[]{1, 1}, 2))))
                .containsExactly(TensorData.floats(new float[]{2, 3}, 2));
    }

    @Test
    void unnamedNodesAreCalledByOperatorAndOutput() {
        var model = new TestModel(13).input("x", DType.F32, 2).node("Relu", "x", "y").output("y").proto().toBuilder();
        model.getGraphBuilder().getNodeBuilder(0).clearName();
        var graph = OnnxImporter.importModel(model.build(), null, ImportOptions.NONE);
        assertThat(graph.nodes().getFirst().origin()).hasToString("Relu:y");
    }

    @Test
    void whatIsNoModelIsReported() {
        for (var bytes : new byte[][]{{}, {1, 2, 3},
                "PK\3\4 no model at all".getBytes(StandardCharsets.UTF_8)}) {
            assertThatThrownBy(() -> OnnxImporter.importModel(bytes, null, ImportOptions.NONE))
                    .isInstanceOf(OnnxImportException.class).hasMessageContaining("ONNX");
        }
        assertThatThrownBy(() -> OnnxImporter.importModel(Path.of("no/such.onnx"), ImportOptions.NONE))
                .isInstanceOf(OnnxImportException.class).hasMessageContaining("such.onnx");
        assertThatThrownBy(() -> OnnxImporter.importModel(ModelProto.getDefaultInstance(), null, ImportOptions.NONE))
                .isInstanceOf(OnnxImportException.class).hasMessageContaining("graph");
    }

    @Test
    void theTableHasOneLineForAnOperatorInAVersion() {
        var seen = new HashSet<String>();
        for (var op : OnnxOps.all()) {
            assertThat(op.since()).isLessThanOrEqualTo(op.until());
            assertThat(op.specification()).startsWith("https://").contains(op.name());
            for (int opset = op.since(); opset <= op.until(); opset++) {
                assertThat(seen.add(op.domain() + "." + op.name() + "@" + opset)).as("%s", op).isTrue();
                assertThat(OnnxOps.find(op.domain(), op.name(), opset)).isSameAs(op);
            }
        }
    }
}
