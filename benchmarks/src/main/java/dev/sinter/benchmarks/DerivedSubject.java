package dev.sinter.benchmarks;

import java.util.List;
import java.util.OptionalDouble;

/** A model made of another one by changing its weights: it takes the same inputs, and its operations are counted as before. */
interface DerivedSubject extends Subject {
    /**
     * The model before.
     *
     * @return the model
     */
    Subject whole();

    /**
     * What the name has behind that of the model before.
     *
     * @return such as {@code -4x1-90}
     */
    default String suffix() {
        return name().substring(whole().name().length());
    }

    @Override
    default List<Shape> usual() {
        return whole().usual();
    }

    @Override
    default void check(Shape shape) {
        whole().check(shape);
    }

    @Override
    default List<Feed> inputs(Shape shape) {
        return whole().inputs(shape);
    }

    @Override
    default OptionalDouble operations(Shape shape) {
        return whole().operations(shape);
    }

    @Override
    default double tolerance() {
        return whole().tolerance();
    }

    @Override
    default boolean decodes(Shape shape) {
        return whole().decodes(shape);
    }
}
