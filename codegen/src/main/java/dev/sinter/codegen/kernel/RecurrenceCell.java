package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.kernel.RecurrenceOperands.AT;
import static dev.sinter.codegen.kernel.RecurrenceOperands.FROM;
import static dev.sinter.codegen.kernel.RecurrenceOperands.SPARES;
import static dev.sinter.codegen.kernel.RecurrenceOperands.STATE;
import static dev.sinter.codegen.kernel.RecurrenceOperands.TO;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Term;
import dev.sinter.ir.Expr;
import dev.sinter.ir.op.Recurrence;
import dev.sinter.ir.op.Recurrence.Kind;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The elementwise work of a cell on one row, in as few methods as their limit allows in a form. */
final class RecurrenceCell {
    /** Vector operations a method may have; the back end's own count is a little higher. */
    private static final int LONGEST = 130;
    /** Number of the first intermediate result of work too long for one method. */
    private static final int SPARE = Recurrence.PROJECTED + 1;

    /** Elementwise work: where its result goes, and which number it then has. */
    private record Stage(Expr expr, int slot, List<Access.Memory> to, List<Term> at) {
        Stage of(Expr other) {
            return new Stage(other, slot, to, at);
        }
    }

    private final RecurrenceOperands memory;
    private final Form form;

    RecurrenceCell(RecurrenceOperands memory, Form form) {
        this.memory = memory;
        this.form = form;
    }

    /** The state that the last gate of a GRU sees. */
    List<Kernel> reset() {
        var expr = memory.op.reset(memory.dtype);
        return methods("reset", List.of(new Stage(expr, -1, List.of(memory.z), List.of(AT.plus(memory.afterGates())))));
    }

    /** The next states. */
    List<Kernel> states() {
        var stages = new ArrayList<Stage>();
        if (memory.op.kind() == Kind.LSTM) {
            stages.add(new Stage(memory.op.cell(memory.dtype), Recurrence.CELL, List.of(memory.c), List.of(STATE)));
        }
        stages.add(new Stage(memory.op.hidden(memory.dtype), -1, List.of(memory.h, memory.y), List.of(STATE, TO)));
        return methods("cell", stages);
    }

    private List<Kernel> methods(String name, List<Stage> stages) {
        var pieces = new ArrayList<Stage>();
        for (var stage : stages) {
            split(stage, pieces);
        }
        var made = new ArrayList<Kernel>();
        var together = new ArrayList<Stage>();
        for (var stage : pieces) {
            var longer = new ArrayList<>(together);
            longer.add(stage);
            if (!together.isEmpty() && !fits(longer)) {
                made.add(elements("." + name + made.size(), together));
                together.clear();
            }
            together.add(stage);
        }
        made.add(elements("." + name + made.size(), together));
        return made;
    }

    private boolean fits(List<Stage> stages) {
        return memory.lanes == 1 || VectorOperations.of(elements(".probe", stages), form) <= LONGEST;
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
            stages.add(new Stage(part, slot, List.of(memory.z), List.of(AT.plus(memory.spare(spare)))));
            expr = expr.transform(e -> e.equals(part) ? Expr.arg(slot, memory.dtype) : e);
        }
        stages.add(stage.of(expr));
    }

    private @Nullable Expr largest(Expr whole, Expr expr) {
        if (!(expr instanceof Expr.Apply) || expr.dtype() != memory.dtype) {
            return null;
        }
        if (expr != whole && fits(List.of(new Stage(expr, -1, List.of(memory.z), List.of(AT.plus(memory.spare(0))))))) {
            return expr;
        }
        return expr.children().stream().map(e -> largest(whole, e)).filter(Objects::nonNull)
                .max(Comparator.comparingInt(Expr::cost)).orElse(null);
    }

    private Kernel elements(String name, List<Stage> stages) {
        return memory.part(name, List.of(), b -> b.loop("j", Term.i32(0), memory.size, memory.lanes, x -> {
            var mask = memory.isWhole() ? null
                    : x.let("lanes", new Term.Lanes(Term.ref("j"), memory.size, memory.lanes));
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
        var value = new ExprCode(b, memory.lanes, args, prefix).lower(stage.expr());
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
        int lanes = memory.lanes;
        return switch (slot) {
            case Recurrence.HIDDEN -> memory.h.loadLanes(STATE.plus(j), lanes, mask);
            case Recurrence.CELL -> memory.c.loadLanes(STATE.plus(j), lanes, mask);
            case Recurrence.PROJECTED -> memory.p.loadLanes(FROM.plus(memory.size.times(2)).plus(j), lanes, mask);
            case 0, 1, 2, 3 -> memory.z.loadLanes(AT.plus(memory.stride.times(slot)).plus(j), lanes, mask);
            case SPARE, SPARE + 1, SPARE + 2 ->
                    memory.z.loadLanes(AT.plus(memory.spare(slot - SPARE)).plus(j), lanes, mask);
            default -> memory.peephole.loadLanes(memory.size.times(slot - Recurrence.PEEPHOLE).plus(j), lanes, mask);
        };
    }
}
