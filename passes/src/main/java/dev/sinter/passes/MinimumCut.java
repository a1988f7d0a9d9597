package dev.sinter.passes;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Parts points into two sides so that the arcs from the first side to the second cost least (Dinic's algorithm for the
 * largest flow, which is as much as the least cut).
 *
 * @see <a href="https://en.wikipedia.org/wiki/Dinic%27s_algorithm">Dinic's algorithm</a>
 */
final class MinimumCut {
    /** The point that is always on the first side. */
    static final int FIRST = 0;
    /** The point that is always on the second side. */
    static final int SECOND = 1;
    /** The cost of what must not be. */
    static final double NEVER = 1e18;

    private static final double NOTHING = 1e-9;

    /** Half of an arc; its other half, at {@code index ^ 1}, leads back. */
    private static final class Arc {
        private final int to;
        private double room;

        private Arc(int to, double room) {
            this.to = to;
            this.room = room;
        }
    }

    private final List<Arc> arcs = new ArrayList<>();
    private final List<List<Integer>> from = new ArrayList<>();
    private int[] level = {};
    private int[] next = {};

    MinimumCut() {
        point();
        point();
    }

    /** {@return a new point} */
    int point() {
        from.add(new ArrayList<>());
        return from.size() - 1;
    }

    /**
     * Makes it cost something to have one point on the first side and another on the second.
     *
     * @param first
     *            a point
     * @param second
     *            another one
     * @param cost
     *            not negative
     */
    void arc(int first, int second, double cost) {
        if (first == second || cost <= 0) {
            return;
        }
        from.get(first).add(arcs.size());
        arcs.add(new Arc(second, cost));
        from.get(second).add(arcs.size());
        arcs.add(new Arc(first, 0));
    }

    /** {@return for each point whether it is on the second side; as few as possible are} */
    boolean[] second() {
        while (reach()) {
            next = new int[from.size()];
            while (push(FIRST, NEVER * NEVER) > NOTHING) {
                continue;
            }
        }
        return reaching();
    }

    /** The points from which there is room on a way to the second one. */
    private boolean[] reaching() {
        var found = new boolean[from.size()];
        found[SECOND] = true;
        var pending = new ArrayDeque<>(List.of(SECOND));
        while (!pending.isEmpty()) {
            for (int i : from.get(pending.remove())) {
                int point = arcs.get(i).to;
                if (arcs.get(i ^ 1).room > NOTHING && !found[point]) {
                    found[point] = true;
                    pending.add(point);
                }
            }
        }
        return found;
    }

    /** Numbers the points by their distance from the first one over arcs with room; whether the second is reached. */
    private boolean reach() {
        level = new int[from.size()];
        Arrays.fill(level, -1);
        level[FIRST] = 0;
        var pending = new ArrayDeque<>(List.of(FIRST));
        while (!pending.isEmpty()) {
            int point = pending.remove();
            for (int i : from.get(point)) {
                var arc = arcs.get(i);
                if (arc.room > NOTHING && level[arc.to] < 0) {
                    level[arc.to] = level[point] + 1;
                    pending.add(arc.to);
                }
            }
        }
        return level[SECOND] >= 0;
    }

    /** Sends as much as there is room for along one path; gives how much. */
    private double push(int point, double flow) {
        if (point == SECOND) {
            return flow;
        }
        for (; next[point] < from.get(point).size(); next[point]++) {
            int i = from.get(point).get(next[point]);
            var arc = arcs.get(i);
            if (arc.room > NOTHING && level[arc.to] == level[point] + 1) {
                double sent = push(arc.to, Math.min(flow, arc.room));
                if (sent > NOTHING) {
                    arc.room -= sent;
                    arcs.get(i ^ 1).room += sent;
                    return sent;
                }
            }
        }
        return 0;
    }
}
