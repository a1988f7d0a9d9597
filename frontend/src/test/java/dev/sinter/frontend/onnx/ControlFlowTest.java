package dev.sinter.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.DType;
import dev.sinter.ir.Graph;
import dev.sinter.ir.IrException;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Verifier;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Branches and loops become regions that see the names around them. */
class ControlFlowTest {
    private static final TensorData X = TensorData.floats(new float[]{1, 2, 3}, 3);

    private static TensorData truth(int value) {
        return TensorData.scalar(DType.BOOL, value);
    }

    private static TestModel body() {
        return new TestModel(17);
    }

    private static TestModel branches(TestModel yes, TestModel no) {
        return new TestModel(17).input("c", DType.BOOL).input("x", DType.F32, 3)
                .node("If", "c", "y", "then_branch", yes, "else_branch", no).output("y");
    }

    private static List<String> ops(Graph graph) {
        Verifier.verify(graph);
        return graph.nodes().stream().map(n -> n.op().mnemonic()).toList();
    }

    @Test
    void theConditionChoosesTheBranch() {
        var model = branches(body().node("Add", "x x", "a").output("a"), body().node("Mul", "x x", "a").output("a"));
        assertThat(model.run(truth(1), X)).isEqualTo(TensorData.floats(new float[]{2, 4, 6}, 3));
        assertThat(model.run(truth(0), X)).isEqualTo(TensorData.floats(new float[]{1, 4, 9}, 3));
        assertThat(model.graph().outputs().getFirst().value().type()).hasToString("f32[3]");
    }

    @Test
    void sizesInWhichBranchesDifferAreNewSymbols() {
        var model = branches(body().node("Concat", "x x", "a", "axis", 0).output("a"),
                body().node("Identity", "x", "a").output("a"));
        assertThat(model.graph().outputs().getFirst().value().type().toString()).matches("f32\\[size_\\d+]");
        assertThat(model.run(truth(1), X)).isEqualTo(TensorData.floats(new float[]{1, 2, 3, 1, 2, 3}, 6));
        assertThat(model.run(truth(0), X)).isEqualTo(X);
    }

    @Test
    void ranksInWhichBranchesDifferAreAnErrorUnlessTheConditionIsKnown() {
        var yes = body().longs("to", 3, 1).node("Reshape", "x to", "a").output("a");
        var no = body().node("Identity", "x", "a").output("a");
        assertThatThrownBy(branches(yes, no)::graph).isInstanceOf(OnnxImportException.class)
                .hasMessageContaining("the_If_of_y").hasMessageContaining("f32[3,1]").hasMessageContaining("f32[3]");
        var known = new TestModel(17).input("x", DType.F32, 3).node("Shape", "x", "s").longs("three", 3)
                .node("Equal", "s three", "c").node("If", "c", "y", "then_branch", yes, "else_branch", no).output("y");
        assertThat(ops(known.graph())).containsExactly("reshape");
    }

    /** As exporters write what removes an axis of size 1. */
    private static TestModel squeeze(TestModel model) {
        return model.node("Shape", "x", "s").longs("last", -1).longs("one", 1).node("Gather", "s last", "k")
                .node("Equal", "k one", "is").node("If", "is", "z",
                        "then_branch", body().node("Squeeze", "x last", "a").output("a"),
                        "else_branch", body().node("Identity", "x", "a").output("a"));
    }

    @Test
    void aRankThatDependsOnASizeIsThatOfTheFirstBranchAndTheSizeIsChecked() {
        var narrow = TensorData.zeros(DType.F32, 2, 1);
        var wide = TensorData.zeros(DType.F32, 2, 3);
        var model = squeeze(new TestModel(17).input("x", DType.F32, "N", "K")).output("z");
        assertThat(model.run(narrow).type()).hasToString("f32[2]");
        assertThatThrownBy(() -> model.run(wide)).isInstanceOf(IrException.class);
        var within = new TestModel(17).input("c", DType.BOOL).input("x", DType.F32, "N", "K")
                .node("If", "c", "y", "then_branch", squeeze(body()).output("z"),
                        "else_branch", body().longs("axis", 1).node("ReduceSum", "x axis", "z", "keepdims", 0)
                                .output("z"))
                .output("y");
        assertThat(within.run(truth(1), narrow).type()).hasToString("f32[2]");
        assertThat(within.run(truth(0), wide).type()).hasToString("f32[2]");
        assertThatThrownBy(() -> within.run(truth(1), wide)).isInstanceOf(IrException.class);
    }

