package dev.sinter.cli;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Symbols;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.StateInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Sizes for the symbols of a model that fit together, where nobody said them. */
public final class FittingSizes {
    private static final int ROUNDS = 8;
    /** Sizes that models are made for: counts, heads, images, samples of sound. */
    private static final long[] USUAL = {1, 2, 3, 4, 8, 16, 32, 48, 64, 80, 96, 100, 128, 160, 192, 224, 256, 257, 320,
            384, 416, 512, 576, 640, 768, 1024, 1280, 2048, 4096, 8192, 16000, 16384, 32000, 48000, 65536};

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
     * made to, and where no symbol stands alone, usual sizes are tried.
     *
     * @param info
     *            of the model
     * @param graph
     *            the model's graph, which knows what its symbols must equal
     * @param given
     *            sizes that stay
     * @param length
     *            of dimensions that are not the first of an input
     * @return a size for each symbol of the inputs
     */
    public static Map<String, Long> of(ModelInfo info, Graph graph, Map<String, Long> given, long length) {
        var fitting = new FittingSizes(graph, given);
        info.symbols().forEach(s -> fitting.sizes.put(s.name(), given.getOrDefault(s.name(), s.min())));
        fitting.sizes.putAll(MadeUpInputs.sizes(info, given, length));
        fitting.sizes.remove(StateInfo.CAPACITY);
        fitting.settle();
        for (int round = 0; round < ROUNDS && fitting.broken() > 0 && fitting.search(); round++) {
            // one symbol less that does not fit
        }
        return fitting.sizes;
    }

    /**
     * Sizes for people, as the command line takes them.
     *
     * @param sizes
     *            values of symbols
     * @return {@code batch=1, length=128}
     */
    public static String text(Map<String, Long> sizes) {
        return sizes.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(", "));
    }

    private void settle() {
        for (int round = 0; round < ROUNDS && mend(); round++) {
            // what one equality changed, another may need
        }
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
        try {
            return put(name, value.evaluate(sizes));
        } catch (ArithmeticException e) {
            return false; // divided by a size that is 0
        }
    }

    private boolean put(String name, long wanted) {
        var range = bounds.getOrDefault(name, Symbols.Bounds.ANY);
        if (wanted == sizes.get(name) || wanted < range.min() || wanted > range.max()) {
            return false;
        }
        sizes.put(name, wanted);
        return true;
    }

    /** How many equalities do not hold; those with symbols that only a run knows are nobody's to keep. */
    private long broken() {
        return equalities.stream().filter(this::breaks).count();
    }

    private boolean breaks(Symbols.Equality e) {
        if (!sizes.keySet().containsAll(e.left().symbols()) || !sizes.keySet().containsAll(e.right().symbols())) {
            return false;
        }
        try {
            return e.left().evaluate(sizes) != e.right().evaluate(sizes);
        } catch (ArithmeticException divided) {
            return true; // by a size that is 0
        }
    }

    /** Takes the usual size of a symbol with which the fewest equalities are broken. */
    private boolean search() {
        var open = new LinkedHashSet<String>();
        equalities.stream().filter(this::breaks).forEach(e -> {
            open.addAll(e.left().symbols());
            open.addAll(e.right().symbols());
        });
        open.removeAll(given.keySet());
        var before = Map.copyOf(sizes);
        long best = broken();
        Map<String, Long> found = Map.of();
        for (var name : open) {
            for (long size : USUAL) {
                if (!put(name, size)) {
                    continue;
                }
                settle();
                if (sizes.get(name) == size && broken() < best) {
                    best = broken();
                    found = Map.copyOf(sizes);
                }
                sizes.putAll(before);
            }
        }
        sizes.putAll(found);
        return !found.isEmpty();
    }
}
