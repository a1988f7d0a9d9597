package dev.sinter.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What is being done, as one line of a terminal that each message writes anew. Nothing is shown of what is over soon, and
 * nothing stays.
 */
final class ProgressLine implements Consumer<String> {
    private static final long SOON = 500_000_000;
    private static final int COLUMNS = 79;
    private static final String ERASE = "\r\u001b[2K";

    private final PrintWriter terminal;
    private final LongSupplier clock;
    private final long begin;
    private boolean shown;

    /**
     * Nothing is shown yet.
     *
     * @param terminal
     *            where to
     * @param clock
     *            nanoseconds
     */
    ProgressLine(PrintWriter terminal, LongSupplier clock) {
        this.terminal = terminal;
        this.clock = clock;
        this.begin = clock.getAsLong();
    }

    @Override
    public void accept(String message) {
        long passed = clock.getAsLong() - begin;
        if (passed < SOON) {
            return;
        }
        var line = String.format(Locale.ROOT, "%5.1f s  %s", passed / 1e9, message);
        terminal.print(ERASE + (line.length() > COLUMNS ? line.substring(0, COLUMNS - 1) + "…" : line));
        terminal.flush();
        shown = true;
    }

    /** Makes place for other words. */
    void clear() {
        if (shown) {
            terminal.print(ERASE);
            terminal.flush();
            shown = false;
        }
    }
}
