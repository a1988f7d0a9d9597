package dev.sinter.passes;

import org.jspecify.annotations.Nullable;

/**
 * How to run a pipeline.
 *
 * @param stopAfter
 *            name of the last pass to run; null runs all
 * @param rewriteLimit
 *            rewrites after which graphs are left alone, to bisect a bug; {@link Integer#MAX_VALUE} for none
 * @param verify
 *            whether the graph is verified after every pass
 */
public record PassOptions(@Nullable String stopAfter, int rewriteLimit, boolean verify) {
    /** All passes, no limit, no verification. */
    public static final PassOptions DEFAULT = new PassOptions(null, Integer.MAX_VALUE, false);

    /**
     * Stops early.
     *
     * @param pass
     *            name of the last pass to run
     * @return changed options
     */
    public PassOptions withStopAfter(@Nullable String pass) {
        return new PassOptions(pass, rewriteLimit, verify);
    }

    /**
     * Limits the number of rewrites.
     *
     * @param limit
     *            at least 0
     * @return changed options
     */
    public PassOptions withRewriteLimit(int limit) {
        return new PassOptions(stopAfter, limit, verify);
    }

    /**
     * Verifies or not.
     *
     * @param on
     *            whether the graph is verified after every pass
     * @return changed options
     */
    public PassOptions withVerify(boolean on) {
        return new PassOptions(stopAfter, rewriteLimit, on);
    }
}
