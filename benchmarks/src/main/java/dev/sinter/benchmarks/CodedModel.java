package dev.sinter.benchmarks;

import dev.sinter.benchmarks.models.Codebook;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model with weights of few values, the same file for all sides.
 *
 * @param name its name
 * @param whole the model before
 * @param codebook its values
 */
record CodedModel(String name, Subject whole, Codebook codebook) implements DerivedSubject {
    /**
     * The model of a name such as {@code gpt2-codebook4}.
     *
     * @param name its name
     * @param whole a model
     * @return the model, or empty if the name is not that of the whole one with a codebook behind it
     */
    static Optional<Subject> of(String name, Subject whole) {
        return DerivedSubject.behind(whole, name, Codebook::parse, f -> new CodedModel(name, whole, f));
    }

    @Override
    public Path onnx(ModelFiles files, Shape shape) {
        return files.changed(whole.onnx(files, shape), suffix(), codebook::of);
    }
}
