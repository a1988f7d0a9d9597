package dev.sinter.benchmarks;

/** One measurement, of one or more rows. */
sealed interface Job {
    /**
     * What is measured.
     *
     * @return the model
     */
    Subject subject();

    /**
     * At which shape.
     *
     * @return the shape
     */
    Shape shape();

    /**
     * Warm calls, both sides in one process.
     *
     * @param subject the model
     * @param shape the shape
     * @param peer the other side
     * @param threads threads that work on a call
     * @param polluted whether other code used every kind of memory before
     */
    record Call(Subject subject, Shape shape, Peer peer, int threads, boolean polluted) implements Job {
    }

    /**
     * Choices by estimate against times.
     *
     * @param subject a model of one layer
     * @param shape the shape
     */
    record Cell(Subject subject, Shape shape) implements Job {
    }

    /**
     * A fresh process for each side: time to its first result, and to nine tenths of its steady speed.
     *
     * @param subject the model
     * @param shape the shape
     * @param cpus processors that a process may use
     */
    record Cold(Subject subject, Shape shape, int cpus) implements Job {
    }

    /**
     * A fresh process for each side: its largest resident size.
     *
     * @param subject the model
     * @param shape the shape
     */
    record Memory(Subject subject, Shape shape) implements Job {
    }
}
