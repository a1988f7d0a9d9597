package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.op.Recurrence;
import dev.sinter.ir.op.Recurrence.Kind;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a recurrent network: rows of the batch in parallel, each step by step. A step is one or two products
 * of the hidden state with the weights, sixteen columns a vector, and the cell's elementwise work; both are methods of
 * their own. The states lie in the last states' results, the gates' sums in scratch.
 *
 * @see Recurrence
 */
public final class RecurrenceKernel {
    /** Vector operations a method of elementwise work may have; the back end's own count is a little higher. */
    private static final int LONGEST = 130;
    /** Number of the first intermediate result of elementwise work too long for one method. */
    private static final int SPARE = Recurrence.PROJECTED + 1;
    private static final int SPARES = 3;

    /**
     * What is to be computed.
     *
     * @param op
     *            the network
     * @param projected
     *            {@code [T,B,G*H]}, last axis contiguous
     * @param weights
     *            {@code [H,G*H]}, contiguous
     * @param bias
     *            {@code [G*H]}, contiguous
     * @param peephole
     *            {@code [3*H]}, contiguous, or null
     * @param lengths
     *            {@code [B]}, contiguous, or null
     * @param y
     *            {@code [T,B,H]}, contiguous
     * @param hidden
     *            {@code [B,H]}, contiguous: the first state, in the end the last one
     * @param cell
     *            {@code [B,H]} likewise, or null
     * @param scratch
     *            {@link #scratchSize} elements for each worker
     */
    public record Run(Recurrence op, Operand projected, Operand weights, Operand bias, @Nullable Operand peephole,
            @Nullable Operand lengths, Operand y, Operand hidden, @Nullable Operand cell, Place scratch) {
    }

    /** Elementwise work: where its result goes, and which number it then has. */
    private record Stage(Expr expr, int slot, List<Access.Memory> to, List<Term> at) {
        Stage of(Expr other) {
            return new Stage(other, slot, to, at);
        }
    }

    private final Run run;
    private final Recurrence op;
    private final DType dtype;
    private final int lanes;
    private final Access access = new Access();
    private final Access.Memory p;
    private final Access.Memory w;
    private final Access.Memory bias;
    private final Access.@Nullable Memory peephole;
    private final Access.@Nullable Memory lengths;
    private final Access.Memory y;
    private final Access.Memory h;
    private final Access.@Nullable Memory c;
    private final Access.Memory z;
    private final Term size;
    private final Term columns;

    private RecurrenceKernel(Run run) {
        this.run = run;
        this.op = run.op();
        this.dtype = run.projected().dtype();
        this.p = access.memory("p", run.projected());
        this.w = access.memory("w", run.weights());
        this.bias = access.memory("b", run.bias());
        this.peephole = run.peephole() == null ? null : access.memory("e", run.peephole());
        this.lengths = run.lengths() == null ? null : access.memory("l", run.lengths());
        this.y = access.memory("y", run.y());
        this.h = access.memory("h", run.hidden());
        this.c = run.cell() == null ? null : access.memory("c", run.cell());
        this.z = access.memory("z",
                new Operand(run.scratch(), dtype, Dim.ZERO, List.of(Dim.ONE), List.of(Dim.ONE)));
        this.size = access.size("H", run.weights().dims().get(0));
        this.columns = access.size("C", run.weights().dims().get(1));
        boolean vector = dtype == DType.F32 && exprs().stream().allMatch(ExprCode::isVectorizable);
        this.lanes = vector ? VType.LANES : 1;
    }

    /**
     * Scratch of one worker, in elements.
     *
     * @param op
     *            the network
     * @param size
     *            its hidden size H
     * @return room for the gates' sums and one state
     */
    public static Dim scratchSize(Recurrence op, Dim size) {
        return size.times(Dim.of(op.kind().gates() + 1 + SPARES));
    }

