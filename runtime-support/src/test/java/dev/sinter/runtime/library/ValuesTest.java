package dev.sinter.runtime.library;

import static dev.sinter.runtime.library.Calls.all;
import static dev.sinter.runtime.library.Calls.floats;
import static dev.sinter.runtime.library.Calls.longs;
import static dev.sinter.runtime.library.Calls.one;
import static dev.sinter.runtime.library.Calls.scalar;
import static dev.sinter.runtime.library.Calls.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.MapValue;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.OptionalValue;
import dev.sinter.runtime.SequenceValue;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ValuesTest {
    private static final SequenceValue ABC = SequenceValue.of(floats(1), floats(2), floats(3));

    private static float[] firsts(Value sequence) {
        var values = ((SequenceValue) sequence).values();
        var out = new float[values.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = ((Tensor) values.get(i)).toFloats()[0];
        }
        return out;
    }

    @Test
    void sequencesGrowAndShrink() {
        assertThat(((SequenceValue) all("sequence.empty dtype=f32")[0]).size()).isZero();
        assertThat(firsts(all("sequence.construct", floats(5), floats(6))[0])).containsExactly(5, 6);
        assertThat(firsts(all("sequence.insert", ABC, floats(9))[0])).containsExactly(1, 2, 3, 9);
        assertThat(firsts(all("sequence.insert", ABC, floats(9), scalar(-3))[0])).containsExactly(9, 1, 2, 3);
        assertThat(firsts(all("sequence.insert", ABC, floats(9), scalar(3))[0])).containsExactly(1, 2, 3, 9);
        assertThat(firsts(all("sequence.erase", ABC)[0])).containsExactly(1, 2);
        assertThat(firsts(all("sequence.erase", ABC, scalar(-3))[0])).containsExactly(2, 3);
        assertThat(one("sequence.at", ABC, scalar(-1)).toFloats()).containsExactly(3);
        var length = one("sequence.length", ABC);
        assertThat(length.shape()).isEmpty();
        assertThat(length.toLongs()).containsExactly(3);
    }

    @Test
    void sequencesSayWhatDoesNotFit() {
        assertThatThrownBy(() -> all("sequence.at", ABC, scalar(3))).isInstanceOf(ModelException.class)
                .hasMessageContaining("position 3").hasMessageContaining("of 3");
        assertThatThrownBy(() -> all("sequence.erase", SequenceValue.of())).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> all("sequence.insert", ABC, longs(1))).hasMessageContaining("one type");
        assertThatThrownBy(() -> all("sequence.length", floats(1))).hasMessageContaining("a sequence");
        assertThatThrownBy(() -> all("sequence.concat axis=0", SequenceValue.of())).hasMessageContaining("empty");
    }

    @Test
    void sequencesAreJoined() {
        var parts = SequenceValue.of(Tensor.of(new float[]{1, 2}, 2, 1), Tensor.of(new float[]{3, 4, 5, 6}, 2, 2));
        var joined = one("sequence.concat axis=-1", parts);
        assertThat(joined.shape()).containsExactly(2, 3);
        assertThat(joined.toFloats()).containsExactly(1, 3, 4, 2, 5, 6);
        var stacked = one("sequence.concat axis=1 new_axis=1", SequenceValue.of(floats(1, 2), floats(3, 4)));
        assertThat(stacked.shape()).containsExactly(2, 2);
        assertThat(stacked.toFloats()).containsExactly(1, 3, 2, 4);
        assertThatThrownBy(() -> one("sequence.concat axis=0", parts)).hasMessageContaining("f32[2,1] and f32[2,2]");
    }

    @Test
    void tensorsAreSplit() {
        var x = Tensor.of(new float[]{1, 2, 3, 4, 5, 6}, 2, 3);
        var each = (SequenceValue) all("split.to_sequence axis=1", x)[0];
        assertThat(each.tensor(2).shape()).containsExactly(2, 1);
        assertThat(each.tensor(2).toFloats()).containsExactly(3, 6);
        var bare = (SequenceValue) all("split.to_sequence axis=-1 keepdims=0", x)[0];
        assertThat(bare.tensor(0).shape()).containsExactly(2);
        var chunks = (SequenceValue) all("split.to_sequence axis=1 keepdims=0", x, scalar(2))[0];
        assertThat(chunks.tensor(1).shape()).containsExactly(2, 1);
        var given = (SequenceValue) all("split.to_sequence axis=1", x, longs(1, 0, 2))[0];
        assertThat(given.tensor(1).shape()).containsExactly(2, 0);
        assertThat(given.tensor(2).toFloats()).containsExactly(2, 3, 5, 6);
        assertThatThrownBy(() -> all("split.to_sequence axis=1", x, longs(1, 1))).hasMessageContaining("sum 3");
        assertThatThrownBy(() -> all("split.to_sequence axis=1", x, scalar(0))).isInstanceOf(ModelException.class);
    }

    @Test
    void packedTypesAreSplitAndJoined() {
        var x = Tensor.ofValues(DType.I4, new long[]{1, -2, 3, -4, 5}, 5);
        var parts = (SequenceValue) all("split.to_sequence", x, scalar(2))[0];
        assertThat(parts.tensor(1).toLongs()).containsExactly(3, -4);
        assertThat(one("sequence.concat axis=0", parts).toLongs()).containsExactly(1, -2, 3, -4, 5);
    }

    @Test
    void optionals() {
        assertThat(((OptionalValue) all("optional.make", ABC)[0]).value()).contains(ABC);
        assertThat(((OptionalValue) all("optional.make")[0]).value()).isEmpty();
        assertThat(one("optional.has", OptionalValue.of(ABC)).toBooleans()).containsExactly(true);
        assertThat(one("optional.has", OptionalValue.empty()).toBooleans()).containsExactly(false);
        assertThat(one("optional.has").toBooleans()).containsExactly(false);
        assertThat(one("optional.has", floats(1)).toBooleans()).containsExactly(true);
        assertThat(one("optional.get", OptionalValue.of(floats(4))).toFloats()).containsExactly(4);
        assertThat(one("optional.get", floats(4)).toFloats()).containsExactly(4);
        assertThatThrownBy(() -> one("optional.get", OptionalValue.empty())).isInstanceOf(ModelException.class);
    }

    @Test
    void labels() {
        var got = one("label.encode", strings("Amy", "Sally", "Amy"), longs(5, 6, 7), scalar(-1),
                Tensor.of(new String[]{"Dori", "Amy", "Sally", "Amy"}, 2, 2));
        assertThat(got.shape()).containsExactly(2, 2);
        assertThat(got.toLongs()).containsExactly(-1, 7, 6, 7);
        assertThat(one("label.encode", floats(Float.NaN, 0), strings("nan", "zero"), strings("other"),
                floats(Float.NaN, -0f, 1)).toStrings()).containsExactly("nan", "zero", "other");
        assertThatThrownBy(() -> one("label.encode", strings("a"), longs(1), scalar(0), longs(1)))
                .hasMessageContaining("string");
        assertThatThrownBy(() -> one("label.encode", strings("a"), longs(1, 2), scalar(0), strings("a")))
                .isInstanceOf(ModelException.class);
    }

    @Test
    void mapsBecomeTensorsAndBack() {
        var map = MapValue.ofFloats(Map.of("a", 4f, "c", 8f));
        assertThat(one("vectorize.dict", map, strings("a", "c", "b", "z")).toFloats()).containsExactly(4, 8, 0, 0);
        assertThatThrownBy(() -> one("vectorize.dict", map, strings("a"))).hasMessageContaining("c");
        var maps = (SequenceValue) all("zipmap", longs(10, 20), Tensor.of(new float[]{1, 2, 3, 4}, 2, 2))[0];
        assertThat(((MapValue) maps.values().get(1)).tensor(20L).toFloats()).containsExactly(4);
        assertThat(((MapValue) maps.values().get(1)).tensor(20L).shape()).isEmpty();
        assertThatThrownBy(() -> all("zipmap", longs(1), Tensor.of(new float[4], 2, 2))).hasMessageContaining("[N,1]");
        var numbers = MapValue.ofFloats(Map.of(3, 1.5f, 1, 2.5f));
        assertThat(one("castmap to=f32", numbers).toFloats()).containsExactly(2.5f, 1.5f);
        assertThat(one("castmap to=i64 form=SPARSE max=5", numbers).toLongs()).containsExactly(0, 2, 0, 1, 0);
        assertThatThrownBy(() -> one("castmap to=f32 form=SPARSE max=2", numbers)).hasMessageContaining("key 3");
    }

    @Test
    void determinants() {
        var x = Tensor.of(new float[]{1, 2, 3, 4, 1, 2, 2, 1, 0, 1, 1, 0}, 3, 2, 2);
        assertThat(one("matrix.determinant", x).toFloats()).containsExactly(-2, -3, -1);
        assertThat(one("matrix.determinant", Tensor.of(new double[]{2, 0, 0, 0, 3, 0, 0, 0, 4}, 3, 3)).toDoubles())
                .containsExactly(24);
        assertThat(one("matrix.determinant", Tensor.of(new float[]{1, 2, 2, 4}, 2, 2)).toFloats()).containsExactly(0);
        assertThat(one("matrix.determinant", Tensor.of(new float[0], 2, 0, 0)).toFloats()).containsExactly(1, 1);
        assertThatThrownBy(() -> one("matrix.determinant", Tensor.of(new float[2], 1, 2)))
                .hasMessageContaining("[1,2]");
    }

    @Test
    void randomNumbersHaveTheirDistribution() {
        var shape = longs(100, 100);
        double[] normal = one("random.normal mean=3 scale=2 seed=1 dtype=f64", shape).toDoubles();
        double mean = Arrays.stream(normal).average().orElseThrow();
        double variance = Arrays.stream(normal).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        assertThat(mean).isBetween(2.9, 3.1);
        assertThat(variance).isBetween(3.8, 4.2);
        var uniform = one("random.uniform low=-1 high=1 dtype=f16", shape);
        assertThat(uniform.dtype()).isEqualTo(DType.F16);
        assertThat(Arrays.stream(uniform.toDoubles()).boxed()).allMatch(v -> v >= -1 && v <= 1).anyMatch(v -> v < -0.9);
        assertThat(one("random.uniform seed=7.5", shape).toFloats())
                .containsExactly(one("random.uniform seed=7.5", shape).toFloats());
        assertThat(one("random.uniform", shape).toFloats()).isNotEqualTo(one("random.uniform", shape).toFloats());
        var coins = one("random.bernoulli dtype=i32 seed=3", floats(0, 1, 0, 1));
        assertThat(coins.toInts()).containsExactly(0, 1, 0, 1);
        var classes = one("random.multinomial sample_size=50 dtype=i64", Tensor.of(new float[]{-100, 0, -100}, 1, 3));
        assertThat(classes.shape()).containsExactly(1, 50);
        assertThat(classes.toLongs()).containsOnly(1);
        long dropped = 0;
        for (boolean kept : one("random.dropout_mask seed=1", shape, floats(0.25f)).toBooleans()) {
            dropped += kept ? 0 : 1;
        }
        assertThat(dropped).isBetween(2300L, 2700L);
        assertThatThrownBy(() -> one("random.normal", longs(-1))).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> one("random.normal", longs(1 << 20, 1 << 20))).isInstanceOf(ModelException.class);
    }
}
