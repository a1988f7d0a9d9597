package dev.sinter.codegen.kernel;

import dev.sinter.codegen.kernel.Interval.Known;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Functions within expressions that read and loop; integers stay in 32 bits where all values surely fit. */
final class FunctionCode {
    /** Functions not worth a branch. */
    static final Set<Fn> CHEAP = EnumSet.of(Fn.ADD, Fn.SUB, Fn.MUL, Fn.MIN, Fn.MAX, Fn.FMA, Fn.NEG, Fn.ABS,
            Fn.EQ, Fn.LT, Fn.LE, Fn.AND, Fn.OR, Fn.XOR, Fn.NOT, Fn.IS_NAN, Fn.SELECT, Fn.CAST);
    private static final Set<Fn> COMPARISONS = EnumSet.of(Fn.EQ, Fn.LT, Fn.LE);
    /** Functions of integers that are the same in 32 bits if the result fits. */
    private static final Set<Fn> NARROWED = EnumSet.of(Fn.ADD, Fn.SUB, Fn.MUL, Fn.MIN, Fn.MAX, Fn.NEG, Fn.ABS, Fn.DIV,
            Fn.MOD, Fn.FMOD, Fn.SIGN);

    private final LoopCode code;

    FunctionCode(LoopCode code) {
        this.code = code;
    }

    Known apply(Expr.Apply apply) {
        var fn = apply.fn();
        var args = apply.args().stream().map(code::lower).toList();
        if (args.stream().anyMatch(Known::varies)) {
            return apply.dtype() == DType.I64 ? integer(apply, args).stepping(step(apply, args)) : lanes(apply, args);
        }
        if (apply.dtype() == DType.I64 && args.stream().allMatch(a -> a.dtype() == DType.I64) && fn != Fn.SELECT) {
            return integer(apply, args);
        }
        if (fn == Fn.CAST) {
            return cast(apply, args.getFirst());
        }
        if (fn == Fn.SELECT && apply.dtype() == DType.I64 && args.get(1).isNarrow() && args.get(2).isNarrow()) {
            return generic(fn, apply.args(), args, DType.I32, args.get(1).range().or(args.get(2).range()));
        }
        if (COMPARISONS.contains(fn) && args.stream().allMatch(Known::isNarrow)) {
            return generic(fn, apply.args(), args, DType.BOOL, null);
        }
        return generic(fn, apply.args(), args.stream().map(Known::wide).toList(), apply.dtype(),
                apply.dtype() == DType.I64 ? Interval.ANY : null);
    }

