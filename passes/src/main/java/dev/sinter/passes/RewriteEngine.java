package dev.sinter.passes;

import dev.sinter.ir.Graph;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Constant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Applies rules until none applies. A node is looked at again only when something about it or its neighbours changed,
 * so a pass is near linear in the size of the graph.
 */
final class RewriteEngine {
    /** A node waiting to be looked at. */
    private record Waiting(int key, double order) {
    }

    private final Pass pass;
    private final GraphIndex graph;
    private final RewriteCount count;
    private final PassListener listener;
    private final PriorityQueue<Waiting> queue;
    private final Set<Integer> queued = new HashSet<>();
    private final int most;

    private RewriteEngine(Pass pass, GraphIndex graph, RewriteCount count, PassListener listener) {
        this.pass = pass;
        this.graph = graph;
        this.count = count;
        this.listener = listener;
        var order = Comparator.comparingDouble(Waiting::order).thenComparingInt(Waiting::key);
        queue = new PriorityQueue<>(pass.order() == Pass.Order.FORWARD ? order : order.reversed());
        most = count.done() + 1000 + 20 * graph.size();
    }

    static Graph run(Pass pass, Graph before, RewriteCount count, PassListener listener) {
        return pass.rules().isEmpty() ? before
                : run(pass, before, Set.of(), new AtomicInteger(before.nextId()), count, listener);
    }

    /** A graph, then the regions of its nodes; the same object where nothing was done. */
    private static Graph run(Pass pass, Graph before, Set<String> around, AtomicInteger ids, RewriteCount count,
            PassListener listener) {
        if (count.exhausted()) {
            return before;
        }
        var graph = new GraphIndex(before, around, ids);
        var engine = new RewriteEngine(pass, graph, count, listener);
        int start = count.done();
        graph.keys().forEach(engine::enqueue);
        engine.drain();
        engine.regions();
        return count.done() == start ? before : graph.toGraph();
    }

    private void regions() {
        for (var key : graph.keys()) {
            var node = graph.node(key);
            if (node == null || node.regions().isEmpty()) {
                continue;
            }
            int start = count.done();
            var around = graph.symbolsWithin();
            var regions = node.regions().stream().map(r -> run(pass, r, around, graph.ids(), count, listener)).toList();
            if (count.done() > start) {
                graph.setRegions(key, regions, gone -> {
                });
            }
        }
    }

    private void enqueue(int key) {
        if (graph.node(key) != null && queued.add(key)) {
            queue.add(new Waiting(key, graph.order(key)));
        }
    }

    private void enqueueUsers(Value value) {
        graph.users(value).forEach(user -> enqueue(GraphIndex.key(user)));
    }

    private void drain() {
        while (!queue.isEmpty() && !count.exhausted()) {
            int key = queue.remove().key();
            queued.remove(key);
            for (var rule : pass.rules()) {
                var node = graph.node(key);
                if (node == null || !rule.looksAt().isInstance(node.op())) {
                    continue;
                }
                var patch = rule.apply(node, graph);
                if (patch.isPresent()) {
                    apply(rule, node, patch.get());
                    enqueue(key);
                    break;
                }
            }
        }
    }

    private void apply(Rule rule, Node root, Patch patch) {
        if (count.next() > most) {
            throw new IrException(
                    "pass " + pass.name() + ": rule " + rule.name() + " goes on without end at " + root.origin());
        }
        double order = graph.order(GraphIndex.key(root));
        patch.nodes().forEach(node -> graph.put(node, order));
        var changed = new ArrayList<Integer>();
        if (!patch.binds().isEmpty()) {
            changed.addAll(graph.bind(patch.binds()));
        }
        patch.replaces().forEach((before, after) -> {
            var old = before.substitute(patch.binds());
            var replacement = after.substitute(patch.binds());
            check(rule, old, replacement);
            changed.addAll(graph.replace(old, replacement));
        });
        var removed = removeDead(root, patch);
        mergeOrigins(patch, removed);
        var added = patch.nodes().stream().map(n -> graph.node(GraphIndex.key(n))).filter(n -> n != null).toList();
        added.forEach(node -> enqueue(GraphIndex.key(node)));
        changed.forEach(this::enqueue);
        patch.replaces().values().forEach(this::enqueueUsers);
        for (var node : removed) {
            for (var input : node.inputs()) {
                var producer = graph.producer(input);
                if (producer != null) {
                    enqueue(GraphIndex.key(producer));
                    producer.outputs().forEach(this::enqueueUsers);
                }
            }
        }
        listener.rewritten(new Rewrite(count.done(), pass.name(), rule.name(), patch.label(), root, removed, added));
    }

    private void check(Rule rule, Value old, Value replacement) {
        boolean fits = old.type() instanceof TensorType was && replacement.type() instanceof TensorType is
                ? was.dtype() == is.dtype() && (!was.shape().isRanked() || !is.shape().isRanked()
                        || was.shape().rank() == is.shape().rank())
                : old.type().getClass() == replacement.type().getClass();
        if (!fits) {
            throw new IrException("pass " + pass.name() + ": rule " + rule.name() + " replaces " + old.type() + " by "
                    + replacement.type());
        }
    }

    private List<Node> removeDead(Node root, Patch patch) {
        var removed = new ArrayList<Node>();
        var candidates = new ArrayList<Node>();
        for (var old : patch.replaces().keySet()) {
            var producer = graph.producer(old);
            if (producer != null) {
                candidates.add(producer);
            }
        }
        candidates.add(root);
        candidates.addAll(patch.nodes().reversed());
        for (var candidate : candidates) {
            graph.removeDead(candidate, removed::add);
        }
        return removed;
    }

    /** Origins of what is gone, unless a new node has them, go to the node that makes the first replacement. */
    private void mergeOrigins(Patch patch, List<Node> removed) {
        var replacements = patch.replaces().values().iterator();
        var heir = replacements.hasNext() ? graph.producer(replacements.next()) : null;
        if (heir == null || heir.op() instanceof Constant) {
            return;
        }
        var named = new HashSet<String>();
        patch.nodes().forEach(node -> named.addAll(node.origin().names()));
        for (var node : removed) {
            var rest = node.origin().names().stream().filter(name -> !named.contains(name)).toList();
            if (!(node.op() instanceof Constant) && !rest.isEmpty()) {
                graph.addOrigin(GraphIndex.key(heir), new Origin(rest));
            }
        }
    }
}
