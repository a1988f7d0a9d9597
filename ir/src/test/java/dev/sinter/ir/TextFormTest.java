package dev.sinter.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.Softmax;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextFormTest {
    private static final String HEAD = "graph \"g\" {\n  input \"x\" %0: f32[B,4]\n";

    @Property(tries = 400)
    void everyGraphComesBack(@ForAll long seed) {
        var graph = RandomGraphs.graph(seed);
        var constants = Constants.inMemory();
        var text = GraphPrinter.print(graph, constants);
        var back = GraphParser.parse(text, constants);
        assertSame(back, graph);
        assertThat(GraphPrinter.print(back, constants)).isEqualTo(text);
        Verifier.verify(back);
    }

    @Property(tries = 300)
    void linesAreThoseOfTheNodes(@ForAll long seed) {
        var graph = RandomGraphs.graph(seed);
        var printed = GraphPrinter.printWithLines(graph, ConstantSink.NONE);
        var lines = printed.text().lines().toList();
        assertThat(printed.lines()).hasSize(count(graph));
        for (var node : graph.nodes()) {
            assertThat(lines.get(printed.lines().get(node) - 1).strip()).startsWith(node.outputs().getFirst() + ":")
                    .contains(" = " + node.op().mnemonic());
        }
    }

    private static int count(Graph graph) {
        return graph.nodes().stream().mapToInt(n -> 1 + n.regions().stream().mapToInt(TextFormTest::count).sum()).sum();
    }

    private static void assertSame(Graph got, Graph want) {
        assertThat(got.name()).isEqualTo(want.name());
        assertThat(got.inputs()).isEqualTo(want.inputs());
        assertThat(got.outputs()).isEqualTo(want.outputs());
        assertThat(got.symbols().bounds()).isEqualTo(want.symbols().bounds());
        assertThat(got.symbols().equalities()).isEqualTo(want.symbols().equalities());
        assertValues(got.inputs().stream().map(Graph.Port::value).toList(),
                want.inputs().stream().map(Graph.Port::value).toList());
        assertThat(got.nodes()).hasSameSizeAs(want.nodes());
        for (int i = 0; i < got.nodes().size(); i++) {
            var a = got.nodes().get(i);
            var b = want.nodes().get(i);
            assertThat(a.op()).isEqualTo(b.op());
            assertThat(a.inputs()).isEqualTo(b.inputs());
            assertThat(a.origin()).isEqualTo(b.origin());
            assertValues(a.outputs(), b.outputs());
            assertThat(a.regions()).hasSameSizeAs(b.regions());
            for (int r = 0; r < a.regions().size(); r++) {
                assertSame(a.regions().get(r), b.regions().get(r));
            }
        }
    }

    private static void assertValues(List<Value> got, List<Value> want) {
        assertThat(got).isEqualTo(want);
        for (int i = 0; i < got.size(); i++) {
            assertThat(got.get(i).type()).isEqualTo(want.get(i).type());
            assertThat(got.get(i).facts()).isEqualTo(want.get(i).facts());
        }
    }

    @Test
    void regionsFactsAndOtherTypesComeBack() {
        var x = new Value(0, TensorType.of(DType.F32, 2), new Facts(TensorData.floats(new float[]{1, Float.NaN}, 2),
                null, new Facts.Range(-1.5, Double.POSITIVE_INFINITY),
                WeightFacts.parse("768x3072 zeros=0.8000 pattern=4x1@0.80"), "panel \"16\""));
        var list = new Value(1,
                new Type.Sequence(new Type.Optional(new Type.MapOf(DType.I64, TensorType.of(DType.STRING)))),
                Facts.NONE);
        var wild = new Value(2, new TensorType(DType.F16, Shape.UNKNOWN), Facts.NONE);
        var n = new Value(3, TensorType.of(DType.I64, 2),
                Facts.ofContent(List.of(Dim.sym("odd name"), Dim.sym("min").min(Dim.of(-3)))));
        var inner = new Value(4, x.type(), Facts.NONE);
        var body = new Graph("body", List.of(),
                List.of(new Node(new Softmax(0), List.of(x), List.of(inner), List.of(), Origin.NONE)),
                List.of(new Graph.Port("y", inner)), new Symbols());
        var after = new Value(5, TensorType.of(DType.F32), Facts.NONE);
        var node = new Node(new Reduce(Reduce.Monoid.SUM, List.of(0), false), List.of(x), List.of(after),
                List.of(body, body), Origin.of("if"));
        var symbols = new Symbols();
        symbols.declare("odd name", new Symbols.Bounds(1, 9));
        symbols.requireEqual(Dim.sym("odd name"), Dim.sym("B").times(Dim.of(2)), "node \"q\" // r");
        var graph = new Graph("",
                List.of(new Graph.Port("x", x), new Graph.Port("list", list), new Graph.Port("wild", wild),
                        new Graph.Port("n", n)),
                List.of(node), List.of(new Graph.Port("out", after)), symbols);
        var printed = GraphPrinter.printWithLines(graph, ConstantSink.NONE);
        assertSame(GraphParser.parse(printed.text()), graph);
        assertThat(printed.text().lines().toList().get(printed.lines().get(body.nodes().getFirst()) - 1))
                .startsWith("    %4: f32[2] = softmax %0");
    }

    @Test
    void theTextIsAsPromised() {
        var b = new GraphBuilder("tiny");
        var x = b.input("x", new TensorType(DType.F32, Shape.of(Dim.sym("B"), Dim.of(2))));
        var w = b.constant(TensorData.floats(new float[]{0.5f, -1}, 2), "w");
        var y = b.apply(new Map(Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32))),
                new Origin(List.of("/a", "b c")), x, w);
        b.output("y", y);
        assertThat(GraphPrinter.print(b.build())).isEqualTo("""
                graph "tiny" {
                  symbol B: 0..2147483647
                  input "x" %0: f32[B,2]
                  %1: f32[2] = constant [0.5, -1.0] {name="w"}
                  %2: f32[B,2] = map %0, %1 {expr=add($0:f32, $1:f32)}  // /a + "b c"
                  output "y" %2
                }
                """);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "%1: f32[B,4] = softmax %7 {axis=1}|line 3|%7",
            "%1: f32[B,4] = nonsense %0|line 3|unknown op 'nonsense'",
            "%1: f32[B,4] = softmax %0|line 3|'axis'",
            "%1: f32[B,4] = softmax %0 {axis=x}|line 3|integer",
            "%0: f32[B,4] = softmax %0 {axis=1}|line 3|twice",
            "%1: f99[B,4] = softmax %0 {axis=1}|line 3|f99",
            "%1: f32[2] = constant [1.0]|line 3|2 elements",
            "%1: f32[1] = constant [x]|line 3|an element of f32",
            "%1: f32[1] = constant #00ff|line 3|#00ff",
            "%1: f32[B,4] = map %0 {expr=add($0:f32)}|line 3|2 operands",
            "%1: f32[B,4] = map %0 {expr=ad($0:f32)}|line 3|unknown function",
            "%1: f32[-5] = constant []|line 3|-5",
            "output \"y\" %1|line 3|%1"})
    void mistakesAreNamedWithTheirLine(String line, String where, String what) {
        assertThatThrownBy(() -> GraphParser.parse(HEAD + line + "\n}\n")).isInstanceOf(IrException.class)
                .hasMessageContainingAll(where, what);
        assertThatThrownBy(() -> GraphParser.parse(HEAD)).isInstanceOf(IrException.class)
                .hasMessageContaining("the end");
        assertThatThrownBy(() -> GraphParser.parse(HEAD + "}\n}")).isInstanceOf(IrException.class)
                .hasMessageContaining("line 4");
    }

    @Property(tries = 500)
    void brokenTextNeverEscapesAsAnotherError(@ForAll long seed) {
        var random = new Random(seed);
        var constants = Constants.inMemory();
        var text = new StringBuilder(GraphPrinter.print(RandomGraphs.graph(seed % 50), constants));
        for (int i = 0; i < 3; i++) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(3)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, "(){}[],%$\"0-=x".charAt(random.nextInt(14)));
                default -> text.setCharAt(at, (char) random.nextInt(32, 127));
            }
        }
        try {
            Verifier.verify(GraphParser.parse(text.toString(), constants));
        } catch (IrException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }

    @Property(tries = 500)
    void expressionsAndDimensionsComeBack(@ForAll long seed) {
        var expr = RandomGraphs.expression(seed);
        assertThat(Notation.expr(expr.toString())).isEqualTo(expr);
        var dim = DimTest.random(new Random(seed), 4);
        assertThat(Notation.dim(dim.toString())).isEqualTo(dim);
        var shape = Shape.of(dim, Dim.of(3));
        assertThat(Notation.shape(shape.toString())).isEqualTo(shape);
    }

    @Property
    void anyNameCanBeQuoted(@ForAll String name) {
        assertThat(Notation.unquote(Notation.quote(name))).isEqualTo(name);
        assertThat(Notation.quote(name).lines()).hasSize(1);
        assertThat(Notation.dim(Dim.sym(name).toString())).isEqualTo(Dim.sym(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN:f32", "-Infinity:f64", "-1:i8", "1:bool", "1.0E-5:f32", "cast<u8>(round($2:f16))",
            "select(is_nan($0:f32), 0.0:f32, gelu_tanh($0:f32))", "Infinity:f8e5m2", "i0:i64", "\"a b\":bool",
            "size<max((\"a b\" * B), 3)>", "read<$1:u8>([])", "read<$0:string>([i0:i64, -1:i64], v:string)",
            "let(v0, 1:i64, add(v0:i64, v0:i64))", "cast_overflow<f8e5m2>($0:f32)", "shr($0:u64, 1:u64)",
            "fold(k0, size<S>, carry(c1, 0.0:f32, add(c1:f32, 1.0:f32)), carry(c2, 0:i64, k0:i64), c1:f32)"})
    void expressionsReadWhatTheyPrint(String text) {
        assertThat(Notation.expr(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32[]", "i64[..]", "seq(optional(u8[B,\"a b\"]))", "map(string, f32[3])",
            "f32[min(S, 512),(S / 2)]"})
    void typesReadWhatTheyPrint(String text) {
        assertThat(Notation.type(text)).hasToString(text);
    }

    @Property(tries = 20)
    void constantsAreSharedInOneFile(@ForAll long seed) throws IOException {
        var folder = Files.createTempDirectory("constants");
        var file = folder.resolve(ConstantFile.NAME);
        try {
            var graph = RandomGraphs.graph(seed);
            String text;
            long size;
            try (var constants = ConstantFile.open(folder)) {
                text = GraphPrinter.print(graph, constants);
                size = Files.size(file);
                assertThat(GraphPrinter.print(graph, constants)).isEqualTo(text);
            }
            try (var again = ConstantFile.open(folder)) {
                assertSame(GraphParser.parse(text, again), graph);
                assertThat(GraphPrinter.print(graph, again)).isEqualTo(text);
                assertThat(Files.size(file)).isEqualTo(size);
            }
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    @Test
    void aTornRecordIsWrittenOver(@TempDir Path folder) throws IOException {
        var first = TensorData.zeros(DType.F32, 100);
        var second = TensorData.of(DType.STRING, new String[]{"ä", ""}, 2);
        try (var constants = ConstantFile.open(folder)) {
            constants.put(first);
            constants.put(second);
        }
        var file = folder.resolve(ConstantFile.NAME);
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 1);
        }
        try (var constants = ConstantFile.open(folder)) {
            assertThat(constants.get(ConstantSink.key(first))).isEqualTo(first);
            assertThatThrownBy(() -> constants.get(ConstantSink.key(second))).isInstanceOf(IrException.class);
            assertThat(constants.get(constants.put(second))).isEqualTo(second);
        }
        Files.writeString(file, "something else");
        assertThatThrownBy(() -> ConstantFile.open(folder)).isInstanceOf(IrException.class)
                .hasMessageContaining("no store");
    }
}
