package dev.sinter.testkit;

import dev.sinter.runtime.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The tolerances of cases, from a {@code manifest.csv} one or two folders above them. A row is found by its column
 * {@code case} and, where the manifest stands two folders above, by {@code group}, the folder between.
 */
public final class Manifest {
    private record Key(Path folder, String group, String name) {
    }

    private final Map<Path, Map<Key, Tolerance>> files = new HashMap<>();

    /** Knows no file yet; each is read once. */
    public Manifest() {
    }

    /**
     * The tolerance of a case.
     *
     * @param caseFolder
     *            the case's folder
     * @return what the nearest manifest with a row for it says, otherwise ONNX's own
     * @throws IOException
     *             if a manifest can't be read
     * @throws ModelException
     *             if a manifest is broken
     */
    public synchronized Tolerance of(Path caseFolder) throws IOException {
        var folder = caseFolder.toAbsolutePath().normalize();
        var above = folder.getParent();
        if (folder.getFileName() == null || above == null) {
            return Tolerance.ONNX;
        }
        var name = folder.getFileName().toString();
        var one = rows(above).get(new Key(above, "", name));
        if (one != null || above.getParent() == null) {
            return one == null ? Tolerance.ONNX : one;
        }
        var two = above.getParent();
        return rows(two).getOrDefault(new Key(two, above.getFileName().toString(), name), Tolerance.ONNX);
    }

    /** Rows with their group and, for cases right beneath the manifest, without. */
    private Map<Key, Tolerance> rows(Path folder) throws IOException {
        var file = folder.resolve("manifest.csv");
        var known = files.get(file);
        if (known == null) {
            known = Files.isRegularFile(file) ? read(file, folder) : Map.of();
            files.put(file, known);
        }
        return known;
    }

    private static Map<Key, Tolerance> read(Path file, Path folder) throws IOException {
        var rows = new HashMap<Key, Tolerance>();
        var lines = Files.readAllLines(file);
        var columns = lines.isEmpty() ? List.<String>of() : cells(lines.getFirst());
        for (var line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            var row = new HashMap<String, String>();
            var cells = cells(line);
            for (int i = 0; i < Math.min(cells.size(), columns.size()); i++) {
                row.put(columns.get(i), cells.get(i));
            }
            var name = row.getOrDefault("case", "");
            var tolerance = new Tolerance(number(row, "rtol", file).orElse(Tolerance.ONNX.rtol()),
                    number(row, "atol", file).orElse(Tolerance.ONNX.atol()), number(row, "minCosine", file),
                    row.getOrDefault("note", "").equals("nondeterministic"));
            rows.put(new Key(folder, row.getOrDefault("group", ""), name), tolerance);
            rows.putIfAbsent(new Key(folder, "", name), tolerance);
        }
        return rows;
    }

    private static OptionalDouble number(Map<String, String> row, String column, Path file) {
        var text = row.getOrDefault(column, "");
        try {
            return text.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            throw new ModelException(
                    file + ": case " + row.get("case") + ", column " + column + ": expected a number, got " + text, e);
        }
    }

    /** Cells of a line; a cell in double quotes may hold commas, and a quote doubled. */
    private static List<String> cells(String line) {
        var cells = new ArrayList<String>();
        var cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                cell.append(c);
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString().strip());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString().strip());
        return cells;
    }
}
