package dev.sinter.codegen;

import dev.sinter.codegen.plan.ModelPlan;
import dev.sinter.codegen.plan.Step;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.Loop;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How many of the model's own nodes became what. A node of the model that became several things counts as the first of
 * these: control flow, library, kernel, free.
 *
 * @param kernels
 *            computed by emitted kernels
 * @param free
 *            nothing is left to do when the model runs: views, sizes, constants
 * @param library
 *            library routines
 * @param control
 *            branches and loops; what is in their bodies counts for itself
 */
public record NodeShares(int kernels, int free, int library, int control) {
    private static final Pattern TEXT =
            Pattern.compile("nodes (\\d+) kernel, (\\d+) free, (\\d+) library, (\\d+) control");

    private enum Kind {
        FREE, KERNEL, LIBRARY, CONTROL
    }

    /**
     * Counts.
     *
     * @param plan
     *            of the model
     * @return the counts
     */
    static NodeShares of(ModelPlan plan) {
        Set<Node> computed = Collections.newSetFromMap(new IdentityHashMap<>());
        plan.steps().stream().map(Step::node).forEach(computed::add);
        var kinds = new LinkedHashMap<String, Kind>();
        collect(plan.graph(), computed, kinds);
        var counts = kinds.values().stream().collect(Collectors.groupingBy(k -> k, Collectors.counting()));
        return new NodeShares(count(counts, Kind.KERNEL), count(counts, Kind.FREE), count(counts, Kind.LIBRARY),
                count(counts, Kind.CONTROL));
    }

    private static int count(Map<Kind, Long> counts, Kind kind) {
        return counts.getOrDefault(kind, 0L).intValue();
    }

    private static void collect(Graph graph, Set<Node> computed, Map<String, Kind> kinds) {
        for (var node : graph.nodes()) {
            var kind = switch (node.op()) {
                case If i -> Kind.CONTROL;
                case Loop l -> Kind.CONTROL;
                case Library l -> Kind.LIBRARY;
                default -> computed.contains(node) ? Kind.KERNEL : Kind.FREE;
            };
            node.origin().names().forEach(name -> kinds.merge(name, kind, (a, b) -> a.compareTo(b) > 0 ? a : b));
            node.regions().forEach(region -> collect(region, computed, kinds));
        }
    }

    /**
     * The same with more nodes of which nothing is left.
     *
     * @param more
     *            how many
     * @return the new counts
     */
    public NodeShares plusFree(int more) {
        return new NodeShares(kernels, free + more, library, control);
    }

    /** {@return all nodes} */
    public int total() {
        return kernels + free + library + control;
    }

    /** {@return the part that is emitted or free, 0 to 1; 1 where there is no node} */
    public double emitted() {
        return total() == 0 ? 1 : 1 - (double) library / total();
    }

    /**
     * Finds the counts in a shipped IR dump.
     *
     * @param dump
     *            its text
     * @return the counts; all 0 where there are none
     */
    public static NodeShares parse(String dump) {
        var found = TEXT.matcher(dump);
        return found.find()
                ? new NodeShares(Integer.parseInt(found.group(1)), Integer.parseInt(found.group(2)),
                        Integer.parseInt(found.group(3)), Integer.parseInt(found.group(4)))
                : new NodeShares(0, 0, 0, 0);
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return "nodes " + kernels + " kernel, " + free + " free, " + library + " library, " + control + " control";
    }
}
