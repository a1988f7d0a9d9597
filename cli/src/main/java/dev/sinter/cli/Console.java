package dev.sinter.cli;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What every command has: where data and words go, and how wrong usage is said. */
abstract class Console {
    @Spec
    private @Nullable CommandSpec spec;
    @ParentCommand
    private @Nullable Main main;
    private @Nullable ProgressLine shown;

    private CommandLine line() {
        return Objects.requireNonNull(spec).commandLine();
    }

    /** {@return for data} */
    final PrintWriter out() {
        clear();
        return line().getOut();
    }

    /** {@return for words} */
    final PrintWriter err() {
        clear();
        return line().getErr();
    }

    /** Takes the line of progress away. */
    final void clear() {
        if (shown != null) {
            shown.clear();
        }
    }

    /** {@return an exception that ends the command with exit code 2 and its usage} */
    final ParameterException wrong(String message) {
        return new ParameterException(line(), message);
    }

    /** {@return where progress goes: a line on a terminal, lines if the user wants to see everything, or nowhere} */
    final Consumer<String> progress() {
        if (main != null && main.verbose()) {
            var err = err();
            return message -> {
                err.println(message);
                err.flush();
            };
        }
        var console = System.console();
        if (console == null || !console.isTerminal()) {
            return message -> {
            };
        }
        if (shown == null) {
            shown = new ProgressLine(err(), System::nanoTime);
        }
        return shown;
    }
}
