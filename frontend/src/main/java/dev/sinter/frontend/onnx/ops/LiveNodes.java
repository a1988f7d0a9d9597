package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.Loop;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Leaves out nodes that no output needs, in bodies too. A node is needed for its results, and also for the symbols it
 * defines, by whatever mentions them.
 */
public final class LiveNodes {
    private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final Set<Value> live = new HashSet<>();
    private final Set<String> words = new HashSet<>();
    /** Symbols that must equal others. */
    private final Set<String> checked = new HashSet<>();

    /** Nothing is needed yet. */
    public LiveNodes() {
        // fields say it
    }

    /** The graph without what its outputs do not need. */
    Graph of(Graph graph) {
        graph.outputs().forEach(p -> use(p.value()));
        for (var equality : graph.symbols().equalities()) {
            checked.addAll(equality.left().symbols());
            checked.addAll(equality.right().symbols());
        }
        graph.inputs().forEach(p -> mention(p.value().type().toString()));
        var kept = new ArrayList<Node>();
        for (var node : graph.nodes().reversed()) {
            if (!Collections.disjoint(node.outputs(), live) || !Collections.disjoint(defined(node), words)
                    || node.op() instanceof Define define && !Collections.disjoint(define.symbols(), checked)) {
                node.inputs().forEach(this::use);
                if (!(node.op() instanceof Constant)) {
                    node.op().attributes().texts().values().forEach(this::mention);
                    node.outputs().forEach(v -> mention(v.type().toString()));
                }
                var regions = node.regions().stream().map(this::of).toList();
                kept.add(new Node(node.op(), node.inputs(), node.outputs(), regions, node.origin()));
            }
        }
        return new Graph(graph.name(), graph.inputs(), kept.reversed(), graph.outputs(), graph.symbols());
    }

    /**
     * A model's graph without what its outputs do not need, and without symbols that nothing mentions any more.
     *
     * @param graph
     *            a model
     * @return the graph
     */
    public Graph ofModel(Graph graph) {
        var lean = of(graph);
        var symbols = new Symbols();
        graph.symbols().bounds().forEach((name, bounds) -> {
            if (words.contains(name)) {
                symbols.declare(name, bounds);
            }
        });
        for (var equality : graph.symbols().equalities()) {
            if (words.containsAll(equality.left().symbols()) && words.containsAll(equality.right().symbols())) {
                symbols.requireEqual(equality.left(), equality.right(), equality.reason());
            }
        }
        return new Graph(lean.name(), lean.inputs(), lean.nodes(), lean.outputs(), symbols);
    }

    private void use(Value value) {
        live.add(value);
        mention(value.type().toString());
    }

    private void mention(String text) {
        var matcher = WORD.matcher(text);
        while (matcher.find()) {
            words.add(matcher.group());
        }
    }

    private static List<String> defined(Node node) {
        return switch (node.op()) {
            case Define define -> define.symbols();
            case Library l -> sizes(node);
            case If i -> sizes(node);
            case Loop l -> sizes(node);
            default -> List.of();
        };
    }

    private static List<String> sizes(Node node) {
        var names = new ArrayList<String>();
        for (var output : node.outputs()) {
            if (output.type() instanceof TensorType(var dtype, var shape) && shape.isRanked()) {
                for (var dim : shape.dims()) {
                    if (dim instanceof Dim.Sym(var name)) {
                        names.add(name);
                    }
                }
            }
        }
        return names;
    }
}
