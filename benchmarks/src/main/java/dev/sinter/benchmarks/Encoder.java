package dev.sinter.benchmarks;

import java.util.List;
import java.util.Optional;

/**
 * A text encoder of the BERT family that the comparison knows: where its file lies, what to feed it and how much work
 * a call is.
 *
 * @param name the name on the command line and in the results
 * @param resource the ONNX file's name at the root of its Maven artifact, on the class path
 * @param layers transformer layers
 * @param hidden width of a token's vector, H
 * @param feedForward width of the inner layer, F
 * @param vocabulary rows of the word embedding
 * @param longest largest sequence it takes
 * @param output the output that is compared, {@code [B,S,H]}
 */
record Encoder(String name, String resource, int layers, int hidden, int feedForward, int vocabulary, int longest,
        String output) {

    private static final List<Encoder> ALL = List.of(
            bert("all-minilm-l6-v2", 6),
            bert("all-minilm-l6-v2-q", 6),
            bert("bge-small-en-v1.5", 12),
            bert("bge-small-en-v1.5-q", 12));

    private static Encoder bert(String name, int layers) {
        return new Encoder(name, name + ".onnx", layers, 384, 1536, 30522, 512, "last_hidden_state");
    }

    /**
     * The encoder with this name.
     *
     * @param name a name on the command line
     * @return the encoder, or empty if there is none
     */
    static Optional<Encoder> named(String name) {
        return ALL.stream().filter(e -> e.name.equals(name)).findFirst();
    }

    /**
     * The encoders' names.
     *
     * @return the names, in the table's order
     */
    static List<String> names() {
        return ALL.stream().map(Encoder::name).toList();
    }

    /**
     * Floating-point operations of one call: the products of matrices only, a multiplication and an addition counted
     * as two. A layer has four H×H products (query, key, value, output), two H×F products and, for each token, S scores
     * and S weighted sums over H.
     *
     * @param shape batch B and sequence S
     * @return {@code layers * B*S * (8*H*H + 4*H*F + 4*S*H)}
     */
    double operations(Shape shape) {
        double h = hidden;
        return layers * (double) shape.tokens() * (8 * h * h + 4 * h * feedForward + 4.0 * shape.sequence() * h);
    }

    /**
     * The inputs of one call.
     *
     * @param shape batch and sequence
     * @return token ids, attention mask and token types, {@code [B,S]} each
     */
    List<Input> inputs(Shape shape) {
        return Input.encoder(shape, vocabulary);
    }
}
