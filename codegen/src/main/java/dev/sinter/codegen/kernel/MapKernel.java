package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Elementwise work over strided, broadcast operands: copies of views, concatenation and every {@code map}. Axes that
 * lie behind each other in all operands become one; the innermost runs in vectors where every operand is contiguous or
 * repeated along it.
 */
public final class MapKernel {
    /** Elements one parallel round takes when there is but one axis. */
    private static final int CHUNK = 4096;
    /** Functions and operands that are below every limit, whatever the functions: copies of one operand. */
    private static final int SHORT = 0;
    /** JVM methods take 255 words of parameters; two are for the range. */
    private static final int MAX_PARAMETERS = 250;
    /** Terms that are surely below 8,000 bytecodes. */
    private static final int MAX_STATEMENTS = 300;

    private MapKernel() {
    }

    /**
     * The call that computes an expression.
     *
     * @param expr
     *            operand i is {@code $i}
     * @param inputs
     *            broadcast to the output's sizes by this method
     * @param output
     *            where the result goes, strided
     * @return the call
     */
    public static Call of(Expr expr, List<Operand> inputs, Operand output) {
        if (expr instanceof Expr.Arg(var i, var t)) {
            var from = inputs.get(i).plain();
            return template(Expr.arg(0, from.dtype()), List.of(from), output.plain()).call();
        }
        return template(expr, inputs, output).call();
    }

    /**
     * Whether an expression is short enough for one kernel.
     *
     * @param expr
     *            operand i is {@code $i}
     * @param inputs
     *            that broadcast to the output
     * @param output
     *            where the result goes
     * @return whether {@link #of} makes a kernel that the back end takes
     */
    public static boolean fits(Expr expr, List<Operand> inputs, Operand output) {
        if (expr.cost() <= SHORT) {
            return true;
        }
        return template(expr, inputs, output).fits();
    }

    /** Operands that the expression does not use are left out. */
    private static Template template(Expr expr, List<Operand> inputs, Operand output) {
        var used = new TreeSet<Integer>();
        expr.transform(e -> {
            if (e instanceof Expr.Arg(var i, var t)) {
                used.add(i);
            }
            return e;
        });
        var operands = new ArrayList<Operand>(List.of(output));
        var args = new ArrayList<Expr>();
        for (int i = 0; i < inputs.size(); i++) {
            args.add(Expr.arg(operands.size() - 1, inputs.get(i).dtype()));
            if (used.contains(i)) {
                operands.add(inputs.get(i).broadcast(output.dims()));
            }
        }
        return new Template(expr.substitute(args), collapsed(operands));
    }

    /** Merges neighbouring axes wherever all operands allow it. */
    static List<Operand> collapsed(List<Operand> operands) {
        int rank = operands.getFirst().rank();
        var groups = new ArrayList<List<Integer>>();
        for (int axis = 0; axis < rank; axis++) {
            if (operands.getFirst().dims().get(axis).equals(Dim.ONE)) {
                continue;
            }
            int inner = axis;
            boolean joins = !groups.isEmpty() && operands.stream().allMatch(o -> {
                int outer = groups.getLast().getLast();
                return o.strides().get(outer).equals(o.strides().get(inner).times(o.dims().get(inner)));
            });
            if (joins) {
                groups.getLast().add(axis);
            } else {
                groups.add(new ArrayList<>(List.of(axis)));
            }
        }
        if (groups.isEmpty()) {
            groups.add(List.of());
        }
        return operands.stream().map(o -> regroup(o, groups)).toList();
    }

    private static Operand regroup(Operand operand, List<List<Integer>> groups) {
        var dims = new ArrayList<Dim>();
        var strides = new ArrayList<Dim>();
        for (var group : groups) {
            var size = Dim.ONE;
            for (var axis : group) {
                size = size.times(operand.dims().get(axis));
            }
            dims.add(size);
            strides.add(group.isEmpty() ? Dim.ONE : operand.strides().get(group.getLast()));
        }
        return new Operand(operand.place(), operand.dtype(), operand.offset(), dims, strides);
    }

    /** One kernel being written. */
    private static final class Template {
        private final Expr expr;
        private final Lifted lifted;
        private final List<Operand> operands;
        private final Access access = new Access();
        private final List<Access.Memory> memories = new ArrayList<>();
        private final List<Term> constants = new ArrayList<>();
        private final List<List<Term>> strides = new ArrayList<>();
        private final List<Term> sizes = new ArrayList<>();
        private final int rank;
        private final boolean vector;

