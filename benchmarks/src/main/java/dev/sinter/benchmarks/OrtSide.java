package dev.sinter.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * ONNX Runtime as its experts run it: all graph optimizations, sequential execution, no spinning helper threads beyond
 * those asked for, its own arena with memory patterns, inputs in direct buffers, and the output pinned, so that a call
 * allocates nothing.
 *
 * @see <a href="https://onnxruntime.ai/docs/performance/tune-performance/">ONNX Runtime, tune performance</a>
 */
final class OrtSide implements Side {
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs;
    private final Map<String, OnnxTensor> pinned;
    private final FloatBuffer output;

    private OrtSide(OrtSession session, Map<String, OnnxTensor> inputs, String name, OnnxTensor result,
            FloatBuffer output) {
        this.session = session;
        this.inputs = inputs;
        this.pinned = Map.of(name, result);
        this.output = output;
    }

    /**
     * Loads a model.
     *
     * @param file the ONNX file
     * @param encoder its description
     * @param shape the shape of all calls
     * @param threads threads that work on one call
     * @return the side
     */
    static OrtSide open(Path file, Encoder encoder, Shape shape, int threads) {
        try (var options = new SessionOptions()) {
            options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
            options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setCPUArenaAllocator(true);
            options.setMemoryPatternOptimization(true);
            var environment = OrtEnvironment.getEnvironment();
            var session = environment.createSession(file.toString(), options);
            var inputs = new HashMap<String, OnnxTensor>();
            long[] dims = {shape.batch(), shape.sequence()};
            for (Input input : encoder.inputs(shape)) {
                if (session.getInputNames().contains(input.name())) {
                    var buffer = direct((long) input.values().length * Long.BYTES).asLongBuffer();
                    buffer.put(0, input.values());
                    inputs.put(input.name(), OnnxTensor.createTensor(environment, buffer, dims));
                }
            }
            long[] resultDims = {shape.batch(), shape.sequence(), encoder.hidden()};
            var buffer = direct((long) shape.tokens() * encoder.hidden() * Float.BYTES).asFloatBuffer();
            var result = OnnxTensor.createTensor(environment, buffer, resultDims);
            return new OrtSide(session, inputs, encoder.output(), result, buffer);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime can't load " + encoder.name() + ": " + e.getMessage(), e);
        }
    }

    /**
     * The library's name and version as it goes into the results, as the loaded library says it.
     *
     * @return {@code onnxruntime-1.29.0}
     */
    static String peer() {
        return "onnxruntime-" + OrtEnvironment.getEnvironment().getVersion();
    }

    private static ByteBuffer direct(long bytes) {
        return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
    }

    @Override
    public void run() {
        try {
            session.run(inputs, pinned).close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        }
    }

    @Override
    public float[] output() {
        var copy = new float[output.capacity()];
        output.get(0, copy);
        return copy;
    }

    @Override
    public void close() {
        try {
            inputs.values().forEach(OnnxTensor::close);
            pinned.values().forEach(OnnxTensor::close);
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed to close: " + e.getMessage(), e);
        }
    }
}
