package dev.sinter.passes;

import java.util.List;

/**
 * A named group of rules, applied until none applies any more.
 *
 * @param name
 *            in lists, dumps and {@code --stop-after}
 * @param purpose
 *            one line: what is different afterwards
 * @param order
 *            which nodes are looked at first
 * @param rules
 *            tried in this order at every node
 */
public record Pass(String name, String purpose, Order order, List<Rule> rules) {
    /** Which nodes are looked at first. */
    public enum Order {
        /** Operands before users. */
        FORWARD,
        /** Users before operands, so that the largest pattern is found before a part of it is. */
        BACKWARD
    }

    /** Copies the rules. */
    public Pass {
        rules = List.copyOf(rules);
    }

    static Pass forward(String name, String purpose, Rule... rules) {
        return new Pass(name, purpose, Order.FORWARD, List.of(rules));
    }

    static Pass backward(String name, String purpose, Rule... rules) {
        return new Pass(name, purpose, Order.BACKWARD, List.of(rules));
    }
}
