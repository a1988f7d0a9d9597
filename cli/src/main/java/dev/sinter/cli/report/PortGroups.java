package dev.sinter.cli.report;

import dev.sinter.ir.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Inputs or outputs whose names begin alike, such as a language model's caches: many of them are one part. */
final class PortGroups {
    private static final int MANY = 4;

    private final Map<String, Long> counts;

    /**
     * Looks at names.
     *
     * @param ports
     *            all inputs, or all outputs
     */
    PortGroups(List<Graph.Port> ports) {
        this.counts = ports.stream().collect(Collectors.groupingBy(p -> stem(p.name()), Collectors.counting()));
    }

    /** A name up to its first dot or number. */
    private static String stem(String name) {
        int end = 0;
        while (end < name.length() && name.charAt(end) != '.' && !Character.isDigit(name.charAt(end))) {
            end++;
        }
        return name.substring(0, end);
    }

    /** {@return the scope of a port within another one} */
    List<String> scope(Graph.Port port, List<String> within) {
        var stem = stem(port.name());
        if (stem.isEmpty() || counts.get(stem) < MANY) {
            return within;
        }
        var scope = new ArrayList<>(within);
        scope.add(stem + " …");
        return scope;
    }
}
