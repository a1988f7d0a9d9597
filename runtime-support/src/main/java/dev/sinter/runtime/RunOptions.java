package dev.sinter.runtime;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * How a model runs. The defaults come from the system properties {@code sinter.form} (auto, scalar, vector),
 * {@code sinter.vectorBits} (128, 256, 512), {@code sinter.threads} (0 for one for each processor; otherwise 1 is the
 * default) and {@code sinter.checked} (true, false).
 *
 * @param form how the form is chosen
 * @param vectorBits width of the vector form, 128, 256 or 512; 0 for the machine's preferred width
 * @param threads threads that work on one call, the caller's included; at least 1
 * @param executor runs the helping threads' work; if empty, the model has a pool of its own
 * @param checked fills scratch memory with poison before each run, so that reading what was not written shows
 */
public record RunOptions(FormChoice form, int vectorBits, int threads, Optional<Executor> executor, boolean checked) {
    private static final int MOST_THREADS = 1024;

    /**
     * Checks the parts.
     *
     * @throws ModelException if the width or the number of threads is out of range
     */
    public RunOptions {
        if (vectorBits != 0) {
            Form.ofBits(vectorBits);
        }
        if (threads < 1 || threads > MOST_THREADS) {
            throw new ModelException("threads: expected 1 to " + MOST_THREADS + ", got " + threads);
        }
    }

    /**
     * The options that the system properties say.
     *
     * @return the defaults
     * @throws ModelException if a property has a wrong value; it names the property
     */
    public static RunOptions defaults() {
        int threads = number("sinter.threads", 1);
        return new RunOptions(choice(), number("sinter.vectorBits", 0),
                threads == 0 ? Runtime.getRuntime().availableProcessors() : threads,
                Optional.empty(), Boolean.getBoolean("sinter.checked"));
    }

    private static FormChoice choice() {
        String text = System.getProperty("sinter.form", "auto");
        for (FormChoice choice : FormChoice.values()) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(text)) {
                return choice;
            }
        }
        throw new ModelException("property sinter.form: expected auto, scalar or vector, got '" + text + "'");
    }

    private static int number(String property, int otherwise) {
        String text = System.getProperty(property);
        try {
            return text == null ? otherwise : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new ModelException("property " + property + ": expected a number, got '" + text + "'", e);
        }
    }

    /**
     * These options with another choice of form.
     *
     * @param choice the choice
     * @return the changed options
     */
    public RunOptions withForm(FormChoice choice) {
        return new RunOptions(choice, vectorBits, threads, executor, checked);
    }

    /**
     * These options with exactly this form, whatever the machine prefers.
     *
     * @param exact the form
     * @return the changed options
     */
    public RunOptions withForm(Form exact) {
        return exact == Form.SCALAR ? withForm(FormChoice.SCALAR)
                : new RunOptions(FormChoice.VECTOR, exact.bits(), threads, executor, checked);
    }

    /**
     * These options with another vector width.
     *
     * @param bits 128, 256 or 512; 0 for the machine's preferred width
     * @return the changed options
     */
    public RunOptions withVectorBits(int bits) {
        return new RunOptions(form, bits, threads, executor, checked);
    }

    /**
     * These options with another number of threads.
     *
     * @param count threads that work on one call, the caller's included
     * @return the changed options
     */
    public RunOptions withThreads(int count) {
        return new RunOptions(form, vectorBits, count, executor, checked);
    }

    /**
     * These options with the helping threads' work on a caller's executor.
     *
     * @param helper the executor; the model never stops it
     * @return the changed options
     */
    public RunOptions withExecutor(Executor helper) {
        return new RunOptions(form, vectorBits, threads, Optional.of(helper), checked);
    }

    /**
     * These options with checks on or off.
     *
     * @param on whether to check
     * @return the changed options
     */
    public RunOptions withChecked(boolean on) {
        return new RunOptions(form, vectorBits, threads, executor, on);
    }

    /**
     * The form a model that has all of them would run in, on this machine.
     *
     * @return the form these options choose
     * @throws ModelException if the vector form is asked for and its module is missing
     */
    public Form preferredForm() {
        return Machine.choose(this, form -> true, "compiled just in time");
    }
}
