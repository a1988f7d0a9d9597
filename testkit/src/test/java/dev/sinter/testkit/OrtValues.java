package dev.sinter.testkit;

import ai.onnxruntime.OnnxMap;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.sinter.runtime.MapValue;
import dev.sinter.runtime.SequenceValue;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** Values of every kind from ONNX Runtime's Java binding. */
final class OrtValues {
    private OrtValues() {
    }

    /** All outputs of a model by name. */
    static Map<String, Value> run(byte[] model, Map<String, Tensor> inputs) throws OrtException {
        var environment = OrtEnvironment.getEnvironment();
        var tensors = new LinkedHashMap<String, OnnxTensor>();
        try (var session = environment.createSession(model, new OrtSession.SessionOptions())) {
            for (var entry : inputs.entrySet()) {
                tensors.put(entry.getKey(), OrtTensors.of(environment, entry.getValue()));
            }
            var out = new LinkedHashMap<String, Value>();
            try (var result = session.run(tensors)) {
                for (var entry : result) {
                    out.put(entry.getKey(), value(entry.getValue()));
                }
            }
            return out;
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private static Value value(OnnxValue value) throws OrtException {
        switch (value) {
            case OnnxTensor tensor -> {
                return OrtTensors.tensor(tensor);
            }
            case OnnxSequence sequence -> {
                var all = new ArrayList<Value>();
                for (var element : sequence.getValue()) {
                    all.add(value(element));
                }
                return new SequenceValue(all);
            }
            case OnnxMap map -> {
                var entries = new LinkedHashMap<Object, Value>();
                for (var entry : map.getValue().entrySet()) {
                    entries.put(entry.getKey(), scalar(entry.getValue()));
                }
                return new MapValue(entries);
            }
            default -> throw new IllegalArgumentException(value + " is no kind of the tests");
        }
    }

    private static Tensor scalar(Object value) {
        return switch (value) {
            case Float f -> Tensor.of(new float[]{f});
            case Double d -> Tensor.of(new double[]{d});
            case Long l -> Tensor.of(new long[]{l});
            default -> Tensor.of(new String[]{value.toString()});
        };
    }
}