        Template(Expr expr, List<Operand> operands) {
            this.expr = expr;
            this.lifted = Lifted.of(expr, operands.size() - 1);
            this.operands = operands;
            this.rank = operands.getFirst().rank();
            this.vector = isVector();
            for (int i = 0; i < operands.size(); i++) {
                memories.add(access.memory(i == 0 ? "y" : "x" + (i - 1), operands.get(i)));
            }
            for (int axis = 0; axis < rank; axis++) {
                sizes.add(access.parameter("d" + axis, operands.getFirst().dims().get(axis)));
            }
            for (int i = 0; i < operands.size(); i++) {
                var own = new ArrayList<Term>();
                for (int axis = 0; axis < rank; axis++) {
                    own.add(access.stride((i == 0 ? "ys" : "xs" + (i - 1) + "_") + axis,
                            operands.get(i).strides().get(axis)));
                }
                strides.add(own);
            }
            for (int i = 0; i < lifted.constants().size(); i++) {
                constants.add(access.real("c" + i, lifted.constants().get(i)));
            }
        }

        private boolean isVector() {
            var output = operands.getFirst();
            var last = output.dims().getLast();
            if (last.isConst() && last.value() < VType.LANES) {
                return false;
            }
            return output.storage().label().matches("f32|i32|i8|u8") && output.strides().getLast().equals(Dim.ONE)
                    && ExprCode.isVectorizable(expr) && operands.subList(1, operands.size()).stream().allMatch(
                            o -> o.strides().getLast().equals(Dim.ZERO) || o.strides().getLast().equals(Dim.ONE));
        }

        /** Whether there are bytes along a row: vectors of them are loaded and stored whole, not under a mask. */
        private boolean movesBytes() {
            return operands.stream().anyMatch(o -> o.storage().bytes() == 1 && !o.strides().getLast().equals(Dim.ZERO));
        }

        Call call() {
            var first = operands.getFirst().dims().getFirst();
            var count = rank > 1 ? first : first.ceilDiv(CHUNK);
            var kernel = kernel(false);
            boolean whole = !vector || expr.cost() <= SHORT || VectorOperations.fit(kernel);
            return new Call(KernelSet.same(whole ? kernel : kernel(true)), access.arrays(), access.args(), count);
        }

        /** Whether the kernel is below all limits if the rest of each row goes to a method of its own. */
        boolean fits() {
            int parameters = access.buffers().size() + 2 * access.params(true).size() + operands.size() + 2;
            if (parameters > MAX_PARAMETERS) {
                return false;
            }
            if (vector) {
                return VectorOperations.fit(kernel(true)) && VectorOperations.fit(tail());
            }
            var probe = new Body();
            var bases = strides.stream().map(s -> Term.i32(0)).toList();
            element(probe, bases, repeated(probe, bases), Term.ref("i"), 1, null, "v");
            return probe.stmts().size() <= MAX_STATEMENTS;
        }

        private String name() {
            return "map." + (vector ? "" : "scalar.") + "r" + rank + "." + Naming.of(expr);
        }

        private Kernel kernel(boolean tailApart) {
            var body = Body.block(b -> b.par("t", x -> round(x, tailApart)));
            return new Kernel(name(), access.buffers(), access.params(true), body);
        }

        /** The rest of a row, less than a vector, as a kernel of its own: one method with both would be too long. */
        private Kernel tail() {
            var names = IntStream.range(0, operands.size()).mapToObj(i -> "base" + i).toList();
            var bases = names.stream().map(base -> Term.ref(base)).toList();
            var body = Body.block(b -> tail(b, bases, repeated(b, bases), Term.ref("from"), Term.ref("end")));
            return access.part(name() + ".tail", Stream.concat(names.stream(), Stream.of("from", "end")).toList(),
                    body);
        }

        private void tail(Body b, List<Term> bases, List<@Nullable Term> repeated, Term from, Term end) {
            if (movesBytes()) {
                b.loop("k", from, end, 1, x -> element(x, bases, repeated, Term.ref("k"), 1, null, "w"));
                return;
            }
            b.loop("k", from, end, VType.LANES, inner -> {
                var lanes = inner.let("lanes", new Term.Lanes(Term.ref("k"), end, VType.LANES));
                element(inner, bases, repeated, Term.ref("k"), VType.LANES, lanes, "w");
            });
        }

