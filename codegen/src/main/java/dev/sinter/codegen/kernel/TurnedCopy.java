package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.Dim;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Copies of f32 views whose rows are columns of what they read, as permutations between layouts make them: moved in
 * squares of sixteen, which are turned in registers. Element by element such a copy would read or write a line of the
 * cache for each.
 */
public final class TurnedCopy {
    /** Columns of a parallel round, which become rows: enough that what is read of a row are whole lines. */
    private static final int BLOCK = 64;
    private static final int SIDE = VType.LANES;

    private TurnedCopy() {
    }

    /**
     * Whether a copy is one of this kind.
     *
     * @param from
     *            what is read
     * @param to
     *            what is written, of the same sizes
     * @return whether {@link #of} is for it
     */
    public static boolean fits(Operand from, Operand to) {
        if (from.storage() != Buffer.Storage.F32 || to.storage() != Buffer.Storage.F32 || from.isWeight()) {
            return false;
        }
        var both = both(from, to);
        return both.column() >= 0 && both.rank() > 1 && both.to.strides().getLast().equals(Dim.ONE);
    }

    /** The two with axes merged where both allow it. */
    private record Both(Operand from, Operand to) {
        int rank() {
            return to.rank();
        }

        /** The axis whose neighbours lie side by side in what is read; -1 if there is none, or a square is too large. */
        int column() {
            int last = rank() - 1;
            return IntStream.range(0, last)
                    .filter(a -> from.strides().get(a).equals(Dim.ONE) && isWide(a) && isWide(last))
                    .findFirst().orElse(-1);
        }

        /** Whether there may be as many as a square has. */
        private boolean isWide(int axis) {
            return !to.dims().get(axis).isConst() || isWhole(axis);
        }

        /** Whether there surely are. */
        private boolean isWhole(int axis) {
            var size = to.dims().get(axis);
            return size.isConst() && size.value() >= SIDE;
        }
    }

    private static Both both(Operand from, Operand to) {
        var operands = MapKernel.collapsed(List.of(to.plain(), from.plain().broadcast(to.plain().dims())));
        return new Both(operands.getLast(), operands.getFirst());
    }

    /**
     * The call that copies.
     *
     * @param from
     *            what is read
     * @param to
     *            what is written, of the same sizes
     * @param shuffles
     *            {@link TurnedRows#shuffles}
     * @return the call
     */
    public static Call of(Operand from, Operand to, Operand shuffles) {
        var both = both(from, to);
        return new Template(both, both.column(), shuffles).call();
    }

    /** One kernel being written. */
    private static final class Template {
        private final Both both;
        private final int column;
        private final Access access = new Access();
        private final Access.Memory source;
        private final Access.Memory target;
        private final Access.Memory order;
        private final List<Term> sizes = new ArrayList<>();
        private final List<Term> reads = new ArrayList<>();
        private final List<Term> writes = new ArrayList<>();

        Template(Both both, int column, Operand shuffles) {
            this.both = both;
            this.column = column;
            this.source = access.memory("x", both.from);
            this.target = access.memory("y", both.to);
            this.order = access.memory("sh", shuffles);
            for (int axis = 0; axis < both.rank(); axis++) {
                sizes.add(access.parameter("d" + axis, both.to.dims().get(axis)));
                reads.add(access.stride("xs" + axis, both.from.strides().get(axis)));
                writes.add(access.stride("ys" + axis, both.to.strides().get(axis)));
            }
        }

        Call call() {
            var rounds = Dim.ONE;
            for (int axis = 0; axis < both.rank() - 1; axis++) {
                var size = both.to.dims().get(axis);
                rounds = rounds.times(axis == column ? size.floorDiv(Dim.of(BLOCK)).max(Dim.ONE) : size);
            }
            return new Call(KernelSet.of(form -> new Kernel(
                    "copy.turned.r" + both.rank() + "c" + column + "." + form.suffix().toLowerCase(Locale.ROOT),
                    access.buffers(), access.params(true), Body.block(b -> b.par("t", x -> round(x, form))))),
                    access.arrays(), access.args(), rounds);
        }

        /** Some columns of all rows at one index of the other axes. */
        private void round(Body b, Form form) {
            var rest = Term.ref("t");
            Term from = Term.i32(0);
            Term to = Term.i32(0);
            Term first = Term.i32(0);
            Term end = Term.i32(0);
            for (int axis = both.rank() - 2; axis >= 0; axis--) {
                var size = sizes.get(axis);
                var count = axis == column
                        ? b.let("blocks", Term.of(Prim.MAX, Term.of(Prim.DIV, size, Term.i32(BLOCK)), Term.i32(1)))
                        : size;
                var index = axis == 0 ? rest : b.let("index" + axis, Term.of(Prim.REM, rest, count));
                rest = axis == 0 ? rest : b.let("rest" + axis, Term.of(Prim.DIV, rest, count));
                if (axis == column) {
                    first = b.let("first", index.times(BLOCK));
                    // the last block has the rest, too
                    var isLast = Term.of(Prim.DIV, index.plus(1), count);
                    end = b.let("end", first.plus(BLOCK).plus(isLast.times(size.minus(first).plus(-BLOCK))));
                } else {
                    from = from.plus(reads.get(axis).times(index));
                    to = to.plus(writes.get(axis).times(index));
                }
            }
            block(b, form, b.let("from", from), b.let("to", to), first, end);
        }

        private void block(Body b, Form form, Term from, Term to, Term first, Term end) {
            if (both.isWhole(column) && both.isWhole(both.rank() - 1)) {
                squares(b, form, from, to, first, end);
                return;
            }
            var least = b.let("least", Term.of(Prim.MIN, end.minus(first), sizes.getLast()));
            b.when(Term.of(Prim.LT, least, Term.i32(SIDE)), few -> elements(few, from, to, first, end));
            b.when(Term.of(Prim.LE, Term.i32(SIDE), least), many -> squares(many, form, from, to, first, end));
        }

        /** Squares beside each other; the last ones begin earlier and move some elements again. */
        private void squares(Body b, Form form, Term from, Term to, Term first, Term end) {
            b.loop("c", first, end, SIDE, x -> {
                var c = x.let("column", Term.of(Prim.MIN, Term.ref("c"), end.plus(-SIDE)));
                x.loop("r", Term.i32(0), sizes.getLast(), SIDE, y -> {
                    var r = y.let("row", Term.of(Prim.MIN, Term.ref("r"), sizes.getLast().plus(-SIDE)));
                    y.add(Turning.rows(form,
                            new Turning.Source("x", source.at(from.plus(r.times(reads.getLast())).plus(c)),
                                    reads.getLast(), order.base()),
                            Term.i32(0), Term.i32(SIDE - 1), null,
                            new Turning.Target("y", target.at(to.plus(c.times(writes.get(column))).plus(r)),
                                    writes.get(column))));
                });
            });
        }

        private void elements(Body b, Term from, Term to, Term first, Term end) {
            b.loop("c", first, end, 1, x -> x.loop("r", Term.i32(0), sizes.getLast(), 1, y -> y.store("y",
                    target.at(to.plus(Term.ref("c").times(writes.get(column))).plus(Term.ref("r"))),
                    source.load(from.plus(Term.ref("r").times(reads.getLast())).plus(Term.ref("c")), 1))));
        }
    }
}
