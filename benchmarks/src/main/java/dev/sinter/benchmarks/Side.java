package dev.sinter.benchmarks;

/** One of the two engines of a comparison, its model loaded and its inputs in place; one caller at a time. */
interface Side extends AutoCloseable {
    /** Runs the model once, into memory that is there already. */
    void run();

    /**
     * The last run's output.
     *
     * @return a fresh array
     */
    float[] output();

    @Override
    void close();
}
