package dev.sinter.codegen.plan;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.runtime.StateInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * States: an input that is used for nothing but to be the first part of an output. Where the memory of both is one,
 * with room for more, nothing but what is new has to be written. Its strides are then those of the room, which is why
 * they are in terms of a symbol of their own, {@link StateInfo#CAPACITY}: 0 means that there is no room, and both are
 * row-major.
 */
public final class States {
    private static final Dim CAPACITY = Dim.sym(StateInfo.CAPACITY);

    private States() {
    }

    /**
     * The states of a model.
     *
     * @param graph
     *            after {@link #withCapacity}
     * @return pairs of input and output
     */
    public static List<StateInfo> of(Graph graph) {
        return graph.symbols().bounds().containsKey(StateInfo.CAPACITY) ? find(graph) : List.of();
    }

    /**
     * The same graph with the symbol, if there is a state.
     *
     * @param graph
     *            a model that is one block
     * @return what to plan
     */
    static Graph withCapacity(Graph graph) {
        if (graph.symbols().bounds().containsKey(StateInfo.CAPACITY) || find(graph).isEmpty()) {
            return graph;
        }
        var symbols = new Symbols(graph.symbols());
        symbols.declare(StateInfo.CAPACITY, new Symbols.Bounds(0, 0));
        return new Graph(graph.name(), graph.inputs(), graph.nodes(), graph.outputs(), symbols);
    }

    private static List<StateInfo> find(Graph graph) {
        var uses = graph.uses();
        var states = new ArrayList<StateInfo>();
        for (var node : graph.nodes()) {
            var input = node.inputs().isEmpty() ? null : port(graph.inputs(), node.input(0));
            var output = node.outputs().size() == 1 ? port(graph.outputs(), node.output()) : null;
            if (node.op() instanceof Concat(var axis) && node.inputs().size() == 2 && input != null && output != null
                    && uses.getOrDefault(node.input(0), 0) == 1 && fits(node.input(0), axis)) {
                states.add(new StateInfo(input, output, axis));
            }
        }
        return states;
    }

    /** The name of the only port of a value. */
    private static @Nullable String port(List<Graph.Port> ports, Value value) {
        var found = ports.stream().filter(p -> p.value().equals(value)).map(Graph.Port::name).toList();
        return found.size() == 1 ? found.getFirst() : null;
    }

    private static boolean fits(Value value, int axis) {
        var dtype = value.dtype();
        return dtype != DType.STRING && dtype.kind() != DType.Kind.COMPLEX && dtype.bits() >= 8
                && value.shape().dim(axis) instanceof Dim.Sym
                && value.shape().dims().stream().allMatch(d -> d.isConst() || d instanceof Dim.Sym);
    }

    /** A state's memory: row-major over the room there is along the axis. */
    static Operand operand(Place place, Value value, int axis) {
        var room = new ArrayList<>(value.shape().dims());
        room.set(axis, room.get(axis).max(CAPACITY));
        return new Operand(place, value.dtype(), Dim.ZERO, value.shape().dims(), Operand.rowMajorStrides(room));
    }

    /** What has to be moved of the earlier part: nothing where it lies there already. */
    static Operand moved(Operand earlier, int axis) {
        var dims = new ArrayList<>(earlier.dims());
        var length = dims.get(axis);
        dims.set(axis, length.minus(length.min(CAPACITY)));
        return new Operand(earlier.place(), earlier.dtype(), earlier.offset(), dims, earlier.strides());
    }
}
