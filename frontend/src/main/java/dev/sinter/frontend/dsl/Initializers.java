package dev.sinter.frontend.dsl;

import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.zip.CRC32;

/**
 * Values of parameters by rule. Random ones depend on the seed and the parameter's full name only, so that a parameter
 * keeps its values when others come or go.
 */
final class Initializers {
    /** Smaller numbers than this would be denormal after a product or two, which slows processors down. */
    private static final float SMALLEST = 1e-12f;

    private Initializers() {
    }

    static Item normal(double std, double mean, long seed) {
        return random((random, i) -> {
            double value = mean + std * random.nextGaussian();
            return Math.abs(value) < SMALLEST && std > SMALLEST ? SMALLEST : value;
        }, seed);
    }

    static Item uniform(double low, double high, long seed) {
        return random((random, i) -> low + (high - low) * random.nextDouble(), seed);
    }

    static Item constant(double value) {
        return new Item.Initial((dtype, dims, name) -> {
            if (dtype != DType.F32) {
                return filled(dtype, dims, i -> value);
            }
            var array = new float[Math.toIntExact(size(dims))];
            Arrays.fill(array, (float) value);
            return TensorData.of(dtype, array, dims);
        });
    }

    /** Ones where all indices are equal, zeros elsewhere. */
    static Item eye() {
        return new Item.Initial((dtype, dims, name) -> {
            if (dims.length != 2) {
                throw new IllegalArgumentException("eye makes matrices, not " + Literals.text(dims));
            }
            long columns = Math.max(1, dims[1]);
            return filled(dtype, dims, i -> i / columns == i % columns ? 1 : 0);
        });
    }

    /** Draws the element of an index. */
    private interface Draw {
        double next(SplittableRandom random, int i);
    }

    private static Item random(Draw draw, long seed) {
        return new Item.Initial((dtype, dims, name) -> {
            if (!dtype.isFloat()) {
                throw new IllegalArgumentException("random values are of a float type, not " + dtype);
            }
            var crc = new CRC32();
            crc.update(name.getBytes(StandardCharsets.UTF_8));
            var random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + crc.getValue());
            return filled(dtype, dims, i -> draw.next(random, i));
        });
    }

    private static TensorData filled(DType dtype, long[] dims, IntToDoubleFunction values) {
        if (dtype == DType.F32) {
            var array = new float[Math.toIntExact(size(dims))];
            for (int i = 0; i < array.length; i++) {
                array[i] = (float) values.applyAsDouble(i);
            }
            return TensorData.of(DType.F32, array, dims);
        }
        var data = TensorData.zeros(dtype, dims);
        for (int i = 0; i < data.size(); i++) {
            double value = values.applyAsDouble(i);
            if (!dtype.isFloat() && value != Math.rint(value)) {
                throw new IllegalArgumentException(value + " is no number of type " + dtype);
            }
            data.set(i, value);
        }
        return data;
    }

    private static long size(long[] dims) {
        long n = 1;
        for (var dim : dims) {
            n = Math.multiplyExact(n, dim);
        }
        return n;
    }
}
