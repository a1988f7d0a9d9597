package dev.sinter.testkit;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.MapValue;
import dev.sinter.runtime.OptionalValue;
import dev.sinter.runtime.SequenceValue;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Compares what came with what was wanted, as ONNX's own runner does: shapes and types equal, strings and integers as
 * floating-point numbers within the tolerance, NaN equal to NaN, infinities agreeing in sign. Collects over any number
 * of values.
 */
public final class Comparison {
    private final Tolerance tolerance;
    private final List<String> differences = new ArrayList<>();
    private double maxAbs = -1;
    private double minCosine = Double.POSITIVE_INFINITY;

    /**
     * A comparison of no values yet.
     *
     * @param tolerance
     *            when values count as equal
     */
    public Comparison(Tolerance tolerance) {
        this.tolerance = tolerance;
    }

    /** {@return what differed, one line for each value; empty if all agree} */
    public List<String> differences() {
        return List.copyOf(differences);
    }

    /** {@return the largest difference of two finite floating-point elements, if there were any such values} */
    public OptionalDouble maxAbs() {
        return maxAbs < 0 ? OptionalDouble.empty() : OptionalDouble.of(maxAbs);
    }

    /** {@return the smallest cosine of two floating-point tensors, if there were any} */
    public OptionalDouble minCosine() {
        return minCosine == Double.POSITIVE_INFINITY ? OptionalDouble.empty() : OptionalDouble.of(minCosine);
    }

    /**
     * Compares one value.
     *
     * @param name
     *            of the output, for messages
     * @param got
     *            what came
     * @param want
     *            what was wanted
     */
    public void add(String name, Value got, Value want) {
        switch (want) {
            case Tensor w when got instanceof Tensor g -> tensors(name, g, w);
            case SequenceValue(var w) when got instanceof SequenceValue(var g) -> lists(name, g, w);
            case OptionalValue(Optional<Value> w) when got instanceof OptionalValue(Optional<Value> g) ->
                    lists(name, g.stream().toList(), w.stream().toList());
            case MapValue(var w) when got instanceof MapValue(var g) -> {
                if (!g.keySet().equals(w.keySet())) {
                    differences.add(name + ": keys are " + g.keySet() + ", expected " + w.keySet());
                } else {
                    w.forEach((key, value) -> add(name + "[" + key + "]", Objects.requireNonNull(g.get(key)), value));
                }
            }
            default -> differences.add(name + ": is a " + got.getClass().getSimpleName() + ", expected a "
                    + want.getClass().getSimpleName());
        }
    }

    private void lists(String name, List<Value> got, List<Value> want) {
        if (got.size() != want.size()) {
            differences.add(name + ": has " + got.size() + " elements, expected " + want.size());
            return;
        }
        for (int i = 0; i < want.size(); i++) {
            add(name + "[" + i + "]", got.get(i), want.get(i));
        }
    }

    private void tensors(String name, Tensor got, Tensor want) {
        if (got.dtype() != want.dtype() || !Arrays.equals(got.shape(), want.shape())) {
            differences.add(name + ": is " + type(got) + ", expected " + type(want));
        } else if (want.dtype() == DType.STRING) {
            strings(name, got.toStrings(), want.toStrings());
        } else if (isFloat(want.dtype())) {
            floats(name, got.toDoubles(), want.toDoubles());
        } else {
            integers(name, got, want);
        }
    }

    private static boolean isFloat(DType dtype) {
        return switch (dtype) {
            case F32, F64, F16, BF16, C64, C128, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> true;
            default -> false;
        };
    }

    static String type(Tensor tensor) {
        return tensor.dtype() + Arrays.toString(tensor.shape()).replace(" ", "");
    }

    private void strings(String name, String[] got, String[] want) {
        for (int i = 0; i < want.length && !tolerance.shapesOnly(); i++) {
            if (!got[i].equals(want[i])) {
                differences.add(name + ": element " + i + " is \"" + got[i] + "\", expected \"" + want[i] + "\"");
                return;
            }
        }
    }

    private void integers(String name, Tensor got, Tensor want) {
        // ONNX's runner allows integers the same tolerance; equality is tried first because doubles round big ones.
        if (!tolerance.shapesOnly() && !Arrays.equals(got.toLongs(), want.toLongs())) {
            report(name, got.toDoubles(), want.toDoubles());
        }
    }

    private void floats(String name, double[] got, double[] want) {
        if (tolerance.shapesOnly()) {
            return;
        }
        for (int i = 0; i < want.length; i++) {
            double difference = Math.abs(got[i] - want[i]);
            if (Double.isFinite(difference)) {
                maxAbs = Math.max(maxAbs, difference);
            }
        }
        maxAbs = Math.max(maxAbs, 0);
        double cosine = cosine(got, want);
        minCosine = Math.min(minCosine, cosine);
        if (tolerance.minCosine().isEmpty()) {
            report(name, got, want);
        } else if (!(cosine >= tolerance.minCosine().getAsDouble())) {
            differences.add(name + ": cosine is " + cosine + ", expected at least "
                    + tolerance.minCosine().getAsDouble());
        }
    }

    private void report(String name, double[] got, double[] want) {
        int wrong = 0;
        int first = -1;
        for (int i = 0; i < want.length; i++) {
            if (!close(got[i], want[i])) {
                wrong++;
                first = first < 0 ? i : first;
            }
        }
        if (wrong > 0) {
            differences.add(name + ": " + wrong + " of " + want.length + " elements differ; element " + first + " is "
                    + got[first] + ", expected " + want[first]);
        }
    }

    private boolean close(double got, double want) {
        if (got == want || Double.isNaN(got) && Double.isNaN(want)) {
            return true;
        }
        return Double.isFinite(got) && Double.isFinite(want)
                && Math.abs(got - want) <= tolerance.atol() + tolerance.rtol() * Math.abs(want);
    }

    /**
     * The cosine of two vectors.
     *
     * @param a
     *            one
     * @param b
     *            the other, of the same length
     * @return 1 if they are equal (zeros, NaN and infinities included), otherwise a·b / (|a| |b|), 0 if one is zero
     */
    public static double cosine(double[] a, double[] b) {
        if (Arrays.equals(a, b)) {
            return 1;
        }
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        double scale = Math.sqrt(aa) * Math.sqrt(bb);
        return scale == 0 ? (aa == bb ? 1 : 0) : dot / scale;
    }
}
