package dev.sinter.benchmarks;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Opens files in ONNX Runtime as its experts do: all graph optimizations, sequential execution, no spinning helper
 * threads beyond those asked for, its own arena with memory patterns, and tensors in direct buffers.
 *
 * @see <a href="https://onnxruntime.ai/docs/performance/tune-performance/">ONNX Runtime, tune performance</a>
 */
final class OrtFile {
    private OrtFile() {
    }

    /**
     * Opens a model.
     *
     * @param file the ONNX file
     * @param threads threads that work on one call
     * @return the session
     * @throws OrtException if it can't be opened
     */
    static OrtSession open(Path file, int threads) throws OrtException {
        try (var options = new SessionOptions()) {
            options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
            options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setCPUArenaAllocator(true);
            options.setMemoryPatternOptimization(true);
            return OrtEnvironment.getEnvironment().createSession(file.toString(), options);
        }
    }

    /**
     * An input in a direct buffer.
     *
     * @param feed the input
     * @return the tensor
     * @throws OrtException if it can't be made
     */
    static OnnxTensor tensor(Feed feed) throws OrtException {
        var buffer = direct(feed.content().length).put(feed.content()).flip();
        return tensor(buffer, feed.shape(), type(feed.element()));
    }

    /**
     * A tensor over a direct buffer.
     *
     * @param buffer its content
     * @param shape its extents
     * @param type its element type
     * @return the tensor
     * @throws OrtException if it can't be made
     */
    static OnnxTensor tensor(ByteBuffer buffer, long[] shape, OnnxJavaType type) throws OrtException {
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), buffer.order(ByteOrder.nativeOrder()), shape,
                type);
    }

    /**
     * Direct memory.
     *
     * @param bytes its size
     * @return a buffer in native order
     */
    static ByteBuffer direct(long bytes) {
        return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
    }

    /**
     * The library's name and version as it goes into the results, as the loaded library says it.
     *
     * @return {@code onnxruntime-1.29.0}
     */
    static String peer() {
        return "onnxruntime-" + OrtEnvironment.getEnvironment().getVersion();
    }

    private static OnnxJavaType type(Element element) {
        return switch (element) {
            case F32 -> OnnxJavaType.FLOAT;
            case F64 -> OnnxJavaType.DOUBLE;
            case F16 -> OnnxJavaType.FLOAT16;
            case I64 -> OnnxJavaType.INT64;
            case I32 -> OnnxJavaType.INT32;
            case I8 -> OnnxJavaType.INT8;
            case U8 -> OnnxJavaType.UINT8;
            case BOOL -> OnnxJavaType.BOOL;
        };
    }
}
