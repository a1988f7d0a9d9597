package dev.sinter.ir.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.DType;
import dev.sinter.ir.IrException;
import dev.sinter.ir.TensorData;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReductionsTest {
    private static TensorData reduce(Reduce.Monoid monoid, TensorData in, boolean keep, Integer... axes) {
        return new Reduce(monoid, List.of(axes), keep).evaluate(List.of(in)).getFirst();
    }

    @Test
    void anyAxesFold() {
        var in = ViewsTest.counting(2, 3, 2);
        assertThat(reduce(Reduce.Monoid.SUM, in, false, 1))
                .isEqualTo(TensorData.of(DType.I32, new int[]{6, 9, 24, 27}, 2, 2));
        assertThat(reduce(Reduce.Monoid.SUM, in, true, 0, 2))
                .isEqualTo(TensorData.of(DType.I32, new int[]{14, 22, 30}, 1, 3, 1));
        assertThat(reduce(Reduce.Monoid.MAX, in, false, 0, 1, 2).getLong(0)).isEqualTo(11);
        assertThat(reduce(Reduce.Monoid.PROD, in, false)).isEqualTo(in);
        assertThat(reduce(Reduce.Monoid.MEAN, in, false, 2).array()).isEqualTo(new int[]{0, 2, 4, 6, 8, 10});
    }

    @ParameterizedTest
    @CsvSource({"SUM,F32,0", "PROD,F32,1", "MAX,F32,-Infinity", "MIN,F32,Infinity", "MEAN,F32,NaN", "SUM,I64,0",
            "MAX,I8,-128",
            "MIN,U8,255", "MIN,BOOL,1"})
    void nothingGivesTheNeutralElement(Reduce.Monoid monoid, DType type, Double expected) {
        var out = reduce(monoid, TensorData.zeros(type, 2, 0), false, 1);
        assertThat(out.dims()).containsExactly(2);
        assertThat(out.getDouble(1)).isEqualTo(expected);
    }

    @Test
    void specialValues() {
        var in = TensorData.floats(new float[]{1, Float.NaN, 3}, 3);
        assertThat(reduce(Reduce.Monoid.MAX, in, false, 0).getDouble(0)).isNaN();
        var large = TensorData.longs(new long[]{Long.MAX_VALUE, 1}, 2);
        assertThat(reduce(Reduce.Monoid.SUM, large, false, 0).getLong(0)).isEqualTo(Long.MIN_VALUE);
        var unsigned = TensorData.of(DType.U64, new long[]{-1, 1}, 2);
        assertThat(reduce(Reduce.Monoid.MAX, unsigned, false, 0).getLong(0)).isEqualTo(-1);
        assertThatThrownBy(() -> reduce(Reduce.Monoid.MEAN, TensorData.zeros(DType.I64, 0), false, 0))
                .isInstanceOf(IrException.class);
        assertThatThrownBy(() -> new Reduce(Reduce.Monoid.SUM, List.of(1, 0), true)).isInstanceOf(IrException.class);
    }

    @Test
    void sumsAreRoundedOnce() {
        var in = TensorData.floats(new float[]{1e8f, 1, 1, 1, 1, -1e8f}, 6);
        assertThat(reduce(Reduce.Monoid.SUM, in, false, 0).getDouble(0)).isEqualTo(4);
        var half = TensorData.zeros(DType.F16, 2049);
        for (int i = 0; i < half.size(); i++) {
            half.set(i, 1.0);
        }
        assertThat(reduce(Reduce.Monoid.SUM, half, false, 0).getDouble(0)).isEqualTo(2048);
    }

    @Test
    void softmaxAlongAnyAxis() {
        var in = TensorData.floats(new float[]{0, 0, (float) Math.log(3), 0}, 2, 2);
        assertThat(new Softmax(0).evaluate(List.of(in)).getFirst().floatArray())
                .containsExactly(new float[]{0.25f, 0.5f, 0.75f, 0.5f}, Offset.offset(1e-7f));
        var masked = TensorData.floats(new float[]{5, Float.NEGATIVE_INFINITY}, 1, 2);
        assertThat(new Softmax(1).evaluate(List.of(masked)).getFirst().floatArray()).containsExactly(1, 0);
        assertThat(new Softmax(1).evaluate(List.of(TensorData.zeros(DType.F32, 3, 0))).getFirst().size()).isZero();
        assertThat(new Softmax(0).evaluate(List.of(TensorData.floats(new float[]{1e30f}, 1))).getFirst().floatArray())
                .containsExactly(1);
    }

    @Test
    void normalizeFollowsItsDefinition() {
        var x = TensorData.floats(new float[]{1, 3, -2, 2}, 2, 2);
        var gamma = TensorData.floats(new float[]{2, 4}, 2);
        var beta = TensorData.floats(new float[]{0.5f, -0.5f}, 2);
        assertThat(new Normalize(0, true).evaluate(List.of(x, gamma, beta)).getFirst().floatArray())
                .containsExactly(-1.5f, 3.5f, -1.5f, 3.5f);
        assertThat(new Normalize(3, false).evaluate(List.of(x, gamma)).getFirst().floatArray()[0]).isEqualTo(-1);
        assertThat(
                new Normalize(1, false).evaluate(List.of(TensorData.zeros(DType.F32, 0, 2), gamma)).getFirst().dims())
                .containsExactly(0, 2);
        var one = TensorData.floats(new float[]{7}, 1, 1);
        var unit = TensorData.floats(new float[]{1}, 1);
        assertThat(new Normalize(1e-5f, false).evaluate(List.of(one, unit)).getFirst().floatArray()).containsExactly(0);
    }
}
