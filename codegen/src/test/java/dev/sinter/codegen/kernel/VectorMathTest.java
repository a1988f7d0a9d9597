package dev.sinter.codegen.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Evaluator;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors of our own functions against f64, over their whole domain. */
class VectorMathTest {
    private static final int COUNT = 20_000;

    /** Where a function is measured, and the largest errors allowed; 0 if not of that kind. */
    @ParameterizedTest
    @CsvSource({"EXP, -104, 88.7, 0, 1.01", "EXP, -1, 1, 0, 1.01", "ERF, -5, 5, 4e-7, 0", "ERF, -1e-3, 1e-3, 1e-9, 0",
            "TANH, -10, 10, 3e-7, 0",
            "TANH, -1e-3, 1e-3, 3e-10, 0", "SIGMOID, -90, 90, 1.2e-7, 0", "SIGMOID, -87, 5, 0, 3",
            "GELU, -10, 10, 2.5e-7, 0", "GELU, 0, 10, 0, 5", "GELU, -4, 0, 0, 24", "GELU, -1e-3, 1e-3, 1.3e-10, 0",
            "GELU_TANH, -10, 10, 7e-7, 0"})
    void errorsAreBounded(Fn fn, double low, double high, double absolute, double ulps) {
        var s = new Samples(fn.ordinal(), false);
        var data = TensorData.zeros(DType.F32, COUNT);
        for (int i = 0; i < COUNT; i++) {
            data.set(i, low + (high - low) * i / (COUNT - 1));
        }
        var x = s.input(data);
        var got = result(s, fn, x);
        double worst = 0;
        double worstUlps = 0;
        var wide = TensorData.zeros(DType.F64, COUNT);
        for (int i = 0; i < COUNT; i++) {
            wide.set(i, data.getDouble(i));
        }
        var f64 = new Samples(0, false);
        var want =
                Evaluator.evaluate(f64.graph(f64.add(new Map(Expr.apply(fn, Expr.arg(0, DType.F64))), f64.input(wide))),
                        f64.inputs()).get("y0");
        for (int i = 0; i < COUNT; i++) {
            double error = Math.abs(got.getDouble(i) - want.getDouble(i));
            worst = Math.max(worst, error);
            worstUlps = Math.max(worstUlps, error / Math.ulp((float) want.getDouble(i)));
        }
        if (absolute > 0) {
            assertThat(worst).as(fn + " absolute").isLessThanOrEqualTo(absolute);
        }
        if (ulps > 0) {
            assertThat(worstUlps).as(fn + " units in the last place").isLessThanOrEqualTo(ulps);
        }
    }

    @ParameterizedTest
    @CsvSource({"EXP, 0, 1", "EXP, -0.0, 1", "EXP, 89, Infinity", "EXP, 1e30, Infinity", "EXP, Infinity, Infinity",
            "EXP, -Infinity, 0", "EXP, -105, 0",
            "EXP, NaN, NaN", "EXP, -103.9, 1.4e-45", "ERF, Infinity, 1", "ERF, -Infinity, -1", "ERF, NaN, NaN",
            "ERF, 0, 0", "ERF, -0.0, -0.0",
            "TANH, Infinity, 1", "TANH, -Infinity, -1", "TANH, NaN, NaN", "TANH, 0, 0", "TANH, -0.0, -0.0",
            "SIGMOID, Infinity, 1",
            "SIGMOID, -Infinity, 0", "SIGMOID, NaN, NaN", "SIGMOID, 0, 0.5", "GELU, 0, 0", "GELU, Infinity, Infinity",
            "GELU, NaN, NaN",
            "GELU, 1e30, 1e30", "GELU_TANH, Infinity, Infinity", "GELU_TANH, NaN, NaN",
            "GELU_TANH, -1e30, 0", "GELU_TANH, 1e30, 1e30"})
    void edges(Fn fn, float x, float want) {
        var s = new Samples(0, false);
        var values = new float[17];
        java.util.Arrays.fill(values, x);
        var got = result(s, fn, s.input(TensorData.floats(values, 17)));
        for (int i = 0; i < 17; i++) {
            assertThat(got.floatArray()[i]).as(fn + " of " + x + " in lane " + i).isEqualTo(Float.valueOf(want));
        }
    }

    /** x times (1 + erf(x)), which is minus infinity times zero. */
    @Test
    void geluOfMinusInfinityIsNoNumber() {
        var s = new Samples(0, false);
        var got = result(s, Fn.GELU, s.input(TensorData.floats(new float[]{Float.NEGATIVE_INFINITY}, 1)));
        assertThat(got.floatArray()[0]).isNaN();
    }

    @ParameterizedTest
    @ValueSource(floats = {-9, -9.5f, -30, -1e30f, -Float.MAX_VALUE})
    void geluVanishesFarToTheLeft(float x) {
        var s = new Samples(0, false);
        var got = result(s, Fn.GELU, s.input(TensorData.floats(new float[]{x}, 1)));
        assertThat(got.floatArray()[0]).isBetween(-1.1e-18f, 0f);
    }

    private static TensorData result(Samples s, Fn fn, dev.sinter.ir.Value x) {
        try (var compiled = Compiled.of(s.graph(s.add(new Map(Expr.apply(fn, Expr.arg(0, DType.F32))), x)))) {
            return compiled.run(s.inputs()).get("y0");
        }
    }
}
