package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.plan.Operand;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** {@link KeptWeights} as a kernel sees them. */
final class KeptOperands {
    private final KeptWeights weights;
    private final Access.Memory starts;
    private final Access.Memory ends;
    private final Access.Memory order;
    private final Access.@Nullable Memory inputs;
    private final Access.Memory values;
    private final Access.@Nullable Memory scales;

    /**
     * Declares them.
     *
     * @param suffix
     *            of their names
     */
    KeptOperands(Access access, KeptWeights weights, String suffix) {
        this.weights = weights;
        this.starts = access.memory("ps" + suffix, weights.starts());
        this.ends = access.memory("pe" + suffix, weights.ends());
        this.order = access.memory("po" + suffix, weights.order());
        this.inputs = declared(access, "in" + suffix, weights.inputs());
        this.values = access.memory("qv" + suffix, weights.values());
        this.scales = declared(access, "sc" + suffix, weights.scales());
    }

    private static Access.@Nullable Memory declared(Access access, String name, @Nullable Operand operand) {
        return operand == null ? null : access.memory(name, operand);
    }

    KeptWeights weights() {
        return weights;
    }

    /** Where the inputs begin, if they do not lie beside the weights. */
    Term inputs() {
        return inputs == null ? Term.i64(0) : inputs.base();
    }

    /** Where the weights begin. */
    Term values() {
        return values.base();
    }

    /** Where the scales begin from a column on, if there are any. */
    Term scales(Term column) {
        return scales == null ? Term.i64(0) : scales.at(column);
    }

    /** Names the groups, or pairs of columns, of a task. */
    Term groups(Body b, Term task) {
        int list = weights.group() * weights.together();
        return b.let("groups", Term.of(Prim.MIN, Term.i32(weights.lists()),
                Term.i32((weights.n() + list - 1) / list).minus(task.times(weights.lists()))));
    }

    /** A part of the inputs, its weights, and whether others came before. */
    record Part(Term number, KeptCode.Cell cell, boolean adds) {
    }

    /**
     * Names the weights of a part of a task's inputs.
     *
     * @param task
     *            its number
     * @param groups
     *            how many groups it has
     * @param number
     *            the part's
     * @param adds
     *            whether others came before
     */
    Part part(Body b, Term task, Term groups, Term number, boolean adds) {
        var suffix = adds ? "b" : "a";
        var cell = b.let("cell" + suffix, task.times(weights.parts()).plus(number));
        var start = b.let("start" + suffix, starts.load(cell, 1));
        var blocks = b.let("blocks" + suffix, starts.load(cell.plus(1), 1).minus(start));
        return new Part(number, new KeptCode.Cell(ends.at(cell.times(1 + weights.lists())),
                order.at(cell.times(weights.groups())), start, blocks, groups), adds);
    }

    /** Does something with each part of a task's inputs. */
    void parts(Body b, Term task, Term groups, BiConsumer<Body, Part> each) {
        each.accept(b, part(b, task, groups, Term.i32(0), false));
        if (weights.parts() > 1) {
            b.loop("part", Term.i32(1), Term.i32(weights.parts()), 1,
                    x -> each.accept(x, part(x, task, groups, Term.ref("part"), true)));
        }
    }
}
