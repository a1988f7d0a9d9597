package dev.sinter.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.op.Dims;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Softmax;
import dev.sinter.ir.op.View;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
    private static final Dim B = Dim.sym("B");

    /** Every result is checked against the type rule within, so this holds both against each other. */
    @Property(tries = 400)
    void evaluationAgreesWithTheTypeRules(@ForAll long seed, @ForAll @IntRange(max = 3) int b,
            @ForAll @IntRange(max = 3) int s) {
        var graph = RandomGraphs.graph(seed);
        var outputs = Evaluator.evaluate(graph, RandomGraphs.inputs(seed, b, s), RandomGraphs::library);
        assertThat(outputs.keySet()).containsExactlyElementsOf(graph.outputs().stream().map(Graph.Port::name).toList());
        assertThat(outputs.get("rows").dims()).containsExactly(b, s, 4);
    }

    @Property(tries = 50)
    void aParsedGraphGivesTheSameResults(@ForAll long seed) {
        var graph = RandomGraphs.graph(seed);
        var constants = Constants.inMemory();
        var back = GraphParser.parse(GraphPrinter.print(graph, constants), constants);
        var inputs = RandomGraphs.inputs(seed, 2, 3);
        assertThat(Evaluator.evaluate(back, inputs, RandomGraphs::library))
                .isEqualTo(Evaluator.evaluate(graph, inputs, RandomGraphs::library));
    }

    private static Graph flatten() {
        var b = new GraphBuilder("g");
        b.symbols().declare("B", new Symbols.Bounds(0, 8));
        var x = b.input("x", new TensorType(DType.F32, Shape.of(B, Dim.of(2))));
        var y = b.input("y", new TensorType(DType.F32, Shape.of(B)));
        b.output("flat", b.apply(new View(new IndexMap.Reshape(Shape.of(B.times(Dim.of(2))))), Origin.NONE, x));
        b.output("size", b.apply(new Dims(List.of(B), TensorType.of(DType.I64)), Origin.NONE));
        b.output("y", b.apply(new Softmax(0), Origin.of("/soft"), y));
        return b.build();
    }

    @Test
    void symbolsAreBoundByInputs() {
        var out = Evaluator.evaluate(flatten(),
                Map.of("x", TensorData.zeros(DType.F32, 3, 2), "y", TensorData.zeros(DType.F32, 3)));
        assertThat(out.get("flat").dims()).containsExactly(6);
        assertThat(out.get("size")).isEqualTo(TensorData.longs(new long[]{3}));
    }

    @Test
    void whatDoesNotFitIsNamed() {
        var y = TensorData.zeros(DType.F32, 3);
        assertFails(Map.of("y", y), "input x", "f32[B,2]", "none");
        assertFails(Map.of("x", TensorData.zeros(DType.F32, 4, 2), "y", y), "input y", "B", "4");
        assertFails(Map.of("x", TensorData.zeros(DType.F32, 3, 3), "y", y), "input x", "f32[B,2]", "f32[3,3]");
        assertFails(Map.of("x", TensorData.zeros(DType.F64, 3, 2), "y", y), "f64[3,2]");
        assertFails(Map.of("x", TensorData.zeros(DType.F32, 9, 2), "y", TensorData.zeros(DType.F32, 9)), "symbol B",
                "8", "9");
    }

    private static void assertFails(Map<String, TensorData> inputs, String... words) {
        assertThatThrownBy(() -> Evaluator.evaluate(flatten(), inputs)).isInstanceOf(IrException.class)
                .hasMessageContainingAll(words);
    }
}
