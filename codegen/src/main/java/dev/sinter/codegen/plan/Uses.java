package dev.sinter.codegen.plan;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.Loop;
import dev.sinter.ir.op.Ops;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What a node needs of the nodes before it, its regions included. */
final class Uses {
    private Uses() {
    }

    /** Whether a node belongs to the script rather than to a block. */
    static boolean isScripted(Node node) {
        return node.op() instanceof Library || node.op() instanceof Define || node.op() instanceof If
                || node.op() instanceof Loop;
    }

    /** Values used by a node: its operands, and what its regions capture. */
    static Set<Value> values(Node node) {
        var used = new LinkedHashSet<>(node.inputs());
        node.regions().forEach(region -> captured(region, used));
        return used;
    }

    private static void captured(Graph region, Set<Value> used) {
        var inside = new HashSet<Value>();
        region.inputs().forEach(p -> inside.add(p.value()));
        for (var node : region.nodes()) {
            values(node).stream().filter(v -> !inside.contains(v)).forEach(used::add);
            inside.addAll(node.outputs());
        }
        region.outputs().stream().map(Graph.Port::value).filter(v -> !inside.contains(v)).forEach(used::add);
    }

    /** Symbols that a node's types and attributes mention; those it binds itself are among them. */
    static Set<String> symbols(Node node) {
        var found = new LinkedHashSet<String>();
        node.inputs().forEach(v -> symbols(v.type(), found));
        node.outputs().forEach(v -> symbols(v.type(), found));
        Ops.substitute(node.op(), new Asked(found));
        for (var region : node.regions()) {
            region.inputs().forEach(p -> symbols(p.value().type(), found));
            region.nodes().forEach(n -> found.addAll(symbols(n)));
            region.outputs().forEach(p -> symbols(p.value().type(), found));
        }
        return found;
    }

    private static void symbols(Type type, Set<String> found) {
        if (type instanceof TensorType(var dtype, var shape) && shape.isRanked()) {
            shape.dims().forEach(d -> found.addAll(d.symbols()));
        }
    }

    /** Notes which symbols a substitution asks for. */
    private static final class Asked extends HashMap<String, Dim> {
        private static final long serialVersionUID = 1;
        private final transient Set<String> found;

        Asked(Set<String> found) {
            super(Map.of());
            this.found = found;
        }

        @Override
        public Dim getOrDefault(Object name, Dim otherwise) {
            found.add((String) name);
            return otherwise;
        }
    }
}
