package dev.sinter.cli.build;

import dev.sinter.frontend.onnx.ModelFiles;
import dev.sinter.frontend.onnx.OnnxImportException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which files decide what a model is compiled to: an ONNX file and those with its external data; a text of the model
 * language and every file that it names, or that a text it names does.
 */
final class FilesRead {
    private static final Pattern NAMED = Pattern.compile("\"([^\"\\n]+)\"");
    private static final Pattern PLACE = Pattern.compile("\\{[^}]*\\}");
    private final Set<Path> files = new TreeSet<>();

    private FilesRead() {
    }

    /** The files of a model, by absolute paths. */
    static Set<Path> of(Path model) throws IOException {
        var found = new FilesRead();
        found.add(model.toAbsolutePath().normalize());
        return found.files;
    }

    private void add(Path file) throws IOException {
        if (!files.add(file)) {
            return;
        }
        if (file.toString().endsWith(".onnx")) {
            addOnnx(file);
        } else if (file.toString().endsWith(".sinter")) {
            // What is named and there counts, whether it is loaded or not: too many are no harm.
            var text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            for (var match : NAMED.matcher(text).results().toList()) {
                for (var named : named(file, match.group(1))) {
                    add(named);
                }
            }
        }
    }

    /** Files of a name; what stands in braces there may be anything. */
    private static List<Path> named(Path file, String name) throws IOException {
        if (name.indexOf('{') < 0) {
            var found = resolved(file, name);
            return Files.isRegularFile(found) ? List.of(found) : List.of();
        }
        var folder = file.resolveSibling("");
        var like = Pattern.compile(PLACE.splitAsStream(name).map(Pattern::quote)
                .collect(Collectors.joining(".*", "", name.endsWith("}") ? ".*" : "")));
        try (var all = Files.walk(folder)) {
            return all.filter(f -> Files.isRegularFile(f)
                    && like.matcher(folder.relativize(f).toString().replace('\\', '/')).matches()).toList();
        }
    }

    private void addOnnx(Path file) {
        try {
            files.addAll(ModelFiles.of(file));
        } catch (OnnxImportException e) {
            // A file that a text names but doesn't load may be anything.
        }
    }

    private static Path resolved(Path file, String name) {
        try {
            return file.resolveSibling(name).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            return file;
        }
    }
}
