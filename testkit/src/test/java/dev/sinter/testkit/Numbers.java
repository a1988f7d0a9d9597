package dev.sinter.testkit;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.Random;

/** Tensors for operators' tests, the same ones each time, and how near results must be. */
final class Numbers {
    static final Tolerance EXACT = new Tolerance(0, 0, OptionalDouble.empty(), false);
    static final Tolerance CLOSE = new Tolerance(1e-4, 2e-5, OptionalDouble.empty(), false);
    static final Tolerance HALF = new Tolerance(4e-3, 4e-3, OptionalDouble.empty(), false);
    /** One step of a quantized number. */
    static final Tolerance STEP = new Tolerance(0, 1, OptionalDouble.empty(), false);

    private Numbers() {
    }

    /** Some roundings of a type. */
    static Tolerance near(DType dtype) {
        double step = switch (dtype) {
            case F64 -> 1e-12;
            case F16 -> 1e-3;
            case BF16 -> 8e-3;
            default -> 2e-6;
        };
        return new Tolerance(2 * step, step, OptionalDouble.empty(), false);
    }

    static int count(long... shape) {
        return (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    /** From -2 to 2. */
    static Tensor random(DType dtype, long... shape) {
        var random = new Random(Arrays.hashCode(shape));
        var values = new double[count(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = 4 * random.nextDouble() - 2;
        }
        return Tensor.ofValues(dtype, values, shape);
    }

    static Tensor floats(long... shape) {
        return random(DType.F32, shape);
    }

    /** Integers from a least one up to below another. */
    static Tensor integers(DType dtype, long least, long below, long... shape) {
        var random = new Random(Arrays.hashCode(shape) + below);
        var values = new double[count(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextLong(least, below);
        }
        return Tensor.ofValues(dtype, values, shape);
    }

    static Tensor longs(long least, long below, long... shape) {
        return integers(DType.I64, least, below, shape);
    }

    static Tensor scalar(DType dtype, double value) {
        return Tensor.ofValues(dtype, new double[]{value});
    }

    static Tensor vector(float... values) {
        return Tensor.of(values, values.length);
    }

    static Tensor vector(long... values) {
        return Tensor.of(values, values.length);
    }
}
