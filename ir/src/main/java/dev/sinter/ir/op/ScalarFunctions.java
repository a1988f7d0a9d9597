package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.IrException;
import java.util.List;

/** The functions of an expression as {@link ScalarCode}: the frequent ones by themselves, the others by their name. */
final class ScalarFunctions {
    private ScalarFunctions() {
    }

    /** A function applied to operands that are ready. */
    static ScalarCode.Code of(Expr.Apply apply, List<ScalarCode.Code> operands) {
        var fn = apply.fn();
        var from = apply.args().getFirst().dtype();
        var result = apply.dtype();
        if (fn.isConversion()) {
            return convert(fn, operands.getFirst(), from, result);
        }
        if (fn.isPredicate()) {
            return test(fn, from, operands.getFirst(), operands.getLast());
        }
        return switch (operands.getFirst()) {
            case ScalarCode.Real a -> real(fn, result, operands);
            case ScalarCode.Integer a -> integer(fn, result, operands);
            case ScalarCode.Text a -> throw new IrException(fn.label() + " is not a function of " + from);
        };
    }

    private static ScalarCode.Real real(Fn fn, DType type, List<ScalarCode.Code> operands) {
        var a = (ScalarCode.Real) operands.getFirst();
        var b = (ScalarCode.Real) operands.get(Math.min(1, fn.arity() - 1));
        var c = (ScalarCode.Real) operands.get(fn.arity() - 1);
        if (type == DType.F32) {
            switch (fn) {
                case ADD -> {
                    return f -> (float) (a.at(f) + b.at(f));
                }
                case SUB -> {
                    return f -> (float) (a.at(f) - b.at(f));
                }
                case MUL -> {
                    return f -> (float) (a.at(f) * b.at(f));
                }
                case MAX -> {
                    return f -> Math.max(a.at(f), b.at(f));
                }
                default -> {
                }
            }
        }
        return switch (fn.arity()) {
            case 1 -> f -> type.round(Scalars.real(fn, a.at(f), 0, 0));
            case 2 -> f -> type.round(Scalars.real(fn, a.at(f), b.at(f), 0));
            default -> f -> Scalars.fma(type, a.at(f), b.at(f), c.at(f));
        };
    }

    private static ScalarCode.Integer integer(Fn fn, DType type, List<ScalarCode.Code> operands) {
        var a = (ScalarCode.Integer) operands.getFirst();
        var b = (ScalarCode.Integer) operands.get(Math.min(1, fn.arity() - 1));
        var c = (ScalarCode.Integer) operands.get(fn.arity() - 1);
        if (type == DType.I64) {
            switch (fn) {
                case ADD -> {
                    return f -> a.at(f) + b.at(f);
                }
                case SUB -> {
                    return f -> a.at(f) - b.at(f);
                }
                case MUL -> {
                    return f -> a.at(f) * b.at(f);
                }
                default -> {
                }
            }
        }
        return switch (fn.arity()) {
            case 1 -> f -> type.wrap(Scalars.integer(fn, type, a.at(f), 0, 0));
            case 2 -> f -> type.wrap(Scalars.integer(fn, type, a.at(f), b.at(f), 0));
            default -> f -> type.wrap(Scalars.integer(fn, type, a.at(f), b.at(f), c.at(f)));
        };
    }

    private static ScalarCode.Integer test(Fn fn, DType type, ScalarCode.Code first, ScalarCode.Code second) {
        return switch (first) {
            case ScalarCode.Real a -> {
                var b = (ScalarCode.Real) second;
                yield fn.arity() == 1 ? f -> Scalars.test(fn, a.at(f), 0) ? 1 : 0
                        : f -> Scalars.test(fn, a.at(f), b.at(f)) ? 1 : 0;
            }
            case ScalarCode.Integer a -> {
                var b = (ScalarCode.Integer) second;
                yield fn.arity() == 1 ? f -> Scalars.test(fn, type, a.at(f), 0) ? 1 : 0
                        : f -> Scalars.test(fn, type, a.at(f), b.at(f)) ? 1 : 0;
            }
            case ScalarCode.Text a when fn == Fn.EQ -> {
                var b = (ScalarCode.Text) second;
                yield f -> a.at(f).equals(b.at(f)) ? 1 : 0;
            }
            case ScalarCode.Text a -> throw new IrException(fn.label() + " is not a function of " + type);
        };
    }

    private static ScalarCode.Code reinterpreted(ScalarCode.Code operand, DType from, DType to) {
        ScalarCode.Integer bits = operand instanceof ScalarCode.Real a ? f -> Casts.bits(a.at(f), from)
                : (ScalarCode.Integer) operand;
        return to.isFloat() ? (ScalarCode.Real) f -> Casts.ofBits(bits.at(f), to)
                : (ScalarCode.Integer) f -> to.wrap(bits.at(f));
    }

    private static ScalarCode.Code convert(Fn fn, ScalarCode.Code operand, DType from, DType to) {
        if (from.kind() == DType.Kind.COMPLEX || to.kind() == DType.Kind.COMPLEX) {
            throw new IrException("cast from " + from + " to " + to + ": complex numbers are not evaluated");
        }
        if (fn == Fn.BITCAST) {
            return reinterpreted(operand, from, to);
        }
        boolean texts = to == DType.STRING;
        return switch (operand) {
            case ScalarCode.Real a when texts -> (ScalarCode.Text) f -> Casts.text(a.at(f), from);
            case ScalarCode.Real a when to.isFloat() -> (ScalarCode.Real) f -> Casts.real(fn, a.at(f), to);
            case ScalarCode.Real a -> (ScalarCode.Integer) f -> Casts.integer(a.at(f), to);
            case ScalarCode.Integer a when texts -> (ScalarCode.Text) f -> Casts.text(a.at(f), from);
            case ScalarCode.Integer a when to.isFloat() ->
                    (ScalarCode.Real) f -> Casts.real(fn, a.at(f), from == DType.U64, to);
            case ScalarCode.Integer a -> (ScalarCode.Integer) f -> to.wrap(a.at(f));
            case ScalarCode.Text a when texts -> a;
            case ScalarCode.Text a when to.isFloat() -> (ScalarCode.Real) f -> Casts.real(a.at(f), to);
            case ScalarCode.Text a -> (ScalarCode.Integer) f -> Casts.integer(a.at(f), to);
        };
    }
}
