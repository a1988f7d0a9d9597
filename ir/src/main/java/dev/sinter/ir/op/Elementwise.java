package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.IrException;
import dev.sinter.ir.TensorData;
import java.util.Arrays;
import java.util.List;

/**
 * Reference evaluation of expressions, a stretch of elements at a time. The lanes of a stretch are a {@code double[]}
 * for floating point, a {@code long[]} for integers and bool (extended to 64 bits by the type's sign) or a
 * {@code String[]}. Every function is evaluated in double precision or 64 bits, then rounded or wrapped once to its
 * declared type.
 */
final class Elementwise {
    private static final int STRETCH = 1024;

    private Elementwise() {
    }

    static TensorData evaluate(Expr expr, List<TensorData> inputs) {
        var dims = Strides.common(inputs.stream().map(TensorData::dims).toList());
        var strides = inputs.stream().map(in -> Strides.broadcast(in.dims(), dims)).toList();
        var result = TensorData.zeros(expr.dtype(), dims);
        var positions = new int[inputs.size()][STRETCH];
        for (int first = 0; first < result.size(); first += STRETCH) {
            int count = Math.min(STRETCH, result.size() - first);
            for (int i = 0; i < positions.length; i++) {
                Strides.positions(dims, strides.get(i), first, positions[i], count);
            }
            store(result, first, count, lanes(expr, inputs, positions, count));
        }
        return result;
    }

    private static Object lanes(Expr expr, List<TensorData> inputs, int[][] positions, int count) {
        return switch (expr) {
            case Expr.Arg(var index, var dtype) -> {
                if (index >= inputs.size() || inputs.get(index).dtype() != dtype) {
                    throw new IrException("operand " + expr + " was expected, "
                            + (index < inputs.size() ? inputs.get(index).type() : "nothing") + " came");
                }
                yield load(inputs.get(index), positions[index], count);
            }
            case Expr.Literal literal -> fill(literal, count);
            case Expr.Apply(var fn, var args, var dtype) -> {
                var operands = args.stream().map(a -> lanes(a, inputs, positions, count)).toList();
                var type = args.get(fn == Fn.SELECT ? 1 : 0).dtype();
                yield apply(fn, type, dtype, operands, count);
            }
            case Expr.Var v -> throw new IrException("map: " + v + " stands in a compute only");
            case Expr.Size v -> throw new IrException("map: " + v + " stands in a compute only");
            case Expr.Read v -> throw new IrException("map: " + v + " stands in a compute only");
            case Expr.Let v -> throw new IrException("map: " + v + " stands in a compute only");
            case Expr.Fold v -> throw new IrException("map: " + v + " stands in a compute only");
        };
    }

    private static Object apply(Fn fn, DType type, DType result, List<Object> operands, int count) {
        if (fn.isConversion()) {
            return Casts.cast(fn, operands.getFirst(), type, result, count);
        }
        if (fn == Fn.SELECT) {
            return select((long[]) operands.get(0), operands.get(1), operands.get(2), count);
        }
        if (fn.isPredicate()) {
            return test(fn, type, operands, count);
        }
        return switch (operands.getFirst()) {
            case double[] a -> reals(fn, type, operands, count);
            case long[] a -> integers(fn, type, operands, count);
            default -> throw new IrException(fn.label() + " is not a function of " + type);
        };
    }

    private static double[] reals(Fn fn, DType type, List<Object> operands, int count) {
        var a = (double[]) operands.getFirst();
        var b = (double[]) operands.get(Math.min(1, fn.arity() - 1));
        var c = (double[]) operands.get(fn.arity() - 1);
        var out = new double[count];
        for (int i = 0; i < count; i++) {
            out[i] = fn == Fn.FMA ? Scalars.fma(type, a[i], b[i], c[i])
                    : type.round(Scalars.real(fn, a[i], b[i], c[i]));
        }
        return out;
    }

    private static long[] integers(Fn fn, DType type, List<Object> operands, int count) {
        var a = (long[]) operands.getFirst();
        var b = (long[]) operands.get(Math.min(1, fn.arity() - 1));
        var c = (long[]) operands.get(fn.arity() - 1);
        var out = new long[count];
        for (int i = 0; i < count; i++) {
            out[i] = type.wrap(Scalars.integer(fn, type, a[i], b[i], c[i]));
        }
        return out;
    }

    private static long[] test(Fn fn, DType type, List<Object> operands, int count) {
        var second = operands.get(fn.arity() - 1);
        var out = new long[count];
        for (int i = 0; i < count; i++) {
            boolean holds = switch (operands.getFirst()) {
                case double[] a -> Scalars.test(fn, a[i], ((double[]) second)[i]);
                case long[] a -> Scalars.test(fn, type, a[i], ((long[]) second)[i]);
                case String[] a when fn == Fn.EQ -> a[i].equals(((String[]) second)[i]);
                default -> throw new IrException(fn.label() + " is not a function of " + type);
            };
            out[i] = holds ? 1 : 0;
        }
        return out;
    }

    private static Object select(long[] choice, Object yes, Object no, int count) {
        return switch (yes) {
            case double[] a -> {
                var out = Arrays.copyOf((double[]) no, count);
                for (int i = 0; i < count; i++) {
                    out[i] = choice[i] != 0 ? a[i] : out[i];
                }
                yield out;
            }
            case long[] a -> {
                var out = Arrays.copyOf((long[]) no, count);
                for (int i = 0; i < count; i++) {
                    out[i] = choice[i] != 0 ? a[i] : out[i];
                }
                yield out;
            }
            case String[] a -> {
                var out = Arrays.copyOf((String[]) no, count);
                for (int i = 0; i < count; i++) {
                    out[i] = choice[i] != 0 ? a[i] : out[i];
                }
                yield out;
            }
            default -> throw new IllegalStateException("no lanes: " + yes.getClass());
        };
    }

    private static Object fill(Expr.Literal literal, int count) {
        if (literal.dtype().isFloat()) {
            var reals = new double[count];
            Arrays.fill(reals, literal.value());
            return reals;
        }
        var integers = new long[count];
        Arrays.fill(integers, literal.bits());
        return integers;
    }

    private static Object load(TensorData data, int[] positions, int count) {
        switch (data.dtype().kind()) {
            case FLOAT -> {
                var reals = new double[count];
                for (int i = 0; i < count; i++) {
                    reals[i] = data.getDouble(positions[i]);
                }
                return reals;
            }
            case STRING -> {
                var texts = new String[count];
                for (int i = 0; i < count; i++) {
                    texts[i] = ((String[]) data.array())[positions[i]];
                }
                return texts;
            }
            case COMPLEX -> throw new IrException("map: complex numbers are not evaluated");
            default -> {
                var integers = new long[count];
                for (int i = 0; i < count; i++) {
                    integers[i] = data.getLong(positions[i]);
                }
                return integers;
            }
        }
    }

    private static void store(TensorData result, int first, int count, Object lanes) {
        switch (lanes) {
            case double[] a -> {
                for (int i = 0; i < count; i++) {
                    result.set(first + i, a[i]);
                }
            }
            case long[] a -> {
                for (int i = 0; i < count; i++) {
                    result.set(first + i, a[i]);
                }
            }
            default -> System.arraycopy(lanes, 0, result.array(), first, count);
        }
    }
}
