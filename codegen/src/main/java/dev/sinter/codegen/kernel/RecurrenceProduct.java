package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.kernel.RecurrenceOperands.AT;
import static dev.sinter.codegen.kernel.RecurrenceOperands.FROM;
import static dev.sinter.codegen.kernel.RecurrenceOperands.ODD;
import static dev.sinter.codegen.kernel.RecurrenceOperands.STATE;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sums of some gates, of one row or of several that share the loads of the weights: inputs' part, bias, then state
 * times weights in ascending order.
 *
 * @param memory
 *            the operands
 * @param form
 *            whose registers the tiles fill
 * @param first
 *            the first gate
 * @param end
 *            behind the last gate
 * @param reset
 *            whether the state is the one behind the reset gate
 * @param projected
 *            whether the inputs' part is added
 */
record RecurrenceProduct(RecurrenceOperands memory, Form form, int first, int end, boolean reset, boolean projected) {
    /** Rows of a tile, in the forms whose registers take more than one. */
    static final int ROWS = 4;

    /** Rows a tile has where there are several. */
    static int rows(Form form) {
        return form == Form.V512 || form == Form.V256 ? ROWS : 1;
    }

    /** Panels of sixteen columns a tile works on at once: enough to hide the latency of fma. */
    private int panels(int rows) {
        return switch (form) {
            case V512 -> rows == 1 && memory.isWhole() ? 8 : 4;
            case V256 -> rows == 1 ? 4 : 1;
            case V128, SCALAR -> 2;
        };
    }

    /** What its methods are called. */
    String name() {
        return ".product" + (reset ? ".reset" : projected ? "" : ".bias") + (first == 0 ? "" : ".g" + first);
    }

    /** The method for a number of rows. */
    Kernel kernel(int rows) {
        return memory.part(name() + (rows == 1 ? "" : ".r" + rows), List.of(), b -> {
            if (memory.lanes == 1 || memory.isWhole() || !memory.packed) {
                var width = memory.size.times(end - first);
                columns(b, rows, memory.size.times(first), memory.size.times(first), width,
                        memory.hidden.isConst() ? memory.hidden.value() * (end - first) : -1);
                return;
            }
            b.loop("g", Term.i32(first), Term.i32(end), 1, gate -> {
                var column = gate.let("column", memory.stride.times(Term.ref("g")));
                var source = gate.let("source", memory.size.times(Term.ref("g")));
                columns(gate, rows, column, source, memory.size, memory.hidden.value());
            });
        });
    }

    /** The columns from {@code column} on, which are those from {@code source} on of inputs' part and bias. */
    private void columns(Body b, int rows, Term column, Term source, Term width, long known) {
        if (memory.lanes == 1) {
            b.loop("n", Term.i32(0), width, 1,
                    x -> new Tile(rows, 0, "n", null).write(x, column.plus(Term.ref("n")), source.plus(Term.ref("n"))));
            return;
        }
        int panels = panels(rows);
        int block = panels * VType.LANES;
        if (known < 0) {
            var full = b.let("full", Term.of(Prim.AND, width, Term.i32(-block)));
            blocks(b, rows, panels, column, source, full);
            b.loop("n", full, width, VType.LANES, x -> new Tile(rows, 1, "n", new Term.Lanes(Term.ref("n"), width,
                    VType.LANES)).write(x, column.plus(Term.ref("n")), source.plus(Term.ref("n"))));
            return;
        }
        long full = known / block * block;
        if (full > 0) {
            blocks(b, rows, panels, column, source, Term.i32(full));
        }
        if (full < known) {
            int rest = Math.toIntExact((known - full + VType.LANES - 1) / VType.LANES);
            var mask = known % VType.LANES == 0 ? null
                    : new Term.Lanes(Term.i32(full).plus(Term.ref("u").times(VType.LANES)), width, VType.LANES);
            new Tile(rows, rest, "n", mask).write(b, column.plus(Term.i32(full)), source.plus(Term.i32(full)));
        }
    }

