package dev.sinter.benchmarks;

/** One row to measure. */
sealed interface Job {
    /**
     * What is measured.
     *
     * @return the model
     */
    Encoder encoder();

    /**
     * At which shape.
     *
     * @return batch and sequence
     */
    Shape shape();

    /**
     * A warm call, both sides in one process.
     *
     * @param encoder the model
     * @param shape batch and sequence
     * @param peer {@link EncoderBenchmark#peer}
     * @param threads threads that work on a call
     * @param polluted whether other code used every kind of memory before
     */
    record Call(Encoder encoder, Shape shape, String peer, int threads, boolean polluted) implements Job {
    }

    /**
     * A fresh process for each side: time to its first result.
     *
     * @param encoder the model
     * @param shape batch and sequence
     */
    record Cold(Encoder encoder, Shape shape) implements Job {
    }

    /**
     * A fresh process for each side: its largest resident size.
     *
     * @param encoder the model
     * @param shape batch and sequence
     */
    record Memory(Encoder encoder, Shape shape) implements Job {
    }
}
