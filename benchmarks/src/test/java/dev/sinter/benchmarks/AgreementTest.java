package dev.sinter.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

class AgreementTest {
    @Test
    void theFarthestOutputCounts() {
        var ours = Map.of("a", new double[]{3, 4}, "b", new double[]{1, 0});
        var theirs = Map.of("a", new double[]{3, 4}, "b", new double[]{1, 0.5});

        assertThat(Agreement.distance(ours, theirs)).isCloseTo(0.5 / Math.sqrt(1.25), within(1e-12));
        assertThat(Agreement.distance(ours, ours)).isZero();
    }

    @Test
    void oneValueCanDisagree() {
        assertThat(Agreement.distance(Map.of("y", new double[]{1}), Map.of("y", new double[]{2}))).isEqualTo(0.5);
        assertThat(Agreement.distance(Map.of("y", new double[]{1}), Map.of("y", new double[]{0}))).isInfinite();
        assertThat(Agreement.distance(Map.of("y", new double[]{Double.NaN}), Map.of("y", new double[]{0}))).isNaN();
    }

    @Test
    void outputsMustBeTheSame() {
        var one = Map.of("y", new double[1]);
        assertThatThrownBy(() -> Agreement.distance(one, Map.of("z", new double[1]))).hasMessageContaining("outputs");
        assertThatThrownBy(() -> Agreement.distance(one, Map.of("y", new double[2]))).hasMessageContaining("size");
    }

    @Test
    void equalMeansEveryBit() {
        assertThat(Agreement.equal(Map.of("y", new double[]{0.0}), Map.of("y", new double[]{0.0}))).isTrue();
        assertThat(Agreement.equal(Map.of("y", new double[]{0.0}), Map.of("y", new double[]{-0.0}))).isFalse();
    }
}
