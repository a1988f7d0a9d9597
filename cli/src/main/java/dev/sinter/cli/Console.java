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

    private CommandLine line() {
        return Objects.requireNonNull(spec).commandLine();
    }

    /** {@return for data} */
    final PrintWriter out() {
        return line().getOut();
    }

    /** {@return for words} */
    final PrintWriter err() {
        return line().getErr();
    }

    /** {@return an exception that ends the command with exit code 2 and its usage} */
    final ParameterException wrong(String message) {
        return new ParameterException(line(), message);
    }

    /** {@return where progress goes: to a terminal, or nowhere} */
    final Consumer<String> progress() {
        var console = System.console();
        boolean shown = main != null && main.verbose() || console != null && console.isTerminal();
        var err = err();
        return message -> {
            if (shown) {
                err.println(message);
                err.flush();
            }
        };
    }
}
