package dev.sinter.codegen.plan;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.MatMul;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values that are computed where the concatenation they are for lies, so that it need not copy them: those that nobody
 * else reads, if their kernels can store rows apart.
 */
final class Assembly {
    /**
     * A place in a concatenation.
     *
     * @param whole
     *            the concatenation
     * @param begin
     *            index along its axis where the value begins
     */
    record Part(Node whole, Dim begin) {
        /** The memory of a value in that of the concatenation. */
        Operand of(Value value, Operand all) {
            int axis = ((Concat) whole.op()).axis();
            return new Operand(all.place(), all.dtype(), all.offset().plus(begin.times(all.strides().get(axis))),
                    value.shape().dims(), all.strides());
        }
    }

    private final java.util.Map<Value, Part> parts = new HashMap<>();
    private final Set<Value> wholes = new HashSet<>();

    Assembly(Graph graph) {
        var uses = new HashMap<Value, Integer>();
        graph.nodes().forEach(node -> node.inputs().forEach(v -> uses.merge(v, 1, Integer::sum)));
        graph.outputs().forEach(port -> uses.merge(port.value(), 1, Integer::sum));
        var producers = graph.producers();
        for (var node : graph.nodes()) {
            if (node.op() instanceof Concat concat && node.output().dtype().kind() != DType.Kind.COMPLEX) {
                wholes.add(node.output());
                Dim begin = Dim.ZERO;
                for (var input : node.inputs()) {
                    var producer = producers.get(input);
                    if (producer != null && uses.get(input) == 1 && storesRowsApart(producer)) {
                        parts.put(input, new Part(node, begin));
                    }
                    begin = begin.plus(input.shape().dim(concat.axis()));
                }
            }
        }
    }

    private static boolean storesRowsApart(Node producer) {
        return switch (producer.op()) {
            case Map m -> true;
            case Compute c -> true;
            case Concat c -> true;
            case MatMul m -> producer.input(1).isConstant() && producer.input(1).shape().rank() == 2
                    && producer.input(1).dtype() == DType.F32 && producer.input(0).shape().rank() >= 2;
            // other windows may be computed by kernels that store a whole image at once
            case Conv conv -> conv.groups() == 1 && WindowPlanner.takes(conv, producer)
                    && producer.input(1).shape().size().equals(producer.input(1).shape().dim(0)
                            .times(producer.input(1).shape().dim(1)));
            default -> false;
        };
    }

    /** Where a value belongs; null if it gets memory of its own. */
    @Nullable
    Part part(Value value) {
        return parts.get(value);
    }

    /** Whether a value is a concatenation, which may have its memory before it is complete. */
    boolean isWhole(Value value) {
        return wholes.contains(value);
    }

    /** Whether a kernel can store its result there: products need rows that are equally far apart. */
    static boolean accepts(Node producer, Operand place) {
        boolean rows = producer.op() instanceof MatMul || producer.op() instanceof Conv;
        return !rows || place.strides().getLast().equals(Dim.ONE) && place.collapseLeading(1) != null;
    }
}
