package dev.sinter;

import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.cost.Way;

/** Tells how long something takes. */
@FunctionalInterface
interface Stopwatch {
    /**
     * Compiles a way's sample, runs it and takes the time.
     *
     * @param way
     *            with the estimate
     * @param costs
     *            decide what the sample leaves open
     * @return nanoseconds of a call, at least 1
     * @throws RuntimeException
     *             if it can't be compiled or run
     */
    long nanos(Way way, Costs costs);
}
