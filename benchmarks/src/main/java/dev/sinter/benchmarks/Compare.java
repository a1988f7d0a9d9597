package dev.sinter.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs Sinter and its peers on the same inputs in one run: a table for people on standard output, and JSON where asked
 * for. A row that fails is named on standard error, the others still run.
 */
public final class Compare {
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    private final ModelFiles files;
    private final ProcessRunner processes;
    private final List<Row> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private boolean failed;

    private Compare(ModelFiles files) {
        this.files = files;
        this.processes = new ProcessRunner(files);
    }

    /**
     * The command; exits with 0 if every row was measured, 1 if one failed, 2 on wrong usage.
     *
     * @param args see {@link Request#USAGE}
     */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    /**
     * The command without leaving the process.
     *
     * @param args the words of the command line
     * @param out takes the tables
     * @param err takes messages, and progress if it is a terminal
     * @return the exit status
     */
    static int run(String[] args, PrintStream out, PrintStream err) {
        Request request;
        try {
            request = Request.parse(args);
        } catch (UsageException e) {
            err.println("compare: " + e.getMessage());
            err.print(Request.USAGE);
            return WRONG_USAGE;
        }
        if (request.help()) {
            out.print(Request.USAGE);
            return 0;
        }
        // Another JMH on this machine is the caller's affair; its lock file would stop us half way.
        System.setProperty("jmh.ignoreLock", "true");
        try (var files = new ModelFiles()) {
            var compare = new Compare(files);
            for (Request.Section section : request.sections()) {
                compare.measure(section, out, err);
            }
            if (request.json().isPresent()) {
                Files.writeString(request.json().get(), Row.json(compare.rows));
            }
            return compare.failed ? FAILED : 0;
        } catch (IOException e) {
            err.println("compare: " + e);
            return FAILED;
        }
    }

    private void measure(Request.Section section, PrintStream out, PrintStream err) {
        var table = new ArrayList<Row>();
        notes.clear();
        for (Job job : section.jobs()) {
            String what = "%s: %s %s".formatted(section.title(), job.subject().name(), job.shape());
            if (System.console() != null && System.console().isTerminal()) {
                err.println(what + " …");
            }
            try {
                table.addAll(measure(job));
            } catch (RunnerException | IOException | RuntimeException e) {
                failed = true;
                Throwable reason = reason(e);
                err.println("compare: " + what + " failed: " + reason);
                if (reason.getMessage() == null) {
                    reason.printStackTrace(err);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
        if (!table.isEmpty()) {
            out.println(section.title() + " (" + Machine.line() + ")");
            out.print(Table.of(table));
            out.print(Table.tokens(table));
        }
        notes.forEach(out::println);
        if (!table.isEmpty() || !notes.isEmpty()) {
            out.println();
        }
        rows.addAll(table);
    }

    private List<Row> measure(Job job) throws RunnerException, IOException, InterruptedException {
        return switch (job) {
            case Job.Call call -> List.of(CallRunner.run(call, files));
            case Job.Cell cell -> {
                var measured = GridRunner.run(cell, files);
                notes.add(measured.note());
                yield measured.row().stream().toList();
            }
            case Job.Cold cold -> processes.cold(cold);
            case Job.Memory memory -> processes.memory(memory);
        };
    }

    /** JMH hands on what happened in the fork as suppressed exceptions of its own. */
    private static Throwable reason(Throwable thrown) {
        Throwable inner = thrown;
        while (inner.getCause() != null || inner.getSuppressed().length > 0) {
            inner = inner.getCause() != null ? inner.getCause() : inner.getSuppressed()[0];
        }
        return inner;
    }
}
