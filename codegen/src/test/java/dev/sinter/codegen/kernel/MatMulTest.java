package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.Compiled.Tolerance.EXACT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products of real numbers; without a steep epilogue they are exact, since both sides add by fma in ascending k. */
class MatMulTest {
    private static final Expr PRODUCT = Expr.arg(0, DType.F32);
    private static final Tolerance FUNCTIONS = new Tolerance(3e-6, 3e-6);

    /** One model with a symbolic number of rows, run with each: tiles of every height in every combination. */
    @ParameterizedTest
    @ValueSource(ints = {1, 16, 17, 64, 80, 193, 208, 256})
    void everyNumberOfRows(int n) {
        var s = new Samples(n, false);
        int k = 7;
        var x = s.input(s.data(DType.F32, 1, k), new dev.sinter.ir.Shape(List.of(Dim.sym("M"), Dim.of(k))));
        var bias = Expr.apply(Fn.ADD, PRODUCT, Expr.arg(1, DType.F32));
        var y = s.add(new MatMul(bias), x, s.constant(DType.F32, k, n), s.constant(DType.F32, n));
        try (var compiled = Compiled.of(s.graph(y))) {
            IntStream.concat(IntStream.rangeClosed(0, 31), IntStream.of(144, 145, 150, 289))
                    .forEach(
                            m -> compiled.check(java.util.Map.of("x0", s.data(DType.F32, m, k)), EXACT));
        }
    }

    /** Sums alone, and an epilogue that is computed for all rows behind them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4})
    void fewColumns(int n) {
        var s = new Samples(n, false);
        int k = 19;
        var x = s.input(s.data(DType.F32, 1, k), new dev.sinter.ir.Shape(List.of(Dim.sym("M"), Dim.of(k))));
        var w = s.constant(DType.F32, k, n);
        var sigmoid = Expr.apply(Fn.SIGMOID, Expr.apply(Fn.ADD, PRODUCT, Expr.arg(1, DType.F32)));
        var y = s.add(MatMul.plain(DType.F32), x, w);
        var z = s.add(new MatMul(sigmoid), x, w, s.constant(DType.F32, n));
        try (var compiled = Compiled.of(s.graph(y, z))) {
            for (int m : Samples.sizes()) {
                compiled.check(java.util.Map.of("x0", s.data(DType.F32, m, k)), FUNCTIONS);
            }
        }
    }

    /** Depths and rows on both sides of the scalar form's blocks, and of its loops of four. */
    @ParameterizedTest
    @ValueSource(ints = {3, 4, 63, 64, 65, 127, 128, 134, 195})
    void everyDepth(int k) {
        var s = new Samples(k, false);
        var x = s.input(s.data(DType.F32, 1, k), new dev.sinter.ir.Shape(List.of(Dim.sym("M"), Dim.of(k))));
        var y = s.add(new MatMul(PRODUCT), x, s.constant(DType.F32, k, 203));
        try (var compiled = Compiled.of(s.graph(y))) {
            IntStream.of(1, 31, 32, 33, 65, 150)
                    .forEach(m -> compiled.check(java.util.Map.of("x0", s.data(DType.F32, m, k)), EXACT));
        }
    }

    static Stream<Expr> epilogues() {
        var one = Expr.arg(1, DType.F32);
        var sum = Expr.apply(Fn.ADD, PRODUCT, one);
        var more = Expr.apply(Fn.ADD, Expr.apply(Fn.GELU, sum), Expr.arg(2, DType.F32));
        return Stream.of(PRODUCT, sum, Expr.apply(Fn.MAX, sum, Expr.literal(0, DType.F32)), Expr.apply(Fn.GELU, sum),
                Expr.apply(Fn.TANH, PRODUCT),
                Expr.apply(Fn.GELU_TANH, sum), Expr.apply(Fn.EXP, Expr.apply(Fn.MIN, sum, Expr.literal(1, DType.F32))),
                more, Expr.apply(Fn.ERF, more),
                Expr.apply(Fn.GELU, Expr.apply(Fn.GELU, more)),
                Expr.apply(Fn.SIGMOID, Expr.apply(Fn.TANH, Expr.apply(Fn.GELU, more))),
                Expr.apply(Fn.LT, PRODUCT, one), Expr.cast(sum, DType.I32), Expr.cast(sum, DType.F64),
                Expr.apply(Fn.SIN, sum),
                Expr.apply(Fn.ADD, Expr.apply(Fn.MUL, sum, Expr.apply(Fn.SIGMOID, sum)),
                        Expr.apply(Fn.MUL, Expr.arg(2, DType.F32), Expr.arg(1, DType.F32))));
    }

    /** Operands of epilogues: per column, per row, per element, one for all, between those, transposed. */
    @ParameterizedTest
    @MethodSource("epilogues")
    void epiloguesWithEveryOperand(Expr epilogue) {
        for (int n : new int[]{16, 19, 110}) {
            var s = new Samples(n, false);
            var m = Dim.sym("M");
            var x = s.input(s.data(DType.F32, 2, 6, 5), new dev.sinter.ir.Shape(List.of(Dim.of(2), m, Dim.of(5))));
            var w = s.constant(DType.F32, 5, n);
            var full = s.input(s.data(DType.F32, 2, 6, n), new dev.sinter.ir.Shape(List.of(Dim.of(2), m, Dim.of(n))));
            var row = s.input(s.data(DType.F32, 2, 6, 1), new dev.sinter.ir.Shape(List.of(Dim.of(2), m, Dim.ONE)));
            var someRows = s.input(s.data(DType.F32, 6, 1), new dev.sinter.ir.Shape(List.of(m, Dim.ONE)));
            var turned = s.add(new View(new IndexMap.Permute(List.of(0, 2, 1))),
                    s.input(s.data(DType.F32, 2, n, 6), new dev.sinter.ir.Shape(List.of(Dim.of(2), Dim.of(n), m))));
            var column = s.constant(DType.F32, n);
            var wide = s.input(DType.F32, 1, 1, n);
            var scalar = s.constant(DType.F32);
            var computed = s.input(DType.F32, 1);
            var batch = s.input(DType.F32, 2, 1, n);
            var outputs = new ArrayList<Value>();
            var pairs = List.of(List.of(column, full), List.of(full, row), List.of(wide, scalar),
                    List.of(computed, someRows), List.of(turned, column),
                    List.of(batch, row));
            for (var pair : pairs) {
                outputs.add(s.add(new MatMul(epilogue), x, w, pair.get(0), pair.get(1)));
            }
            s.check(FUNCTIONS, outputs.toArray(Value[]::new));
        }
    }

