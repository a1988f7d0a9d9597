package dev.sinter.passes;

import dev.sinter.ir.IrException;
import dev.sinter.ir.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Function;

/** Puts nodes behind what they need, else in the order they came in. */
final class TopologicalOrder {
    private TopologicalOrder() {
    }

    /**
     * Orders nodes.
     *
     * @param wished
     *            the nodes, in the order they would best have
     * @param needs
     *            keys of the nodes that must stand before a node, all of them among the nodes
     * @return the nodes
     */
    static List<Node> of(List<Node> wished, Function<Node, Set<Integer>> needs) {
        var places = new HashMap<Integer, Integer>();
        var users = new ArrayList<List<Integer>>();
        for (int i = 0; i < wished.size(); i++) {
            places.put(GraphIndex.key(wished.get(i)), i);
            users.add(new ArrayList<>());
        }
        var waiting = new int[wished.size()];
        var ready = new PriorityQueue<Integer>();
        for (int i = 0; i < waiting.length; i++) {
            for (var key : needs.apply(wished.get(i))) {
                users.get(places.get(key)).add(i);
                waiting[i]++;
            }
            if (waiting[i] == 0) {
                ready.add(i);
            }
        }
        var nodes = new ArrayList<Node>();
        while (!ready.isEmpty()) {
            int place = ready.remove();
            nodes.add(wished.get(place));
            for (int user : users.get(place)) {
                if (--waiting[user] == 0) {
                    ready.add(user);
                }
            }
        }
        if (nodes.size() != wished.size()) {
            throw new IrException("rewriting left a cycle among " + (wished.size() - nodes.size()) + " nodes");
        }
        return nodes;
    }
}
