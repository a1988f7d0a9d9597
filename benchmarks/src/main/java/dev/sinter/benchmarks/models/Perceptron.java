package dev.sinter.benchmarks.models;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.TensorProto.DataType;
import java.util.List;

/** A classifier on a table's columns: linear layers of 30, 64, 32 and 1, ReLU between, a sigmoid at the end. */
final class Perceptron {
    private static final int[] SIZES = {30, 64, 32, 1};

    private Perceptron() {
    }

    static ModelWriter write() {
        var model = new ModelWriter("mlp", 17);
        String x = model.input("input", DataType.FLOAT, "batch", SIZES[0]);
        for (int i = 0; i + 1 < SIZES.length; i++) {
            int from = SIZES[i];
            int to = SIZES[i + 1];
            String w = model.weights(2 * i + ".weight", 0, Math.sqrt(2.0 / from), to, from);
            String b = model.weights(2 * i + ".bias", 0, 0.1, to);
            x = model.node("/" + 2 * i + "/Gemm", "Gemm", List.of(x, w, b), Attribute.of("alpha", 1f),
                    Attribute.of("beta", 1f), Attribute.of("transB", 1));
            boolean last = i + 2 == SIZES.length;
            x = model.node("/" + (2 * i + 1) + (last ? "/Sigmoid" : "/Relu"), last ? "Sigmoid" : "Relu", List.of(x));
        }
        model.output(x, "output", DataType.FLOAT, "batch", 1);
        return model;
    }
}