    @Test
    void kernelsForEqualShapesAreSharedAndTilesAreNoMoreThanNeeded() {
        var s = new Samples(1, false);
        var x = s.input(DType.F32, 10, 32);
        var y = s.add(MatMul.plain(DType.F32), s.add(MatMul.plain(DType.F32), x, s.constant(DType.F32, 32, 32)),
                s.constant(DType.F32, 32, 32));
        try (var compiled = Compiled.of(s.graph(y))) {
            compiled.check(s.inputs(), EXACT);
            var names = compiled.generated().kernels().stream().map(k -> k.name()).toList();
            assertThat(names).doesNotHaveDuplicates().filteredOn(name -> name.startsWith("gemm")).isNotEmpty();
            assertThat(compiled.generated().kernels().stream().filter(k -> k.usedByNodes().size() == 2)).isNotEmpty();
        }
    }

    @Property(tries = 50)
    void constantWeights(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        int k = random.nextInt(6) == 0 ? 0 : 1 + random.nextInt(random.nextBoolean() ? 5 : 80);
        int n = 1 + random.nextInt(random.nextBoolean() ? 20 : 220);
        var w = s.constant(DType.F32, k, n);
        int rank = 1 + random.nextInt(4);
        var dims = random.ints(rank, 0, 6).mapToLong(i -> i).toArray();
        dims[rank - 1] = k;
        var x = left(s, random, dims);
        s.check(EXACT, s.add(MatMul.plain(DType.F32), x, w));
    }

    /** Row-major, or a view that is not. */
    private static Value left(Samples s, Random random, long... dims) {
        int rank = dims.length;
        switch (random.nextInt(3)) {
            case 0 -> {
                var perm = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
                java.util.Collections.shuffle(perm, random);
                var from = new long[rank];
                IntStream.range(0, rank).forEach(i -> from[perm.get(i)] = dims[i]);
                return s.add(new View(new IndexMap.Permute(perm)), fixed(s, from));
            }
            case 1 -> {
                var big = dims.clone();
                big[rank - 1] = 2 * dims[rank - 1] + 3;
                var begins = new ArrayList<Dim>(java.util.Collections.nCopies(rank, Dim.ZERO));
                begins.set(rank - 1, Dim.of(1));
                var steps = new ArrayList<Long>(java.util.Collections.nCopies(rank, 1L));
                steps.set(rank - 1, random.nextBoolean() ? 1L : 2L);
                return s.add(new View(new IndexMap.Slice(begins, steps, dev.sinter.ir.Shape.of(dims).dims())),
                        fixed(s, big));
            }
            default -> {
                return fixed(s, dims);
            }
        }
    }

    private static Value fixed(Samples s, long... dims) {
        return s.input(s.data(DType.F32, dims));
    }

    @Property(tries = 60)
    void computedOperands(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        var type = List.of(DType.F32, DType.F32, DType.F32, DType.F64, DType.I32, DType.I64).get(random.nextInt(6));
        int m = random.nextInt(12);
        int k = random.nextInt(10);
        int n = random.nextInt(40);
        var lead = random.ints(random.nextInt(3), 1, 4).asLongStream().toArray();
        var a = operand(s, random, type, random.nextInt(4) == 0 ? new long[0] : lead, m, k);
        var b = operand(s, random, type, random.nextInt(4) == 0 ? new long[0] : lead, k, n);
        if (random.nextInt(6) == 0) {
            a = s.input(type, k);
        }
        if (random.nextInt(6) == 0) {
            b = s.input(type, k);
        }
        var epilogue = random.nextInt(3) == 0 ? Expr.apply(Fn.ABS, Expr.arg(0, type)) : Expr.arg(0, type);
        s.check(EXACT, s.add(new MatMul(epilogue), a, b));
    }

    private static Value operand(Samples s, Random random, DType type, long[] lead, long rows, long columns) {
        var dims = java.util.Arrays.copyOf(lead, lead.length + 2);
        for (int i = 0; i < lead.length; i++) {
            dims[i] = random.nextInt(4) == 0 ? 1 : dims[i];
        }
        boolean turned = random.nextInt(3) == 0;
        dims[lead.length] = turned ? columns : rows;
        dims[lead.length + 1] = turned ? rows : columns;
        var x = random.nextInt(5) == 0 && lead.length > 0 ? s.constant(type, dims) : s.input(type, dims);
        if (!turned) {
            return x;
        }
        var perm = new ArrayList<>(IntStream.range(0, dims.length).boxed().toList());
        java.util.Collections.swap(perm, lead.length, lead.length + 1);
        return s.add(new View(new IndexMap.Permute(perm)), x);
    }
}
