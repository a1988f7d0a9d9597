package dev.sinter.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a command line did.
 *
 * @param code
 *            exit code
 * @param out
 *            what went to stdout
 * @param err
 *            what went to stderr
 */
public record CommandLineRun(int code, String out, String err) {
    /**
     * Runs a command in this JVM.
     *
     * @param arguments
     *            the command line, in parts
     * @return what it did
     */
    public static CommandLineRun of(List<?>... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var texts = Stream.of(arguments).flatMap(List::stream).map(Object::toString).toArray(String[]::new);
        int code = Main.run(new PrintWriter(out), new PrintWriter(err), texts);
        return new CommandLineRun(code, out.toString().replace("\r\n", "\n"), err.toString().replace("\r\n", "\n"));
    }
}
