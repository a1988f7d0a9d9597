package dev.sinter.cli;

import dev.sinter.ir.ConstantSink;
import dev.sinter.ir.GraphPrinter;
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

/** The nodes of a model and their methods with what is known of each, from its IR dump and its line tables. */
final class NodeListing {
    private static final Pattern NODE_METHOD = Pattern.compile("n\\d+_.*");
    /** The method that lets kernels of a node's method do a little, to be compiled. */
    private static final String SAMPLE = "_sample";
    private static final Pattern VALUE = Pattern.compile("^\\s*%(\\d+)");
    private static final Pattern NODE = Pattern.compile("^\\s*%(\\d+): .*? = (\\w+)\\b");
    private static final Pattern ROUTINE = Pattern.compile("\\{routine=\"?([\\w.]+)");

    /**
     * A node.
     *
     * @param method
     *            name of its method, or of its value where nothing is left to do when the model runs
     * @param kind
     *            {@code kernel}, {@code free view}, {@code library sort.topk}, {@code control loop}
     * @param irLine
     *            its line in the IR dump
     * @param origins
     *            the ONNX nodes it stands for
     * @param rewrites
     *            those that made it what it is, in order
     * @param kernels
     *            names of the methods it calls
     */
    record Entry(String method, String kind, String irLine, List<String> origins, List<Rewrite> rewrites,
            List<String> kernels) {
    }

    /** Large constants are not shown. */
    private static final ConstantSink LARGE = data -> "...";

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
        var byLine = new HashMap<Integer, List<Disassembly.Method>>();
        for (var method : code.methods().values()) {
            var sampled = method.name().endsWith(SAMPLE)
                    ? method.name().substring(0, method.name().length() - SAMPLE.length())
                    : null;
            if (NODE_METHOD.matcher(method.name()).matches()
                    && (sampled == null || !code.methods().containsKey(sampled))) {
                int line = method.lines().isEmpty() ? 0 : method.lines().getFirst();
                byLine.computeIfAbsent(line, l -> new ArrayList<>()).add(method);
            }
        }
        for (int number = 1; number <= irDump.size(); number++) {
            var line = irDump.get(number - 1).strip();
            var methods = byLine.getOrDefault(number, List.of());
            methods.forEach(m -> nodes.add(entry(m.name(), line, m.calls())));
            var value = NODE.matcher(line);
            if (methods.isEmpty() && !code.methods().isEmpty() && value.find() && !value.group(2).equals("constant")) {
                nodes.add(entry("%" + value.group(1), line, List.of()));
            }
        }
    }

    /** What a node became, by its line in the dump. */
    private static String kind(String line, List<String> kernels) {
        var node = NODE.matcher(line);
        var op = node.find() ? node.group(2) : "";
        var routine = ROUTINE.matcher(line);
        return switch (op) {
            case "library" -> "library " + (routine.find() ? routine.group(1) : "");
            case "if", "loop" -> "control " + op;
            default -> kernels.isEmpty() ? "free " + op : "kernel";
        };
    }

    private Entry entry(String method, String line, List<String> calls) {
        int comment = line.indexOf("  // ");
        var origins = comment < 0 ? List.<String>of() : List.of(line.substring(comment + 5).split(" \\+ "));
        var value = VALUE.matcher(line);
        var history = value.find() ? history(Integer.parseInt(value.group(1))) : List.<Rewrite>of();
        var kernels = calls.stream().filter(code.methods()::containsKey)
                .filter(name -> !NODE_METHOD.matcher(name).matches()).toList();
        return new Entry(method, kind(line, kernels), line, origins, history, kernels);
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

    /** {@return the rewrites that touched ONNX nodes with that in their names, in order} */
    static List<Rewrite> touching(List<Rewrite> rewrites, String name) {
        return rewrites.stream().filter(r -> r.origin().names().stream().anyMatch(n -> n.contains(name))).toList();
    }

    /** {@return what a rewrite took away and what it put there, a line for each node} */
    static List<String> difference(Rewrite rewrite) {
        var lines = new ArrayList<String>();
        rewrite.removed().forEach(n -> lines.add("- " + GraphPrinter.print(n, LARGE)));
        rewrite.added().forEach(n -> lines.add("+ " + GraphPrinter.print(n, LARGE)));
        return lines;
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
