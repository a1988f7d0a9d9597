package dev.sinter.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.DType;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Verifier;
import dev.sinter.ir.op.Dims;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What exporters write to compute shapes leaves no node behind. */
class ShapeArithmeticTest {
    private static List<String> ops(Graph graph) {
        Verifier.verify(graph);
        return graph.nodes().stream().map(n -> n.op().mnemonic()).toList();
    }

    private static TestModel shaped() {
        return new TestModel(13).input("x", DType.F32, "B", "S", 24).node("Shape", "x", "shape");
    }

    @Test
    void splittingHeadsIsOneReshape() {
        var graph = shaped().longs("zero", 0).longs("one", 1).longs("heads", 4, 6)
                .node("Gather", "shape zero", "b").node("Gather", "shape one", "s")
                .node("Concat", "b s heads", "target", "axis", 0)
                .node("Reshape", "x target", "y").output("y").graph();
        assertThat(ops(graph)).containsExactly("reshape");
        assertThat(graph.outputs().getFirst().value().type()).hasToString("f32[B,S,4,6]");
        assertThat(graph.nodes().getFirst().origin().names()).containsExactly("the_Reshape_of_y");
    }

    @Test
    void theOpenSizeIsWhatIsLeft() {
        var graph = new TestModel(13).input("x", DType.F32, "B", "S", 24).longs("target", 0, -1, 8)
                .node("Reshape", "x target", "y").output("y").graph();
        assertThat(graph.outputs().getFirst().value().type()).hasToString("f32[B,(S * 3),8]");
    }

    @Test
    void arithmeticOnSizesStaysSymbolic() {
        var graph = shaped().longs("zero", 0).longs("one", 1).longs("two", 2)
                .node("Gather", "shape zero", "b").node("Gather", "shape one", "s")
                .node("Mul", "b s", "bs").node("Mul", "bs two", "twice").node("Div", "twice two", "half")
                .node("Sub", "half one", "less").node("Add", "less one", "rows").longs("columns", 24)
                .node("Concat", "rows columns", "target", "axis", 0)
                .node("Reshape", "x target", "y").output("y").graph();
        assertThat(ops(graph)).containsExactly("reshape");
        assertThat(graph.outputs().getFirst().value().type()).hasToString("f32[(B * S),24]");
    }

    @Test
    void elementCountsAndNegationsStaySymbolic() {
        var graph = shaped().longs("one", 1).longs("columns", 24).node("ReduceProd", "shape", "count")
                .node("Div", "count columns", "rows")
                .node("Neg", "rows", "negative").node("Sub", "one negative", "more").node("Sub", "more one", "same")
                .node("Concat", "same columns", "target", "axis", 0)
                .node("Reshape", "x target", "y").output("y").graph();
        assertThat(ops(graph)).containsExactly("reshape");
        assertThat(graph.outputs().getFirst().value().type()).hasToString("f32[(B * S),24]");
    }

    @Test
    void comparisonsOfProductsOfSizesAreDecided() {
        var graph = shaped().longs("minus", -1).node("ReduceProd", "shape", "count").node("Equal", "count minus", "no")
                .node("Where", "no minus count", "target").node("Reshape", "x target", "y").output("y").graph();
        assertThat(ops(graph)).containsExactly("reshape");
        assertThat(graph.outputs().getFirst().value().type()).hasToString("f32[((B * S) * 24)]");
    }

    @Test
    void theExpandOfLegacyExportersIsOneExpand() {
        // torch.onnx writes expand(x, (B, 1, S, S)) with -1 for "leave it" as Where(shape == -1 * ones, ones, shape)
        var graph = new TestModel(13).input("m", DType.F32, "B", 1, 1, "S").input("x", DType.F32, "B", "S")
                .node("Shape", "x", "bs").longs("zero", 0).longs("one", 1)
                .node("Gather", "bs zero", "b").node("Gather", "bs one", "s")
                .node("Concat", "b one s s", "target", "axis", 0).longs("four", 4)
                .node("ConstantOfShape", "four", "ones", "value", TensorData.longs(new long[]{1}, 1)).longs("minus", -1)
                .node("Mul", "ones minus", "marks").node("Equal", "target marks", "left")
                .node("Where", "left ones target", "real").node("Expand", "m real", "y").output("y").graph();
        assertThat(ops(graph)).containsExactly("expand");
        assertThat(graph.outputs().getFirst().value().type()).hasToString("f32[B,1,S,S]");
    }

