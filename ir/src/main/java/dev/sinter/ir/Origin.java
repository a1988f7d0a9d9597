package dev.sinter.ir;

import java.util.LinkedHashSet;
import java.util.List;

/**
 * The names of the model nodes merged into an IR node, for messages, profiles and stack traces.
 *
 * @param names
 *            model node names, first the one that gives the node its name
 */
public record Origin(List<String> names) {
    /** No origin: made by the compiler. */
    public static final Origin NONE = new Origin(List.of());

    /** Copies the list. */
    public Origin {
        names = List.copyOf(names);
    }

    /**
     * One name.
     *
     * @param name
     *            of the model's node
     * @return the origin
     */
    public static Origin of(String name) {
        return new Origin(List.of(name));
    }

    /**
     * This and another, without repeats.
     *
     * @param other
     *            names to add
     * @return the merged origin
     */
    public Origin plus(Origin other) {
        var all = new LinkedHashSet<>(names);
        all.addAll(other.names);
        return new Origin(List.copyOf(all));
    }

    /** {@return the first name, or "" if there is none} */
    public String first() {
        return names.isEmpty() ? "" : names.getFirst();
    }

    @Override
    public String toString() {
        return String.join(" + ", names);
    }
}
