package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.scalar;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random operators give numbers of the distribution asked for, the same ones for the same seed. */
class RandomOperatorsTest {
    private static final int MANY = 20_000;

    /**
     * A node and its distribution.
     *
     * @param node
     *            gives about 20000 numbers
     * @param type
     *            their type
     * @param mean
     *            of the distribution
     * @param deviation
     *            of the distribution
     */
    record Drawn(OneNode node, DType type, double mean, double deviation) {
    }

    @ParameterizedTest
    @MethodSource
    void distributions(Drawn drawn) {
        var first = drawn.node().run().tensor("o0");
        assertThat(first.dtype()).isEqualTo(drawn.type());
        var numbers = first.toDoubles();
        assertThat(numbers).hasSize(MANY);
        double mean = Arrays.stream(numbers).average().orElseThrow();
        double variance = Arrays.stream(numbers).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        assertThat(mean).isCloseTo(drawn.mean(), within(5 * drawn.deviation() / Math.sqrt(MANY)));
        assertThat(Math.sqrt(variance)).isCloseTo(drawn.deviation(), within(0.03 * drawn.deviation()));
        assertThat(drawn.node().run().tensor("o0").toDoubles()).isEqualTo(numbers);
    }

    private static OneNode seeded(String type) {
        return new OneNode(type).opset(22).with("seed", 7f);
    }

    private static Tensor constant(DType type, double value) {
        var values = new double[MANY];
        Arrays.fill(values, value);
        return Tensor.ofValues(type, values, 100, MANY / 100);
    }

    static List<Drawn> distributions() {
        double uniform = Math.sqrt(1 / 12.0);
        var like = constant(DType.F64, 0);
        return List.of(
                new Drawn(seeded("RandomNormal").ints("shape", 100, 200), DType.F32, 0, 1),
                new Drawn(seeded("RandomNormal").ints("shape", MANY).with("mean", 3f).with("scale", 0.5f)
                        .with("dtype", 11L), DType.F64, 3, 0.5),
                new Drawn(seeded("RandomUniform").ints("shape", 100, 200), DType.F32, 0.5, uniform),
                new Drawn(seeded("RandomUniform").ints("shape", MANY).with("low", -3f).with("high", 1f)
                        .with("dtype", 10L), DType.F16, -1, 4 * uniform),
                new Drawn(seeded("RandomNormalLike").with("scale", 2f).input(like), DType.F64, 0, 2),
                new Drawn(seeded("RandomUniformLike").with("dtype", 1L).input(like).symbolic(), DType.F32, 0.5,
                        uniform),
                new Drawn(seeded("Bernoulli").input(constant(DType.F32, 0.3)), DType.F32, 0.3, Math.sqrt(0.21)),
                new Drawn(seeded("Bernoulli").with("dtype", 7L).input(constant(DType.F64, 0.9)).symbolic(), DType.I64,
                        0.9,
                        0.3),
                // classes of log-likelihoods ln 1, ln 2, ln 1
                new Drawn(seeded("Multinomial").with("sample_size", (long) MANY).input(
                        Tensor.of(new float[]{0, (float) Math.log(2), 0}, 1, 3)), DType.I32, 1, Math.sqrt(0.5)),
                // kept with probability 3/4, and then made larger by 4/3
                new Drawn(new OneNode("Dropout").with("seed", 7L).input(constant(DType.F32, 1))
                        .input(scalar(DType.F32, 0.25))
                        .input(Tensor.of(new boolean[]{true})), DType.F32, 1, Math.sqrt(1 / 3.0)));
    }

    /** {@return the nodes alone} */
    static List<OneNode> nodes() {
        return distributions().stream().map(Drawn::node).toList();
    }

    /** Dropout changes nothing where nothing is trained. */
    @ParameterizedTest
    @MethodSource
    void inference(OneNode node) throws Exception {
        node.assertLikeOrt(Numbers.EXACT);
    }

    static List<OneNode> inference() {
        return List.of(new OneNode("Dropout").outputs(2).input(floats(3, 4)).symbolic(),
                new OneNode("Dropout").opset(10).with("ratio", 0.7f).input(floats(3, 4)));
    }
}
