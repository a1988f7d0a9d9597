package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.IrException;
import dev.sinter.ir.TensorData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The expression of a {@link Compute} or {@link Scatter} made ready to be evaluated many times: a tree of small
 * functions over slots of {@code long} (integers and bool), {@code double} (floating point) and text. Every function is
 * evaluated in double precision or 64 bits, then rounded or wrapped once to its declared type, as {@link Elementwise}
 * does.
 */
final class ScalarCode {
    /** Values of the names that are in scope, by slot. */
    record Frame(long[] integers, double[] reals, String[] texts) {
    }

    /** A function of a frame: one of three kinds, told apart by the type of the value. */
    sealed interface Code {
    }

    /** An integer or bool, extended to 64 bits by its type's sign. */
    @FunctionalInterface
    non-sealed interface Integer extends Code {
        /** {@return the value} */
        long at(Frame frame);
    }

    /** A floating-point number. */
    @FunctionalInterface
    non-sealed interface Real extends Code {
        /** {@return the value} */
        double at(Frame frame);
    }

    /** A string. */
    @FunctionalInterface
    non-sealed interface Text extends Code {
        /** {@return the value} */
        String at(Frame frame);
    }

    /** Something done to a frame. */
    @FunctionalInterface
    private interface Step {
        void run(Frame frame);
    }

    private final String op;
    private final List<TensorData> inputs;
    private final Map<String, java.lang.Integer> slots = new HashMap<>();
    private int next;

    /**
     * No expression yet.
     *
     * @param op
     *            for messages
     * @param inputs
     *            what reads read
     * @param rank
     *            number of indices, which have the first slots
     */
    ScalarCode(String op, List<TensorData> inputs, int rank) {
        this.op = op;
        this.inputs = inputs;
        for (int axis = 0; axis < rank; axis++) {
            slot("i" + axis);
        }
    }

    /** The slot of a name; a new one where it has none yet. */
    int slot(String name) {
        return slots.computeIfAbsent(name, n -> next++);
    }

    /** A frame with room for all expressions compiled so far. */
    Frame frame() {
        return new Frame(new long[next], new double[next], new String[next]);
    }

    /** Makes an expression ready. */
    Code compile(Expr expr) {
        return switch (expr) {
            case Expr.Arg a -> throw new IrException(op + ": " + a + " stands in a map only");
            case Expr.Literal(var value, var bits, var dtype) ->
                    dtype.isFloat() ? (Real) f -> value : (Integer) f -> bits;
            case Expr.Var(var name, var dtype) -> variable(slot(name), dtype);
            case Expr.Size(var dim) -> {
                long size = dim.value();
                yield (Integer) f -> size;
            }
            case Expr.Read read -> read(read);
            case Expr.Let(var name, var value, var body) -> let(assign(slot(name), compile(value)), compile(body));
            case Expr.Fold fold -> fold(fold);
            case Expr.Apply(var fn, var args, var dtype) when fn == Fn.SELECT ->
                    select(integer(args.getFirst()), compile(args.get(1)), compile(args.get(2)));
            case Expr.Apply apply -> ScalarFunctions.of(apply, apply.args().stream().map(this::compile).toList());
        };
    }

    /** Makes an integer expression ready. */
    Integer integer(Expr expr) {
        return (Integer) compile(expr);
    }

    private static Code variable(int slot, DType dtype) {
        return switch (dtype.kind()) {
            case FLOAT -> (Real) f -> f.reals()[slot];
            case STRING -> (Text) f -> f.texts()[slot];
            default -> (Integer) f -> f.integers()[slot];
        };
    }

    private static Step assign(int slot, Code value) {
        return switch (value) {
            case Integer c -> f -> f.integers()[slot] = c.at(f);
            case Real c -> f -> f.reals()[slot] = c.at(f);
            case Text c -> f -> f.texts()[slot] = c.at(f);
        };
    }

    private static Code let(Step first, Code body) {
        return switch (body) {
            case Integer c -> (Integer) f -> {
                first.run(f);
                return c.at(f);
            };
            case Real c -> (Real) f -> {
                first.run(f);
                return c.at(f);
            };
            case Text c -> (Text) f -> {
                first.run(f);
                return c.at(f);
            };
        };
    }

