package dev.sinter.frontend.dsl;

import dev.sinter.frontend.dsl.grammar.SinterLexer;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import org.antlr.v4.runtime.CharStreams;

/** The files that a text names: what it imports, and files of weights. */
public final class TextFiles {
    private TextFiles() {
    }

    /**
     * Files in a text's folder and below that it may name. It may be some more: every string that is the name of an
     * existing file counts, and {@code {i}} within one stands for anything.
     *
     * @param text
     *            a text of the model language; one that can't be read names nothing
     * @return absolute paths of files that are there
     * @throws IOException
     *             if the folder can't be searched
     */
    public static Set<Path> of(Path text) throws IOException {
        var file = text.toAbsolutePath().normalize();
        Source source;
        try {
            source = Library.read(file, String.valueOf(file.getFileName()));
        } catch (IOException e) {
            return Set.of();
        }
        var files = new HashSet<Path>();
        var lexer = new SinterLexer(CharStreams.fromString(source.text()));
        lexer.removeErrorListeners();
        for (var token : lexer.getAllTokens()) {
            if (token.getType() == SinterLexer.TEXT) {
                files.addAll(existing(file.getParent(), new TreeBuilder(source).text(token).value()));
            }
        }
        return files;
    }

    private static List<Path> existing(Path folder, String name) throws IOException {
        try {
            if (!name.contains("{")) {
                var file = folder.resolve(name).normalize();
                return file.startsWith(folder) && Files.isRegularFile(file) ? List.of(file) : List.of();
            }
            var pattern = FileSystems.getDefault().getPathMatcher("glob:"
                    + Evaluation.PLACEHOLDER.matcher(name).replaceAll("**"));
            try (var all = Files.walk(folder)) {
                return all.filter(f -> pattern.matches(folder.relativize(f))).filter(Files::isRegularFile).toList();
            }
        } catch (PatternSyntaxException | InvalidPathException e) {
            return List.of();
        }
    }
}
