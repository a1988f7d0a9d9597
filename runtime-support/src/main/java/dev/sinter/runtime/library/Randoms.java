package dev.sinter.runtime.library;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;

/**
 * Random numbers: equal seeds give equal numbers, no seed gives new ones each time. ONNX leaves the generator open:
 * <a href="https://onnx.ai/onnx/operators/onnx__RandomNormal.html">RandomNormal</a> and its kin.
 */
final class Randoms {
    private Randoms() {
    }

    private static RandomGenerator generator(Invocation call) {
        return call.has("seed") ? new SplittableRandom(Double.doubleToLongBits(call.real("seed", 0)))
                : new SplittableRandom();
    }

    static Value[] normal(Invocation call) {
        double mean = call.real("mean", 0);
        double scale = call.real("scale", 1);
        var random = generator(call);
        return filled(call, () -> mean + scale * random.nextGaussian());
    }

    static Value[] uniform(Invocation call) {
        double low = call.real("low", 0);
        double high = call.real("high", 1);
        var random = generator(call);
        return filled(call, () -> low + (high - low) * random.nextDouble());
    }

    private static long[] shape(Invocation call) {
        long[] shape = call.tensor(0, DType.I64, DType.I32).toLongs();
        long size = 1;
        for (long d : shape) {
            if (d < 0 || d > Integer.MAX_VALUE) {
                throw call.wrong(0, "a shape", Arrays.toString(shape));
            }
            size = Math.multiplyExact(size, d);
        }
        if (size > Integer.MAX_VALUE - 16) {
            throw call.wrong("a result of " + size + " elements is too big for an array");
        }
        return shape;
    }

    private static Value[] filled(Invocation call, DoubleSupplier next) {
        long[] shape = shape(call);
        var values = new double[(int) Blocks.product(shape, 0, shape.length)];
        Arrays.setAll(values, _ -> next.getAsDouble());
        return new Value[]{Tensor.ofValues(call.dtype("dtype", DType.F32), values, shape)};
    }

    /** {@code p -> y}: 1 with the probability p. */
    static Value[] bernoulli(Invocation call) {
        Tensor p = call.tensor(0);
        var random = generator(call);
        double[] values = p.toDoubles();
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble() < values[i] ? 1 : 0;
        }
        return new Value[]{Tensor.ofValues(call.dtype("dtype", p.dtype()), values, p.shape())};
    }

    /** {@code x[b,c] of unnormalized log probabilities -> [b,n]} of classes. */
    static Value[] multinomial(Invocation call) {
        Tensor x = call.tensor(0);
        if (x.rank() != 2 || x.dim(1) == 0) {
            throw call.wrong(0, "a tensor [B,C] with C above 0", Invocation.text(x));
        }
        int batch = (int) x.dim(0);
        int classes = (int) x.dim(1);
        int samples = Math.toIntExact(Math.max(0, call.number("sample_size", 1)));
        var random = generator(call);
        double[] logits = x.toDoubles();
        var out = new double[Math.multiplyExact(batch, samples)];
        for (int b = 0; b < batch; b++) {
            double[] sums = sums(logits, b * classes, classes);
            for (int s = 0; s < samples; s++) {
                double at = random.nextDouble() * sums[classes - 1];
                int c = 0;
                while (c < classes - 1 && sums[c] <= at) {
                    c++;
                }
                out[b * samples + s] = c;
            }
        }
        return new Value[]{Tensor.ofValues(call.dtype("dtype", DType.I32), out, batch, samples)};
    }

    private static double[] sums(double[] logits, int from, int classes) {
        double max = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            max = Math.max(max, logits[from + c]);
        }
        var sums = new double[classes];
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += Math.exp(logits[from + c] - max);
            sums[c] = sum;
        }
        return sums;
    }

    /** {@code shape, ratio? -> bool}: false with the probability ratio. */
    static Value[] dropoutMask(Invocation call) {
        double ratio = call.real(1, call.real("ratio", 0.5));
        if (!(ratio >= 0 && ratio < 1)) {
            throw call.wrong("ratio is " + ratio + ", expected 0 to below 1");
        }
        long[] shape = shape(call);
        var random = generator(call);
        var mask = new boolean[(int) Blocks.product(shape, 0, shape.length)];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = random.nextDouble() >= ratio;
        }
        return new Value[]{Tensor.of(mask, shape)};
    }
}
