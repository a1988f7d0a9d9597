package dev.sinter.testkit;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.sinter.runtime.Tensor;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** ONNX Runtime as the oracle for whole models. */
final class OrtReference implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    /** As its users run it. */
    OrtReference(byte[] model) throws OrtException {
        this(model, true);
    }

    /** With all optimizations, or node by node as the file says. */
    OrtReference(byte[] model, boolean optimized) throws OrtException {
        try (var options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(optimized
                    ? OrtSession.SessionOptions.OptLevel.ALL_OPT
                    : OrtSession.SessionOptions.OptLevel.NO_OPT);
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            session = environment.createSession(model, options);
        }
    }

    /** A model with weights beside it. */
    private OrtReference(Path file) throws OrtException {
        try (var options = new OrtSession.SessionOptions()) {
            session = environment.createSession(file.toString(), options);
        }
    }

    /** The elements of the first output of a model file. */
    static float[] run(Path file, Map<String, Tensor> inputs) {
        try (var reference = new OrtReference(file)) {
            return reference.run(inputs);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The elements of the first output. */
    float[] run(Map<String, Tensor> inputs) throws OrtException {
        var tensors = new LinkedHashMap<String, OnnxTensor>();
        try {
            for (var entry : inputs.entrySet()) {
                tensors.put(entry.getKey(), OnnxTensor.createTensor(environment,
                        LongBuffer.wrap(entry.getValue().toLongs()), entry.getValue().shape()));
            }
            try (var result = session.run(tensors)) {
                FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
                var out = new float[values.remaining()];
                values.get(out);
                return out;
            }
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    /** All outputs by name, tensors of any type. */
    Map<String, Tensor> all(Map<String, Tensor> inputs) throws OrtException {
        var tensors = new LinkedHashMap<String, OnnxTensor>();
        try {
            for (var entry : inputs.entrySet()) {
                tensors.put(entry.getKey(), OrtTensors.of(environment, entry.getValue()));
            }
            var outputs = new LinkedHashMap<String, Tensor>();
            try (var result = session.run(tensors)) {
                for (var entry : result) {
                    outputs.put(entry.getKey(), OrtTensors.tensor((OnnxTensor) entry.getValue()));
                }
            }
            return outputs;
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
