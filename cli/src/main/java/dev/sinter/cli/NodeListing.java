package dev.sinter.cli;

import dev.sinter.ir.Node;
import dev.sinter.ir.Value;
import dev.sinter.passes.Rewrite;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The nodes' methods of a model with what is known of each, from its IR dump and its line tables. */
final class NodeListing {
    private static final Pattern NODE_METHOD = Pattern.compile("n\\d+_.*");
    private static final Pattern VALUE = Pattern.compile("^\\s*%(\\d+)");

    /**
     * A node.
     *
     * @param method
     *            name of its method
     * @param irLine
     *            its line in the IR dump
     * @param origins
     *            the ONNX nodes it stands for
     * @param rewrites
     *            those that made it what it is, in order
     * @param kernels
     *            names of the methods it calls
     */
    record Entry(String method, String irLine, List<String> origins, List<Rewrite> rewrites, List<String> kernels) {
    }

    private final Disassembly code;
    private final List<Entry> nodes = new ArrayList<>();
    private final Map<Integer, List<Rewrite>> makers = new HashMap<>();

    NodeListing(List<String> irDump, Disassembly code, List<Rewrite> rewrites) {
        this.code = code;
        for (var rewrite : rewrites) {
            for (var added : rewrite.added()) {
                for (var output : added.outputs()) {
                    makers.computeIfAbsent(output.id(), id -> new ArrayList<>()).add(rewrite);
                }
            }
        }
        for (var method : code.methods().values()) {
            if (NODE_METHOD.matcher(method.name()).matches()) {
                nodes.add(entry(method, irDump));
            }
        }
    }

    private Entry entry(Disassembly.Method method, List<String> irDump) {
        var line = method.lines().isEmpty() || method.lines().getFirst() > irDump.size() ? ""
                : irDump.get(method.lines().getFirst() - 1).strip();
        int comment = line.indexOf("  // ");
        var origins = comment < 0 ? List.<String>of() : List.of(line.substring(comment + 5).split(" \\+ "));
        var value = VALUE.matcher(line);
        var history = value.find() ? history(Integer.parseInt(value.group(1))) : List.<Rewrite>of();
        var kernels = method.calls().stream().filter(code.methods()::containsKey).toList();
        return new Entry(method.name(), line, origins, history, kernels);
    }

    /** The rewrites that added a value, and those that added what they removed, back to the import. */
    private List<Rewrite> history(int id) {
        var found = new TreeMap<Integer, Rewrite>();
        var seen = new HashSet<Integer>();
        var open = new ArrayDeque<Integer>(List.of(id));
        while (!open.isEmpty()) {
            int next = open.remove();
            if (!seen.add(next)) {
                continue;
            }
            for (var rewrite : makers.getOrDefault(next, List.of())) {
                found.put(rewrite.number(), rewrite);
                rewrite.removed().stream().map(Node::outputs).flatMap(List::stream).map(Value::id)
                        .forEach(open::add);
            }
        }
        return List.copyOf(found.values());
    }

    /** {@return all nodes that have a method} */
    List<Entry> nodes() {
        return nodes;
    }

    /** {@return the nodes that call a method, directly or through others} */
    List<Entry> users(Disassembly.Method method) {
        return nodes.stream().filter(n -> code.reach(n.method()).contains(method.name())).toList();
    }
}
