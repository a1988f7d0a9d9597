package dev.sinter.benchmarks;

import dev.sinter.Sinter;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Session;
import dev.sinter.runtime.Tensor;
import java.nio.file.Path;

/** Sinter through its public face: compiled just in time, or a compiled jar, and one session. */
final class SinterSide implements Side {
    private final Model model;
    private final Session session;
    private final String output;

    private SinterSide(Model model, Encoder encoder, Shape shape) {
        this.model = model;
        this.session = model.newSession();
        this.output = encoder.output();
        for (Input input : encoder.inputs(shape)) {
            session.set(input.name(), Tensor.of(input.values(), shape.batch(), shape.sequence()));
        }
    }

    /**
     * Compiles a model in this process.
     *
     * @param file the ONNX file
     * @param encoder its description
     * @param shape the shape of all calls; the model stays good for all shapes
     * @param threads threads that work on one call
     * @return the side
     */
    static SinterSide compile(Path file, Encoder encoder, Shape shape, int threads) {
        return new SinterSide(Sinter.compiler().threads(threads).compile(file), encoder, shape);
    }

    /**
     * Loads a compiled model; of Sinter, this needs {@code runtime-support} only.
     *
     * @param jar the compiled model
     * @param encoder its description
     * @param shape the shape of all calls
     * @return the side
     */
    static SinterSide load(Path jar, Encoder encoder, Shape shape) {
        return new SinterSide(Model.load(jar), encoder, shape);
    }

    @Override
    public void run() {
        session.run();
    }

    @Override
    public float[] output() {
        return session.output(output).toFloats();
    }

    @Override
    public void close() {
        model.close();
    }
}
