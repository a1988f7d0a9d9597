package dev.sinter.codegen.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.codegen.Compiled;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attributes;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.Loop;
import dev.sinter.ir.op.View;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.SequenceValue;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Control flow, library routines and sizes that data tells, in every form. */
class ScriptTest {
    private static final Dim N = Dim.sym("N");

    private static Value map(GraphBuilder b, Fn fn, Value x, Value y) {
        return b.apply(new dev.sinter.ir.op.Map(
                Expr.apply(fn, Expr.arg(0, x.dtype()), Expr.arg(1, y.dtype()))), Origin.of("/" + fn), x, y);
    }

    private static Value number(GraphBuilder b, long value) {
        return b.constant(TensorData.longs(new long[]{value}), "");
    }

    private static TensorType type(DType dtype, Dim... dims) {
        return new TensorType(dtype, Shape.of(dims));
    }

    private static TensorData floats(float... values) {
        return TensorData.floats(values, values.length);
    }

    private static TensorData bool(boolean value) {
        return TensorData.of(DType.BOOL, new byte[]{(byte) (value ? 1 : 0)});
    }

    private static float[] floats(TensorData data) {
        return (float[]) data.array();
    }

    /** {@code y = c ? x + x : (x * x)[0:1]}: the arms' shapes differ, and both see x. */
    private static Graph branch() {
        var b = new GraphBuilder("branch");
        var c = b.input("c", type(DType.BOOL));
        var x = b.input("x", type(DType.F32, N));
        var before = map(b, Fn.ADD, x, x);
        var yes = b.region("then");
        yes.output("y", map(yes, Fn.ADD, before, x));
        var no = b.region("else");
        var square = map(no, Fn.MUL, before, before);
        no.output("y", no.apply(new View(new IndexMap.Slice(List.of(Dim.ZERO), List.of(1L), List.of(Dim.ONE))),
                Origin.of("/first"), square));
        var m = Dim.sym(b.symbols().fresh("if"));
        var y = b.add(new If(List.of(type(DType.F32, m))), List.of(c), List.of(yes.build(), no.build()),
                Origin.of("/choose")).getFirst();
        b.output("y", y);
        b.output("twice", map(b, Fn.ADD, y, y));
        return b.build();
    }

    @Test
    void armsMayGiveDifferentShapes() {
        try (var compiled = Compiled.of(branch())) {
            var x = floats(1, 2, 3);
            var yes = compiled.run(Map.of("c", bool(true), "x", x));
            assertThat(floats(yes.get("y"))).containsExactly(3, 6, 9);
            assertThat(floats(yes.get("twice"))).containsExactly(6, 12, 18);
            var no = compiled.run(Map.of("c", bool(false), "x", x));
            assertThat(floats(no.get("y"))).containsExactly(4);
            assertThat(floats(no.get("twice"))).containsExactly(8);
            assertThat(compiled.generated().planText()).contains("if r", "} else {");
        }
    }

    @Test
    void informationParsesBack() {
        try (var compiled = Compiled.of(branch())) {
            var info = compiled.generated().image().info();
            assertThat(ModelInfo.parse(info.write())).isEqualTo(info);
            assertThat(info.outputs().getFirst()).hasToString("y: f32[if_0]");
        }
    }