        private void round(Body b, boolean tailApart) {
            var t = Term.ref("t");
            if (rank == 1) {
                var begin = b.let("begin", t.times(CHUNK));
                var end = b.let("end", Term.of(Prim.MIN, begin.plus(CHUNK), sizes.getFirst()));
                row(b, strides.stream().map(s -> Term.i32(0)).toList(), begin, end, tailApart);
            } else {
                var bases = new ArrayList<Term>();
                for (int i = 0; i < operands.size(); i++) {
                    bases.add(strides.get(i).getFirst().times(t));
                }
                axis(b, 1, bases, tailApart);
            }
        }

        private void axis(Body b, int axis, List<Term> bases, boolean tailApart) {
            if (axis == rank - 1) {
                row(b, bases, Term.i32(0), sizes.get(axis), tailApart);
                return;
            }
            b.loop("i" + axis, Term.i32(0), sizes.get(axis), 1, inner -> {
                var deeper = new ArrayList<Term>();
                for (int i = 0; i < operands.size(); i++) {
                    deeper.add(bases.get(i).plus(strides.get(i).get(axis).times(Term.ref("i" + axis))));
                }
                axis(inner, axis + 1, deeper, tailApart);
            });
        }

        private void row(Body b, List<Term> bases, Term begin, Term end, boolean tailApart) {
            var repeated = repeated(b, bases);
            if (!vector) {
                b.loop("i", begin, end, 1, inner -> element(inner, bases, repeated, Term.ref("i"), 1, null, "v"));
                return;
            }
            var full = b.let("full", begin.plus(Term.of(Prim.AND, end.minus(begin), Term.i32(-VType.LANES))));
            b.loop("i", begin, full, VType.LANES,
                    inner -> element(inner, bases, repeated, Term.ref("i"), VType.LANES, null, "v"));
            if (isWhole()) {
                return;
            }
            if (!tailApart) {
                tail(b, bases, repeated, full, end);
                return;
            }
            var args = Stream.concat(bases.stream(), Stream.of(full, end)).toList();
            b.when(Term.of(Prim.LT, full, end), rest -> rest.add(access.call(tail(), args)));
        }

        /** Whether there is never a part of a vector left over. */
        private boolean isWhole() {
            var last = operands.getFirst().dims().getLast();
            return last.floorDiv(Dim.of(VType.LANES)).times(Dim.of(VType.LANES)).equals(last);
        }

        /** Elements that are the same along a row, loaded before it; null for the other operands. */
        private List<@Nullable Term> repeated(Body b, List<Term> bases) {
            var all = new ArrayList<@Nullable Term>();
            all.add(null);
            for (int o = 1; o < operands.size(); o++) {
                boolean repeats = operands.get(o).strides().getLast().equals(Dim.ZERO);
                all.add(repeats ? b.let("r" + o, memories.get(o).load(bases.get(o), 1)) : null);
            }
            return all;
        }

        private void element(Body b, List<Term> bases, List<@Nullable Term> repeated, Term i, int lanes,
                @Nullable Term mask, String prefix) {
            var args = new ArrayList<Term>();
            for (int o = 1; o < operands.size(); o++) {
                var same = repeated.get(o);
                args.add(same != null ? everywhere(b, same, lanes, prefix + "x" + o)
                        : operand(b, o, bases.get(o), i, lanes, mask, prefix));
            }
            for (int c = 0; c < constants.size(); c++) {
                args.add(everywhere(b, constants.get(c), lanes, prefix + "c" + c));
            }
            var value = new ExprCode(b, lanes, args, prefix, operands.size() - 1).lower(lifted.expr());
            var distance =
                    lanes > 1 ? bases.getFirst().plus(i) : bases.getFirst().plus(strides.getFirst().getLast().times(i));
            b.store("y", memories.getFirst().at(distance), value, mask);
        }

        private static Term everywhere(Body b, Term scalar, int lanes, String name) {
            return lanes > 1 ? b.let(name, scalar.splat()) : scalar;
        }

        private Term operand(Body b, int o, Term base, Term i, int lanes, @Nullable Term mask, String prefix) {
            var memory = memories.get(o);
            var at = lanes > 1 ? base.plus(i) : base.plus(strides.get(o).getLast().times(i));
            return b.let(prefix + "x" + o, memory.loadLanes(at, lanes, mask));
        }
    }
}
