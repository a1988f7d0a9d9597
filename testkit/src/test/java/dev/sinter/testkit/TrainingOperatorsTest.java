package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.scalar;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps of training give what their definitions' formulas give; ONNX Runtime's inference has none of them. */
class TrainingOperatorsTest {
    private static final double RATE = 0.1;
    private static final long[][] SHAPES = {{2, 5}, {7}};

    /** A tensor and what is kept of it, to their new values. */
    @FunctionalInterface
    private interface Step {
        double[] of(double[] old);
    }

    private static OneNode training(String type) {
        return new OneNode(type).domain("ai.onnx.preview.training", 1);
    }

    /** Numbers that differ for each kind; the last kind is a sum of squares, and so not negative. */
    private static double[] values(int kind, int kinds, long... shape) {
        return Arrays.stream(floats(shape).toDoubles())
                .map(v -> kind == kinds - 1 ? v * v : v * (kind + 1) - 0.25 * kind).toArray();
    }

    /** Two tensors at once, of each kind first all, and their results. */
    private static Worked worked(OneNode node, long steps, int kinds, Step step) {
        node.input(scalar(DType.F32, RATE)).input(scalar(DType.I64, steps));
        for (int kind = 0; kind < kinds; kind++) {
            for (var shape : SHAPES) {
                node.input(Tensor.ofValues(DType.F32, values(kind, kinds, shape), shape));
            }
        }
        var want = new ArrayList<Tensor>();
        for (int result = 0; result < kinds - 1; result++) {
            for (var shape : SHAPES) {
                want.add(Tensor.ofValues(DType.F32, results(step, result, kinds, shape), shape));
            }
        }
        return new Worked(node, want.toArray(Tensor[]::new));
    }

    private static double[] results(Step step, int result, int kinds, long... shape) {
        var out = new double[Numbers.count(shape)];
        var columns = new ArrayList<double[]>();
        for (int kind = 0; kind < kinds; kind++) {
            columns.add(values(kind, kinds, shape));
        }
        for (int i = 0; i < out.length; i++) {
            int at = i;
            out[i] = step.of(columns.stream().mapToDouble(column -> column[at]).toArray())[result];
        }
        return out;
    }

    @ParameterizedTest
    @MethodSource
    void steps(Worked each) {
        each.check();
    }

    static List<Worked> steps() {
        return List.of(adagrad(0), adagrad(3), adam(0), adam(1), adam(5), momentum("standard", 0),
                momentum("standard", 2), momentum("nesterov", 0), momentum("nesterov", 2));
    }

    private static Worked adagrad(long steps) {
        var node =
                training("Adagrad").with("norm_coefficient", 0.01f).with("decay_factor", 0.2f).with("epsilon", 1e-3f);
        return worked(node, steps, 3, old -> {
            double gradient = 0.01 * old[0] + old[1];
            double squares = old[2] + gradient * gradient;
            return new double[]{old[0] - RATE / (1 + steps * 0.2) * gradient / (Math.sqrt(squares) + 1e-3), squares};
        });
    }

    private static Worked adam(long steps) {
        var node = training("Adam").with("norm_coefficient", 0.01f).with("norm_coefficient_post", 0.02f)
                .with("alpha", 0.8f).with("beta", 0.9f).with("epsilon", 1e-3f);
        double rate = steps == 0 ? RATE : RATE * Math.sqrt(1 - Math.pow(0.9, steps)) / (1 - Math.pow(0.8, steps));
        return worked(node, steps, 4, old -> {
            double gradient = 0.01 * old[0] + old[1];
            double mean = 0.8 * old[2] + 0.2 * gradient;
            double squares = 0.9 * old[3] + 0.1 * gradient * gradient;
            double next = old[0] - rate * mean / (Math.sqrt(squares) + 1e-3);
            return new double[]{0.98 * next, mean, squares};
        });
    }

    private static Worked momentum(String mode, long steps) {
        var node = training("Momentum").with("norm_coefficient", 0.01f).with("alpha", 0.9f).with("beta", 0.5f)
                .with("mode", mode);
        return worked(node, steps, 3, old -> {
            double gradient = 0.01 * old[0] + old[1];
            double kept = 0.9 * old[2] + (steps > 0 ? 0.5 : 1) * gradient;
            double direction = mode.equals("standard") ? kept : gradient + 0.9 * kept;
            return new double[]{old[0] - RATE * direction, kept};
        });
    }
}
