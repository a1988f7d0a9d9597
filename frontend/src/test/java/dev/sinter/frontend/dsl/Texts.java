package dev.sinter.frontend.dsl;

import dev.sinter.frontend.onnx.ImportOptions;
import dev.sinter.ir.Evaluator;
import dev.sinter.ir.Graph;
import dev.sinter.ir.TensorData;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Texts as graphs, and their results by reference evaluation. */
final class Texts {
    private Texts() {
    }

    static Graph graph(String text) {
        return DslImporter.importModel(text.getBytes(StandardCharsets.UTF_8), ImportOptions.NONE);
    }

    static Map<String, TensorData> run(String text, Map<String, TensorData> inputs) {
        return Evaluator.evaluate(graph(text), inputs);
    }

    static TensorData floats(long[] dims, double... values) {
        var array = new float[values.length];
        for (int i = 0; i < array.length; i++) {
            array[i] = (float) values[i];
        }
        return TensorData.floats(array, dims);
    }
}
