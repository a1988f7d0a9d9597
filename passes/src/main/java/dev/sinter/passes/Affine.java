package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an expression does to one of its operands if that is {@code scale * x + shift}, with numbers for each index of
 * one axis.
 *
 * @param scale
 *            a factor for each index
 * @param shift
 *            a summand for each index
 */
record Affine(double[] scale, double[] shift) {
    /** Whose operand an expression is read for, and along which axis of the result constants may differ. */
    private record Reader(int operand, List<Value> inputs, Shape result, int axis) {
        private int size() {
            return Math.toIntExact(result.dim(axis).value());
        }

        @Nullable
        Affine read(Expr expr) {
            if (expr instanceof Expr.Arg(var i, var t) && i == operand) {
                return new Affine(filled(1), filled(0));
            }
            if (!(expr instanceof Expr.Apply(var fn, var args, var type)) || type != DType.F32) {
                return null;
            }
            return switch (fn) {
                case NEG -> times(read(args.getFirst()), filled(-1));
                case ADD -> either(args, Affine::plus);
                case MUL -> either(args, Affine::times);
                case SUB -> {
                    var minus = numbers(args.get(1));
                    yield minus != null ? plus(read(args.get(0)), negated(minus))
                            : plus(times(read(args.get(1)), filled(-1)), numbers(args.get(0)));
                }
                case DIV -> times(read(args.get(0)), inverse(numbers(args.get(1))));
                default -> null;
            };
        }

        /** Both operands are tried as the number. */
        private @Nullable Affine either(List<Expr> args, Step step) {
            for (int i = 0; i < 2; i++) {
                var numbers = numbers(args.get(i));
                if (numbers != null) {
                    return step.of(read(args.get(1 - i)), numbers);
                }
            }
            return null;
        }

        /** The numbers along the axis that a literal or a constant operand stands for, or null. */
        private double @Nullable [] numbers(Expr expr) {
            if (expr instanceof Expr.Literal l) {
                return filled(l.dtype().isFloat() ? l.value() : l.bits());
            }
            var data = expr instanceof Expr.Arg(var i, var t) ? inputs.get(i).constant() : null;
            if (data == null || data.dtype() != DType.F32) {
                return null;
            }
            if (data.size() == 1) {
                return filled(data.getDouble(0));
            }
            return isAlongAxis(data) ? copy(data) : null;
        }

        private boolean isAlongAxis(TensorData data) {
            int place = axis - result.rank() + data.dims().length;
            return place >= 0 && data.size() == size() && data.dims()[place] == size();
        }

        private double[] filled(double value) {
            var all = new double[size()];
            Arrays.fill(all, value);
            return all;
        }

        private static double[] copy(TensorData data) {
            var all = new double[data.size()];
            Arrays.setAll(all, data::getDouble);
            return all;
        }
    }

    private interface Step {
        @Nullable
        Affine of(@Nullable Affine x, double @Nullable [] numbers);
    }

    /**
     * Reads an expression.
     *
     * @param expr
     *            over the inputs
     * @param operand
     *            which input is x; the others count only as constants
     * @param inputs
     *            the expression's operands
     * @param result
     *            shape the expression broadcasts to
     * @param axis
     *            where constants may differ; of known size
     * @return null where the expression does anything else
     */
    static @Nullable Affine of(Expr expr, int operand, List<Value> inputs, Shape result, int axis) {
        return new Reader(operand, inputs, result, axis).read(expr);
    }

    /** Whether all numbers are numbers. */
    boolean isFinite() {
        return Arrays.stream(scale).allMatch(Double::isFinite) && Arrays.stream(shift).allMatch(Double::isFinite);
    }

    /** Whether nothing is scaled. */
    boolean onlyShifts() {
        return Arrays.stream(scale).allMatch(x -> x == 1);
    }

    private static @Nullable Affine plus(@Nullable Affine x, double @Nullable [] numbers) {
        if (x == null || numbers == null) {
            return null;
        }
        var shift = x.shift.clone();
        Arrays.setAll(shift, i -> x.shift[i] + numbers[i]);
        return new Affine(x.scale, shift);
    }

    private static @Nullable Affine times(@Nullable Affine x, double @Nullable [] numbers) {
        if (x == null || numbers == null) {
            return null;
        }
        var scale = x.scale.clone();
        var shift = x.shift.clone();
        Arrays.setAll(scale, i -> x.scale[i] * numbers[i]);
        Arrays.setAll(shift, i -> x.shift[i] * numbers[i]);
        return new Affine(scale, shift);
    }

    private static double[] negated(double[] numbers) {
        return Arrays.stream(numbers).map(x -> -x).toArray();
    }

    private static double @Nullable [] inverse(double @Nullable [] numbers) {
        return numbers == null ? null : Arrays.stream(numbers).map(x -> 1 / x).toArray();
    }
}
