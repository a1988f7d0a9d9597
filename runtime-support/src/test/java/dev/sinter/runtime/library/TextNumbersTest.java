package dev.sinter.runtime.library;

import static dev.sinter.runtime.library.Calls.one;
import static dev.sinter.runtime.library.Calls.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TextNumbersTest {
    @Test
    void realNumbersAreRead() {
        assertThat(one("cast.string_to to=f32", strings("3.14", "1e-5", "1E8", "+INF", "inf", "-Inf", "NaN", " 7 "))
                .toFloats()).containsExactly(3.14f, 1e-5f, 1e8f, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY,
                        Float.NEGATIVE_INFINITY, Float.NaN, 7);
        assertThat(one("cast.string_to to=f16", strings("0.1")).toFloats())
                .containsExactly(Float.float16ToFloat(Float.floatToFloat16(0.1f)));
        assertThat(one("cast.string_to to=f8e4m3fn", strings("1000")).toFloats()).containsExactly(448);
    }

    @Test
    void wholeNumbersDropTheFraction() {
        assertThat(one("cast.string_to to=i64", strings("100.5", "-7", "1e3", "9223372036854775807", "1e-999999999"))
                .toLongs()).containsExactly(100, -7, 1000, Long.MAX_VALUE, 0);
        assertThat(one("cast.string_to to=u64", strings("18446744073709551615")).toLongs()).containsExactly(-1);
        assertThat(one("cast.string_to to=bool", strings("True", "0", "2.5")).toBooleans())
                .containsExactly(true, false, true);
        assertThatThrownBy(() -> one("cast.string_to to=i8", strings("300"))).isInstanceOf(ModelException.class)
                .hasMessageContaining("300");
        assertThatThrownBy(() -> one("cast.string_to to=i64", strings("1e999999999"))).hasMessageContaining("not fit");
        assertThatThrownBy(() -> one("cast.string_to to=f32", strings("1f"))).hasMessageContaining("'1f'");
        assertThatThrownBy(() -> one("cast.string_to to=i32", strings("x"))).hasMessageContaining("'x'");
    }

    @Test
    void numbersAreWrittenAsNumPyDoes() {
        var x = Tensor.of(new float[]{0.47892547f, 1, -0f, 1e-5f, 1.5e16f, 123456.79f, Float.NaN,
                Float.NEGATIVE_INFINITY, 0.0001f}, 9);
        assertThat(one("cast.to_string", x).toStrings()).containsExactly("0.47892547", "1.0", "-0.0", "1e-05",
                "1.5e+16", "123456.79", "nan", "-inf", "0.0001");
        assertThat(one("cast.to_string", Tensor.of(new double[]{0.1, 1e22, 1e-300}, 3)).toStrings())
                .containsExactly("0.1", "1e+22", "1e-300");
        assertThat(one("cast.to_string", Tensor.ofValues(DType.F16, new double[]{0.1, 2}, 2)).toStrings())
                .containsExactly("0.1", "2.0");
        assertThat(one("cast.to_string", Tensor.of(new boolean[]{true, false}, 2)).toStrings())
                .containsExactly("True", "False");
        assertThat(one("cast.to_string", Tensor.of(DType.U64, new long[]{-1}, 1)).toStrings())
                .containsExactly("18446744073709551615");
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, mode = EnumSource.Mode.EXCLUDE, names = {"STRING", "C64", "C128"})
    void everyTypeSurvives(DType dtype) {
        var x = Tensor.ofValues(dtype, new long[]{1, 0, 1}, 3);
        var texts = one("cast.to_string", x);
        var back = one("cast.string_to to=" + dtype, texts);
        assertThat(back.dtype()).isEqualTo(dtype);
        assertThat(back.toDoubles()).containsExactly(x.toDoubles());
    }
}
