package dev.sinter.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the steps of a model are, by the IR dump it ships. Only for those who look: what can't be read is left out.
 */
final class StepIndex {
    private static final Pattern DEFINED = Pattern.compile("%(\\d+): ([a-z][\\w]*\\[[^\\]]*\\])");
    private static final Pattern VALUE = Pattern.compile("%(\\d+)");
    private static final Pattern STEP =
            Pattern.compile("\\s+(\\d+): (\\w+) = (.+?)\\(.*?(?:  // %(\\d+))?");

    private final Map<Integer, Entry> steps = new HashMap<>();
    private final List<String> symbols;

    /** A step with what its node reads and writes. */
    final class Entry {
        private final String method;
        private final String kernel;
        private final String node;
        private final String result;
        private final List<String> types; // of the results, then of the operands
        private final boolean gathers; // of its first operand what is taken is read
        private Sized sized; // for the sizes asked for last; a race only makes it twice

        Entry(String method, String kernel, String node, String result, List<String> types, boolean gathers) {
            this.gathers = gathers;
            this.method = method;
            this.kernel = kernel;
            this.node = node;
            this.result = result;
            this.types = types;
        }

        String method() {
            return method;
        }

        String kernel() {
            return kernel;
        }

        String node() {
            return node;
        }

        /** Shape and bytes for some values of the symbols. */
        Sized sized(long[] values) {
            Sized known = sized;
            if (known != null && Arrays.equals(known.values, values)) {
                return known;
            }
            var sizes = new HashMap<String, Long>();
            for (int i = 0; i < Math.min(values.length, symbols.size()); i++) {
                sizes.put(symbols.get(i), values[i]);
            }
            long bytes = 0;
            for (int i = 0; i < types.size(); i++) {
                long whole = TypeSize.bytes(types.get(i), sizes);
                bytes += gathers && i == 1 ? Math.min(whole, bytes) : whole;
            }
            Sized made = new Sized(values.clone(), result == null ? null : TypeSize.text(result, sizes), bytes);
            sized = made;
            return made;
        }
    }

    /**
     * A step for some values of the symbols.
     *
     * @param values of the symbols
     * @param result type and shape of the first result; null if nobody knows
     * @param bytes of all operands and results; of a gather's table what is gathered
     */
    record Sized(long[] values, String result, long bytes) {
    }

    /**
     * Reads a dump.
     *
     * @param info of the model
     * @param dump its text
     */
    StepIndex(ModelInfo info, String dump) {
        this.symbols = info.allSymbols().stream().map(SymbolInfo::name).toList();
        int plan = dump.indexOf("\nplan \"");
        if (plan < 0) {
            return;
        }
        var types = new HashMap<Integer, String>();
        var lines = new HashMap<Integer, String>();
        dump.substring(0, plan).lines().forEach(line -> define(line, types, lines));
        dump.substring(plan).lines().takeWhile(line -> !line.startsWith("}")).forEach(line -> {
            Matcher step = STEP.matcher(line);
            if (step.matches()) {
                steps.put(Integer.parseInt(step.group(1)), entry(step, types, lines));
            }
        });
    }

    private static void define(String line, Map<Integer, String> types, Map<Integer, String> lines) {
        int equals = line.indexOf(" = ");
        Matcher defined = DEFINED.matcher(equals < 0 ? line : line.substring(0, equals));
        boolean first = true;
        while (defined.find()) {
            int id = Integer.parseInt(defined.group(1));
            types.put(id, defined.group(2));
            if (first && equals >= 0) {
                lines.put(id, line);
            }
            first = false;
        }
    }

    private Entry entry(Matcher step, Map<Integer, String> types, Map<Integer, String> lines) {
        int id = step.group(4) == null ? -1 : Integer.parseInt(step.group(4));
        String line = lines.getOrDefault(id, "");
        int comment = line.lastIndexOf("  // ");
        int braces = line.indexOf(" {", Math.max(0, line.indexOf(" = ")));
        int end = braces >= 0 ? braces : comment >= 0 ? comment : line.length();
        var ids = new LinkedHashSet<Integer>();
        VALUE.matcher(line.substring(0, end)).results().forEach(m -> ids.add(Integer.parseInt(m.group(1))));
        var all = new ArrayList<String>();
        for (int value : ids) {
            if (types.containsKey(value)) {
                all.add(types.get(value));
            }
        }
        return new Entry(step.group(2), step.group(3), comment < 0 ? "" : line.substring(comment + 5), types.get(id),
                all, line.contains(" = gather "));
    }

    /** What a step is; of an unknown one nothing is known. */
    Entry step(int number) {
        Entry known = steps.get(number);
        return known == null ? new Entry("step " + number, "", "", null, List.of(), false) : known;
    }
}
