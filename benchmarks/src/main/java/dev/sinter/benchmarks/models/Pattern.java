package dev.sinter.benchmarks.models;

import com.google.protobuf.UnsafeByteOperations;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.Pruning;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Set;
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
    private static final Set<String> PRUNED = Set.of("MatMul", "Gemm", "Conv");

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
     * Prunes the weights of all products and convolutions by magnitude.
     *
     * @param model
     *            with f32 weights as raw initializers
     * @return the same with zeros
     */
    public ModelProto of(ModelProto model) {
        var users = new HashMap<String, NodeProto>();
        for (var node : model.getGraph().getNodeList()) {
            if (node.getInputCount() > 1 && PRUNED.contains(node.getOpType())) {
                users.put(node.getInput(1), node);
            }
        }
        var graph = model.getGraph().toBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            var tensor = graph.getInitializer(i);
            var user = users.get(tensor.getName());
            if (user != null && tensor.getDataType() == TensorProto.DataType.FLOAT_VALUE
                    && tensor.getDimsCount() >= 2 && !tensor.getRawData().isEmpty()) {
                graph.setInitializer(i, pruned(tensor, user));
            }
        }
        return model.toBuilder().setGraph(graph).build();
    }

    private TensorProto pruned(TensorProto tensor, NodeProto user) {
        var weights = new float[tensor.getRawData().size() / Float.BYTES];
        tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(weights);
        int first = (int) tensor.getDims(0);
        int rest = first == 0 ? 0 : weights.length / first;
        var matrix = outputsFirst(user) ? new Pruning(weights, first, rest, rest, 1)
                : new Pruning(weights, rest, first, 1, rest);
        if (kept > 0) {
            matrix.some(kept, inputs);
        } else {
            matrix.blocks(outputs, inputs, zeros);
        }
        var bytes = ByteBuffer.allocate(weights.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(weights);
        return tensor.toBuilder().setRawData(UnsafeByteOperations.unsafeWrap(bytes)).build();
    }

    private static boolean outputsFirst(NodeProto user) {
        return user.getOpType().equals("Conv")
                || user.getAttributeList().stream().anyMatch(a -> a.getName().equals("transB") && a.getI() != 0);
    }
}
