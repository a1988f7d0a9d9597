package dev.sinter.cli;

import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.WeightFacts;
import dev.sinter.ir.cost.Choice;
import dev.sinter.ir.cost.Cost;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Recurrence;
import dev.sinter.ir.op.ScaledMatMul;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Says of each layer what is special about its weights, how it could be computed, what each way costs and why one was
 * taken.
 */
final class LayerWords {
    private static final double MICRO = 1000;
    private static final String DENSE = "dense";
    private static final String SPARSE = "sparse";
    private static final Pattern GROUP = Pattern.compile("(\\d+)x1");
    private static final Map<String, String> QUESTIONS = Map.of(
            "layout", "where channels stand", "permute", "a change of layout",
            "winograd", "the algorithm of a 3x3 convolution", SPARSE, "whether zeros are left out",
            "lookup", "whether sums of rounded activations are looked up",
            "codebook", "whether weights are kept as numbers of their few values");
    private static final Map<String, String> WAYS = Map.of(
            "channels-first", "as the model has it",
            "channels-last", "channels of a point side by side",
            "direct", "every product as it is",
            "f2", "Winograd's, 2x2 results at a time from 16 products for 36",
            "f4", "Winograd's, 4x4 results at a time from 36 products for 144",
            DENSE, "all weights, zeros too",
            "1x1", "without zeros, each output for itself",
            "general", "weights decoded and multiplied",
            "coded", "numbers of at most four bits, whose values are looked up",
            "lookup", "sums of six activations from tables, by the bits of the weights");

    private final Map<String, ArrayList<Choice>> choices;

    private LayerWords(List<Choice> choices) {
        this.choices = choices.stream()
                .collect(Collectors.groupingBy(Choice::about, HashMap::new, Collectors.toCollection(ArrayList::new)));
    }

    /**
     * Explains the layers.
     *
     * @param graph
     *            after all passes
     * @param choices
     *            all that were made
     * @return lines; none of layers about which there is nothing to say
     */
    static List<String> of(Graph graph, List<Choice> choices) {
        var lines = new ArrayList<String>();
        new LayerWords(choices).add(graph, lines);
        return lines;
    }

    /** What is special about a node's weights, if anything is. */
    static Optional<WeightFacts> facts(Node node) {
        return node.inputs().stream().map(v -> v.facts().weights()).filter(Objects::nonNull).findFirst();
    }

    private void add(Graph part, List<String> lines) {
        for (var node : part.nodes()) {
            if (multiplies(node)) {
                layer(node, lines);
            }
            node.regions().forEach(region -> add(region, lines));
        }
    }

    private static boolean multiplies(Node node) {
        return switch (node.op()) {
            case MatMul m -> true;
            case MatMulInteger m -> true;
            case ScaledMatMul m -> true;
            case Conv c -> true;
            case Recurrence r -> true;
            default -> false;
        };
    }

    private void layer(Node node, List<String> lines) {
        var facts = facts(node);
        var made = taken(node);
        if (facts.isEmpty() && made.isEmpty()) {
            return;
        }
        lines.add("layer %s (%s)".formatted(node.origin().first(), node.op().mnemonic()));
        facts.ifPresent(f -> lines.add("  weights  %d outputs x %d inputs: %s".formatted(f.outputs(), f.inputs(),
                f.words())));
        made.forEach(choice -> choice(choice, lines));
        if (facts.isPresent() && facts.get().zeros() > 0 && made.stream().noneMatch(c -> c.kind().equals(SPARSE))) {
            lines.add("  taken    all weights, zeros too: no kernel without them was considered");
        }
    }

    /**
     * The choices for a node, one of a kind for each node of the model that it stands for; several nodes may stand for
     * one, and then the choices are theirs in order.
     */
    private List<Choice> taken(Node node) {
        var made = new ArrayList<Choice>();
        for (var name : node.origin().names()) {
            var kinds = new HashSet<String>();
            for (var choice : List.copyOf(choices.getOrDefault(name, new ArrayList<>()))) {
                if (choice.costs().size() > 1 && kinds.add(choice.kind())) {
                    made.add(choice);
                    choices.get(name).remove(choice);
                }
            }
        }
        return made;
    }

    private void choice(Choice choice, List<String> lines) {
        lines.add("  asked    %s; %s:".formatted(QUESTIONS.getOrDefault(choice.kind(), choice.kind()),
                choice.measured() ? "each way was measured" : "times are estimated (--tune measures)"));
        int width = choice.costs().stream().mapToInt(c -> c.way().length()).max().orElse(0);
        for (var cost : choice.costs()) {
            lines.add(String.format(Locale.ROOT, "   %s %-" + width + "s  %10.1f us  %s",
                    cost.way().equals(choice.picked()) ? ">" : " ", cost.way(), cost.nanos() / MICRO,
                    way(cost.way())).stripTrailing());
        }
        lines.add("  taken    " + choice.picked() + ", " + reason(choice));
    }

    private static String way(String way) {
        var group = GROUP.matcher(way);
        var known = WAYS.get(way);
        return known != null ? known
                : group.matches() ? "without zeros, " + group.group(1) + " neighbouring outputs read the same inputs"
                        : "";
    }

    /** Times are compared with the way that needs no reason, which is the first. */
    private static String reason(Choice choice) {
        var plain = choice.costs().getFirst();
        var picked = cost(choice, choice.picked());
        var others = choice.costs().stream().filter(c -> !c.way().equals(choice.picked())).toList();
        var next = others.stream().min((a, b) -> Double.compare(a.nanos(), b.nanos())).orElse(picked);
        if (picked.nanos() > next.nanos()) {
            return String.format(Locale.ROOT, "since %s would save only %.1f %% of its time: %s", next.way(),
                    100 * (1 - next.nanos() / picked.nanos()), choice.why());
        }
        return picked.equals(plain)
                ? String.format(Locale.ROOT, "the least time; the next, %s, takes %.2f times as long", next.way(),
                        next.nanos() / picked.nanos())
                : String.format(Locale.ROOT, "the least time, %.2f times as fast as %s", plain.nanos() / picked.nanos(),
                        plain.way());
    }

    private static Cost cost(Choice choice, String way) {
        return choice.costs().stream().filter(c -> c.way().equals(way)).findFirst()
                .orElse(choice.costs().getFirst());
    }
}
