package dev.sinter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.codegen.CodeGenerator;
import dev.sinter.codegen.CodegenOptions;
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
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attributes;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.Loop;
import dev.sinter.ir.op.Map;
import dev.sinter.runtime.ArenaPart;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.FormChoice;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.ModelImage;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.StepListener;
import dev.sinter.runtime.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model with a script gives the same from a jar as in the JVM that compiled it. */
class ScriptJarTest {
    private static final int VECTOR_BITS = 128;
    private static final long PATIENCE = 60_000_000_000L;

    @TempDir
    private Path folder = Path.of("");

    private static TensorType type(DType dtype, Dim... dims) {
        return new TensorType(dtype, Shape.of(dims));
    }

    private static Value add(GraphBuilder b, Value x, Value y) {
        var sum = new Map(Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32)));
        return b.apply(sum, Origin.of("/add"), x, y);
    }

    /** {@code c ? x + x + x + x : the two largest of x}, and constants of several types through routines. */
    private static Graph graph() {
        var b = new GraphBuilder("scripted");
        var c = b.input("c", type(DType.BOOL));
        var x = b.input("x", type(DType.F32, Dim.sym("N")));
        var yes = b.region("then");
        var body = yes.region("body");
        body.input("i", type(DType.I64));
        var go = body.input("go", type(DType.BOOL));
        var carried = body.input("carried", type(DType.F32, Dim.sym("N")));
        body.output("go", go);
        body.output("carried", add(body, carried, x));
        yes.output("y", yes.add(new Loop(1, List.of(type(DType.F32, Dim.sym("N")))),
                List.of(yes.constant(TensorData.longs(new long[]{3}, 1), ""),
                        yes.constant(TensorData.of(DType.BOOL, new byte[]{1}), ""), x),
                List.of(body.build()), Origin.of("/loop")).getFirst());
        var no = b.region("else");
        var k = no.constant(TensorData.longs(new long[]{2}, 1), "");
        no.output("y", no.add(new Library("sort.topk", Attributes.of("axis", 0, "largest", 1, "sorted", 1),
                List.of(type(DType.F32, Dim.of(2)), type(DType.I64, Dim.of(2)))), List.of(x, k), Origin.of("/top"))
                .getFirst());
        var m = Dim.sym(b.symbols().fresh("if"));
        b.output("y", b.add(new If(List.of(type(DType.F32, m))), List.of(c), List.of(yes.build(), no.build()),
                Origin.of("/if")).getFirst());
        var words = b.constant(TensorData.of(DType.STRING, new String[]{"ä", "b", ""}, 3), "");
        b.output("words", b.add(new Library("string.concat", Attributes.NONE, List.of(type(DType.STRING, Dim.of(3)))),
                List.of(words, words), Origin.of("/words")).getFirst());
        b.output("constant", words);
        return b.build();
    }

    @Test
    void jarAndJustInTimeAgree() throws Exception {
        var generated = CodeGenerator.generate(graph(), new CodegenOptions("p", "Scripted", true));
        var jar = folder.resolve("model.jar");
        JarWriter.write(generated.image(), jar);
        assertThat(ModelImage.read(jar).info()).isEqualTo(generated.image().info());
        for (var form : Form.values()) {
            var options = RunOptions.defaults().withForm(form).withChecked(true);
            try (var loaded = Model.load(jar, options); var defined = Model.define(generated.image(), options)) {
                for (boolean way : new boolean[]{true, false}) {
                    check(loaded, way);
                    check(defined, way);
                }
            }
        }
    }

    /** The script runs in both forms at a time while the model changes over; whichever it is, the answers are right. */
    @Test
    void aScriptChangesItsFormBetweenRuns() throws Exception {
        var generated = CodeGenerator.generate(graph(), new CodegenOptions("p", "Scripted", true));
        var auto = RunOptions.defaults().withForm(FormChoice.AUTO).withVectorBits(VECTOR_BITS);
        try (var model = Model.define(generated.image(), auto)) {
            assertThat(model.form()).isEqualTo(Form.SCALAR);
            for (long end = System.nanoTime() + PATIENCE; model.form() == Form.SCALAR && System.nanoTime() < end;) {
                check(model, true);
                check(model, false);
            }
            assertThat(model.form()).isEqualTo(Form.ofBits(VECTOR_BITS));
            check(model, true);
            check(model, false);
        }
    }

    @Test
    void stepsAndRoutinesAreTimedAsOftenAsTheyRun() {
        var generated = CodeGenerator.generate(graph(), new CodegenOptions("p", "Scripted", true));
        try (var model = Model.define(generated.image())) {
            for (boolean way : new boolean[]{true, false}) {
                var session = model.newSession().set("c", Tensor.of(new boolean[]{way}))
                        .set("x", Tensor.of(new float[]{1, 5, 3}, 3));
                var steps = new TreeMap<Integer, Integer>();
                var calls = new TreeMap<String, Integer>();
                var blocks = new TreeMap<Integer, Integer>();
                session.profile(new StepListener() {
                    @Override
                    public void step(int step, long nanos) {
                        steps.merge(step, 1, Integer::sum);
                    }

                    @Override
                    public void library(int call, long nanos) {
                        calls.merge(model.info().script().calls().get(call).routine(), 1, Integer::sum);
                    }

                    @Override
                    public void block(int block, Supplier<List<ArenaPart>> memory) {
                        assertThat(memory.get()).hasSameSizeAs(
                                model.info().script().blocks().get(block).allocations());
                        blocks.merge(block, 1, Integer::sum);
                    }
                });
                assertThat(List.copyOf(blocks.values())).as("the block in the loop").isEqualTo(
                        way ? List.of(3) : List.of());
                assertThat(List.copyOf(steps.values())).as("the addition in the loop's three rounds").isEqualTo(
                        way ? List.of(3) : List.of());
                assertThat(calls.keySet()).contains("string.concat");
                assertThat(calls.containsKey("sort.topk")).isEqualTo(!way);
            }
        }
    }

    @Test
    void aClosedModelRunsNoScript() {
        var generated = CodeGenerator.generate(graph(), new CodegenOptions("p", "Scripted", true));
        var model = Model.define(generated.image());
        check(model, true);
        model.close();
        assertThatThrownBy(() -> check(model, true)).isInstanceOf(ModelException.class).hasMessageContaining("closed");
    }

    private static void check(Model model, boolean way) {
        var outputs = model.run(java.util.Map.of("c", Tensor.of(new boolean[]{way}), "x",
                Tensor.of(new float[]{1, 5, 3}, 3)));
        if (way) {
            assertThat(outputs.tensor("y").toFloats()).containsExactly(4, 20, 12);
        } else {
            assertThat(outputs.tensor("y").toFloats()).containsExactly(5, 3);
        }
        assertThat(outputs.tensor("words").toStrings()).containsExactly("ää", "bb", "");
        var constant = outputs.tensor("constant");
        assertThat(constant.toStrings()).containsExactly("ä", "b", "");
        ((String[]) constant.array())[0] = "changed"; // the caller's own
    }

    @Test
    void nodesAreCounted() {
        var generated = CodeGenerator.generate(graph(), new CodegenOptions("p", "Scripted", true));
        assertThat(generated.shares()).hasToString("nodes 1 kernel, 0 free, 2 library, 2 control");
        assertThat(generated.planText()).contains("sort.topk(").contains("loop r").doesNotContain("?");
    }
}