    @Test
    void bodiesSeeTheNamesAroundThemButNotEachOthers() {
        var inner = body().node("Add", "x b", "z").output("z");
        var yes = body().floats("b", 1, 1, 1).node("If", "c", "a", "then_branch", inner, "else_branch",
                body().node("Identity", "b", "z").output("z")).output("a");
        var no = body().floats("b", 5, 5, 5).node("Identity", "b", "a").output("a");
        assertThat(branches(yes, no).run(truth(1), X)).isEqualTo(TensorData.floats(new float[]{2, 3, 4}, 3));
        assertThat(branches(yes, no).run(truth(0), X)).isEqualTo(TensorData.floats(new float[]{5, 5, 5}, 3));
        var stranger = body().node("Identity", "b", "a").output("a");
        assertThatThrownBy(branches(yes, stranger)::graph).hasMessageContaining("'b'");
    }

    /** Inputs i, c, v and more; the condition goes on as it is. */
    private static TestModel round(String... carried) {
        var body = body().input("i", DType.I64).input("c", DType.BOOL);
        for (var name : carried) {
            body.input(name, DType.F32, "");
        }
        return body.node("Identity", "c", "on").output("on");
    }

    @Test
    void carriedValuesGoRoundAndOthersAreCollected() {
        var body = round("v").node("Add", "v x", "next").node("Mul", "v v", "square").output("next").output("square");
        var model = new TestModel(17).input("n", DType.I64).input("x", DType.F32, 3)
                .node("Loop", "n - x", "y all", "body", body).output("y").output("all");
        var got = Interpreter.run(model.graph(), List.of(TensorData.scalar(DType.I64, 2), X));
        assertThat(got.get(0)).isEqualTo(TensorData.floats(new float[]{3, 6, 9}, 3));
        assertThat(got.get(1)).isEqualTo(TensorData.floats(new float[]{1, 4, 9, 4, 16, 36}, 2, 3));
        var none = Interpreter.run(model.graph(), List.of(TensorData.scalar(DType.I64, 0), X));
        assertThat(none.get(0)).isEqualTo(X);
        assertThat(none.get(1).type()).hasToString("f32[0,3]");
    }

    @Test
    void sizesThatGrowFromRoundToRoundAreSymbolsOfTheBody() {
        var body = round("v").node("Concat", "v x", "next", "axis", 0).output("next");
        var model = new TestModel(17).input("n", DType.I64).input("x", DType.F32, 3)
                .node("Loop", "n - x", "y", "body", body).output("y");
        assertThat(model.run(TensorData.scalar(DType.I64, 2), X))
                .isEqualTo(TensorData.floats(new float[]{1, 2, 3, 1, 2, 3, 1, 2, 3}, 9));
        assertThat(model.graph().outputs().getFirst().value().type().toString()).doesNotContain("carried_0");
    }

    @Test
    void theConditionEndsALoop() {
        var body = body().input("i", DType.I64).input("c", DType.BOOL).input("v", DType.F32, 3)
                .node("Add", "v v", "next").node("ReduceMax", "next", "most", "keepdims", 0)
                .floats("limit", 10).node("Squeeze", "limit", "l").node("Less", "most l", "on")
                .output("on").output("next");
        var model = new TestModel(17).input("go", DType.BOOL).input("x", DType.F32, 3)
                .node("Loop", "- go x", "y", "body", body).output("y");
        assertThat(model.run(truth(1), X)).isEqualTo(TensorData.floats(new float[]{4, 8, 12}, 3));
        assertThat(model.run(truth(0), X)).isEqualTo(X);
    }

    @Test
    void aKnownNumberOfRoundsIsASizeOfTheResult() {
        var body = round().node("Add", "x x", "twice").output("twice");
        var model = new TestModel(17).input("x", DType.F32, "N").node("Shape", "x", "n")
                .node("Loop", "n -", "all", "body", body).output("all");
        assertThat(model.graph().outputs().getFirst().value().type().toString()).isEqualTo("f32[rounds_0,N]");
    }

