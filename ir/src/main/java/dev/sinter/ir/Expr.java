package dev.sinter.ir;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A scalar expression: the body of an elementwise {@code map}, or an epilogue given to a kernel. Prints as
 * {@code gelu(add($0:f32, $1:f32))}; literals as {@code 0.5:f32}.
 */
public sealed interface Expr {
    /**
     * An operand.
     *
     * @param index
     *            from 0
     * @param dtype
     *            its type
     */
    record Arg(int index, DType dtype) implements Expr {
        @Override
        public String toString() {
            return "$" + index + ":" + dtype;
        }
    }

    /**
     * A constant.
     *
     * @param value
     *            exact in the type; for 64-bit integers beyond 2^53 the cast of a wider literal is not used, see
     *            {@link #bits}
     * @param bits
     *            the integer value where the type is an integer or bool, else 0
     * @param dtype
     *            its type
     */
    record Literal(double value, long bits, DType dtype) implements Expr {
        @Override
        public String toString() {
            return (dtype.isFloat() ? Double.toString(value) : Long.toString(bits)) + ":" + dtype;
        }
    }

    /**
     * A function of operands.
     *
     * @param fn
     *            the function
     * @param args
     *            its operands
     * @param dtype
     *            type of the result
     */
    record Apply(Fn fn, List<Expr> args, DType dtype) implements Expr {
        /** Copies the list and checks its length. */
        public Apply {
            args = List.copyOf(args);
            if (args.size() != fn.arity()) {
                throw new IrException(fn.label() + " takes " + fn.arity() + " operands, not " + args.size());
            }
        }

        @Override
        public String toString() {
            var operands = args.stream().map(Expr::toString).collect(Collectors.joining(", "));
            return fn.label() + (fn == Fn.CAST ? "<" + dtype + ">" : "") + "(" + operands + ")";
        }
    }

    /** {@return type of the value} */
    DType dtype();

    /**
     * An operand.
     *
     * @param index
     *            from 0
     * @param dtype
     *            its type
     * @return the expression
     */
    static Expr arg(int index, DType dtype) {
        return new Arg(index, dtype);
    }

    /**
     * A real constant.
     *
     * @param value
     *            rounded to the type
     * @param dtype
     *            any numeric type
     * @return the expression
     */
    static Expr literal(double value, DType dtype) {
        var data = TensorData.scalar(dtype, value);
        return dtype.isFloat() ? new Literal(data.getDouble(0), 0, dtype) : integer(data.getLong(0), dtype);
    }

    /**
     * An integer or truth constant.
     *
     * @param value
     *            the value
     * @param dtype
     *            an integer type or bool
     * @return the expression
     */
    static Expr integer(long value, DType dtype) {
        return new Literal(value, value, dtype);
    }

    /**
     * A function of operands; the type is that of the last operand, bool for predicates.
     *
     * @param fn
     *            any function but the cast
     * @param args
     *            its operands
     * @return the expression
     * @throws IrException
     *             if operand types differ
     */
    static Expr apply(Fn fn, Expr... args) {
        if (fn == Fn.CAST) {
            throw new IrException("a cast needs a target type");
        }
        int first = fn == Fn.SELECT ? 1 : 0;
        for (int i = first + 1; i < args.length; i++) {
            if (args[i].dtype() != args[first].dtype()) {
                throw new IrException(fn.label() + " needs operands of one type, not " + args[first].dtype() + " and "
                        + args[i].dtype());
            }
        }
        return new Apply(fn, List.of(args), fn.isPredicate() ? DType.BOOL : args[args.length - 1].dtype());
    }

    /**
     * A conversion; nothing if the type is the same already.
     *
     * @param arg
     *            what to convert
     * @param to
     *            target type
     * @return the expression
     */
    static Expr cast(Expr arg, DType to) {
        return arg.dtype() == to ? arg : new Apply(Fn.CAST, List.of(arg), to);
    }

    /**
     * Rewrites bottom-up.
     *
     * @param rewrite
     *            applied to every subexpression after its operands
     * @return the rewritten expression
     */
    default Expr transform(UnaryOperator<Expr> rewrite) {
        return rewrite.apply(switch (this) {
            case Arg a -> a;
            case Literal l -> l;
            case Apply(var fn, var args, var dtype) ->
                    new Apply(fn, args.stream().map(a -> a.transform(rewrite)).toList(), dtype);
        });
    }

    /**
     * Replaces operands.
     *
     * @param operands
     *            what stands for each {@code $i}
     * @return the expression with them put in
     */
    default Expr substitute(List<Expr> operands) {
        return transform(e -> e instanceof Arg(var i, var t) ? operands.get(i) : e);
    }

    /** {@return number of function applications} */
    default int cost() {
        return switch (this) {
            case Arg a -> 0;
            case Literal l -> 0;
            case Apply(var fn, var args, var t) -> 1 + args.stream().mapToInt(Expr::cost).sum();
        };
    }
}