    /**
     * The call that runs a network over all its steps.
     *
     * @param run
     *            operands
     * @return the call
     */
    public static Call of(Run run) {
        var kernel = new RecurrenceKernel(run);
        // the driver's own parameters come first, those of the methods it calls are the same
        var steps = kernel.access.size("T", run.projected().dims().get(0));
        var batch = kernel.access.size("B", run.projected().dims().get(1));
        var outer = kernel.access.size("ps0", run.projected().strides().get(0));
        var inner = kernel.access.size("ps1", run.projected().strides().get(1));
        return new Call(KernelSet.of(form -> {
            var body = Body.block(b -> b.par("row", round -> kernel.row(round, form, steps, batch, outer, inner)));
            return new Kernel(kernel.name(""), kernel.access.buffers(), kernel.access.params(true), body);
        }), kernel.access.arrays(), kernel.access.args(),
                run.projected().dims().get(1));
    }

    private String name(String part) {
        return "recurrence." + op.kind().name().toLowerCase(Locale.ROOT) + "." + dtype
                + (op.reverse() ? ".reverse" : "") + part;
    }

    private List<Expr> exprs() {
        return switch (op.kind()) {
            case RNN -> List.of(op.hidden(dtype));
            case GRU -> List.of(op.hidden(dtype), op.reset(dtype));
            case LSTM -> List.of(op.cell(dtype), op.hidden(dtype));
        };
    }

    // ---- all steps of one row

    private void row(Body b, Form form, Term steps, Term batch, Term outer, Term inner) {
        var row = Term.ref("row");
        Term count = steps;
        if (lengths != null) {
            var given = b.let("given", lengths.load(row, Elem.I64, 1, null));
            var within = Term.of(Prim.MAX, Term.of(Prim.MIN, given, steps.wide()), Term.i64(0));
            count = b.let("count", new Term.Convert(within, Elem.I32));
        }
        var last = count;
        b.let("state", row.times(size));
        b.loop("s", Term.i32(0), count, 1, body -> {
            var t = op.reverse() ? body.let("t", last.minus(Term.i32(1)).minus(Term.ref("s"))) : Term.ref("s");
            body.let("from", outer.times(t).plus(inner.times(row)));
            body.let("to", batch.times(t).plus(row).times(size));
            step(body, form);
        });
        if (lengths != null) {
            b.loop("rest", count, steps, 1, body -> {
                var to = body.let("zeros", batch.times(Term.ref("rest")).plus(row).times(size));
                body.loop("n", Term.i32(0), size, 1, one -> one.store("y", y.at(to.plus(Term.ref("n"))),
                        new Term.Lit(0, 0, new VType(ExprCode.elem(dtype), 1))));
            });
        }
    }

    private void step(Body b, Form form) {
        var state = Term.ref("state");
        boolean twice = op.kind() == Kind.GRU;
        int gates = op.kind().gates();
        call(b, product(form, 0, twice ? 2 : gates, false, true));
        if (twice && !op.linear()) {
            work(b, "reset", List.of(new Stage(op.reset(dtype), -1, List.of(z), List.of(columns))));
        }
        if (twice) {
            call(b, product(form, 2, 3, !op.linear(), !op.linear()));
        }
        var stages = new ArrayList<Stage>();
        if (op.kind() == Kind.LSTM) {
            stages.add(new Stage(op.cell(dtype), Recurrence.CELL, List.of(c), List.of(state)));
        }
        stages.add(new Stage(op.hidden(dtype), -1, List.of(h, y), List.of(state, Term.ref("to"))));
        work(b, "cell", stages);
    }

    /** Elementwise work in as few methods as their limit allows. */
    private void work(Body b, String name, List<Stage> stages) {
        var pieces = new ArrayList<Stage>();
        for (var stage : stages) {
            split(stage, pieces);
        }
        var together = new ArrayList<Stage>();
        int number = 0;
        for (var stage : pieces) {
            var longer = new ArrayList<>(together);
            longer.add(stage);
            if (!together.isEmpty() && !fits(longer)) {
                call(b, elements("." + name + number++, together));
                together.clear();
            }
            together.add(stage);
        }
        call(b, elements("." + name + number, together));
    }