    @Test
    void aTableSlicedToTheSequenceLimitsTheSequence() {
        var table = TensorData.zeros(DType.F32, 512, 24);
        var graph = shaped().initializer(TestModel.tensor(table).toBuilder().setName("table").build())
                .longs("one", 1).longs("zero", 0).node("Gather", "shape one", "s")
                .node("Slice", "table zero s zero one", "positions").node("Add", "x positions", "y").output("y")
                .graph();
        assertThat(ops(graph)).containsExactly("constant", "slice", "map");
        assertThat(graph.symbols().bounds().get("S")).isEqualTo(new Symbols.Bounds(0, 512));
        assertThat(graph.nodes().get(1).output().type()).hasToString("f32[S,24]");
        assertThat(graph.outputs().getFirst().value().type()).hasToString("f32[B,S,24]");
    }

    @Test
    void dimensionsWantedAsDataBecomeOneOp() {
        var graph = shaped().node("Cast", "shape", "y", "to", 1).output("y").output("shape").graph();
        assertThat(ops(graph)).containsExactly("dims", "map");
        assertThat(graph.nodes().getFirst().op()).isInstanceOf(Dims.class);
        var got = Interpreter.run(graph, List.of(TensorData.zeros(DType.F32, 2, 3, 24)));
        assertThat(got).containsExactly(TensorData.floats(new float[]{2, 3, 24}, 3),
                TensorData.longs(new long[]{2, 3, 24}, 3));
    }

    @Test
    void shapeTakesAPartSinceOpset15() {
        var graph = new TestModel(15).input("x", DType.F32, "B", "S", 24)
                .node("Shape", "x", "y", "start", -2, "end", 9).output("y").graph();
        var got = Interpreter.run(graph, List.of(TensorData.zeros(DType.F32, 2, 3, 24)));
        assertThat(got).containsExactly(TensorData.longs(new long[]{3, 24}, 2));
    }

    @Test
    void aShapeOfUnknownLengthIsReportedWithTheNode() {
        var model = new TestModel(13).input("x", DType.F32, "N").input("target", DType.I64, "R")
                .node("Reshape", "x target", "y").output("y");
        assertThatThrownBy(model::graph).isInstanceOf(OnnxImportException.class)
                .hasMessageContaining("the_Reshape_of_y").hasMessageContaining("i64[R]");
    }

    @Test
    void rangesAsLongAsABoundedSequenceAreSlices() {
        var model = new TestModel(13).input("x", DType.F32, "S", 2).node("Shape", "x", "shape")
                .initializer(TestModel.tensor(TensorData.longs(new long[]{0})).toBuilder().setName("from").build())
                .initializer(TestModel.tensor(TensorData.longs(new long[]{1})).toBuilder().setName("step").build())
                .node("Gather", "shape from", "s").node("Range", "from s step", "y").output("y");
        assertThat(ops(model.graph())).endsWith("compute");
        assertThat(model.run(TensorData.zeros(DType.F32, 3, 2))).isEqualTo(TensorData.longs(new long[]{0, 1, 2}, 3));
        var fixed = OnnxImporter.importModel(model.proto(), null, ImportOptions.NONE.dim("S", 5));
        assertThat(ops(fixed)).containsExactly("constant");
        assertThat(fixed.nodes().getFirst().output().constant())
                .isEqualTo(TensorData.longs(new long[]{0, 1, 2, 3, 4}, 5));
    }
}
