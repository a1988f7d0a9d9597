package dev.sinter.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.Softmax;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class VerifierTest {
    private static final TensorType TYPE = new TensorType(DType.F32, Shape.of(Dim.sym("B"), Dim.of(4)));
    private static final Value X = new Value(0, TYPE, Facts.NONE);
    private static final Value Y = new Value(1, TYPE, Facts.NONE);
    private static final Value Z = new Value(2, TYPE, Facts.NONE);

    private static Node softmax(Value in, Value out, Graph... regions) {
        return new Node(new Softmax(1), List.of(in), List.of(out), List.of(regions), Origin.of("/soft"));
    }

    private static Graph graph(List<Node> nodes, Value... outputs) {
        var ports = new ArrayList<Graph.Port>();
        for (var output : outputs) {
            ports.add(new Graph.Port("out" + ports.size(), output));
        }
        return new Graph("g", List.of(new Graph.Port("x", X)), nodes, ports, new Symbols());
    }

    private static void assertBroken(Graph graph, String... words) {
        assertThatThrownBy(() -> Verifier.verify(graph)).isInstanceOf(IrException.class).hasMessageContainingAll(words);
    }

    @Property(tries = 200)
    void wellFormedGraphsPass(@ForAll long seed) {
        Verifier.verify(RandomGraphs.graph(seed));
    }

    @Test
    void orderAndDefinition() {
        assertThatCode(() -> Verifier.verify(graph(List.of(softmax(X, Y), softmax(Y, Z)), Z)))
                .doesNotThrowAnyException();
        assertBroken(graph(List.of(softmax(Y, Z), softmax(X, Y)), Z), "%2 = softmax", "/soft", "%1", "not defined");
        assertBroken(graph(List.of(softmax(X, X)), X), "%0", "twice");
        assertBroken(graph(List.of(softmax(X, Y), softmax(X, Y)), Y), "%1", "twice");
        assertBroken(graph(List.of(), Y), "output \"out0\"", "%1", "not defined");
    }

    @Test
    void typesAndArity() {
        var wrong = new Value(1, TensorType.of(DType.F32, 4, 4), Facts.NONE);
        assertBroken(graph(List.of(softmax(X, wrong)), wrong), "/soft", "f32[4,4]", "f32[B,4]");
        var stale = new Value(1, new TensorType(DType.F64, TYPE.shape()), Facts.NONE);
        assertBroken(graph(List.of(softmax(X, Y), softmax(stale, Z)), Z), "f64[B,4]", "defined as f32[B,4]");
        assertBroken(graph(List.of(new Node(new Softmax(1), List.of(X, X), List.of(Y), List.of(), Origin.NONE))),
                "1 operands were expected, not 2");
        assertBroken(graph(List.of(new Node(new Softmax(1), List.of(), List.of(Y), List.of(), Origin.NONE))),
                "1 operands were expected, not 0");
        assertBroken(graph(List.of(new Node(new Softmax(1), List.of(X), List.of(Y, Z), List.of(), Origin.NONE))),
                "1 results were expected, not 2");
        assertBroken(graph(List.of(new Node(new Softmax(5), List.of(X), List.of(Y), List.of(), Origin.NONE))),
                "softmax on axis 5");
        assertBroken(graph(List.of(new Node(new Gather(-1), List.of(X, X), List.of(Y), List.of(), Origin.NONE))),
                "%1 = gather");
    }

    @Test
    void equalDimensionsMayBeSpelledDifferently() {
        var limited = new Value(1, new TensorType(DType.F32, Shape.of(Dim.sym("B").min(Dim.of(512)), Dim.of(4))),
                Facts.NONE);
        var nodes = List.of(softmax(X, limited));
        assertBroken(graph(nodes, limited), "min(B, 512)");
        var symbols = new Symbols();
        symbols.declare("B", new Symbols.Bounds(0, 512));
        Verifier.verify(new Graph("g", List.of(new Graph.Port("x", X)), nodes, List.of(), symbols));
        var equal = new Symbols();
        equal.requireEqual(Dim.sym("B").min(Dim.of(512)), Dim.sym("B"), "said so");
        Verifier.verify(new Graph("g", List.of(new Graph.Port("x", X)), nodes, List.of(), equal));
    }

    @Test
    void factsFitTheirTypes() {
        var data = TensorData.floats(new float[3], 3);
        var value = new Value(1, TensorType.of(DType.F32, 3), Facts.ofConstant(TensorData.floats(new float[4], 4)));
        assertBroken(
                graph(List.of(new Node(new Constant(data, ""), List.of(), List.of(value), List.of(), Origin.NONE))),
                "%1", "f32[3]", "f32[4]");
        var content = new Value(1, TensorType.of(DType.F32, 3), Facts.ofContent(List.of(Dim.ONE)));
        assertBroken(
                graph(List.of(new Node(new Constant(data, ""), List.of(), List.of(content), List.of(), Origin.NONE))),
                "1 elements");
    }

    @Test
    void regionsMayCaptureButNotLeak() {
        var body = new Graph("body", List.of(), List.of(softmax(X, Y)), List.of(new Graph.Port("y", Y)), new Symbols());
        Verifier.verify(graph(List.of(softmax(X, Z, body)), Z));
        assertBroken(graph(List.of(softmax(X, Z, body)), Y), "%1", "not defined");
        assertBroken(graph(List.of(softmax(X, Z, body, body)), Z), "region 1", "%1", "twice");
        var late = new Graph("late", List.of(), List.of(), List.of(new Graph.Port("z", Z)), new Symbols());
        assertBroken(graph(List.of(softmax(X, Z, late)), Z), "region 0", "%2", "not defined");
    }

    @Test
    void portNamesAreUnique() {
        var twice = new Graph("g", List.of(new Graph.Port("x", X), new Graph.Port("x", Y)), List.of(), List.of(),
                new Symbols());
        assertBroken(twice, "two inputs", "\"x\"");
        var outputs = new Graph("g", List.of(new Graph.Port("x", X)), List.of(),
                List.of(new Graph.Port("y", X), new Graph.Port("y", X)), new Symbols());
        assertBroken(outputs, "two outputs", "\"y\"");
    }

    @Test
    void verifyingDoesNotTeachTheGraph() {
        Op add = new dev.sinter.ir.op.Map(Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32)));
        var b = new GraphBuilder("g");
        var x = b.input("x", TYPE);
        var y = b.input("y", new TensorType(DType.F32, Shape.of(Dim.sym("C"), Dim.of(4))));
        b.output("z", b.apply(add, Origin.NONE, x, y));
        var graph = b.build();
        var equalities = List.copyOf(graph.symbols().equalities());
        assertThat(equalities).hasSize(1);
        Verifier.verify(graph);
        assertThat(graph.symbols().equalities()).isEqualTo(equalities);
    }
}
