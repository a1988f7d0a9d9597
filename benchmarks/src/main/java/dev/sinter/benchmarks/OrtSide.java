package dev.sinter.benchmarks;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * ONNX Runtime with all that a call needs in place. The first run tells the outputs' sizes; from then on they are
 * pinned to direct buffers, so that a call allocates nothing.
 */
final class OrtSide implements Side {
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs = new HashMap<>();
    private final Map<String, OnnxTensor> pinned = new HashMap<>();
    private final Map<String, ByteBuffer> buffers = new HashMap<>();
    /** Outputs that are no tensors of numbers: nothing can be pinned for them. */
    private final Set<String> others = new HashSet<>();

    private OrtSide(OrtSession session) {
        this.session = session;
    }

    /**
     * Loads a model.
     *
     * @param file the ONNX file
     * @param feeds its inputs
     * @param threads threads that work on one call
     * @return the side
     */
    static OrtSide open(Path file, List<Feed> feeds, int threads) {
        try {
            var side = new OrtSide(OrtFile.open(file, threads));
            for (Feed feed : feeds) {
                if (side.session.getInputNames().contains(feed.name())) {
                    side.inputs.put(feed.name(), OrtFile.tensor(feed));
                }
            }
            return side;
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime can't load " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void run() {
        try {
            if (pinned.isEmpty()) {
                try (var result = session.run(inputs)) {
                    pin(result);
                }
            } else if (others.isEmpty()) {
                session.run(inputs, pinned).close();
            } else {
                session.run(inputs, others, pinned).close();
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        }
    }

    private void pin(OrtSession.Result result) throws OrtException {
        for (Map.Entry<String, OnnxValue> output : result) {
            if (output.getValue() instanceof OnnxTensor tensor && tensor.getInfo().type != OnnxJavaType.STRING) {
                ByteBuffer content = tensor.getByteBuffer();
                ByteBuffer buffer = OrtFile.direct(content.remaining()).put(content).flip();
                TensorInfo info = tensor.getInfo();
                buffers.put(output.getKey(), buffer);
                pinned.put(output.getKey(), OrtFile.tensor(buffer, info.getShape(), info.type));
            } else {
                others.add(output.getKey());
            }
        }
    }

    @Override
    public Map<String, double[]> outputs() {
        var numbers = new HashMap<String, double[]>();
        pinned.forEach((name, tensor) -> numbers.put(name, numbers(tensor.getInfo().type, buffers.get(name))));
        return numbers;
    }

    /**
     * Elements as numbers.
     *
     * @param type their type
     * @param content their memory, in native order
     * @return a fresh array
     */
    static double[] numbers(OnnxJavaType type, ByteBuffer content) {
        var all = content.duplicate().order(content.order()).rewind();
        var numbers = new double[all.remaining() / type.size];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = switch (type) {
                case FLOAT -> all.getFloat();
                case DOUBLE -> all.getDouble();
                case FLOAT16 -> Float.float16ToFloat(all.getShort());
                case BFLOAT16 -> Float.intBitsToFloat(all.getShort() << Short.SIZE);
                case INT64 -> all.getLong();
                case INT32 -> all.getInt();
                case INT16 -> all.getShort();
                case UINT8, BOOL -> Byte.toUnsignedInt(all.get());
                case INT8 -> all.get();
                default -> throw new IllegalStateException("an output of type " + type);
            };
        }
        return numbers;
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
