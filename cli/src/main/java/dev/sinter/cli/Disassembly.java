package dev.sinter.cli;

import dev.sinter.runtime.Form;
import dev.sinter.runtime.ModelImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The emitted methods of one form as javap shows them. Line numbers of the nodes' methods point into the IR dump that
 * is shipped with the model, which is how a jar still knows what came from where.
 *
 * @param methods
 *            name to text, in the classes' order
 */
record Disassembly(Map<String, Method> methods) {
    private static final Pattern NAME = Pattern.compile("([\\w$]+)\\([^)]*\\)(?: throws .*)?;");
    private static final Pattern TABLE = Pattern.compile("\\n\\s+LineNumberTable:");
    private static final Pattern LINE = Pattern.compile("\\n\\s+line (\\d+): ");
    private static final Pattern CALL = Pattern.compile("// Method (?:[\\w$/]+\\.)?\"?([\\w$]+)\"?:");

    /**
     * An emitted method.
     *
     * @param name
     *            its name
     * @param text
     *            what javap shows, without the tables
     * @param lines
     *            lines of the IR dump, in order of appearance
     * @param calls
     *            names of the methods it calls
     */
    record Method(String name, String text, List<Integer> lines, List<String> calls) {
    }

    /** {@return the methods of a form and of the script; of none if there is no javap in this Java installation} */
    static Disassembly of(ModelImage image, Form form) throws IOException {
        var methods = new LinkedHashMap<String, Method>();
        var javap = ToolProvider.findFirst("javap");
        var prefix = image.info().className() + "$" + form.suffix();
        var folder = Files.createTempDirectory("sinter-explain-");
        try {
            for (var entry : new TreeMap<>(image.classes()).entrySet()) {
                var name = entry.getKey();
                if (javap.isPresent() && (name.equals(prefix) || name.startsWith(prefix + "$")
                        || name.equals(image.info().className()))) {
                    var file = Files.write(folder.resolve(name + ".class"), entry.getValue());
                    read(text(javap.get(), file), methods);
                }
            }
        } finally {
            delete(folder);
        }
        return new Disassembly(methods);
    }

    private static String text(ToolProvider javap, Path file) throws IOException {
        var text = new StringWriter();
        var problems = new StringWriter();
        if (javap.run(new PrintWriter(text), new PrintWriter(problems), "-c", "-p", "-l", file.toString()) != 0) {
            throw new IOException("javap failed: " + text + problems);
        }
        return text.toString().replace("\r\n", "\n");
    }

    private static void read(String listing, Map<String, Method> methods) {
        for (var block : listing.split("\n\n")) {
            int code = block.indexOf("\n    Code:");
            if (code < 0) {
                continue;
            }
            var header = block.substring(block.lastIndexOf('\n', code - 1) + 1, code);
            var name = NAME.matcher(header);
            if (!name.find()) {
                continue;
            }
            var table = TABLE.matcher(block);
            int tables = table.find(code) ? table.start() : -1;
            var lines = LINE.matcher(tables < 0 ? "" : block.substring(tables)).results()
                    .map(m -> Integer.valueOf(m.group(1))).distinct().toList();
            var text = (header + block.substring(code, tables < 0 ? block.length() : tables)).stripTrailing();
            var calls = CALL.matcher(text).results().map(m -> m.group(1)).distinct().toList();
            methods.put(name.group(1), new Method(name.group(1), text, lines, calls));
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** {@return the method of a kernel: its name in letters that Java allows; null if there is none} */
    @Nullable
    Method kernel(String name) {
        return methods.get(name.replaceAll("[^A-Za-z0-9]+", "_"));
    }

    /** {@return what javap shows of a method and of those it is cut into: its loops and the rounds of its parallel loop} */
    String text(String name) {
        var part = Pattern.compile(Pattern.quote(name) + "(_(loop|round)\\d+)*");
        return methods.values().stream().filter(m -> part.matcher(m.name()).matches()).map(Method::text)
                .collect(Collectors.joining("\n\n"));
    }

    /** {@return the emitted methods a method calls, directly or through others} */
    Set<String> reach(String name) {
        var seen = new LinkedHashSet<String>();
        var open = new ArrayDeque<String>(List.of(name));
        while (!open.isEmpty()) {
            var method = methods.get(open.remove());
            if (method != null) {
                method.calls().stream().filter(methods::containsKey).filter(seen::add).forEach(open::add);
            }
        }
        return seen;
    }
}