    /** Appends x to a carried value in each round, collects the round's sum, and goes on while the size is below m. */
    private static Graph growing(boolean limited) {
        var b = new GraphBuilder("growing");
        var x = b.input("x", type(DType.F32, N));
        var rounds = b.input("rounds", type(DType.I64));
        var begin = b.input("begin", type(DType.BOOL));
        var body = b.region("body");
        var i = body.input("i", type(DType.I64));
        var go = body.input("go", type(DType.BOOL));
        var s = Dim.sym(body.symbols().fresh("grown"));
        var carried = body.input("carried", type(DType.F32, s));
        var longer = body.apply(new Concat(0), Origin.of("/append"), carried, x);
        var scaled = body.apply(new dev.sinter.ir.op.Map(Expr.apply(Fn.MUL, Expr.arg(0, DType.F32),
                Expr.cast(Expr.arg(1, DType.I64), DType.F32))), Origin.of("/scaled"), x, i);
        body.output("go", limited
                ? body.apply(new dev.sinter.ir.op.Map(Expr.apply(Fn.LT, Expr.arg(0, DType.I64),
                        Expr.integer(1, DType.I64))), Origin.of("/less"), i)
                : go);
        body.output("carried", longer);
        body.output("slice", scaled);
        var end = Dim.sym(b.symbols().fresh("end"));
        var count = Dim.sym(b.symbols().fresh("count"));
        var results = b.add(new Loop(1, List.of(type(DType.F32, end), type(DType.F32, count, N))),
                List.of(rounds, begin, x), List.of(body.build()), Origin.of("/again"));
        b.output("long", results.get(0));
        b.output("slices", results.get(1));
        b.output("sum", map(b, Fn.ADD, results.get(0), results.get(0)));
        return b.build();
    }

    @Test
    void carriedValuesMayGrowAndResultsAreCollected() {
        try (var compiled = Compiled.of(growing(false))) {
            var x = floats(1, 2);
            var inputs = Map.of("x", x, "rounds", TensorData.of(DType.I64, new long[]{3}), "begin", bool(true));
            var outputs = compiled.run(inputs);
            assertThat(floats(outputs.get("long"))).containsExactly(1, 2, 1, 2, 1, 2, 1, 2);
            assertThat(floats(outputs.get("sum"))).containsExactly(2, 4, 2, 4, 2, 4, 2, 4);
            assertThat(outputs.get("slices").dims()).containsExactly(3, 2);
            assertThat(floats(outputs.get("slices"))).containsExactly(0, 0, 1, 2, 2, 4);
            var none = compiled.run(Map.of("x", x, "rounds", TensorData.of(DType.I64, new long[]{0}), "begin",
                    bool(true)));
            assertThat(floats(none.get("long"))).containsExactly(1, 2);
            assertThat(none.get("slices").dims()).containsExactly(0, 2);
            var never = compiled.run(Map.of("x", x, "rounds", TensorData.of(DType.I64, new long[]{9}), "begin",
                    bool(false)));
            assertThat(never.get("slices").dims()).containsExactly(0, 2);
        }
    }

    @Test
    void aConditionEndsALoopWithoutLimit() {
        try (var compiled = Compiled.of(growing(true))) {
            var outputs = compiled.run(Map.of("x", floats(1), "rounds",
                    TensorData.of(DType.I64, new long[]{Long.MAX_VALUE}), "begin", bool(true)));
            assertThat(floats(outputs.get("long"))).containsExactly(1, 1, 1);
        }
    }

    /** Two carried values change places in each round: all are read before any is written. */
    @Test
    void carriedValuesChangePlaces() {
        var b = new GraphBuilder("swap");
        var x = b.input("x", type(DType.F32, N));
        var y = b.input("y", type(DType.F32, N));
        var body = b.region("body");
        body.input("i", type(DType.I64));
        var go = body.input("go", type(DType.BOOL));
        var p = body.input("p", type(DType.F32, N));
        var q = body.input("q", type(DType.F32, N));
        body.output("go", go);
        body.output("p", q);
        body.output("q", p);
        var results = b.add(new Loop(2, List.of(type(DType.F32, N), type(DType.F32, N))),
                List.of(number(b, 3), b.constant(bool(true), ""), x, y), List.of(body.build()), Origin.of("/swap"));
        b.output("p", results.get(0));
        b.output("q", results.get(1));
        try (var compiled = Compiled.of(b.build())) {
            var outputs = compiled.run(Map.of("x", floats(1, 2), "y", floats(3, 4)));
            assertThat(floats(outputs.get("p"))).containsExactly(3, 4);
            assertThat(floats(outputs.get("q"))).containsExactly(1, 2);
        }
    }

