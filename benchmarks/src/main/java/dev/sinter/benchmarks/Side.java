package dev.sinter.benchmarks;

import java.util.Map;

/** One of the two engines of a comparison, its model loaded and its inputs in place; one caller at a time. */
interface Side extends AutoCloseable {
    /** Runs once, into memory that is there already after the first time. */
    void run();

    /**
     * How many calls a run is.
     *
     * @return one, but for a loop
     */
    default int calls() {
        return 1;
    }

    /**
     * The last run's outputs that are tensors of numbers.
     *
     * @return a fresh array for each, by name
     */
    Map<String, double[]> outputs();

    @Override
    void close();
}
