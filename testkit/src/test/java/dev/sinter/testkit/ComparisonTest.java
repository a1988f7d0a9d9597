package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.runtime.MapValue;
import dev.sinter.runtime.OptionalValue;
import dev.sinter.runtime.SequenceValue;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final Tolerance COSINE = new Tolerance(0, 0, OptionalDouble.of(0.99), false);
    private static final Tolerance SHAPES = new Tolerance(0, 0, OptionalDouble.empty(), true);

    private static List<String> differences(Tolerance tolerance, Value got, Value want) {
        var comparison = new Comparison(tolerance);
        comparison.add("y", got, want);
        return comparison.differences();
    }

    private static Tensor floats(float... values) {
        return Tensor.of(values, values.length);
    }

    @Test
    void theToleranceIsRelativeToTheWantedValue() {
        var tolerance = new Tolerance(0.1, 0.5, OptionalDouble.empty(), false);
        assertThat(differences(tolerance, floats(11.5f, -0.5f), floats(10, 0))).isEmpty();
        assertThat(differences(tolerance, floats(11.75f), floats(10))).singleElement().asString()
                .contains("1 of 1 elements").contains("element 0 is 11.75, expected 10.0");
        assertThat(differences(tolerance, floats(10), floats(11.75f))).hasSize(1);
    }

    @Test
    void nanEqualsNanAndInfinitiesAgreeInSign() {
        float inf = Float.POSITIVE_INFINITY;
        assertThat(differences(Tolerance.ONNX, floats(Float.NaN, inf, -inf), floats(Float.NaN, inf, -inf))).isEmpty();
        assertThat(differences(Tolerance.ONNX, floats(inf), floats(-inf))).hasSize(1);
        assertThat(differences(Tolerance.ONNX, floats(Float.NaN), floats(1))).hasSize(1);
        assertThat(differences(Tolerance.ONNX, floats(1), floats(Float.NaN))).hasSize(1);
        assertThat(differences(new Tolerance(1, 1, OptionalDouble.empty(), false), floats(1), floats(inf)))
                .as("an infinite bound does not cover everything").hasSize(1);
    }

    @Test
    void shapesAndTypesMustAgree() {
        var wide = Tensor.of(new float[]{1, 2}, 1, 2);
        assertThat(differences(SHAPES, floats(1, 2), wide)).containsExactly("y: is f32[2], expected f32[1,2]");
        assertThat(differences(SHAPES, Tensor.of(new double[]{1}, 1), floats(1))).hasSize(1);
        assertThat(differences(SHAPES, floats(5), floats(1))).as("values don't count").isEmpty();
        assertThat(differences(Tolerance.ONNX, new SequenceValue(List.of()), wide)).singleElement().asString()
                .contains("expected a Tensor");
    }

    @Test
    void integersStringsAndTruthValues() {
        assertThat(differences(Tolerance.ONNX, Tensor.of(new long[]{5}, 1), Tensor.of(new long[]{6}, 1))).hasSize(1);
        assertThat(differences(Tolerance.ONNX, Tensor.of(new long[]{1L << 62}, 1), Tensor.of(new long[]{1L << 62}, 1)))
                .isEmpty();
        assertThat(differences(Tolerance.EXACT, Tensor.of(new String[]{"a"}, 1), Tensor.of(new String[]{"b"}, 1)))
                .hasSize(1);
        assertThat(differences(Tolerance.ONNX, Tensor.of(new boolean[]{true}, 1), Tensor.of(new boolean[]{false}, 1)))
                .hasSize(1);
    }

    @Test
    void aCosineReplacesTheTolerance() {
        assertThat(differences(COSINE, floats(1, 0.05f), floats(1, 0))).isEmpty();
        assertThat(differences(COSINE, floats(1, 1), floats(1, 0))).singleElement().asString().contains("cosine");
        assertThat(differences(COSINE, floats(Float.NaN, 1), floats(0, 1))).hasSize(1);
        assertThat(differences(COSINE, floats(0, 0), floats(0, 0))).isEmpty();
        assertThat(COSINE.override(OptionalDouble.of(1e-3), OptionalDouble.empty()).minCosine()).isEmpty();
    }

    @Test
    void nestedValuesAreCompared() {
        var one = new SequenceValue(List.of(new MapValue(Map.of("a", floats(1)))));
        var two = new SequenceValue(List.of(new MapValue(Map.of("a", floats(2)))));
        assertThat(differences(Tolerance.ONNX, one, one)).isEmpty();
        assertThat(differences(Tolerance.ONNX, one, two)).singleElement().asString().startsWith("y[0][a]: ");
        var none = new OptionalValue(Optional.empty());
        assertThat(differences(Tolerance.ONNX, none, new OptionalValue(Optional.of(one)))).hasSize(1);
    }

    @Test
    void figuresAreCollectedOverAllValues() {
        var comparison = new Comparison(Tolerance.ONNX);
        assertThat(comparison.maxAbs()).isEmpty();
        comparison.add("i", Tensor.of(new long[]{1}, 1), Tensor.of(new long[]{1}, 1));
        assertThat(comparison.minCosine()).isEmpty();
        comparison.add("y", floats(1, 2), floats(1, 2));
        comparison.add("z", floats(1, 0.5f), floats(1, 0));
        assertThat(comparison.maxAbs()).hasValue(0.5);
        assertThat(comparison.minCosine().getAsDouble()).isBetween(0.89, 0.9);
    }
}
