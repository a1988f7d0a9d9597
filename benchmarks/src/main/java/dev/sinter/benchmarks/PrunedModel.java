package dev.sinter.benchmarks;

import dev.sinter.benchmarks.models.Pattern;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A model with pruned weights; its operations are counted as if all weights were there.
 *
 * @param name its name
 * @param whole the model before
 * @param pattern the zeros
 */
record PrunedModel(String name, Subject whole, Pattern pattern) implements Subject {
    @Override
    public List<Shape> usual() {
        return whole.usual();
    }

    @Override
    public void check(Shape shape) {
        whole.check(shape);
    }

    @Override
    public Path onnx(ModelFiles files, Shape shape) {
        return files.changed(whole.onnx(files, shape), name.substring(whole.name().length()), pattern::of);
    }

    @Override
    public List<Feed> inputs(Shape shape) {
        return whole.inputs(shape);
    }

    @Override
    public OptionalDouble operations(Shape shape) {
        return whole.operations(shape);
    }

    @Override
    public double tolerance() {
        return whole.tolerance();
    }

    @Override
    public boolean decodes(Shape shape) {
        return whole.decodes(shape);
    }
}