    /** Outputs belong to the caller even where they are inputs: writing to one changes nothing else. */
    @Test
    void outputsAreTheCallers() {
        try (var compiled = Compiled.of(growing(false))) {
            var model = compiled.models().getFirst();
            var x = new float[]{1, 2};
            var outputs = model.run(Map.of("x", Tensor.of(x, 2), "rounds", Tensor.of(new long[]{0}), "begin",
                    Tensor.of(new boolean[]{true})));
            assertThat(outputs.tensor("long").array()).isNotSameAs(x);
        }
    }

    /** A loop within an arm, whose round sees values of both bodies around it. */
    @Test
    void loopsNestInBranches() {
        var b = new GraphBuilder("nested");
        var c = b.input("c", type(DType.BOOL));
        var x = b.input("x", type(DType.F32, N));
        var yes = b.region("then");
        var doubled = map(yes, Fn.ADD, x, x);
        var body = yes.region("body");
        body.input("i", type(DType.I64));
        var go = body.input("go", type(DType.BOOL));
        var carried = body.input("carried", type(DType.F32, N));
        body.output("go", go);
        body.output("carried", map(body, Fn.ADD, map(body, Fn.ADD, carried, doubled), x));
        yes.output("y", yes.add(new Loop(1, List.of(type(DType.F32, N))),
                List.of(number(yes, 4), yes.constant(bool(true), ""), doubled), List.of(body.build()),
                Origin.of("/loop")).getFirst());
        var no = b.region("else");
        no.output("y", x);
        b.output("y", b.add(new If(List.of(type(DType.F32, N))), List.of(c), List.of(yes.build(), no.build()),
                Origin.of("/if")).getFirst());
        try (var compiled = Compiled.of(b.build())) {
            assertThat(floats(compiled.run(Map.of("c", bool(true), "x", floats(1, 10))).get("y")))
                    .containsExactly(14, 140);
            assertThat(floats(compiled.run(Map.of("c", bool(false), "x", floats(1, 10))).get("y")))
                    .containsExactly(1, 10);
        }
    }

    /** {@code x} reshaped to sizes that come as data. */
    private static Graph reshaped() {
        var b = new GraphBuilder("reshaped");
        var x = b.input("x", type(DType.F32, N));
        var shape = b.input("shape", type(DType.I64, Dim.of(2)));
        b.add(new Define(List.of("rows", "columns")), List.of(shape), Origin.of("/shape"));
        var rows = Dim.sym("rows");
        var columns = Dim.sym("columns");
        b.symbols().requireEqual(rows.times(columns), N, "reshape '/reshape'");
        var matrix = b.apply(new View(new IndexMap.Reshape(Shape.of(rows, columns))), Origin.of("/reshape"), x);
        var turned = b.apply(new View(new IndexMap.Permute(List.of(1, 0))), Origin.of("/turn"), matrix);
        b.output("y", map(b, Fn.ADD, turned, turned));
        return b.build();
    }

    @Test
    void sizesMayComeAsData() {
        try (var compiled = Compiled.of(reshaped())) {
            var x = floats(1, 2, 3, 4, 5, 6);
            var y = compiled.run(Map.of("x", x, "shape", TensorData.longs(new long[]{2, 3}, 2))).get("y");
            assertThat(y.dims()).containsExactly(3, 2);
            assertThat(floats(y)).containsExactly(2, 8, 4, 10, 6, 12);
            assertThatThrownBy(() -> compiled.run(Map.of("x", x, "shape", TensorData.longs(new long[]{2, 2}, 2))))
                    .isInstanceOf(ModelException.class).hasMessageContaining("/reshape");
            assertThatThrownBy(() -> compiled.run(Map.of("x", x, "shape", TensorData.longs(new long[]{-2, -3}, 2))))
                    .isInstanceOf(ModelException.class).hasMessageContaining("/shape").hasMessageContaining("rows");
        }
    }

