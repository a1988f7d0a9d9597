package dev.sinter.cli;

import dev.sinter.Sinter;
import dev.sinter.cli.build.BuildCommand;
import dev.sinter.cli.demo.DemoCommand;
import dev.sinter.runtime.ModelException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line's entry. */
@Command(name = "sinter", mixinStandardHelpOptions = true, version = "Sinter " + Sinter.VERSION,
        description = "Compiles model graphs to optimized Java bytecode.",
        footer = {"", "Exit codes: 0 good, 1 it failed, 2 wrong usage."},
        subcommands = {CompileCommand.class, RunCommand.class, VerifyCommand.class, InspectCommand.class,
                ExplainCommand.class, BenchCommand.class, BuildCommand.class, ExportCommand.class, FormatCommand.class,
                DemoCommand.class})
public final class Main {
    @Option(names = {"-v", "--verbose"}, scope = ScopeType.INHERIT,
            description = "Shows progress even where stderr is no terminal, and stack traces of errors.")
    private boolean verbose;

    /** Made by the command line parser. */
    Main() {
    }

    /**
     * Runs a command and ends the JVM with its exit code.
     *
     * @param args
     *            the command line
     */
    public static void main(String[] args) {
        int code;
        try (var out = utf8(System.out); var err = utf8(System.err)) {
            code = run(out, err, args);
        }
        System.exit(code);
    }

    /** JSON is UTF-8, whatever the terminal's locale. */
    private static PrintWriter utf8(OutputStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    /**
     * Runs a command.
     *
     * @param out
     *            for data
     * @param err
     *            for words
     * @param args
     *            the command line
     * @return the exit code
     */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        var main = new Main();
        var line = new CommandLine(main).setOut(out).setErr(err).setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((problem, command, parsed) -> {
            if (problem instanceof CommandLine.ParameterException wrong) {
                throw wrong;
            }
            out.flush();
            if (command.getCommand() instanceof Console console) {
                console.clear();
            }
            err.println("sinter " + command.getCommandName() + ": " + message(problem));
            if (main.verbose) {
                problem.printStackTrace(err);
            }
            err.flush();
            return CommandLine.ExitCode.SOFTWARE;
        });
        int code = args.length == 0 ? usage(line, err) : line.execute(args);
        out.flush();
        err.flush();
        return code;
    }

    private static int usage(CommandLine line, PrintWriter err) {
        line.usage(err);
        return CommandLine.ExitCode.USAGE;
    }

    /** One clean message; what nobody foresaw also says how to see more. */
    private static String message(Exception problem) {
        return switch (problem) {
            case ModelException e -> e.getMessage();
            case UncheckedIOException e -> String.valueOf(e.getCause());
            case IOException e -> e.toString();
            default -> "internal error: " + problem + " (-v shows where)";
        };
    }

    /** {@return whether the user wants to see everything} */
    boolean verbose() {
        return verbose;
    }
}
