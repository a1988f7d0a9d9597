package dev.sinter.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
            return fn.label() + (fn.isConversion() ? "<" + dtype + ">" : "") + "(" + operands + ")";
        }
    }

    /**
     * A name within a {@code compute} or {@code scatter}: an index of the result, a loop's counter, a carried value or
     * a {@link Let}. Counters and indices are i64.
     *
     * @param name
     *            the name
     * @param dtype
     *            its type
     */
    record Var(String name, DType dtype) implements Expr {
        @Override
        public String toString() {
            return Notation.name(name) + ":" + dtype;
        }
    }

    /**
     * A dimension's value, an i64.
     *
     * @param dim
     *            the dimension
     */
    record Size(Dim dim) implements Expr {
        @Override
        public DType dtype() {
            return DType.I64;
        }

        @Override
        public String toString() {
            return "size<" + dim + ">";
        }
    }

    /**
     * One element of an operand, at indices computed; only within a {@code compute} or {@code scatter}.
     *
     * @param operand
     *            which operand
     * @param index
     *            an i64 for each axis, from 0; negative ones do not count from the end
     * @param otherwise
     *            the value where an index is outside of the operand, evaluated only then; null where the indices are
     *            within by construction, so that one outside raises an error
     * @param dtype
     *            the operand's type
     */
    record Read(int operand, List<Expr> index, @Nullable Expr otherwise, DType dtype) implements Expr {
        /** Copies the list. */
        public Read {
            index = List.copyOf(index);
        }

        @Override
        public String toString() {
            var at = index.stream().map(Expr::toString).collect(Collectors.joining(", "));
            return "read<$" + operand + ":" + dtype + ">([" + at + "]"
                    + (otherwise == null ? "" : ", " + otherwise) + ")";
        }
    }

    /**
     * A value computed once and used by name.
     *
     * @param name
     *            the name, unique within the whole expression
     * @param value
     *            what it stands for
     * @param body
     *            where it is used
     */
    record Let(String name, Expr value, Expr body) implements Expr {
        @Override
        public DType dtype() {
            return body.dtype();
        }

        @Override
        public String toString() {
            return "let(" + Notation.name(name) + ", " + value + ", " + body + ")";
        }
    }

    /**
     * A loop that carries values: all carried values change at once, after each round.
     *
     * @param var
     *            name of the counter, 0 to count - 1, unique within the whole expression
     * @param count
     *            rounds, an i64; none if it is not positive
     * @param carries
     *            values carried round
     * @param result
     *            of the carried values behind the last round
     */
    record Fold(String var, Expr count, List<Carry> carries, Expr result) implements Expr {
        /** Copies the list. */
        public Fold {
            carries = List.copyOf(carries);
        }

        @Override
        public DType dtype() {
            return result.dtype();
        }

        @Override
        public String toString() {
            return "fold(" + Notation.name(var) + ", " + count + ", "
                    + carries.stream().map(Carry::toString).collect(Collectors.joining(", ")) + ", " + result + ")";
        }
    }

    /**
     * A value carried round a {@link Fold}.
     *
     * @param name
     *            its name, unique within the whole expression
     * @param init
     *            before the first round
     * @param next
     *            after each round, of the same type; sees the counter and all carried values of the round
     */
    record Carry(String name, Expr init, Expr next) {
        @Override
        public String toString() {
            return "carry(" + Notation.name(name) + ", " + init + ", " + next + ")";
        }
    }

    /** {@return type of the value} */
    DType dtype();

    /**
     * The direct subexpressions, in the order they are evaluated.
     *
     * @return the subexpressions
     */
    default List<Expr> children() {
        return switch (this) {
            case Arg a -> List.of();
            case Literal l -> List.of();
            case Var v -> List.of();
            case Size s -> List.of();
            case Apply(var fn, var args, var t) -> args;
            case Read(var o, var index, var otherwise, var t) -> {
                var all = new ArrayList<>(index);
                if (otherwise != null) {
                    all.add(otherwise);
                }
                yield all;
            }
            case Let(var n, var value, var body) -> List.of(value, body);
            case Fold(var v, var count, var carries, var result) -> {
                var all = new ArrayList<Expr>(List.of(count));
                carries.forEach(c -> all.add(c.init()));
                carries.forEach(c -> all.add(c.next()));
                all.add(result);
                yield all;
            }
        };
    }

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
        if (fn.isConversion()) {
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
     * A conversion of a kind.
     *
     * @param fn
     *            a {@linkplain Fn#isConversion conversion}
     * @param arg
     *            what to convert
     * @param to
     *            target type
     * @return the expression
     */
    static Expr convert(Fn fn, Expr arg, DType to) {
        if (!fn.isConversion()) {
            throw new IrException("a conversion was expected, not " + fn.label());
        }
        return fn == Fn.CAST ? cast(arg, to) : new Apply(fn, List.of(arg), to);
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
            case Var v -> v;
            case Size s -> s;
            case Read(var operand, var index, var otherwise, var dtype) -> new Read(operand,
                    index.stream().map(i -> i.transform(rewrite)).toList(),
                    otherwise == null ? null : otherwise.transform(rewrite), dtype);
            case Let(var name, var value, var body) ->
                    new Let(name, value.transform(rewrite), body.transform(rewrite));
            case Fold(var v, var count, var carries, var result) -> new Fold(v, count.transform(rewrite),
                    carries.stream().map(c -> new Carry(c.name(), c.init().transform(rewrite),
                            c.next().transform(rewrite))).toList(),
                    result.transform(rewrite));
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
        return (this instanceof Apply ? 1 : 0) + children().stream().mapToInt(Expr::cost).sum();
    }
}
