package dev.sinter.benchmarks.models;

import dev.sinter.frontend.onnx.Attribute;
import java.util.ArrayList;
import java.util.List;

/** The parts that transformers share, as PyTorch's exporter writes them with symbolic batch and sequence. */
final class TransformerWriter {
    /** The published deviation of freshly made weights of BERT and GPT-2. */
    static final double DEVIATION = 0.02;

    private static final int OPSET = 14;
    private final ModelWriter model;
    private int weights;

    TransformerWriter(String name) {
        model = new ModelWriter(name, OPSET);
    }

    ModelWriter model() {
        return model;
    }

    /** A linear layer as exported from {@code nn.Linear}: the product with transposed weights, then the bias. */
    String linear(String path, String x, int from, int to) {
        String w = model.weights("onnx::MatMul_" + weights++, 0, DEVIATION, from, to);
        String product = model.node(path + "/MatMul", "MatMul", List.of(x, w));
        return model.node(path + "/Add", "Add", List.of(model.weights(dotted(path) + ".bias", 0, DEVIATION, to),
                product));
    }

    /** A node {@code op} of two values. */
    String binary(String path, String op, String a, String b) {
        return model.node(path, op, List.of(a, b));
    }

    /** The layer normalization over the last axis, in the nine operators it takes below opset 17. */
    String normalized(String path, String x, int width, float epsilon) {
        String mean = model.node(path + "/ReduceMean", "ReduceMean", List.of(x), Attribute.integers("axes", -1));
        String centred = binary(path + "/Sub", "Sub", x, mean);
        String square = binary(path + "/Pow", "Pow", centred, model.scalar(path + "/Constant", 2));
        String variance = model.node(path + "/ReduceMean_1", "ReduceMean", List.of(square),
                Attribute.integers("axes", -1));
        String shifted = binary(path + "/Add", "Add", variance, model.scalar(path + "/Constant_1", epsilon));
        String root = model.node(path + "/Sqrt", "Sqrt", List.of(shifted));
        String unit = binary(path + "/Div", "Div", centred, root);
        String scaled = binary(path + "/Mul", "Mul", unit, model.weights(dotted(path) + ".weight", 1, DEVIATION,
                width));
        return binary(path + "/Add_1", "Add", scaled, model.weights(dotted(path) + ".bias", 0, DEVIATION, width));
    }

    /** GELU by erf. */
    String gelu(String path, String x) {
        String inner = binary(path + "/Div", "Div", x, model.scalar(path + "/Constant", (float) Math.sqrt(2)));
        String erf = model.node(path + "/Erf", "Erf", List.of(inner));
        String one = binary(path + "/Add", "Add", erf, model.scalar(path + "/Constant_1", 1));
        String twice = binary(path + "/Mul", "Mul", x, one);
        return binary(path + "/Mul_1", "Mul", twice, model.scalar(path + "/Constant_2", 0.5f));
    }

    /** The size of a dimension as a list of one. */
    String size(String path, String x, int axis) {
        String shape = model.node(path + "/Shape", "Shape", List.of(x));
        String extent = model.node(path + "/Gather", "Gather", List.of(shape, model.index(path + "/Constant", axis)),
                Attribute.of("axis", 0));
        return model.node(path + "/Unsqueeze", "Unsqueeze", List.of(extent, model.list(path + "/Constant_1", 0)));
    }

    /** Reshapes to the batch and sequence of {@code x} and further, fixed extents. */
    String reshaped(String path, String x, long... extents) {
        var parts = new ArrayList<String>(List.of(size(path + "/size_0", x, 0), size(path + "/size_1", x,
                1)));
        for (int i = 0; i < extents.length; i++) {
            parts.add(model.list(path + "/extent_" + i, extents[i]));
        }
        String shape = model.node(path + "/Concat", "Concat", parts, Attribute.of("axis", 0));
        return model.node(path + "/Reshape", "Reshape", List.of(x, shape), Attribute.of("allowzero", 0));
    }

    /** A permutation of four axes. */
    String permuted(String path, String x, long... axes) {
        return model.node(path, "Transpose", List.of(x), Attribute.integers("perm", axes));
    }

    /** Rows of a table of weights. */
    String embedded(String path, String table, String ids) {
        return model.node(path + "/Gather", "Gather", List.of(table, ids));
    }

    /** A module's path as the name of its weights has it. */
    static String dotted(String path) {
        return path.substring(1).replace('/', '.');
    }
}
