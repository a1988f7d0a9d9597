package dev.sinter.passes;

import dev.sinter.ir.Graph;

/** Told what the pipeline does; every method may be left out. */
public interface PassListener {
    /** Hears nothing. */
    PassListener NONE = new PassListener() {
    };

    /**
     * A rewrite was done.
     *
     * @param rewrite
     *            which
     */
    default void rewritten(Rewrite rewrite) {
    }

    /**
     * A stage is reached: before the first pass ({@code 0}, {@code import}), then after each pass.
     *
     * @param number
     *            of the stage
     * @param name
     *            of the pass
     * @param graph
     *            as it is then
     */
    default void stage(int number, String name, Graph graph) {
    }

    /**
     * Both this and another listener.
     *
     * @param other
     *            told after this one
     * @return the pair
     */
    default PassListener and(PassListener other) {
        var first = this;
        return new PassListener() {
            @Override
            public void rewritten(Rewrite rewrite) {
                first.rewritten(rewrite);
                other.rewritten(rewrite);
            }

            @Override
            public void stage(int number, String name, Graph graph) {
                first.stage(number, name, graph);
                other.stage(number, name, graph);
            }
        };
    }
}