    private boolean fits(List<Stage> stages) {
        if (lanes == 1) {
            return true;
        }
        var kernel = elements(".probe", stages);
        return List.of(Form.V512, Form.V256, Form.V128).stream()
                .allMatch(form -> VectorOperations.of(kernel, form) <= LONGEST);
    }

    /** Work too long for a method, its largest parts first. */
    private void split(Stage stage, List<Stage> stages) {
        var expr = stage.expr();
        for (int spare = 0; spare < SPARES && !fits(List.of(stage.of(expr))); spare++) {
            var part = largest(expr, expr);
            if (part == null) {
                break;
            }
            int slot = SPARE + spare;
            stages.add(new Stage(part, slot, List.of(z), List.of(spare(spare))));
            expr = expr.transform(e -> e.equals(part) ? Expr.arg(slot, dtype) : e);
        }
        stages.add(stage.of(expr));
    }

    private Term spare(int number) {
        return size.times(op.kind().gates() + 1 + number);
    }

    private @Nullable Expr largest(Expr whole, Expr expr) {
        if (!(expr instanceof Expr.Apply) || expr.dtype() != dtype) {
            return null;
        }
        if (expr != whole && fits(List.of(new Stage(expr, -1, List.of(z), List.of(columns))))) {
            return expr;
        }
        return expr.children().stream().map(e -> largest(whole, e)).filter(Objects::nonNull)
                .max(Comparator.comparingInt(Expr::cost)).orElse(null);
    }

    private void call(Body b, Kernel kernel) {
        var heap = access.buffers().stream().filter(x -> !x.isWeight()).map(x -> x.name()).toList();
        var args = new ArrayList<Term>();
        kernel.params().forEach(x -> args.add(Term.ref(x.name())));
        b.add(new Stmt.Call(kernel, heap, args));
    }

    /** A method of its own, which is given what the driver is and the positions of the step. */
    private Kernel part(String name, Consumer<Body> body) {
        var params = new ArrayList<>(access.params(false));
        for (var position : List.of("state", "from", "to")) {
            params.add(new Kernel.Param(position, Elem.I32));
        }
        return new Kernel(name(name), access.buffers(), params, Body.block(body));
    }

    // ---- products

    /** Vectors of columns a product works on at once: enough to hide the latency of fma. */
    private static int vectors(Form form) {
        return switch (form) {
            case V512 -> 8;
            case V256 -> 4;
            case V128, SCALAR -> 2;
        };
    }

    /** The sums of some gates: inputs' part, bias, then state times weights in ascending order. */
    private Kernel product(Form form, int first, int end, boolean reset, boolean projected) {
        return part(".product" + (reset ? ".reset" : projected ? "" : ".bias") + (lanes == 1 ? ".scalar" : ""), b -> {
            var from = size.times(first);
            var to = size.times(end);
            if (lanes == 1) {
                b.loop("n", from, to, 1, x -> columns(x, reset, projected, 1, null));
                return;
            }
            int block = vectors(form) * VType.LANES;
            var full = b.let("full", from.plus(Term.of(Prim.AND, to.minus(from), Term.i32(-block))));
            b.loop("m", from, full, block, x -> columns(x, reset, projected, vectors(form), null));
            boolean whole = run.weights().dims().get(0).isConst()
                    && run.weights().dims().get(0).value() * (end - first) % block == 0;
            if (!whole) {
                b.loop("n", full, to, VType.LANES, x -> columns(x, reset, projected, 1,
                        x.let("lanes", new Term.Lanes(Term.ref("n"), to, VType.LANES))));
            }
        });
    }

