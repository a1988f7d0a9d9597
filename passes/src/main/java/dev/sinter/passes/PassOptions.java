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
 * @param fastMath
 *            whether results may be rounded in other places than the definition says
 * @param exactIntegers
 *            whether the integers of quantized models are computed as defined; null: unless fast math is on
 */
public record PassOptions(@Nullable String stopAfter, int rewriteLimit, boolean verify, boolean fastMath,
        @Nullable Boolean exactIntegers) {
    /** All passes, no limit, no verification, every result rounded as defined. */
    public static final PassOptions DEFAULT = new PassOptions(null, Integer.MAX_VALUE, false, false, null);

    /** {@return whether the integers of quantized models are computed as defined} */
    public boolean keepsIntegers() {
        return exactIntegers != null ? exactIntegers : !fastMath;
    }

    /**
     * Stops early.
     *
     * @param pass
     *            name of the last pass to run
     * @return changed options
     */
    public PassOptions withStopAfter(@Nullable String pass) {
        return new PassOptions(pass, rewriteLimit, verify, fastMath, exactIntegers);
    }

    /**
     * Limits the number of rewrites.
     *
     * @param limit
     *            at least 0
     * @return changed options
     */
    public PassOptions withRewriteLimit(int limit) {
        return new PassOptions(stopAfter, limit, verify, fastMath, exactIntegers);
    }

    /**
     * Verifies or not.
     *
     * @param on
     *            whether the graph is verified after every pass
     * @return changed options
     */
    public PassOptions withVerify(boolean on) {
        return new PassOptions(stopAfter, rewriteLimit, on, fastMath, exactIntegers);
    }

    /**
     * Lets results be rounded elsewhere, or not.
     *
     * @param on
     *            whether to run the passes that do so
     * @return changed options
     */
    public PassOptions withFastMath(boolean on) {
        return new PassOptions(stopAfter, rewriteLimit, verify, on, exactIntegers);
    }

    /**
     * Keeps the integers of quantized models, or not.
     *
     * @param on
     *            whether they are computed as defined
     * @return changed options
     */
    public PassOptions withExactIntegers(boolean on) {
        return new PassOptions(stopAfter, rewriteLimit, verify, fastMath, on);
    }
}
