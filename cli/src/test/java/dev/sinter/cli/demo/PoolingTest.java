package dev.sinter.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PoolingTest {

    @Test
    void meanLeavesPaddingOut() {
        // Two texts of three tokens of width two; the second has one token and padding that must not show.
        float[] hidden = {1, 10, 2, 20, 6, 60, 5, -5, Float.NaN, 1e30f, 7, Float.POSITIVE_INFINITY};
        long[] mask = {1, 1, 1, 1, 0, 0};
        assertThat(Pooling.mean(hidden, mask, 2, 2)).isDeepEqualTo(new float[][]{{3, 30}, {5, -5}});
    }

    @Test
    void meanFollowsTheMaskWhereverItsZerosAre() {
        assertThat(Pooling.mean(new float[]{1, 2, 4, 8}, new long[]{0, 1, 0, 1}, 1, 1))
                .isDeepEqualTo(new float[][]{{5}});
    }

    @Test
    void meanOfNoTokenIsZero() {
        assertThat(Pooling.mean(new float[]{1, 2, 3, 4}, new long[]{0, 0}, 1, 2))
                .isDeepEqualTo(new float[][]{{0, 0}});
    }

    @Test
    void sizesMustBelongTogether() {
        assertThatThrownBy(() -> Pooling.mean(new float[5], new long[2], 1, 3))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("B=1, H=3, got 5 and 2 elements");
        assertThatThrownBy(() -> Pooling.mean(new float[6], new long[3], 2, 2))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Pooling.mean(new float[0], new long[0], 0, 2))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void normalizeKeepsTheDirection() {
        float[] vector = {3, -4, 0};
        assertThat(Pooling.normalize(vector)).containsExactly(0.6f, -0.8f, 0);
        assertThat(vector).as("the argument").containsExactly(3, -4, 0);
        assertThat(Pooling.normalize(new float[3])).containsExactly(0, 0, 0);
        assertThat(Pooling.normalize(new float[]{3e30f, 4e30f})).containsExactly(new float[]{0.6f, 0.8f},
                within(1e-6f));
    }

    @Property
    void aPaddedBatchHasTheMeansOfItsTexts(
            @ForAll @Size(24) List<@FloatRange(min = -9, max = 9) Float> values,
            @ForAll @IntRange(min = 1, max = 4) int first, @ForAll @IntRange(min = 1, max = 4) int second) {
        // Two texts of four tokens of width three, of which the leading ones count.
        var hidden = new float[24];
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] = values.get(i);
        }
        var mask = new long[8];
        Arrays.fill(mask, 0, first, 1);
        Arrays.fill(mask, 4, 4 + second, 1);
        var means = Pooling.mean(hidden, mask, 2, 3);
        for (int b = 0; b < 2; b++) {
            int tokens = b == 0 ? first : second;
            for (int h = 0; h < 3; h++) {
                double sum = 0;
                for (int s = 0; s < tokens; s++) {
                    sum += hidden[(b * 4 + s) * 3 + h];
                }
                assertThat((double) means[b][h]).isCloseTo(sum / tokens, within(1e-6));
            }
            var unit = Pooling.normalize(means[b]);
            if (Pooling.dot(means[b], means[b]) > 0) {
                assertThat(Pooling.dot(unit, unit)).isCloseTo(1, within(1e-6));
            }
        }
    }
}