    /** Whole blocks, in turn from either end: what is left of the weights in the first cache is used first. */
    private void blocks(Body b, int rows, int panels, Term column, Term source, Term full) {
        int block = panels * VType.LANES;
        b.loop("m", Term.i32(0), full, block, x -> {
            var back = full.minus(Term.i32(block)).minus(Term.ref("m"));
            var at = x.let("mb", Term.of(Prim.SELECT, Term.of(Prim.EQ, ODD, Term.i32(0)), Term.ref("m"), back));
            new Tile(rows, panels, "m", null).write(x, column.plus(at), source.plus(at));
        });
    }

    /** Rows times panels in registers; no panels mean single columns. The mask is in terms of {@code u}, the panel. */
    private final class Tile {
        private final int rows;
        private final int panels;
        private final String prefix;
        private final @Nullable Term lanes;
        private final List<Range> over;
        private final Term row = Term.ref("i");
        private final Term apart;

        Tile(int rows, int panels, String prefix, @Nullable Term lanes) {
            this.rows = rows;
            this.panels = panels;
            this.prefix = prefix;
            this.lanes = lanes;
            this.over = List.of(new Range("i", rows), new Range("u", Math.max(1, panels)));
            this.apart = Term.ref("u").times(VType.LANES);
        }

        void write(Body b, Term column, Term source) {
            var u = List.of(over.getLast());
            var i = List.of(over.getFirst());
            Term mask = null;
            if (lanes != null) {
                b.letAll(prefix + "lanes", u, lanes);
                mask = Term.ref(prefix + "lanes", Term.ref("u"));
            }
            int each = memory.lanes;
            var start = memory.bias.loadLanes(source.plus(apart), each, mask);
            if (projected) {
                var given =
                        memory.p.loadLanes(FROM.plus(memory.fromRow.times(row)).plus(source).plus(apart), each, mask);
                start = Term.of(Prim.ADD, given, start);
            }
            b.let(prefix + "w", memory.w().at(memory.packed ? column.times(memory.size) : column));
            b.letAll(prefix + "s", i, reset
                    ? memory.z.at(AT.plus(memory.scratchStride().times(row)).plus(memory.afterGates()))
                    : memory.h.at(STATE.plus(memory.size.times(row))));
            var sum = Term.ref(prefix + "acc", row, Term.ref("u"));
            b.fold(prefix + "k", Term.i32(0), memory.size, 1,
                    List.of(new Stmt.Carry(prefix + "acc", over, start,
                            Term.of(Prim.FMA, Term.ref(prefix + "h", row), Term.ref(prefix + "x", Term.ref("u")),
                                    sum))),
                    inner -> {
                        var buffer = reset ? "z" : "h";
                        var type = new VType(ExprCode.elem(memory.dtype), 1);
                        var state =
                                new Term.Load(buffer, Term.ref(prefix + "s", row).plus(Term.ref(prefix + "k")), type,
                                        null);
                        inner.letAll(prefix + "h", i, each > 1 ? state.splat() : state);
                        inner.letAll(prefix + "x", u, load());
                    });
            var to = memory.z.at(AT.plus(memory.scratchStride().times(row)).plus(column).plus(apart));
            var kept = mask;
            b.unroll(over, x -> x.store("z", to, sum, kept));
        }

        private Term load() {
            var k = Term.ref(prefix + "k");
            boolean wide = memory.w().buffer().isWeight();
            var step = memory.packed ? Term.i32(VType.LANES) : memory.size.times(memory.op.kind().gates());
            // multiplied as longs: HotSpot may not see that a widened product of ints stays within the weights
            var distance = wide ? k.wide().times(step.wide()) : k.times(step);
            var panel = memory.packed ? apart.times(memory.size) : apart;
            var mask = lanes == null ? null : Term.ref(prefix + "lanes", Term.ref("u"));
            return new Term.Load("w", Term.ref(prefix + "w").plus(distance).plus(wide ? panel.wide() : panel),
                    new VType(ExprCode.elem(memory.dtype), memory.lanes), memory.w().needed(mask));
        }
    }
}