    @Test
    void aCarriedValueMustKeepItsElementType() {
        var body = round("v").node("Cast", "v", "next", "to", 7).output("next");
        var model = new TestModel(17).input("n", DType.I64).input("x", DType.F32, 3)
                .node("Loop", "n - x", "y", "body", body).output("y");
        assertThatThrownBy(model::graph).hasMessageContaining("the_Loop_of_y").hasMessageContaining("i64[3]");
    }

    @Test
    void scansTakeSlicesAndPutThemTogether() {
        var body = body().input("s", DType.F32, 2).input("e", DType.F32, 2).node("Add", "s e", "sum")
                .node("Identity", "sum", "out").output("sum").output("out");
        var start = TensorData.floats(new float[]{0, 0}, 2);
        var steps = TensorData.floats(new float[]{1, 2, 3, 4, 5, 6}, 3, 2);
        var model = new TestModel(17).input("s0", DType.F32, 2).input("x", DType.F32, "T", 2)
                .node("Scan", "s0 x", "last all", "body", body, "num_scan_inputs", 1).output("last").output("all");
        var got = Interpreter.run(model.graph(), List.of(start, steps));
        assertThat(got.get(0)).isEqualTo(TensorData.floats(new float[]{9, 12}, 2));
        assertThat(got.get(1)).isEqualTo(TensorData.floats(new float[]{1, 2, 4, 6, 9, 12}, 3, 2));
        assertThat(model.graph().outputs().get(1).value().type()).hasToString("f32[T,2]");
        var back = new TestModel(17).input("s0", DType.F32, 2).input("x", DType.F32, "T", 2)
                .node("Scan", "s0 x", "last all", "body", body, "num_scan_inputs", 1, "scan_input_directions",
                        new long[]{1}, "scan_output_directions", new long[]{1}, "scan_output_axes", new long[]{1})
                .output("last").output("all");
        assertThat(Interpreter.run(back.graph(), List.of(start, steps)).get(1))
                .isEqualTo(TensorData.floats(new float[]{9, 8, 5, 12, 10, 6}, 2, 3));
    }

    @Test
    void scansOfOpset8HaveABatchAxisAndLengths() {
        var body = body().input("s", DType.F32, 1).input("e", DType.F32, 1).node("Add", "s e", "sum")
                .node("Identity", "sum", "out").output("sum").output("out");
        var model = new TestModel(8).input("lengths", DType.I64, 2).input("s0", DType.F32, 2, 1)
                .input("x", DType.F32, 2, 3, 1)
                .node("Scan", "lengths s0 x", "last all", "body", body, "num_scan_inputs", 1)
                .output("last").output("all");
        var got = Interpreter.run(model.graph(), List.of(TensorData.longs(new long[]{2, 3}, 2),
                TensorData.floats(new float[]{0, 10}, 2, 1),
                TensorData.floats(new float[]{1, 2, 3, 4, 5, 6}, 2, 3, 1)));
        assertThat(got.get(0)).isEqualTo(TensorData.floats(new float[]{3, 25}, 2, 1));
        assertThat(got.get(1)).isEqualTo(TensorData.floats(new float[]{1, 3, 0, 14, 19, 25}, 2, 3, 1));
    }

    @Test
    void sequencesAreCarriedAndMapped() {
        var body = round("s").node("SequenceInsert", "s x", "longer").output("longer");
        var loop = new TestModel(17).input("n", DType.I64).input("x", DType.F32, 3).node("SequenceEmpty", "", "none")
                .node("Loop", "n - none", "s", "body", body)
                .node("ConcatFromSequence", "s", "y", "axis", 0, "new_axis", 1).output("y").graph();
        assertThat(ops(loop)).containsSubsequence("loop", "library");
        assertThat(loop.outputs().getFirst().value().type()).hasToString("f32[..]");
        var map = body().input("e", DType.F32, 3).node("Add", "e x", "z").output("z");
        var model = new TestModel(17).input("x", DType.F32, 3).node("SequenceConstruct", "x x", "s")
                .node("SequenceMap", "s", "t", "body", map).node("SequenceLength", "t", "y").output("y").output("t");
        var graph = model.graph();
        assertThat(ops(graph)).contains("loop").last().isEqualTo("library");
        assertThat(graph.outputs().get(1).value().type()).hasToString("seq(f32[3])");
    }
}
