package dev.sinter.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.op.Attributes;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.Dims;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.Loop;
import dev.sinter.ir.op.Map;
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

    private static final Value TRUE = new Value(9, TensorType.of(DType.BOOL), Facts.NONE);

    private static Graph branches(Graph then, Graph otherwise, Value output) {
        var always = new Node(new Constant(TensorData.scalar(DType.BOOL, 1), ""), List.of(), List.of(TRUE), List.of(),
                Origin.NONE);
        var node = new Node(new If(List.of(TYPE)), List.of(TRUE), List.of(Z), List.of(then, otherwise),
                Origin.of("/if"));
        return graph(List.of(always, node), output);
    }

    private static Graph region(List<Node> nodes, Value output) {
        return new Graph("body", List.of(), nodes, List.of(new Graph.Port("y", output)), new Symbols());
    }

    @Test
    void regionsMayCaptureButNotLeak() {
        var body = region(List.of(softmax(X, Y)), Y);
        var other = region(List.of(softmax(X, new Value(5, TYPE, Facts.NONE))), X);
        Verifier.verify(branches(body, other, Z));
        assertBroken(branches(body, other, Y), "%1", "not defined");
        assertBroken(branches(body, body, Z), "region 1", "%1", "twice");
        assertBroken(branches(region(List.of(), Z), other, Z), "region 0", "%2", "not defined");
        assertBroken(branches(body, region(List.of(), TRUE), Z), "region 1, output 0", "f32[B,4]", "bool[]");
        var two = new Graph("two", List.of(), List.of(),
                List.of(new Graph.Port("a", X), new Graph.Port("b", X)), new Symbols());
        assertBroken(branches(two, other, Z), "region 0", "1 outputs were expected, not 2");
        assertBroken(graph(List.of(softmax(X, Z, body)), Z), "0 regions were expected, not 1");
    }

    @Test
    void loopsTakeAndGiveWhatTheyCarry() {
        var b = new GraphBuilder("g");
        var x = b.input("x", TYPE);
        var most = b.constant(TensorData.longs(new long[]{3}), "");
        var on = b.constant(TensorData.scalar(DType.BOOL, 1), "");
        var body = b.region("body");
        body.input("i", TensorType.of(DType.I64));
        var goOn = body.input("c", TensorType.of(DType.BOOL));
        var carried = body.input("x", TYPE);
        body.output("c", goOn);
        body.output("x", carried);
        body.output("y", carried);
        var all = new TensorType(DType.F32, Shape.of(Dim.sym("rounds"), Dim.sym("B"), Dim.of(4)));
        var operands = List.of(most, on, x);
        var region = List.of(body.build());
        b.add(new Loop(1, List.of(TYPE, all)), operands, region, Origin.NONE);
        Verifier.verify(b.build());
        assertBroken(with(new Loop(1, List.of(TYPE)), operands, region), "2 outputs were expected, not 3");
        assertBroken(with(new Loop(1, List.of(TYPE, TYPE)), operands, region), "collected result 0", "f32[4]");
        assertBroken(with(new Loop(0, List.of(all)), operands.subList(0, 2), region), "2 inputs", "not 3");
        assertBroken(with(new Loop(1, List.of(TYPE, all)), List.of(most, on, most), region), "carried value 0",
                "i64[]");
    }

    private static Graph with(Op op, List<Value> operands, List<Graph> regions) {
        var b = new GraphBuilder("g", new Symbols(), 100);
        var outputs = b.add(op, operands, List.of(), Origin.NONE);
        var nodes = new ArrayList<Node>();
        nodes.add(new Node(new Constant(TensorData.longs(new long[]{3}), ""), List.of(), List.of(operands.get(0)),
                List.of(), Origin.NONE));
        nodes.add(new Node(new Constant(TensorData.scalar(DType.BOOL, 1), ""), List.of(), List.of(operands.get(1)),
                List.of(), Origin.NONE));
        nodes.add(new Node(op, operands, outputs, regions, Origin.NONE));
        return graph(nodes);
    }

    @Test
    void symbolsAreDefinedBeforeTheirUse() {
        var n = Dim.sym("n");
        var two = new Value(3, TensorType.of(DType.I64, 1), Facts.ofConstant(TensorData.longs(new long[]{2}, 1)));
        var data = new Node(new Constant(TensorData.longs(new long[]{2}, 1), ""), List.of(), List.of(two), List.of(),
                Origin.NONE);
        var known = new Value(4, TensorType.of(DType.I64, 1), Facts.ofContent(List.of(n)));
        var define = new Node(new Define(List.of("n")), List.of(two), List.of(known), List.of(), Origin.of("/n"));
        var size = new Value(5, TensorType.of(DType.I64, 1), Facts.ofContent(List.of(n)));
        var dims = new Node(new Dims(List.of(n), TensorType.of(DType.I64, 1)), List.of(), List.of(size), List.of(),
                Origin.of("/dims"));
        Verifier.verify(graph(List.of(data, define, dims), size));
        assertBroken(graph(List.of(data, dims, define), size), "/dims", "symbol n", "not defined");
        var again = new Node(define.op(), List.of(two), List.of(new Value(6, known.type(), known.facts())), List.of(),
                Origin.of("/again"));
        assertBroken(graph(List.of(data, define, again), size), "/again", "symbol n", "twice");
        var rows = new TensorType(DType.F32, Shape.of(n));
        var found = new Node(new Library("test", Attributes.NONE, List.of(rows)), List.of(),
                List.of(new Value(7, rows, Facts.NONE)), List.of(), Origin.NONE);
        Verifier.verify(graph(List.of(found, dims), size));
        var inner = new Graph("body", List.of(), List.of(data, define), List.of(new Graph.Port("y", X)), new Symbols());
        var plain = new Graph("body", List.of(), List.of(), List.of(new Graph.Port("y", X)), new Symbols());
        var branches = branches(inner, plain, Z);
        var nodes = new ArrayList<>(branches.nodes());
        nodes.add(dims);
        assertBroken(graph(nodes, Z), "/dims", "symbol n", "not defined");
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
        Op add = new Map(Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32)));
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