    /** The elements of x at which it is not zero, found by a routine and gathered by a kernel. */
    private static Graph nonzero() {
        var b = new GraphBuilder("nonzero");
        var x = b.input("x", type(DType.F32, N));
        var count = Dim.sym(b.symbols().fresh("nonzero"));
        var found = b.add(new Library("sort.nonzero", Attributes.NONE, List.of(type(DType.I64, Dim.ONE, count))),
                List.of(map(b, Fn.MUL, x, x)), Origin.of("/NonZero")).getFirst();
        var flat = b.apply(new View(new IndexMap.Reshape(Shape.of(count))), Origin.of("/flat"), found);
        b.output("y", b.apply(new Gather(0), Origin.of("/Gather"), map(b, Fn.ADD, x, x), flat));
        return b.build();
    }

    @Test
    void aRoutineTellsASize() {
        try (var compiled = Compiled.of(nonzero())) {
            assertThat(floats(compiled.run(Map.of("x", floats(0, 2, 0, 3))).get("y"))).containsExactly(4, 6);
            assertThat(floats(compiled.run(Map.of("x", floats(0, 0))).get("y"))).isEmpty();
            assertThat(floats(compiled.run(Map.of("x", floats(5))).get("y"))).containsExactly(10);
        }
    }

    @Test
    void sequencesPassThroughRegisters() {
        var b = new GraphBuilder("sequences");
        var element = new TensorType(DType.F32, Shape.UNKNOWN);
        var s = b.input("s", new Type.Sequence(element));
        var x = b.input("x", type(DType.F32, N));
        var longer = b.add(new Library("sequence.insert", Attributes.NONE, List.of(new Type.Sequence(element))),
                List.of(s, map(b, Fn.ADD, x, x)), Origin.of("/insert")).getFirst();
        var m = Dim.sym(b.symbols().fresh("at"));
        var first = b.add(new Library("sequence.at", Attributes.NONE, List.of(type(DType.F32, m))),
                List.of(longer, number(b, 0)), Origin.of("/at")).getFirst();
        b.output("all", longer);
        b.output("first", map(b, Fn.ADD, first, first));
        try (var compiled = Compiled.of(b.build())) {
            for (var model : compiled.models()) {
                var given = new SequenceValue(List.of(Tensor.of(new float[]{1, 2, 3}, 3)));
                var outputs = model.run(Map.of("s", given, "x", Tensor.of(new float[]{4}, 1)));
                assertThat(outputs.tensor("first").toFloats()).containsExactly(2, 4, 6);
                var all = ((SequenceValue) outputs.get("all")).values();
                assertThat(all).hasSize(2);
                assertThat(((Tensor) all.get(1)).toFloats()).containsExactly(8);
                assertThat(((Tensor) all.get(0)).array()).isNotSameAs(((Tensor) given.values().get(0)).array());
                var x4 = Tensor.of(new float[]{4}, 1);
                assertThatThrownBy(() -> model.run(Map.of("s", x4, "x", x4)))
                        .isInstanceOf(ModelException.class).hasMessageContaining("input 's'")
                        .hasMessageContaining("seq(f32[..])");
                assertThatThrownBy(() -> model.run(Map.of("s", new SequenceValue(List.of()), "x",
                        new SequenceValue(List.of())))).isInstanceOf(ModelException.class)
                        .hasMessageContaining("expected a tensor");
                var doubles = new SequenceValue(List.of(Tensor.of(new double[]{1}, 1)));
                assertThatThrownBy(() -> model.run(Map.of("s", doubles, "x", Tensor.of(new float[]{4}, 1))))
                        .isInstanceOf(ModelException.class).hasMessageContaining("element 0");
            }
        }
    }

