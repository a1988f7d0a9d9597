package dev.sinter.codegen.kernel;

import static dev.sinter.ir.Formula.number;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random expressions over the indices i0 and i1, operand 0 of f32 {@code [3,4]} and operand 1 of i64 {@code [6]}, that
 * never fail but in arms that are not chosen.
 */
final class RandomFormula {
    private static final List<Fn> REAL = List.of(Fn.ADD, Fn.SUB, Fn.MIN, Fn.MAX, Fn.NEG, Fn.ABS, Fn.FLOOR, Fn.SIGN);
    private static final List<Fn> INTEGER = List.of(Fn.ADD, Fn.SUB, Fn.MUL, Fn.MIN, Fn.MAX, Fn.NEG, Fn.ABS);

    private final Random random;
    private final Formula f = new Formula();
    private final List<Expr> scope = new ArrayList<>(Formula.axes(2));

    RandomFormula(Random random) {
        this.random = random;
    }

    /** A value of f32, i64 or bool. */
    Expr value(DType dtype, int depth) {
        return switch (dtype) {
            case BOOL -> Expr.apply(random.nextBoolean() ? Fn.LT : Fn.LE, value(DType.I64, depth - 1),
                    value(DType.I64, depth - 1));
            case I64 -> depth <= 0 ? leaf() : compound(dtype, depth, INTEGER);
            default -> depth <= 0 ? Expr.cast(leaf(), DType.F32) : compound(dtype, depth, REAL);
        };
    }

    private Expr leaf() {
        var names = scope.stream().filter(e -> e.dtype() == DType.I64).toList();
        return random.nextInt(4) == 0 ? number(random.nextInt(7) - 3) : names.get(random.nextInt(names.size()));
    }

    private Expr compound(DType dtype, int depth, List<Fn> functions) {
        return switch (random.nextInt(9)) {
            case 0 -> Formula.select(value(DType.BOOL, depth - 1), value(dtype, depth - 1), value(dtype, depth - 1));
            case 1 -> fails(dtype, depth);
            case 2 -> f.let(value(dtype, depth - 1), v -> named(v, value(dtype, depth - 1)));
            case 3, 4 -> read(dtype, depth);
            case 5 -> f.fold(rounds(depth), value(dtype, depth - 1), k -> named(k, value(dtype, depth - 1)),
                    dtype == DType.I64 ? Formula::sub : Formula::max);
            case 6 -> f.loop(rounds(depth), List.of(value(dtype, depth - 1), value(DType.I64, depth - 1)),
                    (k, c) -> List.of(named(k, value(dtype, depth - 1)), named(c.get(1), value(DType.I64, depth - 1))),
                    c -> c.get(0));
            default -> {
                var fn = functions.get(random.nextInt(functions.size()));
                var args = new Expr[fn.arity()];
                for (int i = 0; i < args.length; i++) {
                    args[i] = value(dtype, depth - 1);
                }
                yield Expr.apply(fn, args);
            }
        };
    }

    /** Puts a name in everywhere for the index i0, sometimes. */
    private Expr named(Expr name, Expr body) {
        return name.dtype() != DType.I64 || random.nextInt(3) == 0 ? body
                : body.transform(e -> e.equals(Formula.axis(0)) ? name : e);
    }

    private Expr rounds(int depth) {
        return random.nextBoolean() ? number(random.nextInt(4))
                : Formula.min(value(DType.I64, depth - 2), number(4));
    }

    /** A read outside, under a condition that does not hold there. */
    private Expr fails(DType dtype, int depth) {
        var at = value(DType.I64, depth - 1);
        return f.let(at, i -> Formula.select(
                Formula.and(Formula.le(number(0), i), Formula.lt(i, number(dtype == DType.I64 ? 6 : 3))),
                dtype == DType.I64 ? f.operand(1, dtype).at(i) : f.operand(0, dtype).at(i, number(random.nextInt(4))),
                value(dtype, depth - 1)));
    }

    private Expr read(DType dtype, int depth) {
        if (dtype == DType.I64) {
            return f.operand(1, dtype).or(value(dtype, depth - 1), List.of(value(DType.I64, depth - 1)));
        }
        return f.operand(0, dtype).or(value(dtype, depth - 1),
                List.of(value(DType.I64, depth - 1), value(DType.I64, depth - 1)));
    }
}
