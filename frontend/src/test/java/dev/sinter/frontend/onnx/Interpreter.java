package dev.sinter.frontend.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Evaluator;
import dev.sinter.ir.Graph;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Verifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Runs a graph by its ops' reference evaluation: slow, plain, the tests' oracle. */
final class Interpreter {
    private Interpreter() {
    }

    /** The outputs for inputs in the graph's order. */
    static List<TensorData> run(Graph graph, List<TensorData> inputs) {
        Verifier.verify(graph);
        var named = new LinkedHashMap<String, TensorData>();
        for (int i = 0; i < graph.inputs().size(); i++) {
            named.put(graph.inputs().get(i).name(), inputs.get(i));
        }
        return List.copyOf(Evaluator.evaluate(graph, named).values());
    }

    /** What differs between two tensors by the rule of ONNX's own test runner, or "" if nothing does. */
    static String difference(TensorData got, TensorData want, double rtol, double atol) {
        if (!got.type().equals(want.type())) {
            return want.type() + " was expected, not " + got.type();
        }
        if (want.dtype() == DType.STRING) {
            return got.equals(want) ? "" : "strings differ";
        }
        var differences = new ArrayList<String>();
        for (int i = 0; i < want.size(); i++) {
            double g = got.getDouble(i);
            double w = want.getDouble(i);
            boolean same = g == w || Double.isNaN(g) && Double.isNaN(w) || Math.abs(g - w) <= atol + rtol * Math.abs(w);
            if (!same) {
                differences.add("element " + i + " is " + g + ", expected " + w);
            }
        }
        return differences.isEmpty() ? ""
                : differences.size() + " of " + want.size() + " differ: " + differences.getFirst();
    }
}
