package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.Recurrence;
import dev.sinter.ir.op.Recurrence.Kind;
import dev.sinter.runtime.Form;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a recurrent network: a few rows of the batch a round, step by step. A step is one or two products of
 * the hidden states with the weights, which rows share, and each row's elementwise work; all are methods of their own.
 * The states lie in the last states' results, the gates' sums in scratch.
 *
 * @see Recurrence
 */
public final class RecurrenceKernel {
    /**
     * What is to be computed.
     *
     * @param op
     *            the network
     * @param projected
     *            {@code [T,B,G*H]}, last axis contiguous
     * @param weights
     *            {@code [H,G*H]}, contiguous, or in panels as {@link #padded} has them; null if zeros are left out
     * @param kept
     *            the weights of each product without their zeros, in groups of sixteen columns, otherwise as
     *            {@link #padded} has them: those of all gates, of a GRU those of the last one apart; empty if zeros are
     *            not left out
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
     * @param packed
     *            whether the weights are in panels
     */
    public record Run(Recurrence op, Operand projected, @Nullable Operand weights, List<KeptWeights> kept,
            Operand bias, @Nullable Operand peephole, @Nullable Operand lengths, Operand y, Operand hidden,
            @Nullable Operand cell, Place scratch, boolean packed) {
        /** Copies the list. */
        public Run {
            kept = List.copyOf(kept);
        }
    }

    private final RecurrenceOperands memory;
    private final int together;

    private RecurrenceKernel(Run run) {
        this.memory = new RecurrenceOperands(run);
        this.together = together(run.op());
    }

    /** Rows of a round: those with their own numbers of steps go alone. */
    private static int together(Recurrence op) {
        return op.lengths() ? 1 : RecurrenceProduct.ROWS;
    }

    /**
     * Scratch of one worker, in elements.
     *
     * @param op
     *            the network
     * @param size
     *            its hidden size H
     * @return room for the gates' sums and one state of each row of a round
     */
    public static Dim scratchSize(Recurrence op, Dim size) {
        return RecurrenceOperands.padded(size).times(Dim.of((long) RecurrenceOperands.scratchRows(op) * together(op)));
    }

    /**
     * Constant weights for panels: each gate's columns filled up with zeros to a multiple of sixteen.
     *
     * @param op
     *            the network
     * @param weights
     *            {@code f32[H,G*H]}
     * @return {@code [H,G*H16]}; null where the kernel computes element by element and takes no panels
     */
    public static @Nullable TensorData padded(Recurrence op, TensorData weights) {
        if (weights.dtype() != DType.F32 || !RecurrenceOperands.isVector(op, weights.dtype())) {
            return null;
        }
        int h = (int) weights.dims()[0];
        int gates = op.kind().gates();
        if (h % VType.LANES == 0) {
            return weights;
        }
        int wide = (h + VType.LANES - 1) / VType.LANES * VType.LANES;
        var from = (float[]) weights.array();
        var to = new float[h * gates * wide];
        for (int i = 0; i < h * gates; i++) {
            System.arraycopy(from, i * h, to, i * wide, h);
        }
        return TensorData.floats(to, h, (long) gates * wide);
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
        var memory = kernel.memory;
        return new Call(KernelSet.of(form -> {
            var body = Body.block(b -> b.par("r", round -> kernel.round(round, form)));
            return new Kernel(memory.name("." + form.suffix().toLowerCase(java.util.Locale.ROOT)),
                    memory.access.buffers(), memory.access.params(true), body);
        }), memory.access.arrays(), memory.access.args(),
                run.projected().dims().get(1).ceilDiv(kernel.together));
    }

    // ---- all steps of a few rows

    private void round(Body b, Form form) {
        var row = b.let("row", Term.ref("r").times(together));
        var rows = b.let("rows", Term.of(Prim.MIN, Term.i32(together), memory.batch.minus(row)));
        Term count = memory.steps;
        if (memory.lengths != null) {
            var given = b.let("given", memory.lengths.load(row, Elem.I64, 1, null));
            var within = Term.of(Prim.MAX, Term.of(Prim.MIN, given, memory.steps.wide()), Term.i64(0));
            count = b.let("count", new Term.Convert(within, Elem.I32));
        }
        var last = count;
        b.let("state", row.times(memory.size));
        b.loop("s", Term.i32(0), count, 1, body -> {
            var s = Term.ref("s");
            var t = memory.op.reverse() ? body.let("t", last.minus(Term.i32(1)).minus(s)) : s;
            body.let("from", memory.fromStep.times(t).plus(memory.fromRow.times(row)));
            body.let("to", memory.batch.times(t).plus(row).times(memory.size));
            body.let("odd", Term.of(Prim.AND, s, Term.i32(1)));
            step(body, form, rows);
        });
        if (memory.lengths != null) {
            b.loop("rest", count, memory.steps, 1, body -> {
                var to = body.let("zeros", memory.batch.times(Term.ref("rest")).plus(row).times(memory.size));
                body.loop("n", Term.i32(0), memory.size, 1, one -> one.store("y",
                        memory.y.at(to.plus(Term.ref("n"))),
                        new Term.Lit(0, 0, new VType(ExprCode.elem(memory.dtype), 1))));
            });
        }
    }

    private void step(Body b, Form form, Term rows) {
        boolean twice = memory.op.kind() == Kind.GRU;
        boolean linear = memory.op.linear();
        int gates = memory.op.kind().gates();
        var cell = new RecurrenceCell(memory, form);
        product(b, new RecurrenceProduct(memory, form, 0, twice ? 2 : gates, false, true), rows, "a");
        if (twice && !linear) {
            work(b, cell.reset(), rows, "b");
        }
        if (twice) {
            product(b, new RecurrenceProduct(memory, form, 2, 3, !linear, !linear), rows, "c");
        }
        work(b, cell.states(), rows, "d");
    }

    /**
     * The products of a step.
     *
     * @param op
     *            the network
     * @return how many gates each computes
     */
    public static List<Integer> gates(Recurrence op) {
        return op.kind() == Kind.GRU ? List.of(2, 1) : List.of(op.kind().gates());
    }

    /** A product of all rows at once if the form's tile takes them, else one by one. */
    private void product(Body b, RecurrenceProduct product, Term rows, String suffix) {
        if (!memory.kept.isEmpty()) {
            var kept = memory.kept.get(product.first() == 0 ? 0 : 1);
            memory.call(b, new KeptRecurrence(memory, product, kept).kernel(), Term.i32(0), rows);
            return;
        }
        int high = Math.min(together, memory.lanes == 1 ? 1 : RecurrenceProduct.rows(product.form()));
        if (high > 1) {
            b.when(Term.of(Prim.EQ, rows, Term.i32(high)), x -> memory.call(x, product.kernel(high), Term.i32(0)));
        }
        var single = high > 1 ? Term.of(Prim.SELECT, Term.of(Prim.EQ, rows, Term.i32(high)), Term.i32(0), rows) : rows;
        b.loop("i" + suffix, Term.i32(0), single, 1, x -> memory.call(x, product.kernel(1), Term.ref("i" + suffix)));
    }

    private void work(Body b, List<Kernel> methods, Term rows, String suffix) {
        b.loop("i" + suffix, Term.i32(0), rows, 1,
                x -> methods.forEach(method -> memory.call(x, method, Term.ref("i" + suffix))));
    }
}