    @Test
    void aRoutinesErrorNamesTheNode() {
        var b = new GraphBuilder("outside");
        var c = b.input("c", type(DType.BOOL));
        var s = b.input("s", new Type.Sequence(new TensorType(DType.F32, Shape.UNKNOWN)));
        var yes = b.region("then");
        yes.output("y", yes.add(new Library("sequence.at", Attributes.NONE, List.of(type(DType.F32, Dim.ONE))),
                List.of(s, number(yes, 7)), Origin.of("/deep/inside")).getFirst());
        var no = b.region("else");
        no.output("y", no.constant(floats(1), ""));
        b.output("y", b.add(new If(List.of(type(DType.F32, Dim.ONE))), List.of(c), List.of(yes.build(), no.build()),
                Origin.of("/if")).getFirst());
        try (var compiled = Compiled.of(b.build())) {
            for (var model : compiled.models()) {
                var given = new SequenceValue(List.of(Tensor.of(new float[]{1}, 1)));
                assertThatThrownBy(() -> model.run(Map.of("c", Tensor.of(new boolean[]{true}), "s", given)))
                        .isInstanceOf(ModelException.class).hasMessageContaining("/deep/inside")
                        .satisfies(e -> assertThat(e.getStackTrace())
                                .anyMatch(f -> f.getMethodName().matches("n\\d+_if_then_if"))
                                .anyMatch(f -> f.getMethodName().matches("n\\d+_library_deep_inside")));
                var outputs = model.run(Map.of("c", Tensor.of(new boolean[]{false}), "s", given));
                assertThat(outputs.tensor("y").toFloats()).containsExactly(1);
                outputs.tensor("y").toFloats();
            }
        }
    }

    /** A routine's result of another shape than declared is told before a kernel reads beyond it. */
    @Test
    void aWrongShapeNamesTheNode() {
        var b = new GraphBuilder("wrong");
        var s = b.input("s", new Type.Sequence(new TensorType(DType.F32, Shape.UNKNOWN)));
        var x = b.add(new Library("sequence.at", Attributes.NONE, List.of(type(DType.F32, Dim.of(3)))),
                List.of(s, number(b, 0)), Origin.of("/at")).getFirst();
        b.output("y", map(b, Fn.ADD, x, x));
        try (var compiled = Compiled.of(b.build())) {
            for (var model : compiled.models()) {
                var given = new SequenceValue(List.of(Tensor.of(new float[]{1, 2}, 2)));
                assertThatThrownBy(() -> model.run(Map.of("s", given))).isInstanceOf(ModelException.class)
                        .hasMessageContaining("library '/at', result 0").hasMessageContaining("expected 3, got 2");
                var matrix = new SequenceValue(List.of(Tensor.of(new float[]{1, 2, 3}, 1, 3)));
                assertThatThrownBy(() -> model.run(Map.of("s", matrix))).isInstanceOf(ModelException.class)
                        .hasMessageContaining("rank 1");
            }
        }
    }

    @Test
    void sessionsAndThreadsRunScripts() throws Exception {
        try (var compiled = Compiled.of(nonzero()); var pool = Executors.newFixedThreadPool(4)) {
            for (var model : compiled.models()) {
                var session = model.newSession().set("x", Tensor.of(new float[]{0, 1}, 2));
                assertThat(session.run().tensor("y").toFloats()).containsExactly(2);
                session.set("x", Tensor.of(new float[]{1, 0, 4}, 3)).run();
                assertThat(session.output("y").toFloats()).containsExactly(2, 8);
                var tasks = new ArrayList<Callable<Integer>>();
                for (int t = 0; t < 4; t++) {
                    int size = t;
                    tasks.add(() -> ones(model, size));
                }
                var done = pool.invokeAll(tasks);
                for (int t = 0; t < 4; t++) {
                    assertThat(done.get(t).get()).isEqualTo(t);
                }
            }
        }
    }

    private static int ones(Model model, int size) {
        var x = new float[size];
        java.util.Arrays.fill(x, 1);
        int length = 0;
        for (int i = 0; i < 50; i++) {
            length = model.run(Map.of("x", Tensor.of(x, size))).tensor("y").toFloats().length;
        }
        return length;
    }
}
