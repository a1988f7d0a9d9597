package dev.sinter.benchmarks;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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

    /**
     * Reads what stands behind the whole model's name.
     *
     * @param whole the model before
     * @param name a name
     * @param parse reads the suffix without its dash; null if it is none
     * @param make makes the model of what was read
     * @param <T> what a suffix says
     * @return the model, or empty if the name is not that of the whole one with such a suffix
     */
    static <T> Optional<Subject> behind(Subject whole, String name, Function<String, @Nullable T> parse,
            Function<T, Subject> make) {
        String before = whole.name() + "-";
        return name.startsWith(before)
                ? Optional.ofNullable(parse.apply(name.substring(before.length()))).map(make) : Optional.empty();
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
