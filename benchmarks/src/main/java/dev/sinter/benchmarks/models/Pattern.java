package dev.sinter.benchmarks.models;

import dev.sinter.frontend.onnx.proto.ModelProto;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of zeros: blocks, written outputs x inputs, or N of each M neighbouring inputs of an output.
 *
 * @param outputs
 *            outputs of a block
 * @param inputs
 *            inputs of a block; of N:M the M
 * @param kept
 *            of N:M the N; 0 for blocks
 * @param zeros
 *            part of the blocks that is zero, 0 to 1; of N:M not used
 */
public record Pattern(int outputs, int inputs, int kept, double zeros) {
    private static final java.util.regex.Pattern BLOCKS = java.util.regex.Pattern.compile("(\\d+)x(\\d+)-(\\d+)");
    private static final java.util.regex.Pattern SINGLE = java.util.regex.Pattern.compile("unstructured-(\\d+)");
    private static final java.util.regex.Pattern SOME = java.util.regex.Pattern.compile("(\\d+)of(\\d+)");

    /**
     * Reads the suffix of a model's name.
     *
     * @param text
     *            such as {@code 4x1-90}, {@code unstructured-80} or {@code 2of8}
     * @return the pattern, or null if it is none
     */
    public static @Nullable Pattern parse(String text) {
        var blocks = BLOCKS.matcher(text);
        if (blocks.matches()) {
            return new Pattern(number(blocks.group(1)), number(blocks.group(2)), 0, number(blocks.group(3)) / 100.0);
        }
        var single = SINGLE.matcher(text);
        if (single.matches()) {
            return new Pattern(1, 1, 0, number(single.group(1)) / 100.0);
        }
        var some = SOME.matcher(text);
        return some.matches() ? new Pattern(1, number(some.group(2)), number(some.group(1)), 0) : null;
    }

    private static int number(String digits) {
        return Integer.parseInt(digits);
    }

    /**
     * Prunes the weights of all products, convolutions and recurrences by magnitude.
     *
     * @param model
     *            with f32 weights as raw initializers
     * @return the same with zeros
     */
    public ModelProto of(ModelProto model) {
        var graph = model.getGraph().toBuilder();
        for (var matrix : WeightMatrix.of(model).values()) {
            var values = matrix.values();
            if (kept > 0) {
                matrix.pruning(values).some(kept, inputs);
            } else {
                matrix.pruning(values).blocks(outputs, inputs, zeros);
            }
            graph.setInitializer(matrix.at(), matrix.with(values));
        }
        return model.toBuilder().setGraph(graph).build();
    }
}
