package dev.sinter.runtime;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A call of a library routine.
 *
 * @param routine its name in the closed list of {@code dev.sinter.runtime.library.Routines}
 * @param node the model's node it stands for, for messages
 * @param arguments its settings; the order is kept
 * @param inputs registers of its operands
 * @param outputs registers of its results
 */
public record LibraryInfo(String routine, String node, Map<String, String> arguments, List<Integer> inputs,
        List<Integer> outputs) {
    /** Copies map and lists. */
    public LibraryInfo {
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** Routine and node, such as {@code nonzero '/NonZero'}. */
    @Override
    public String toString() {
        return routine + " '" + node + "'";
    }
}
