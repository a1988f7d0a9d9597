package dev.sinter.benchmarks;

import dev.sinter.benchmarks.models.FewBits;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A model with weights of few bits, against the peer with the same weights in f32; one layer also against our product
 * of f32 weights.
 *
 * @param name its name
 * @param whole the model before
 * @param form how its weights are kept
 */
record QuantizedModel(String name, Subject whole, FewBits form) implements DerivedSubject {
    /** Activations of 8 bits are apart from f32 by about that much behind a dozen layers. */
    private static final double ROUNDED = 0.1;

    /**
     * The model of a name such as {@code gpt2-4bit}.
     *
     * @param name its name
     * @param whole a model
     * @return the model, or empty if the name is not that of the whole one with a form of weights behind it
     */
    static Optional<Subject> of(String name, Subject whole) {
        return DerivedSubject.behind(whole, name, FewBits::parse, f -> new QuantizedModel(name, whole, f));
    }

    @Override
    public Path onnx(ModelFiles files, Shape shape) {
        return files.changed(whole.onnx(files, shape), suffix(), form::quantized);
    }

    @Override
    public Path onnx(ModelFiles files, Shape shape, Peer peer) {
        return switch (peer) {
            case ORT -> files.changed(whole.onnx(files, shape), suffix() + "-dequantized", form::dequantized);
            case DENSE -> whole.onnx(files, shape);
            case ORT_INT8, ONE_THREAD -> DerivedSubject.super.onnx(files, shape, peer);
        };
    }

    @Override
    public List<Peer> peers() {
        return whole instanceof Layer ? List.of(Peer.ORT, Peer.DENSE) : List.of(Peer.ORT);
    }

    @Override
    public double tolerance() {
        return form.rounded() ? ROUNDED : whole.tolerance();
    }
}
