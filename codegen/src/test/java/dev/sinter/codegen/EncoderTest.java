package dev.sinter.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.ConstantSink;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.GraphParser;
import dev.sinter.ir.GraphPrinter;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attention;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Normalize;
import dev.sinter.ir.op.QuantizeDynamic;
import dev.sinter.ir.op.Reduce;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.FormChoice;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.RunOptions;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A small encoder with everything in it: what holds for whole models. */
class EncoderTest {
    private static final int VOCABULARY = 11;
    /** Whose rows end within a vector. */
    private static final int ODD = 24;
    /** Whole vectors everywhere. */
    static final int EVEN = 32;
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final Expr BIAS = Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32));

    static Samples encoder(int hidden) {
        var s = new Samples(1, false);
        var b = Dim.sym("B");
        var t = Dim.sym("S");
        var ids = s.input(TensorData.longs(new long[]{1, 2, 3, -1, 10, 0, 7, 8, 9, 4}, 2, 5), new Shape(List.of(b, t)));
        var x = s.add(new Gather(0), s.constant(DType.F32, VOCABULARY, hidden), ids);
        for (int layer = 0; layer < 2; layer++) {
            x = layer(s, x, hidden);
        }
        s.builder().output("mean", s.add(new Reduce(Reduce.Monoid.MEAN, List.of(1), false), x));
        s.builder().output("hidden", x);
        return s;
    }

    private static Value layer(Samples s, Value x, int hidden) {
        var q = s.add(new MatMul(BIAS), x, s.constant(DType.F32, hidden, hidden), s.constant(DType.F32, hidden));
        var k = s.add(new MatMul(BIAS), x, s.constant(DType.F32, hidden, hidden), s.constant(DType.F32, hidden));
        var v = s.add(new MatMul(BIAS), x, s.constant(DType.F32, hidden, hidden), s.constant(DType.F32, hidden));
        var attended = s.add(new Attention(hidden == EVEN ? 2 : 3, 3, true, false), q, k, v);
        var codes = s.builder().add(new QuantizeDynamic(true), List.of(attended), dev.sinter.ir.Origin.of("/quantize"));
        var scaled = Expr.apply(Fn.MUL, Expr.cast(Expr.arg(0, DType.I32), DType.F32),
                Expr.apply(Fn.MUL, Expr.arg(1, DType.F32), Expr.literal(0.01, DType.F32)));
        var projected = s.add(new MatMulInteger(false, false, scaled), codes.get(0),
                s.constant(DType.I8, hidden, hidden), codes.get(1));
        var sum = s.add(new dev.sinter.ir.op.Map(BIAS), projected, x);
        var normal =
                s.add(new Normalize(1e-5f, true), sum, s.constant(DType.F32, hidden), s.constant(DType.F32, hidden));
        return s.add(new MatMul(Expr.apply(Fn.GELU, BIAS)), normal, s.constant(DType.F32, hidden, hidden),
                s.constant(DType.F32, hidden));
    }

    @Test
    void runsWithManyShapesOneAfterTheOther() {
        var s = encoder(ODD);
        try (var compiled = Compiled.of(s.builder().build())) {
            for (int n : new int[]{5, 1, 17, 2, 33, 5}) {
                compiled.check(Map.of("x0", TensorData.zeros(DType.I64, 2, n)), new Compiled.Tolerance(1e-4, 1e-4));
            }
            compiled.run(Map.of("x0", TensorData.zeros(DType.I64, 0, 4)));
        }
    }

    @Test
    void equalKernelsAreEmittedOnce() {
        var s = encoder(ODD);
        var generated = CodeGenerator.generate(s.builder().build(), new CodegenOptions("", "Encoder", false));
        assertThat(generated.kernels()).extracting(KernelListing::name).doesNotHaveDuplicates();
        assertThat(generated.kernels().stream().filter(k -> k.name().startsWith("attention"))
                .flatMap(k -> k.usedByNodes().stream()).distinct()).hasSize(2);
        assertThat(generated.kernels().stream()
                .filter(k -> k.name().startsWith("gemm.f32") && k.usedByNodes().size() >= 6)).isNotEmpty();
    }

    /** Whoever meets a failure finds the node's method and its line in the dump that is shipped with the model. */
    @Test
    void failuresPointIntoTheDump() {
        var s = encoder(ODD);
        try (var compiled = Compiled.of(s.builder().build())) {
            for (var model : compiled.models()) {
                var dump = new String(model.resource(model.info().irResource()).orElseThrow(), StandardCharsets.UTF_8)
                        .lines().toList();
                assertThatThrownBy(
                        () -> Compiled.run(model, Map.of("x0", TensorData.longs(new long[]{0, VOCABULARY}, 1, 2))))
                        .isInstanceOf(ModelException.class)
                        .hasMessageContaining("/tested/node1").satisfies(e -> {
                            var frames = Arrays.stream(e.getStackTrace())
                                    .filter(f -> f.getClassName().startsWith("dev.sinter.generated")).toList();
                            var node = frames.stream().filter(f -> f.getMethodName().startsWith("n000_gather"))
                                    .findFirst().orElseThrow();
                            assertThat(node.getMethodName()).contains("tested_node1");
                            assertThat(node.getFileName()).isEqualTo("Tested.ir");
                            assertThat(dump.get(node.getLineNumber() - 1)).contains("gather")
                                    .contains("// /tested/node1");
                            var kernel = frames.getFirst();
                            assertThat(dump.get(kernel.getLineNumber() - 1)).startsWith("kernel gather.f32");
                        });
            }
        }
    }

    @Test
    void everyStepPointsToItsNode() {
        var s = encoder(ODD);
        var graph = s.builder().build();
        var generated = CodeGenerator.generate(graph, new CodegenOptions("a.b", "Encoder", false));
        var dump = text(generated);
        assertThat(generated.image().info().irResource()).endsWith("Encoder.ir");
        for (var listing : generated.kernels()) {
            assertThat(dump).contains(listing.loopProgramText());
        }
        assertThat(dump).contains(generated.planText());
        assertThat(generated.plan().steps()).allSatisfy(step -> assertThat(dump).contains(step.name()));
    }

    @Test
    void theDumpsGraphParsesBack() {
        var s = encoder(ODD);
        var graph = s.builder().build();
        var dump = text(CodeGenerator.generate(graph, new CodegenOptions("", "Encoder", false)));
        var printed = GraphPrinter.print(graph);
        assertThat(dump).startsWith(printed);
        var known = new HashMap<String, TensorData>();
        graph.nodes().stream().flatMap(n -> n.outputs().stream()).map(Value::constant).filter(Objects::nonNull)
                .forEach(data -> known.put(ConstantSink.key(data), data));
        var back = GraphParser.parse(printed, known::get);
        assertThat(back.nodes()).isEqualTo(graph.nodes());
        assertThat(GraphPrinter.print(back)).isEqualTo(printed);
    }

    private static String text(GeneratedModel generated) {
        return new String(generated.image().resources().get(generated.image().info().irResource()),
                StandardCharsets.UTF_8);
    }

    /** While steps change over one by one, at another shape than was rehearsed too, no bit changes. */
    @Test
    void noBitChangesOnTheWayFromTheScalarToTheVectorForm() {
        var s = encoder(EVEN);
        var image = CodeGenerator.generate(s.builder().build(), new CodegenOptions("p", "Tested", true))
                .image();
        var auto = RunOptions.defaults().withForm(FormChoice.AUTO).withChecked(true);
        try (var model = Model.define(image, auto); var scalar = Model.define(image, auto.withForm(Form.SCALAR))) {
            var shapes = List.of(s.inputs(), Map.of("x0", TensorData.zeros(DType.I64, 3, 7)));
            var wanted = shapes.stream().map(x -> Compiled.run(scalar, x)).toList();
            assertThat(model.form()).isEqualTo(Form.SCALAR);
            for (long end = System.nanoTime() + PATIENCE_NANOS; model.form() == Form.SCALAR
                    && System.nanoTime() < end;) {
                for (int i = 0; i < shapes.size(); i++) {
                    Compiled.assertEqualBits(Compiled.run(model, shapes.get(i)), wanted.get(i), model.toString());
                }
            }
            assertThat(model.form().bits()).isPositive();
            Compiled.assertEqualBits(Compiled.run(model, s.inputs()), wanted.getFirst(), model.toString());
        }
    }
}