    /** How much an index made of indices grows from lane to lane. */
    private static int step(Expr.Apply apply, List<Known> args) {
        int a = args.getFirst().step();
        int b = args.getLast().step();
        if (args.stream().anyMatch(Known::vector) || args.size() != 2) {
            throw new NotLanewiseException("an integer of each lane");
        }
        return switch (apply.fn()) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> product(a, args.getLast()) + product(b, args.getFirst());
            default -> throw new NotLanewiseException("an index that does not grow evenly");
        };
    }

    private static int product(int step, Known factor) {
        if (step == 0) {
            return 0;
        }
        if (factor.step() != 0 || factor.range().low() != factor.range().high()) {
            throw new NotLanewiseException("an index that does not grow evenly");
        }
        return Math.toIntExact(step * factor.range().low());
    }

    /** A function of vectors. */
    private Known lanes(Expr.Apply apply, List<Known> values) {
        var exprs = new ArrayList<Expr>();
        var terms = new ArrayList<Term>();
        for (int i = 0; i < values.size(); i++) {
            var value = values.get(i);
            var vector = code.everywhere(value);
            exprs.add(apply.args().get(i) instanceof Expr.Literal ? apply.args().get(i)
                    : Expr.arg(i, value.dtype()));
            terms.add(vector.term());
        }
        var lanewise = new Expr.Apply(apply.fn(), exprs, apply.dtype());
        if (!ExprCode.hasVectorForm(apply.fn(), exprs, apply.dtype())) {
            throw new NotLanewiseException(apply.fn().label() + " of vectors");
        }
        int level = Math.max(LoopCode.level(values), code.scope().branch());
        var key = new Key(apply.fn(), terms, values.stream().map(Known::held).toList(), apply.dtype());
        var known = code.scope().find(key);
        if (known == null) {
            var body = code.scope().at(level).body();
            known = new Known(new ExprCode(body, VType.LANES, terms, code.fresh("e") + "_").lower(lanewise), level,
                    apply.dtype(), null).lanes();
            code.scope().remember(key, known);
        }
        return known;
    }

    private Known integer(Expr.Apply apply, List<Known> args) {
        var range = Interval.of(apply.fn(), args.stream().map(Known::range).toList());
        // size - 1 is an index, and so is a remainder
        int bound = apply.fn() == Fn.SUB ? 0 : 1;
        if ((apply.fn() == Fn.SUB || apply.fn() == Fn.MOD) && args.get(1).range().low() > 0
                && apply.args().get(bound) instanceof Expr.Size(var size)) {
            range = new Interval(range.low(), range.high(), size);
        }
        if (NARROWED.contains(apply.fn()) && range.isNarrow() && args.stream().allMatch(Known::isNarrow)) {
            return generic(apply.fn(), apply.args(), args, DType.I32, range);
        }
        var wide = generic(apply.fn(), apply.args(), args.stream().map(Known::wide).toList(), DType.I64, Interval.ANY);
        if (!range.isNarrow()) {
            return new Known(wide.term(), wide.level(), DType.I64, range);
        }
        return code.name(wide.level(), new Term.Convert(wide.term(), Elem.I32), DType.I64, range);
    }

    private Known cast(Expr.Apply cast, Known from) {
        var to = cast.dtype();
        if (from.isNarrow() && to == DType.I32) {
            return new Known(from.term(), from.level(), to, null);
        }
        var range = Interval.ofType(from.dtype());
        if (to == DType.I64 && range != null && ExprCode.elem(from.dtype()) == Elem.I32) {
            return new Known(from.term(), from.level(), to, range);
        }
        if (to == DType.I64 && from.dtype() == DType.BOOL) {
            return code.name(from.level(), Term.of(Prim.SELECT, from.term(), Term.i32(1), Term.i32(0)), to,
                    new Interval(0, 1, null));
        }
        return generic(Fn.CAST, cast.args(), List.of(from), to, to == DType.I64 ? Interval.ANY : null);
    }

    private record Key(Fn fn, List<Term> args, List<DType> types, DType dtype) {
    }

    /** A function of values as it is in a map; an i64 result with a narrow range is held in 32 bits. */
    private Known generic(Fn fn, List<Expr> exprs, List<Known> values, DType held,
            @Nullable Interval range) {
        int level = LoopCode.level(values);
        if (!CHEAP.contains(fn)) {
            level = Math.max(level, code.scope().branch());
        }
        if (mayFail(fn, exprs, held)) {
            level = Math.max(level, code.scope().doubtful());
        }
        var args = new ArrayList<Expr>();
        for (int i = 0; i < values.size(); i++) {
            var value = values.get(i);
            args.add(exprs.get(i) instanceof Expr.Literal && value.range() == null ? exprs.get(i)
                    : Expr.arg(i, value.held()));
        }
        var key = new Key(fn, values.stream().map(Known::term).toList(), values.stream().map(Known::held).toList(),
                held);
        var dtype = range != null ? DType.I64 : held;
        var known = code.scope().find(key);
        if (known != null) {
            return new Known(known.term(), known.level(), dtype, range);
        }
        var terms = values.stream().map(Known::term).toList();
        var term = new ExprCode(code.scope().at(level).body(), 1, terms, code.fresh("e") + "_")
                .lower(new Expr.Apply(fn, args, held));
        known = new Known(term, level, dtype, range);
        code.scope().remember(key, known);
        return known;
    }

    /** Whether a function of integers raises an error for some operands. */
    static boolean mayFail(Fn fn, List<Expr> exprs, DType dtype) {
        return (fn == Fn.DIV || fn == Fn.MOD || fn == Fn.FMOD) && !dtype.isFloat()
                && !(exprs.get(1) instanceof Expr.Literal(var value, var bits, var t) && bits != 0);
    }
}
