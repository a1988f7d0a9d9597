package dev.sinter.ir;

import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.Ops;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which symbols a node needs and which ones it may define. A symbol is defined by an input of the graph, or by the
 * first node that may define it; within a region also by the region's inputs.
 */
public final class SymbolUse {
    private SymbolUse() {
    }

    /**
     * The symbols in a node's attributes, result types and facts, and those its regions need from outside; among them
     * are those that the node itself defines.
     *
     * @param node
     *            the node
     * @return names
     */
    public static Set<String> of(Node node) {
        var names = new LinkedHashSet<>(Ops.symbols(node.op()));
        for (var output : node.outputs()) {
            addTo(names, output);
        }
        for (var region : node.regions()) {
            names.addAll(freeIn(region));
        }
        return names;
    }

    /**
     * The symbols that a region needs from outside.
     *
     * @param region
     *            body of a node
     * @return names
     */
    private static Set<String> freeIn(Graph region) {
        var defined = new LinkedHashSet<String>();
        var free = new LinkedHashSet<String>();
        for (var input : region.inputs()) {
            defined.addAll(direct(input.value().type()));
            addTo(free, input.value());
        }
        for (var node : region.nodes()) {
            defined.addAll(definedBy(node));
            free.addAll(of(node));
        }
        free.removeAll(defined);
        return free;
    }

    private static void addTo(Set<String> names, Value value) {
        if (value.type() instanceof TensorType(var dtype, var shape) && shape.isRanked()) {
            addTo(names, shape.dims());
        }
        var content = value.facts().content();
        if (content != null) {
            addTo(names, content);
        }
    }

    private static void addTo(Set<String> names, List<Dim> dims) {
        for (var dim : dims) {
            if (!dim.isConst()) {
                names.addAll(dim.symbols());
            }
        }
    }

    /**
     * The symbols a node defines unless they are defined before.
     *
     * @param node
     *            the node
     * @return names
     */
    public static Set<String> definedBy(Node node) {
        var names = new LinkedHashSet<String>();
        if (node.op() instanceof Define(var symbols)) {
            names.addAll(symbols);
        } else if (Ops.definesSymbols(node.op())) {
            node.outputs().forEach(v -> names.addAll(direct(v.type())));
        }
        return names;
    }

    /**
     * The symbols a graph's or region's inputs define.
     *
     * @param graph
     *            the graph
     * @return names
     */
    public static Set<String> definedByInputs(Graph graph) {
        var names = new LinkedHashSet<String>();
        graph.inputs().forEach(p -> names.addAll(direct(p.value().type())));
        return names;
    }

    /** Symbols that are dimensions of a type. */
    private static Set<String> direct(Type type) {
        var names = new LinkedHashSet<String>();
        if (type instanceof TensorType(var dtype, var shape) && shape.isRanked()) {
            for (var dim : shape.dims()) {
                if (dim instanceof Dim.Sym(var name)) {
                    names.add(name);
                }
            }
        }
        return names;
    }
}
