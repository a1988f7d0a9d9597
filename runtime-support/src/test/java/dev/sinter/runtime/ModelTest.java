package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.sample.Affine;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelTest {
    private final Model model = Model.define(Samples.affine(), Samples.options());

    @AfterEach
    void close() {
        model.close();
    }

    private static void fails(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(ModelException.class).hasMessageContainingAll(parts);
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void everyFormRuns(Form form) {
        try (Model m = Model.define(Samples.affine(), RunOptions.defaults().withForm(form).withChecked(true))) {
            assertThat(m.form()).isEqualTo(form);
            Outputs out = m.run(Map.of("x", Tensor.of(new float[]{1, 2, 3, 4}, 2, 2)));
            assertThat(out.tensor("y").toFloats()).containsExactly(2.5f, 4.5f, 6.5f, 8.5f);
            assertThat(out.tensor("y").shape()).containsExactly(2, 2);
            assertThat(out).containsOnlyKeys("y", "workers");
            assertThat(out.keySet()).containsExactly("y", "workers");
            assertThatThrownBy(() -> out.remove("y")).isInstanceOf(UnsupportedOperationException.class);
            fails(() -> out.tensor("z"), "'z'", "y", "workers");
        }
    }

    @Test
    void emptyShapesRun() {
        assertThat(model.run(Map.of("x", Tensor.of(new float[0], 0, 5))).tensor("y").shape()).containsExactly(0, 5);
        assertThat(model.run(Map.of("x", Tensor.of(new float[0], 3, 0))).tensor("y").size()).isZero();
    }

    @Test
    void foreignInputsAreCopiedAndOutputsAreTheCallers() {
        Map<String, Tensor> in;
        try (Arena arena = Arena.ofConfined()) {
            var segment = arena.allocate(8);
            segment.set(ValueLayout.JAVA_FLOAT, 4, 3f);
            in = Map.of("x", Tensor.of(DType.F32, segment, 1, 2));
            Tensor first = model.run(in).tensor("y");
            segment.set(ValueLayout.JAVA_FLOAT, 4, 5f);
            assertThat(model.run(in).tensor("y").toFloats()).containsExactly(0.5f, 10.5f);
            assertThat(first.toFloats()).containsExactly(0.5f, 6.5f);
        }
        fails(() -> model.run(in), "input 'x'", "memory can't be read");
    }

    @Test
    void wrongInputsAreNamed() {
        fails(() -> model.run(Map.of()), "model 'affine'", "input 'x'", "x: f32[batch,columns]", "missing");
        fails(() -> model.run(Map.of("X", Tensor.of(new float[1], 1, 1))), "unknown input 'X'", "[x]");
        fails(() -> model.run(Map.of("x", Tensor.of(new float[1], 1, 1), "z", Tensor.of(new float[1]))), "'z'");
        fails(() -> model.run(Map.of("x", Tensor.of(new double[1], 1, 1))), "'x'", "expected type f32", "got f64");
        fails(() -> model.run(Map.of("x", Tensor.of(new float[1], 1))), "'x'", "expected rank 2", "got rank 1 [1]");
        fails(() -> model.run(Map.of("x", Tensor.of(new float[600], 1, 600))), "input 'x', dimension 1 ('columns')",
                "expected 0 to 512", "got 600");
        fails(() -> model.run(Map.of("x", new SequenceValue(List.of()))), "'x'", "a tensor", "SequenceValue");
        var nothing = new HashMap<String, Value>();
        nothing.put("x", null);
        fails(() -> model.run(nothing), "'x'", "got null");
        assertThat(model.run(Map.of("x", Tensor.of(new float[1], 1, 1))).tensor("y").toFloats())
                .containsExactly(0.5f);
    }

    @Test
    void symbolsMustAgree() {
        var info = new ModelInfo("two", "C", "ir", List.of(new SymbolInfo("n", 1, 9)),
                List.of(new ValueInfo("a", DType.I64, List.of(new DimInfo.Symbol(0, "n"), new DimInfo.Constant(3))),
                        new ValueInfo("b", DType.I64, List.of(new DimInfo.Symbol(0, "n"))),
                        new ValueInfo("c", DType.I64, List.of(new DimInfo.Expression("n+1", 0)))),
                List.of(), List.of(), 1, 0, 0, 0);
        var signature = new Signature(info);
        var symbols = new long[1];
        Tensor a = Tensor.of(new long[12], 4, 3);
        Tensor c = Tensor.of(new long[5], 5);
        signature.match(new Tensor[]{a, Tensor.of(new long[4], 4), c}, symbols);
        assertThat(symbols).containsExactly(4);
        fails(() -> signature.match(new Tensor[]{a, Tensor.of(new long[5], 5), c}, symbols), "input 'b', dimension 0",
                "'n'", "expected 4 as in input 'a' dimension 0", "got 5");
        fails(() -> signature.match(new Tensor[]{Tensor.of(new long[12], 3, 4), c, c}, symbols),
                "input 'a', dimension 1: expected 3, got 4");
        var binding = new Binding(new long[]{4}, new long[]{5}, new int[0], new int[0], new int[7], new long[0][],
                new int[0], new StepTimes());
        Tensor b = Tensor.of(new long[4], 4);
        signature.matchExpressions(new Tensor[]{a, b, c}, binding);
        fails(() -> signature.matchExpressions(new Tensor[]{a, b, b}, binding), "input 'c', dimension 0 ('n+1')",
                "expected 5, got 4");
    }

    @Test
    void whatIsTooBigIsNamed() {
        var info = Samples.affineInfo();
        var huge = new ModelInfo("affine", info.className(), "ir",
                List.of(new SymbolInfo("batch", 0, Long.MAX_VALUE), new SymbolInfo("columns", 0, Long.MAX_VALUE)),
                info.inputs(), info.outputs(), info.allocations(), 4, 2, 2, 64);
        var binder = new Binder(huge, new Affine.Scalar(), 2);
        fails(() -> binder.get(new long[]{1 << 20, 1 << 12}), "batch=1048576, columns=4096", "allocation 0",
                "4294967296 elements");
        fails(() -> binder.get(new long[]{1, (1 << 30) - 16}), "allocation 1", "2147483616",
                "with what lives beside it");
        fails(() -> binder.get(new long[]{1L << 40, 1L << 40}), "out of range");
        fails(() -> binder.get(new long[]{1L << 40, 0}), "parameter 0 is 1099511627776");
    }

    @Test
    void bindingsAreKeptButNotForEver() {
        var binder = new Binder(Samples.affineInfo(), new Affine.Scalar(), 3);
        Binding one = binder.get(new long[]{2, 20});
        assertThat(binder.get(new long[]{2, 20})).isSameAs(one);
        for (int i = 0; i < 2 * Binder.KEPT; i++) {
            binder.get(new long[]{i, 1});
        }
        assertThat(binder.keptCount()).isEqualTo(Binder.KEPT);
        assertThat(binder.get(new long[]{2, 20})).isNotSameAs(one);
        assertThat(one.strides()).containsExactly(0, 32);
        assertThat(one.length(StorageClass.F32)).isEqualTo(12 + 48 + 3 * 32);
        assertThat(one.p()).containsExactly(12 + 96, 12, 2, 20);
        assertThat(one.shapes()[0]).containsExactly(2, 20);
    }

    @Test
    void failuresShowTheEmittedMethod() {
        assertThatThrownBy(() -> model.run(Map.of("x", Tensor.of(new float[]{-1}, 1, 1))))
                .isInstanceOf(ModelException.class).hasMessage("node twice, row 0: expected no negative number")
                .satisfies(e -> assertThat(e.getStackTrace()[0].getMethodName()).isEqualTo("n000_twice"));
        assertThatThrownBy(() -> model.run(Map.of("x", Tensor.of(new float[]{Float.NaN}, 1, 1))))
                .isInstanceOf(ModelException.class)
                .hasMessageMatching("model 'affine' failed in n000_twice \\(Affine.java:\\d+\\): .*")
                .hasCauseInstanceOf(ArrayIndexOutOfBoundsException.class)
                .satisfies(e -> assertThat(e.getCause().getStackTrace()[0].getMethodName()).isEqualTo("n000_twice"));
    }

    @Test
    void formsThatAreNotThereAreNamed() {
        ModelImage all = Samples.affine();
        var scalarOnly = new ModelImage(all.info(), Samples.classes("Affine", "Affine$Base", "Affine$Scalar"),
                all.weights(), Map.of());
        RunOptions options = RunOptions.defaults();
        try (Model m = Model.define(scalarOnly, options)) {
            assertThat(m.form()).isEqualTo(Form.SCALAR);
        }
        fails(() -> Model.define(scalarOnly, options.withForm(Form.V256)), "[V256]", "[SCALAR]");
        var narrow = new ModelImage(all.info(), Samples.classes("Affine", "Affine$Base", "Affine$Scalar",
                "Affine$V128"), all.weights(), Map.of());
        try (Model m = Model.define(narrow, options)) {
            assertThat(m.form()).as("to begin with").isEqualTo(Form.SCALAR);
        }
        var vectorOnly = new ModelImage(all.info(), Samples.classes("Affine", "Affine$Base", "Affine$V128"),
                all.weights(), Map.of());
        if (Machine.hasVectorModule()) {
            try (Model m = Model.define(vectorOnly, options)) {
                assertThat(m.form()).isEqualTo(Form.V128);
            }
        }
        var broken = new ModelImage(all.info(), Map.of(Samples.AFFINE + "$Scalar", new byte[10]), all.weights(),
                Map.of());
        fails(() -> Model.define(broken, Samples.options()), "Affine$Scalar", "ClassFormatError");
    }

    @Test
    void optionsAreChecked() {
        fails(() -> RunOptions.defaults().withThreads(0), "threads", "got 0");
        fails(() -> RunOptions.defaults().withVectorBits(64), "got 64");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void manyThreadsRunAtOnce(int threads) throws Exception {
        try (Model m = Model.define(Samples.affine(), Samples.options().withThreads(threads));
                var virtual = Executors.newVirtualThreadPerTaskExecutor();
                var platform = Executors.newFixedThreadPool(4)) {
            List<Callable<Boolean>> calls = IntStream.range(0, 200).<Callable<Boolean>>mapToObj(i -> () -> {
                int rows = 1 + i % 7;
                float[] x = Samples.ramp(rows * 33);
                x[0] = i;
                float[] y = m.run(Map.of("x", Tensor.of(x, rows, 33))).tensor("y").toFloats();
                return IntStream.range(0, y.length).allMatch(k -> y[k] == 2 * x[k] + 0.5f);
            }).toList();
            for (var executor : List.of(virtual, platform)) {
                for (Future<Boolean> result : executor.invokeAll(calls)) {
                    assertThat(result.get()).isTrue();
                }
            }
        }
    }

    @Test
    void idleFramesAreBounded() {
        var pool = new FramePool(Workers.single());
        IntStream.range(0, 1000).forEach(i -> pool.give(new Frame()));
        assertThat(pool.idleCount()).isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void oversizedFramesShrinkInTheEnd() {
        var binder = new Binder(Samples.affineInfo(), new Affine.Scalar(), 1);
        var frame = new Frame();
        frame.fit(binder.get(new long[]{4096, 512}));
        Binding small = binder.get(new long[]{1, 1});
        frame.fit(small);
        assertThat(frame.f32).hasSizeGreaterThan(4096 * 512 - 1);
        IntStream.range(0, 100).forEach(i -> frame.fit(small));
        assertThat(frame.f32).hasSize(12 + 32);
    }

    @Test
    void textNamesFormInputsAndOutputs() {
        assertThat(model).hasToString("model 'affine' (SCALAR, 1 thread) [x: f32[batch,columns]] -> "
                + "[y: f32[batch,columns], workers: i32[batch,columns]]");
        assertThat(model.inputs()).hasSize(1);
        assertThat(model.outputs()).hasSize(2);
        assertThat(model.name()).isEqualTo("affine");
    }
}
