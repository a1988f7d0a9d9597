package dev.sinter.codegen.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.codegen.kernel.KeptWeights.Stored;
import dev.sinter.ir.TensorData;
import java.util.ArrayList;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** How kept weights are stored: each way exactly, and in how many bytes. */
class SparseWeightsTest {
    private static final int K = 768;
    private static final int N = 512;

    /** Blocks of 4x1, a tenth of them kept. */
    private static float[] pruned() {
        var random = new Random(5);
        var weights = new float[K * N];
        for (int block = 0; block < K * N / 4 / 10; block++) {
            int at;
            do {
                at = random.nextInt(K * N / 4) * 4;
            } while (weights[at] != 0);
            for (int i = 0; i < 4; i++) {
                weights[at + i] = 1 + random.nextInt(127);
            }
        }
        return weights;
    }

    private static long bytes(float[] weights, Stored stored) {
        var items = new ArrayList<TensorData>();
        var kept = SparseWeights.of(TensorData.floats(weights, K, N), 4, data -> {
            items.add(data);
            return Operand.rowMajor(new Place.Weight(0), data.dtype(), data.shape());
        });
        assertThat(kept.stored()).isEqualTo(stored);
        return items.stream().mapToLong(data -> (long) data.size() * data.dtype().bits() / 8).sum();
    }

    @Test
    void integersTakeATwentyFifthOfAllWeights() {
        var weights = pruned();
        for (int i = 0; i < weights.length; i++) {
            weights[i] *= 0.001f * (1 + i % N);
        }
        assertThat(bytes(weights, Stored.I8)).isLessThan(K * N * Float.BYTES / 25);
    }

    @Test
    void halvesAndWholes() {
        var weights = pruned();
        for (int i = 0; i < weights.length; i += N) {
            weights[i] *= 300; // no scale for all of this column
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Float.intBitsToFloat(Float.floatToRawIntBits(weights[i]) & 0xffff0000);
        }
        weights[N] = 1;
        assertThat(bytes(weights, Stored.BF16)).isLessThan(K * N * Float.BYTES / 15);
        weights[0] = 1.0001f;
        assertThat(bytes(weights, Stored.F32)).isLessThan(K * N * Float.BYTES / 7);
    }

    /** Whatever scale integers were multiplied by, one is found that gives the same floats. */
    @Property(tries = 200)
    void scalesAreFound(@ForAll long seed) {
        var random = new Random(seed);
        var values = new float[90];
        var scales = new float[3];
        for (int i = 0; i < values.length; i++) {
            scales[i % 3] = i < 3 ? random.nextFloat() * (random.nextBoolean() ? 1 : 1e-3f) : scales[i % 3];
            values[i] = (random.nextInt(256) - 128) * scales[i % 3];
        }
        var found = ColumnScales.of(TensorData.floats(values, 30, 3));
        assertThat(found).isNotNull();
        for (int i = 0; i < values.length; i++) {
            assertThat(ColumnScales.integer(values[i], found[i % 3]) * found[i % 3]).isEqualTo(values[i]);
            assertThat(ColumnScales.integer(values[i], found[i % 3])).isBetween(-128, 127);
        }
        values[7] = Math.nextUp(values[7] + 0.37f * scales[1]);
        values[10] = 1000 * scales[1];
        assertThat(ColumnScales.of(TensorData.floats(values, 30, 3))).isNull();
    }
}
