package dev.sinter.cli;

import dev.sinter.frontend.dsl.DslException;
import dev.sinter.frontend.dsl.Formatter;
import dev.sinter.runtime.ModelException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sinter format}: lays model texts out in place; prints those that changed. */
@Command(name = "format", mixinStandardHelpOptions = true,
        description = "Lays texts of the model language out, in place, and prints the names of those that changed.")
final class FormatCommand extends Console implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Texts of the model language.")
    private List<Path> files = List.of();
    @Option(names = "--check", description = "Changes nothing; exits with 1 if a text is not laid out.")
    private boolean check;

    /** Made by the command line parser. */
    FormatCommand() {
    }

    @Override
    public Integer call() throws IOException {
        for (var file : files) {
            Source.requireFile(file, this);
        }
        int changed = 0;
        for (var file : files) {
            var text = read(file);
            var laidOut = format(text, file);
            if (!laidOut.equals(text)) {
                changed++;
                out().println(file);
                if (!check) {
                    Files.writeString(file, laidOut);
                }
            }
        }
        return check && changed > 0 ? 1 : 0;
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (MalformedInputException e) {
            throw new ModelException(file + ": a text in UTF-8 was expected", e);
        }
    }

    private static String format(String text, Path file) {
        try {
            return Formatter.format(text, file.toString());
        } catch (DslException e) {
            throw new ModelException(e.getMessage(), e);
        }
    }
}
