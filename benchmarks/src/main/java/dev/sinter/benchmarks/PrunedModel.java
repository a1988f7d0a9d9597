package dev.sinter.benchmarks;

import dev.sinter.benchmarks.models.DynamicQuantization;
import dev.sinter.benchmarks.models.Pattern;
import dev.sinter.benchmarks.models.StoredIntegers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A model with pruned weights; its operations are counted as if all weights were there.
 *
 * @param name its name
 * @param whole the model before
 * @param pattern the zeros
 * @param integers whether the weights that are kept are stored as int8 with a scale for each output
 */
record PrunedModel(String name, Subject whole, Pattern pattern, boolean integers) implements DerivedSubject {
    private static final String INTEGERS = "-int8";

    /**
     * Reads a name.
     *
     * @param name a whole model's name with a pattern behind it, such as {@code distilbert-4x1-90}, and {@code -int8}
     *     behind that for stored integers
     * @param whole a model
     * @return that model pruned, or empty if the name is none of it
     */
    static Optional<Subject> of(String name, Subject whole) {
        boolean integers = name.endsWith(INTEGERS);
        String pruned = integers ? name.substring(0, name.length() - INTEGERS.length()) : name;
        Pattern pattern = pruned.startsWith(whole.name() + "-")
                ? Pattern.parse(pruned.substring(whole.name().length() + 1)) : null;
        return pattern == null ? Optional.empty() : Optional.of(new PrunedModel(name, whole, pattern, integers));
    }

    @Override
    public Path onnx(ModelFiles files, Shape shape) {
        return files.changed(whole.onnx(files, shape), suffix(), model -> {
            var pruned = pattern.of(model);
            return integers ? StoredIntegers.of(pruned) : pruned;
        });
    }

    /** ONNX Runtime is quicker with f32 weights than with integers that it multiplies by their scales in each call. */
    @Override
    public Path onnx(ModelFiles files, Shape shape, Peer peer) {
        return switch (peer) {
            case ORT -> floats(files, shape);
            case ORT_INT8 -> files.changed(floats(files, shape), "-dynamic", DynamicQuantization::of);
            case DENSE -> whole.onnx(files, shape);
            case ONE_THREAD -> onnx(files, shape);
        };
    }

    private Path floats(ModelFiles files, Shape shape) {
        return integers ? files.changed(whole.onnx(files, shape), suffix() + "-decoded",
                model -> StoredIntegers.decoded(pattern.of(model))) : onnx(files, shape);
    }

    /** Dynamic quantization, which needs no examples of inputs, leaves convolutions as they are. */
    @Override
    public List<Peer> peers() {
        boolean images = whole.equals(Layer.CONVOLUTION)
                || whole instanceof Generated model && model.layout() == Generated.Layout.IMAGES;
        return images ? List.of(Peer.ORT, Peer.DENSE) : List.of(Peer.ORT, Peer.ORT_INT8, Peer.DENSE);
    }
}
