package dev.sinter.cli.report;

import dev.sinter.cli.MadeUpInputs;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Symbols;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.StateInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sizes for the symbols of a model that fit together, where nobody said them. */
final class FittingSizes {
    private static final int ROUNDS = 8;

    private final List<Symbols.Equality> equalities = new ArrayList<>();
    private final Map<String, Symbols.Bounds> bounds;
    private final Map<String, Long> given;
    private final Map<String, Long> sizes = new LinkedHashMap<>();

    private FittingSizes(Graph graph, Map<String, Long> given) {
        this.bounds = graph.symbols().bounds();
        this.given = given;
        collect(graph);
    }

    private void collect(Graph graph) {
        equalities.addAll(graph.symbols().equalities());
        graph.nodes().forEach(node -> node.regions().forEach(this::collect));
    }

    /**
     * Chooses sizes: those given, then as {@link MadeUpInputs} does; then symbols that must equal something else are
     * made to.
     *
     * @param info
     *            of the model
     * @param graph
     *            the model's graph, which knows what its symbols must equal
     * @param given
     *            sizes that stay
     * @return a size for each symbol of the inputs
     */
    static Map<String, Long> of(ModelInfo info, Graph graph, Map<String, Long> given) {
        var fitting = new FittingSizes(graph, given);
        info.symbols().forEach(s -> fitting.sizes.put(s.name(), given.getOrDefault(s.name(), s.min())));
        fitting.sizes.putAll(MadeUpInputs.sizes(info, given));
        fitting.sizes.remove(StateInfo.CAPACITY);
        for (int round = 0; round < ROUNDS && fitting.mend(); round++) {
            // what one equality changed, another may need
        }
        return fitting.sizes;
    }

    private boolean mend() {
        boolean changed = false;
        for (var equality : equalities) {
            changed |= set(equality.left(), equality.right()) || set(equality.right(), equality.left());
        }
        return changed;
    }

    /** Gives a symbol the value of something else, unless it has it. */
    private boolean set(Dim symbol, Dim value) {
        if (!(symbol instanceof Dim.Sym(var name)) || given.containsKey(name) || !sizes.containsKey(name)
                || value.symbols().contains(name) || !sizes.keySet().containsAll(value.symbols())) {
            return false;
        }
        long wanted = value.evaluate(sizes);
        var range = bounds.getOrDefault(name, Symbols.Bounds.ANY);
        if (wanted == sizes.get(name) || wanted < range.min() || wanted > range.max()) {
            return false;
        }
        sizes.put(name, wanted);
        return true;
    }
}
