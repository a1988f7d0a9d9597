package dev.sinter.runtime.library;

import static dev.sinter.runtime.library.Calls.all;
import static dev.sinter.runtime.library.Calls.floats;
import static dev.sinter.runtime.library.Calls.longs;
import static dev.sinter.runtime.library.Calls.one;
import static dev.sinter.runtime.library.Calls.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SortingTest {
    private static Tensor tensor(Object value) {
        return (Tensor) value;
    }

    @Test
    void topKAlongAnInnerAxisKeepsTheOrderOfTies() {
        var x = Tensor.of(new float[]{1, 9, 3, 9, 3, 0, 3, 5}, 4, 2);
        var got = all("sort.topk axis=0", x, longs(3));
        assertThat(tensor(got[0]).shape()).containsExactly(3, 2);
        assertThat(tensor(got[0]).toFloats()).containsExactly(3, 9, 3, 9, 3, 5);
        assertThat(tensor(got[1]).toLongs()).containsExactly(1, 0, 2, 1, 3, 3);
        var least = all("sort.topk axis=-2 largest=0", x, longs(2));
        assertThat(tensor(least[0]).toFloats()).containsExactly(1, 0, 3, 5);
        assertThat(tensor(least[1]).toLongs()).containsExactly(0, 2, 1, 3);
    }

    @Test
    void topKTreatsNanAsTheGreatest() {
        var x = floats(1, Float.NaN, Float.POSITIVE_INFINITY, -0f, 0f);
        assertThat(tensor(all("sort.topk", x, longs(2))[1]).toLongs()).containsExactly(1, 2);
        assertThat(tensor(all("sort.topk largest=0", x, longs(3))[1]).toLongs()).containsExactly(3, 4, 0);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16", "I8", "U8", "I16", "U16", "I32", "U32",
            "I64", "U64"})
    void topKOrdersEveryType(DType dtype) {
        long high = dtype == DType.U64 ? -1 : dtype == DType.I64 ? Long.MAX_VALUE : 100;
        long low = dtype.label().startsWith("u") ? 0 : dtype == DType.I64 ? Long.MIN_VALUE : -100;
        var x = Tensor.ofValues(dtype, new long[]{5, high == -1 ? -1 : high, 7, low}, 4);
        assertThat(tensor(all("sort.topk", x, longs(4))[1]).toLongs()).containsExactly(1, 2, 0, 3);
        assertThat(tensor(all("sort.topk", x, longs(1))[0]).dtype()).isEqualTo(dtype);
    }

    @ParameterizedTest
    @CsvSource({"1000,3", "1000,900", "1000,1000", "17,0", "1,1"})
    void topKAgreesWithASort(int n, int k) {
        var random = new Random(n + k);
        var values = new double[n];
        Arrays.setAll(values, _ -> random.nextInt(50) * 1e-300);
        var want = IntStream.range(0, n).boxed()
                .sorted(Comparator.comparing((Integer i) -> -values[i]).thenComparing(i -> i)).limit(k)
                .mapToLong(i -> i).toArray();
        assertThat(tensor(all("sort.topk", Tensor.of(values, n), longs(k))[1]).toLongs()).containsExactly(want);
    }

    @Test
    void topKSaysWhatDoesNotFit() {
        assertThatThrownBy(() -> all("sort.topk", floats(1, 2), longs(3))).isInstanceOf(ModelException.class)
                .hasMessageContaining("k is 3").hasMessageContaining("0 to 2");
        assertThatThrownBy(() -> all("sort.topk axis=1", floats(1), longs(1))).hasMessageContaining("axis 1");
        assertThatThrownBy(() -> all("sort.topk", floats(1))).isInstanceOf(ModelException.class);
    }

    @Test
    void uniqueOfAllElements() {
        var x = floats(2, 1, 1, 3, 4, 3);
        var sorted = all("sort.unique", x);
        assertThat(tensor(sorted[0]).toFloats()).containsExactly(1, 2, 3, 4);
        assertThat(tensor(sorted[1]).toLongs()).containsExactly(1, 0, 3, 4);
        assertThat(tensor(sorted[2]).toLongs()).containsExactly(1, 0, 0, 2, 3, 2);
        assertThat(tensor(sorted[3]).toLongs()).containsExactly(2, 1, 2, 1);
        var found = all("sort.unique sorted=0", x);
        assertThat(tensor(found[0]).toFloats()).containsExactly(2, 1, 3, 4);
        assertThat(tensor(found[1]).toLongs()).containsExactly(0, 1, 3, 4);
        assertThat(tensor(found[2]).toLongs()).containsExactly(0, 1, 1, 2, 3, 2);
    }

    @Test
    void uniqueSlices() {
        var x = Tensor.of(new long[]{1, 0, 0, 1, 0, 0, 2, 3, 4}, 3, 3);
        var rows = all("sort.unique axis=0", x);
        assertThat(tensor(rows[0]).shape()).containsExactly(2, 3);
        assertThat(tensor(rows[0]).toLongs()).containsExactly(1, 0, 0, 2, 3, 4);
        assertThat(tensor(rows[2]).toLongs()).containsExactly(0, 0, 1);
        var columns = all("sort.unique axis=-1", Tensor.of(new long[]{3, 1, 3, 4, 2, 4}, 2, 3));
        assertThat(tensor(columns[0]).toLongs()).containsExactly(1, 3, 2, 4);
        assertThat(tensor(columns[3]).toLongs()).containsExactly(1, 2);
    }

    @Test
    void uniqueOfOddThings() {
        assertThat(one("sort.unique", floats(Float.NaN, 0f, -0f, Float.NaN)).toFloats()).containsExactly(0, Float.NaN);
        assertThat(one("sort.unique", strings("b", "a", "b")).toStrings()).containsExactly("a", "b");
        assertThat(one("sort.unique", Tensor.of(new float[0], 0)).shape()).containsExactly(0);
        assertThat(one("sort.unique", Tensor.of(DType.C64, new float[]{1, 2, 1, 1, 1, 2}, 3)).toFloats())
                .containsExactly(1, 1, 1, 2);
        assertThat(one("sort.unique", Tensor.of(new float[]{5})).shape()).containsExactly(1);
    }

    @Test
    void nonZero() {
        var got = one("sort.nonzero", Tensor.of(new boolean[]{true, false, true, true}, 2, 2));
        assertThat(got.shape()).containsExactly(2, 3);
        assertThat(got.toLongs()).containsExactly(0, 1, 1, 0, 0, 1);
        assertThat(one("sort.nonzero", floats(0, -0f, Float.NaN)).toLongs()).containsExactly(2);
        assertThat(one("sort.nonzero", Tensor.of(new float[]{3})).shape()).containsExactly(0, 1);
        assertThat(one("sort.nonzero", Tensor.of(new float[0], 0, 3)).shape()).containsExactly(2, 0);
        assertThat(one("sort.nonzero", strings("", "x")).toLongs()).containsExactly(1);
        assertThat(one("sort.nonzero", Tensor.of(DType.C64, new float[]{0, 0, 0, 1}, 2)).toLongs()).containsExactly(1);
    }

    @Test
    void compress() {
        var x = Tensor.of(new int[]{1, 2, 3, 4, 5, 6}, 3, 2);
        assertThat(one("sort.compress axis=0", x, Tensor.of(new boolean[]{false, true, true}, 3)).toInts())
                .containsExactly(3, 4, 5, 6);
        var column = one("sort.compress axis=-1", x, Tensor.of(new boolean[]{false, true}, 2));
        assertThat(column.shape()).containsExactly(3, 1);
        assertThat(column.toInts()).containsExactly(2, 4, 6);
        assertThat(one("sort.compress", x, Tensor.of(new boolean[]{false, true, false, false, true}, 5)).toInts())
                .containsExactly(2, 5);
        assertThat(one("sort.compress axis=1", x, Tensor.of(new boolean[]{false}, 1)).shape()).containsExactly(3, 0);
        assertThatThrownBy(() -> one("sort.compress axis=1", x, Tensor.of(new boolean[]{false, false, true}, 3)))
                .hasMessageContaining("at most 2 conditions");
        assertThatThrownBy(() -> one("sort.compress", x, x)).hasMessageContaining("bool");
    }

    @Test
    void unknownRoutinesAreNamed() {
        assertThatThrownBy(() -> one("sort.bogo", floats(1))).isInstanceOf(ModelException.class)
                .hasMessageContaining("sort.bogo");
        assertThatThrownBy(() -> one("", floats(1))).isInstanceOf(ModelException.class);
    }
}
