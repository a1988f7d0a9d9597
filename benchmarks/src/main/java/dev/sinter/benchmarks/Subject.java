package dev.sinter.benchmarks;

import dev.sinter.benchmarks.models.DynamicQuantization;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/** A model that the comparison knows: where its file lies, what to feed it and how much work a call is. */
interface Subject {
    /**
     * The name on the command line and in the results.
     *
     * @return the name
     */
    String name();

    /**
     * The shapes it is measured at where none is asked for.
     *
     * @return one or more shapes
     */
    List<Shape> usual();

    /**
     * Refuses a shape that the model does not take.
     *
     * @param shape the shape
     * @throws UsageException if it does not; it says what the model takes
     */
    void check(Shape shape);

    /**
     * The model's ONNX file.
     *
     * @param files where models come from
     * @param shape the shape of all calls, for models with inputs of fixed size
     * @return the file
     */
    Path onnx(ModelFiles files, Shape shape);

    /**
     * What a peer gets instead of the model.
     *
     * @param files where models come from
     * @param shape the shape of all calls
     * @param peer the other side
     * @return the file
     */
    default Path onnx(ModelFiles files, Shape shape, Peer peer) {
        Path own = onnx(files, shape);
        return peer == Peer.ORT_INT8 ? files.changed(own, "-dynamic", DynamicQuantization::of) : own;
    }

    /**
     * Whom it is compared with where nothing else is asked for.
     *
     * @return the peers, in order
     */
    default List<Peer> peers() {
        return List.of(Peer.ORT);
    }

    /**
     * The inputs of one call. Equal calls give equal inputs.
     *
     * @param shape the shape
     * @return a value for each input
     */
    List<Feed> inputs(Shape shape);

    /**
     * Floating-point operations of one call, where they are known: the products of matrices and convolutions in their
     * plain form, a multiplication and an addition counted as two.
     *
     * @param shape the shape
     * @return the number of operations
     */
    OptionalDouble operations(Shape shape);

    /**
     * How far the sides may be apart: the distance of their outputs, divided by the length of the peer's.
     *
     * @return the largest relative distance that is agreement
     */
    double tolerance();

    /**
     * Whether a call is a token of a decode loop: the inputs are then those of the prompt.
     *
     * @param shape the shape
     * @return whether it is
     */
    default boolean decodes(Shape shape) {
        return false;
    }
}
