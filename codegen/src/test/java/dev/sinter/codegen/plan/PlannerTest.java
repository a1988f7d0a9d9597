package dev.sinter.codegen.plan;

import static dev.sinter.codegen.Compiled.Tolerance.EXACT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.codegen.CodeGenerator;
import dev.sinter.codegen.CodegenOptions;
import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.op.Attributes;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Dims;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Softmax;
import dev.sinter.ir.op.View;
import dev.sinter.runtime.ModelException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlannerTest {
    private static final Expr DOUBLED = Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.arg(0, DType.F32));

    @Test
    void outputsAreInputsConstantsViewsAndNamedTwice() {
        var s = new Samples(1, true);
        var x = s.input(DType.F32, 3, 5);
        var c = s.constant(DType.I64, 4);
        var y = s.add(new Map(DOUBLED), x);
        var turned = s.add(new View(new IndexMap.Permute(List.of(1, 0))), y);
        var flat = s.add(new View(new IndexMap.Reshape(new Shape(List.of(s.dim(3).times(s.dim(5)))))), y);
        var twice = s.add(new Map(DOUBLED), turned);
        s.check(EXACT, x, c, y, y, turned, flat, x, twice, c, turned);
    }

    @Test
    void aViewOfAnOutputIsAnOutput() {
        var s = new Samples(1, false);
        var x = s.input(DType.F32, 3, 16);
        var y = s.add(new Map(DOUBLED), x);
        var view = s.add(new View(new IndexMap.Reshape(Shape.of(48))), y);
        s.check(EXACT, view, s.add(new Map(DOUBLED), view), y);
    }

    @Test
    void dimensionsAsTensors() {
        var s = new Samples(1, false);
        var b = Dim.sym("B");
        var t = Dim.sym("T");
        var x = s.input(s.data(DType.F32, 3, 20), new Shape(List.of(b, t)));
        var elements = List.of(b, t, b.times(t), t.ceilDiv(16), t.floorDiv(Dim.of(7)), b.min(t), b.max(t), Dim.of(-1),
                t.plus(Dim.of(-30)));
        var wide = s.add(new Dims(elements, new TensorType(DType.I64, Shape.of(3, 3))));
        var narrow = s.add(new Dims(elements, new TensorType(DType.I32, Shape.of(9))));
        var scalar = s.add(new Dims(List.of(t), new TensorType(DType.I64, Shape.SCALAR)));
        s.check(EXACT, wide, narrow, scalar, x, s.add(new Concat(0), wide, wide));
    }

    @Test
    void equalitiesAreCheckedAtRun() {
        var s = new Samples(1, false);
        var x = s.input(s.data(DType.F32, 3, 4), new Shape(List.of(Dim.sym("A"), Dim.of(4))));
        var y = s.input(s.data(DType.F32, 3, 4), new Shape(List.of(Dim.sym("C"), Dim.of(4))));
        var sum = s.add(new Map(Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32))), x, y);
        try (var compiled = Compiled.of(s.graph(sum))) {
            compiled.check(s.inputs(), EXACT);
            for (var model : compiled.models()) {
                assertThatThrownBy(() -> Compiled.run(model,
                        java.util.Map.of("x0", s.data(DType.F32, 3, 4), "x1", s.data(DType.F32, 2, 4))))
                        .isInstanceOf(ModelException.class).hasMessageContaining("A = C");
            }
        }
    }

    @Test
    void boundsAreCheckedAtRun() {
        var s = new Samples(1, false);
        s.builder().symbols().declare("T", new Symbols.Bounds(1, 8));
        var x = s.input(s.data(DType.F32, 8), new Shape(List.of(Dim.sym("T"))));
        try (var compiled = Compiled.of(s.graph(s.add(new Map(DOUBLED), x)))) {
            compiled.check(s.inputs(), EXACT);
            for (var model : compiled.models()) {
                for (int size : new int[]{0, 9}) {
                    assertThatThrownBy(() -> Compiled.run(model, java.util.Map.of("x0", s.data(DType.F32, size))))
                            .isInstanceOf(ModelException.class)
                            .hasMessageContaining("T");
                }
            }
        }
    }

    /** Sizes beyond an array raise an error instead of wrapping around. */
    @Test
    void tooManyElements() {
        var s = new Samples(1, false);
        var n = Dim.sym("N");
        var x = s.input(s.data(DType.F32, 4), new Shape(List.of(n)));
        var row = s.add(new View(new IndexMap.Reshape(new Shape(List.of(n, Dim.ONE)))), x);
        var square = s.add(new Map(Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32))), row, x);
        var cube = s.add(new Map(DOUBLED), square);
        var flat = s.add(new dev.sinter.ir.op.Reduce(dev.sinter.ir.op.Reduce.Monoid.MAX, List.of(0, 1), false), cube);
        try (var compiled = Compiled.of(s.graph(flat))) {
            compiled.check(s.inputs(), EXACT);
            for (int size : new int[]{46_341, 65_536, 100_000}) {
                assertThatThrownBy(() -> Compiled.run(compiled.models().getFirst(),
                        java.util.Map.of("x0", TensorData.zeros(DType.F32, size))))
                        .isInstanceOf(ModelException.class).hasMessageContaining("N=" + size);
            }
        }
    }

    @Test
    void typesWithoutKernelsAreNamedAllAtOnce() {
        var s = new Samples(1, false);
        var x = s.input(TensorData.zeros(DType.C64, 3));
        var y = s.add(new Map(Expr.apply(Fn.NEG, Expr.arg(0, DType.C64))), x);
        var z = s.add(new Map(Expr.apply(Fn.ABS, Expr.arg(0, DType.C64))), y);
        var options = new CodegenOptions("p", "C", false);
        assertThatThrownBy(() -> CodeGenerator.generate(s.graph(z), options)).isInstanceOf(PlanException.class)
                .hasMessageContaining("/tested/node0")
                .hasMessageContaining("/tested/node1").hasMessageContaining("c64");
    }

    @Test
    void memoryLivesFromItsFirstToItsLastUse() {
        var s = new Samples(1, false);
        var x = s.input(DType.F32, 5, 8);
        var turn = new View(new IndexMap.Permute(List.of(1, 0)));
        var a = s.add(new Map(DOUBLED), x);
        var b = s.add(new Map(DOUBLED), s.add(turn, a));
        var plan = Planner.plan(s.graph(s.add(new Map(DOUBLED), b)), true, new Choices(Costs.ESTIMATED));
        assertThat(plan.steps()).hasSize(3);
        assertThat(plan.allocations()).extracting(Allocation::firstStep, Allocation::lastStep)
                .containsExactly(org.assertj.core.api.Assertions.tuple(0, 1),
                        org.assertj.core.api.Assertions.tuple(1, 2));
    }

    /** Sizes of a deep network: each follows from the one before, so that written out they are far too long. */
    @Test
    void nestedSizesAreComputedOnce() {
        var s = new Samples(1, false);
        Dim size = Dim.sym("N");
        var x = s.input(s.data(DType.F32, 100_000), Shape.of(size));
        for (int i = 0; i < 60; i++) {
            size = size.times(Dim.of(9)).floorDiv(Dim.of(10));
            x = s.add(new View(new IndexMap.Slice(List.of(Dim.ZERO), List.of(1L), List.of(size))), x);
            x = s.add(new Map(DOUBLED), x);
        }
        s.check(EXACT, x);
    }

    @Test
    void aTensorOfUnknownRankIsNothingForKernels() {
        var s = new Samples(1, false);
        var x = s.builder().input("x", new TensorType(DType.F32, Shape.UNKNOWN));
        var y = s.builder().add(new Library("sequence.construct", Attributes.NONE, List.of(new TensorType(DType.F32,
                Shape.UNKNOWN))), List.of(x), Origin.of("/any")).getFirst();
        var z = s.add(new Map(Expr.arg(0, DType.F32)), y);
        var options = new CodegenOptions("p", "C", false);
        assertThatThrownBy(() -> CodeGenerator.generate(s.graph(z), options)).isInstanceOf(PlanException.class)
                .hasMessageContaining("/tested/node").hasMessageContaining("known rank")
                .hasMessageContaining("f32[..]");
    }

    /** A result takes the memory of an operand that it is the last to read, unless elements are read elsewhere. */
    @Test
    void elementwiseStepsWorkInPlace() {
        for (var symbolic : new boolean[]{true, false}) {
            var s = new Samples(1, symbolic);
            var sum = Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32));
            var a = s.add(new Map(DOUBLED), s.input(DType.F32, 5, 33));
            var b = s.add(new Softmax(1), s.add(new Map(DOUBLED), a));
            var first = s.add(new View(new IndexMap.Slice(List.of(Dim.ZERO, Dim.ZERO), List.of(1L, 1L),
                    List.of(Dim.ONE, s.dim(33)))), b);
            // b is read elsewhere by the same step, so its memory stays; a is free then
            var c = s.add(new Map(sum), b, first);
            var d = s.add(new Map(sum), c, s.add(new Map(sum), a, c));
            try (var compiled = Compiled.of(s.graph(s.add(new Map(DOUBLED), d)))) {
                compiled.check(s.inputs(), Compiled.Tolerance.ROUNDING);
                var used = compiled.generated().plan().blocks().getFirst().allocations().stream()
                        .filter(allocation -> !allocation.size().equals(Dim.ZERO)).toList();
                assertThat(used).hasSize(3);
            }
        }
    }

    /** What is only concatenated is computed where the concatenation lies, along any axis, also within another one. */
    @ParameterizedTest
    @CsvSource({"0,true,1", "1,false,2", "2,true,1", "2,false,1", "1,true,2"})
    void concatenationsAreComputedInPlace(int axis, boolean symbolic, int copies) {
        var s = new Samples(1, symbolic);
        var x = s.input(DType.F32, 3, 5, 16);
        var a = s.add(new Map(DOUBLED), x);
        var product = s.add(new MatMul(Expr.arg(0, DType.F32)), x, s.constant(DType.F32, 16, 16));
        var f = new Formula();
        var shifted = s.add(new Compute(s.shape(3, 5, 16), f.operand(0, DType.F32).or(Formula.literal(7, DType.F32),
                List.of(Formula.axis(0), Formula.sub(Formula.axis(1), Formula.number(1)), Formula.axis(2)))), x);
        var inner = s.add(new Concat(axis), a, product);
        var outer = s.add(new Concat(axis), shifted, x, inner);
        try (var compiled = Compiled.of(s.graph(s.add(new Map(DOUBLED), outer), x))) {
            compiled.check(s.inputs(), Compiled.Tolerance.ROUNDING);
            // the input is copied, the product too where its rows would not be equally far apart, and x is an output
            assertThat(compiled.generated().plan().blocks().getFirst().steps().stream()
                    .filter(step -> step.node().op() instanceof Concat)).hasSize(copies);
        }
    }
}
