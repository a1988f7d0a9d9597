package dev.sinter.frontend.dsl;

import dev.sinter.frontend.dsl.grammar.SinterLexer;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import org.antlr.v4.runtime.CharStreams;

/** The files a text depends on beside itself: what it imports, and files of weights. */
public final class TextFiles {
    private TextFiles() {
    }

    /**
     * Files in a text's folder and below that the text, or one that it imports, may name. It may be some more: every
     * text that is the name of an existing file counts, and {@code {i}} within one stands for anything.
     *
     * @param model
     *            a text of the model language
     * @return names relative to its folder, sorted
     * @throws IOException
     *             if a text can't be read
     */
    public static List<String> of(Path model) throws IOException {
        var folder = model.toAbsolutePath().normalize().getParent();
        var found = new TreeSet<Path>();
        var texts = new ArrayDeque<>(List.of(model.toAbsolutePath().normalize()));
        while (!texts.isEmpty()) {
            var text = texts.pop();
            for (var file : named(text)) {
                if (file.startsWith(folder) && found.add(file) && file.toString().endsWith(".sinter")) {
                    texts.push(file);
                }
            }
        }
        return found.stream().map(f -> folder.relativize(f).toString()).toList();
    }

    private static Set<Path> named(Path text) throws IOException {
        var files = new TreeSet<Path>();
        var folder = text.getParent();
        var source = Library.read(text, String.valueOf(text.getFileName()));
        var lexer = new SinterLexer(CharStreams.fromString(source.text()));
        lexer.removeErrorListeners();
        for (var token : lexer.getAllTokens()) {
            if (token.getType() == SinterLexer.TEXT) {
                files.addAll(existing(folder, new TreeBuilder(source).text(token).value()));
            }
        }
        return files;
    }

    private static List<Path> existing(Path folder, String name) throws IOException {
        try {
            if (!name.contains("{")) {
                var file = folder.resolve(name).normalize();
                return !name.isEmpty() && Files.isRegularFile(file) ? List.of(file) : List.of();
            }
            var pattern = FileSystems.getDefault().getPathMatcher("glob:"
                    + Evaluation.PLACEHOLDER.matcher(name).replaceAll("**"));
            try (var all = Files.walk(folder)) {
                return new ArrayList<>(all.filter(f -> pattern.matches(folder.relativize(f)))
                        .filter(Files::isRegularFile).toList());
            }
        } catch (PatternSyntaxException | InvalidPathException e) {
            return List.of();
        }
    }
}
