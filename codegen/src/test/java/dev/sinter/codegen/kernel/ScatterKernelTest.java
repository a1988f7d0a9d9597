package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.Compiled.Tolerance.EXACT;
import static dev.sinter.ir.Formula.add;
import static dev.sinter.ir.Formula.axis;
import static dev.sinter.ir.Formula.lt;
import static dev.sinter.ir.Formula.number;
import static dev.sinter.ir.Formula.select;
import static dev.sinter.ir.Formula.size;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.Cumulate;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Reduce.Monoid;
import dev.sinter.ir.op.Scatter;
import dev.sinter.ir.op.View;
import dev.sinter.runtime.ModelException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScatterKernelTest {
    private static TensorData indices(int count, long below) {
        var values = new long[count];
        Arrays.setAll(values, i -> i * 7L % below);
        return TensorData.of(DType.I64, values, count);
    }

    /** Later updates win, and sums see the sums so far: rows by index, several to the same row. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rowsByIndex(boolean symbolic) {
        for (var fn : List.of(Fn.ADD, Fn.MUL, Fn.MAX)) {
            var s = new Samples(5, symbolic);
            var data = s.input(DType.F32, 6, 5);
            var at = s.input(indices(9, 6), s.shape(9));
            var updates = s.input(DType.F32, 9, 5);
            var f = new Formula();
            var old = new Expr.Var("old", DType.F32);
            var update = f.operand(2, DType.F32).at(axis(0), axis(1));
            var index = List.of(f.operand(1, DType.I64).at(axis(0)), axis(1));
            s.check(EXACT, s.add(new Scatter(s.shape(9, 5), index, update), data, at, updates),
                    s.add(new Scatter(s.shape(9, 5), index, Expr.apply(fn, old, update)), data, at, updates));
        }
    }

    /** The first axis is one of the tensor, so its rounds may run at once; indices count from the end, too. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 17})
    void elementsAlongAnAxis(long rows) {
        var s = new Samples(5, rows != 0);
        var data = s.input(DType.I32, rows, 6);
        var at = s.input(s.data(DType.I64, rows, 4), s.shape(rows, 4));
        var x = s.inputs().get("x1");
        for (int i = 0; i < x.size(); i++) {
            x.set(i, x.getLong(i) % 6);
        }
        var updates = s.add(new View(new IndexMap.Permute(List.of(1, 0))), s.input(DType.I32, 4, rows));
        var f = new Formula();
        var given = f.operand(1, DType.I64).at(axis(0), axis(1));
        var old = new Expr.Var("old", DType.I32);
        s.check(EXACT, s.add(new Scatter(s.shape(rows, 4), List.of(axis(0), f.wrapped(given, size(s.dim(6)))),
                add(old, f.operand(2, DType.I32).at(axis(0), axis(1)))), data, at, updates));
    }

    @Test
    void wholeTensorsAndSingleElements() {
        var s = new Samples(5, true);
        var data = s.input(DType.I64, 3, 4);
        var at = s.input(TensorData.of(DType.I64, new long[]{2}, 1));
        var f = new Formula();
        var old = new Expr.Var("old", DType.I64);
        s.check(EXACT,
                s.add(new Scatter(Shape.SCALAR, List.of(f.operand(1, DType.I64).at(number(0)), number(1)),
                        add(old, number(1000))), data, at),
                s.add(new Scatter(s.shape(3, 4), List.of(axis(0), axis(1)),
                        select(lt(old, number(0)), number(0), add(old, axis(1)))), data, at));
    }

    @Test
    void indicesAreChecked() {
        var s = new Samples(5, true);
        var data = s.input(DType.F64, 6);
        var at = s.input(indices(9, 6), s.shape(9));
        var f = new Formula();
        var y = s.add(new Scatter(s.shape(9), List.of(f.operand(1, DType.I64).at(axis(0))),
                Expr.cast(axis(0), DType.F64)), data, at);
        try (var compiled = Compiled.of(s.graph(y))) {
            compiled.check(s.inputs(), EXACT);
            s.inputs().get("x1").set(4, 6L);
            for (var model : compiled.models()) {
                assertThatThrownBy(() -> Compiled.run(model, s.inputs())).isInstanceOf(ModelException.class)
                        .hasMessageContaining("scatter '/tested/node0'").hasMessageContaining("got 6");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64", "I64", "I32", "I16", "I8", "U8", "U16"})
    void runningTotals(DType dtype) {
        for (int kind = 0; kind < 4; kind++) {
            var s = new Samples(kind, kind % 2 == 0);
            var x = s.input(dtype, 3, 17, 4);
            var turned = s.add(new View(new IndexMap.Permute(List.of(2, 0, 1))), x);
            boolean exclusive = kind % 2 == 1;
            boolean reverse = kind > 1;
            s.check(EXACT, s.add(new Cumulate(Monoid.SUM, 1, exclusive, reverse), x),
                    s.add(new Cumulate(Monoid.PROD, 2, exclusive, reverse), x),
                    s.add(new Cumulate(Monoid.MAX, 0, exclusive, reverse), x),
                    s.add(new Cumulate(Monoid.MIN, 2, exclusive, reverse), turned));
        }
    }

    @Test
    void totalsOfNothing() {
        var s = new Samples(5, true);
        s.check(EXACT, s.add(new Cumulate(Monoid.SUM, 0, true, false), s.input(DType.F32, 0, 3)),
                s.add(new Cumulate(Monoid.SUM, 0, true, false), s.input(DType.F32, 3, 0)),
                s.add(new Cumulate(Monoid.SUM, 0, false, true), s.input(DType.I64, 1)));
    }
}
