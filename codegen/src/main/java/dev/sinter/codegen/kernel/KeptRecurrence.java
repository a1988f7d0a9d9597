package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.kernel.RecurrenceOperands.AT;
import static dev.sinter.codegen.kernel.RecurrenceOperands.FROM;
import static dev.sinter.codegen.kernel.RecurrenceOperands.STATE;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.List;

/**
 * The sums of some gates without the zeros of their weights, of all rows of a round: inputs' part and bias, then state
 * times kept weights in ascending order, so that they are those of {@link RecurrenceProduct} to the bit.
 *
 * @param memory
 *            the operands
 * @param product
 *            the gates, and what they are sums of
 * @param kept
 *            their weights
 */
record KeptRecurrence(RecurrenceOperands memory, RecurrenceProduct product, KeptOperands kept) {
    private static final int LANES = VType.LANES;

    /** The method for as many rows as it is told. */
    Kernel kernel() {
        return memory.part(product.name() + ".kept", List.of("rows"), b -> {
            b.loop("i", Term.i32(0), Term.ref("rows"), 1, row -> row.loop("g", Term.i32(product.first()),
                    Term.i32(product.end()), 1, gate -> begin(gate, Term.ref("i"), Term.ref("g"))));
            var weights = kept.weights();
            b.loop("t", Term.i32(0), Term.i32(weights.tasks()), 1, task -> {
                var groups = kept.groups(task, Term.ref("t"));
                kept.parts(task, Term.ref("t"), groups, (x, part) -> sums(x, Term.ref("t"), part));
            });
        });
    }

    /** What sums of a gate begin with. */
    private void begin(Body b, Term row, Term gate) {
        var n = Term.ref("n");
        var source = b.let("source", memory.size.times(gate));
        var to = b.let("sum", memory.z.at(AT.plus(memory.scratchStride().times(row)).plus(memory.stride.times(gate))));
        b.loop("n", Term.i32(0), memory.size, LANES, x -> {
            var mask = memory.isWhole() ? null : x.let("lanes", new Term.Lanes(n, memory.size, LANES));
            var start = memory.bias.loadLanes(source.plus(n), LANES, mask);
            if (product.projected()) {
                start = Term.of(Prim.ADD, memory.p.loadLanes(
                        FROM.plus(memory.fromRow.times(row)).plus(source).plus(n), LANES, mask), start);
            }
            x.store("z", to.plus(n), start);
        });
    }

    private void sums(Body b, Term task, KeptOperands.Part part) {
        var weights = kept.weights();
        var column = task.times(KeptWeights.COLUMNS);
        var input = part.number().times(weights.depth());
        var state = product.reset() ? memory.z.at(AT.plus(memory.afterGates())) : memory.h.at(STATE);
        var distance = product.reset() ? memory.scratchStride() : memory.size;
        new SparseRows(product.form(), weights).sums(b, new SparseRows.Task(part.cell(), product.reset() ? "z" : "h",
                state.plus(input), distance, Term.ref("rows"), "z",
                memory.z.at(AT.plus(memory.stride.times(product.first())).plus(column)), memory.scratchStride(), null,
                true, kept.values(), kept.inputs(), kept.scales(column)));
    }
}