    private void columns(Body b, boolean reset, boolean projected, int vectors, @Nullable Term mask) {
        boolean block = vectors > 1;
        var over = block ? List.of(new Range("u", vectors)) : List.<Range>of();
        var column = block ? Term.ref("m").plus(Term.ref("u").times(VType.LANES)) : Term.ref("n");
        var prefix = block ? "m" : "n";
        var start = bias.loadLanes(column, lanes, mask);
        if (projected) {
            start = Term.of(Prim.ADD, p.loadLanes(Term.ref("from").plus(column), lanes, mask), start);
        }
        var k = Term.ref(prefix + "k");
        var sum = block ? Term.ref(prefix + "acc", Term.ref("u")) : Term.ref(prefix + "acc");
        var state = reset ? z.load(columns.plus(k), 1) : h.load(Term.ref("state").plus(k), 1);
        var inner = new Body();
        var one = inner.let(prefix + "h", lanes > 1 ? state.splat() : state);
        var next = Term.of(Prim.FMA, one, w.loadLanes(columns.times(k).plus(column), lanes, mask), sum);
        b.add(new Stmt.Loop(false, prefix + "k", Term.i32(0), size, 1,
                List.of(new Stmt.Carry(prefix + "acc", over, start, next)), inner.stmts()));
        if (block) {
            b.unroll(over, x -> x.store("z", z.at(column), sum));
        } else {
            b.store("z", z.at(column), sum, mask);
        }
    }

    // ---- elementwise work

    private Kernel elements(String name, List<Stage> stages) {
        return part(name + (lanes == 1 ? ".scalar" : ""), b -> b.loop("j", Term.i32(0), size, lanes, x -> {
            var dim = run.weights().dims().get(0);
            boolean whole = lanes == 1 || dim.isConst() && dim.value() % lanes == 0;
            var mask = whole ? null : x.let("lanes", new Term.Lanes(Term.ref("j"), size, lanes));
            var slots = new ArrayList<@Nullable Term>();
            for (int i = 0; i < SPARE + SPARES; i++) {
                slots.add(null);
            }
            for (int i = 0; i < stages.size(); i++) {
                stage(x, stages.get(i), slots, "e" + i, mask);
            }
        }));
    }

    private void stage(Body b, Stage stage, List<@Nullable Term> slots, String prefix, @Nullable Term mask) {
        var used = new TreeSet<Integer>();
        stage.expr().transform(e -> {
            if (e instanceof Expr.Arg(var i, var t)) {
                used.add(i);
            }
            return e;
        });
        for (int slot : used) {
            if (slots.get(slot) == null) {
                slots.set(slot, b.let("x" + slot, load(slot, mask)));
            }
        }
        var args = new ArrayList<Term>();
        slots.forEach(s -> args.add(s == null ? Term.i32(0) : s));
        var value = new ExprCode(b, lanes, args, prefix).lower(stage.expr());
        if (stage.slot() >= 0) {
            slots.set(stage.slot(), value);
        }
        for (int i = 0; i < stage.to().size(); i++) {
            var to = stage.to().get(i);
            b.store(to.buffer().name(), to.at(stage.at().get(i).plus(Term.ref("j"))), value, mask);
        }
    }

    private Term load(int slot, @Nullable Term mask) {
        var j = Term.ref("j");
        return switch (slot) {
            case Recurrence.HIDDEN -> h.loadLanes(Term.ref("state").plus(j), lanes, mask);
            case Recurrence.CELL -> c.loadLanes(Term.ref("state").plus(j), lanes, mask);
            case Recurrence.PROJECTED -> p.loadLanes(Term.ref("from").plus(size.times(2)).plus(j), lanes, mask);
            case 0, 1, 2, 3 -> z.loadLanes(size.times(slot).plus(j), lanes, mask);
            case SPARE, SPARE + 1, SPARE + 2 -> z.loadLanes(spare(slot - SPARE).plus(j), lanes, mask);
            default -> peephole.loadLanes(size.times(slot - Recurrence.PEEPHOLE).plus(j), lanes, mask);
        };
    }
}