    private static Code select(Integer choice, Code yes, Code no) {
        return switch (yes) {
            case Integer c -> {
                var other = (Integer) no;
                yield (Integer) f -> choice.at(f) != 0 ? c.at(f) : other.at(f);
            }
            case Real c -> {
                var other = (Real) no;
                yield (Real) f -> choice.at(f) != 0 ? c.at(f) : other.at(f);
            }
            case Text c -> {
                var other = (Text) no;
                yield (Text) f -> choice.at(f) != 0 ? c.at(f) : other.at(f);
            }
        };
    }

    private Code fold(Expr.Fold fold) {
        var count = integer(fold.count());
        var begin = new ArrayList<Step>();
        for (var carry : fold.carries()) {
            begin.add(assign(slot(carry.name()), compile(carry.init())));
        }
        int counter = slot(fold.var());
        var round = round(fold.carries());
        Step loop = f -> {
            long rounds = count.at(f);
            for (var step : begin) {
                step.run(f);
            }
            for (long k = 0; k < rounds; k++) {
                f.integers()[counter] = k;
                for (var step : round) {
                    step.run(f);
                }
            }
        };
        return let(loop, compile(fold.result()));
    }

    /** One round: all new values first, in slots of their own where there are several, then all at once. */
    private Step[] round(List<Expr.Carry> carries) {
        if (carries.size() == 1) {
            var carry = carries.getFirst();
            return new Step[]{assign(slot(carry.name()), compile(carry.next()))};
        }
        var steps = new ArrayList<Step>();
        var moves = new ArrayList<Step>();
        for (var carry : carries) {
            int kept = next++;
            steps.add(assign(kept, compile(carry.next())));
            moves.add(assign(slot(carry.name()), variable(kept, carry.init().dtype())));
        }
        steps.addAll(moves);
        return steps.toArray(Step[]::new);
    }

    private Code read(Expr.Read read) {
        var data = inputs.get(read.operand());
        var position = new Position(op, read.operand(), data.dims(),
                read.index().stream().map(this::integer).toArray(Integer[]::new));
        var otherwise = read.otherwise() == null ? null : compile(read.otherwise());
        return switch (data.dtype().kind()) {
            case FLOAT -> {
                var other = (Real) otherwise;
                yield data.array() instanceof float[] a ? (Real) f -> {
                    int at = position.at(f, other == null);
                    return at < 0 && other != null ? other.at(f) : a[at];
                } : (Real) f -> {
                    int at = position.at(f, other == null);
                    return at < 0 && other != null ? other.at(f) : data.getDouble(at);
                };
            }
            case STRING -> {
                var other = (Text) otherwise;
                var texts = (String[]) data.array();
                yield (Text) f -> {
                    int at = position.at(f, other == null);
                    return at < 0 && other != null ? other.at(f) : texts[at];
                };
            }
            case COMPLEX -> throw new IrException(op + ": complex numbers are not evaluated");
            default -> {
                var other = (Integer) otherwise;
                yield (Integer) f -> {
                    int at = position.at(f, other == null);
                    return at < 0 && other != null ? other.at(f) : data.getLong(at);
                };
            }
        };
    }

    /** Where in an operand indices point to. */
    static final class Position {
        private final String op;
        private final int operand;
        private final long[] dims;
        private final Integer[] index;

        Position(String op, int operand, long[] dims, Integer[] index) {
            this.op = op;
            this.operand = operand;
            this.dims = dims;
            this.index = index;
        }

        /** The position, row-major; -1 or an error where an index is outside. */
        int at(Frame frame, boolean strict) {
            long position = 0;
            boolean inside = true;
            for (int axis = 0; axis < dims.length; axis++) {
                long i = index[axis].at(frame);
                if (i < 0 || i >= dims[axis]) {
                    if (strict) {
                        throw new IrException(op + ": an index of operand " + operand + " below " + dims[axis]
                                + " was expected on axis " + axis + ", not " + i);
                    }
                    inside = false;
                }
                position = position * dims[axis] + i;
            }
            return inside ? (int) position : -1;
        }
    }
}
