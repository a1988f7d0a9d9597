package dev.sinter.codegen.kernel;

import dev.sinter.codegen.kernel.RecurrenceKernel.Run;
import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.op.Recurrence;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the methods of a recurrent network share: its operands, and the positions of the row they are at. Every method
 * gets the same buffers and parameters, then the positions.
 */
final class RecurrenceOperands {
    /** Where the row's states begin. */
    static final Term STATE = Term.ref("state");
    /** Where the inputs' part of its step begins. */
    static final Term FROM = Term.ref("from");
    /** Where the hidden state of its step goes. */
    static final Term TO = Term.ref("to");
    /** Where its part of scratch begins. */
    static final Term AT = Term.ref("at");
    /** Whether the step's number is odd. */
    static final Term ODD = Term.ref("odd");
    /** Intermediate results of elementwise work that is too long for one method. */
    static final int SPARES = 3;
    private static final List<String> POSITIONS = List.of("state", "from", "to", "at", "odd");

    final Recurrence op;
    final DType dtype;
    final int lanes;
    /** Whether weights are packed: the columns of each gate in panels of sixteen, the last one filled up. */
    final boolean packed;
    final Access access = new Access();
    final Access.Memory p;
    private final Access.@Nullable Memory w;
    /** Weights without their zeros, of one product after the other; empty if all are kept. */
    final List<KeptOperands> kept = new ArrayList<>();
    final Access.Memory bias;
    final Access.@Nullable Memory peephole;
    final Access.@Nullable Memory lengths;
    final Access.Memory y;
    final Access.Memory h;
    final Access.@Nullable Memory c;
    final Access.Memory z;
    /** The hidden size. */
    final Dim hidden;
    final Term size;
    /** Columns from one gate to the next in scratch. */
    final Term stride;
    final Term steps;
    final Term batch;
    final Term fromStep;
    final Term fromRow;

    RecurrenceOperands(Run run) {
        this.op = run.op();
        this.dtype = run.projected().dtype();
        this.lanes = isVector(op, dtype) ? VType.LANES : 1;
        this.packed = run.packed();
        this.hidden = run.hidden().dims().get(1);
        this.p = access.memory("p", run.projected());
        this.w = run.weights() == null ? null : access.memory("w", run.weights());
        this.bias = access.memory("b", run.bias());
        this.peephole = run.peephole() == null ? null : access.memory("e", run.peephole());
        this.lengths = run.lengths() == null ? null : access.memory("l", run.lengths());
        this.y = access.memory("y", run.y());
        this.h = access.memory("h", run.hidden());
        this.c = run.cell() == null ? null : access.memory("c", run.cell());
        this.z = access.memory("z",
                new Operand(run.scratch(), dtype, Dim.ZERO, List.of(Dim.ONE), List.of(Dim.ONE)));
        this.size = access.size("H", hidden);
        this.stride = packed ? access.size("G", padded(hidden)) : size;
        this.steps = access.size("T", run.projected().dims().get(0));
        this.batch = access.size("B", run.projected().dims().get(1));
        this.fromStep = access.size("ps0", run.projected().strides().get(0));
        this.fromRow = access.size("ps1", run.projected().strides().get(1));
        run.kept().forEach(weights -> kept.add(new KeptOperands(access, weights, "k" + kept.size())));
    }

    /** The weights, if all are kept. */
    Access.Memory w() {
        return Objects.requireNonNull(w);
    }

    /** Elementwise work of a cell, all of which must have a vector form if one has. */
    private static List<Expr> exprs(Recurrence op, DType dtype) {
        return switch (op.kind()) {
            case RNN -> List.of(op.hidden(dtype));
            case GRU -> List.of(op.hidden(dtype), op.reset(dtype));
            case LSTM -> List.of(op.cell(dtype), op.hidden(dtype));
        };
    }

    /** Whether the network is computed sixteen columns at once. */
    static boolean isVector(Recurrence op, DType dtype) {
        return dtype == DType.F32 && exprs(op, dtype).stream().allMatch(ExprCode::isVectorizable);
    }

    static Dim padded(Dim size) {
        return size.ceilDiv(VType.LANES).times(Dim.of(VType.LANES));
    }

    /** Gates, the state behind the reset gate, and intermediate results of one row. */
    static int scratchRows(Recurrence op) {
        return op.kind().gates() + 1 + SPARES;
    }

    /** Whether every gate is whole panels of sixteen columns. */
    boolean isWhole() {
        return lanes == 1 || hidden.isConst() && hidden.value() % lanes == 0;
    }

    /** From one row's scratch to the next one's. */
    Term scratchStride() {
        return stride.times(scratchRows(op));
    }

    /** Where the state behind the reset gate is, from {@link #AT}. */
    Term afterGates() {
        return stride.times(op.kind().gates());
    }

    Term spare(int number) {
        return stride.times(op.kind().gates() + 1 + number);
    }

    String name(String part) {
        return "recurrence." + op.kind().name().toLowerCase(Locale.ROOT) + "." + dtype
                + (op.reverse() ? ".reverse" : "") + part + (lanes == 1 ? ".scalar" : "");
    }

    /** A method of its own, which is given what the driver is, the positions of a row, and what else it needs. */
    Kernel part(String name, List<String> own, Consumer<Body> body) {
        return access.part(name(name), Stream.concat(POSITIONS.stream(), own.stream()).toList(), Body.block(body));
    }

    /** Calls a part for the row {@code number} of those the driver is at. */
    void call(Body b, Kernel part, Term number, Term... own) {
        var state = size.times(number);
        var args = new ArrayList<>(List.of(STATE.plus(state), FROM.plus(fromRow.times(number)), TO.plus(state),
                scratchStride().times(number), ODD));
        args.addAll(List.of(own));
        b.add(access.call(part, args));
    }
}
