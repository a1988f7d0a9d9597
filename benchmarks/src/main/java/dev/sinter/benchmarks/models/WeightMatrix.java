package dev.sinter.benchmarks.models;

import com.google.protobuf.UnsafeByteOperations;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TensorProto.DataType;
import dev.sinter.ir.Pruning;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The f32 weights of a product, a convolution or a recurrence as a matrix of outputs and inputs.
 *
 * @param at its number among the model's initializers
 * @param tensor the weights
 * @param user the node they belong to
 */
record WeightMatrix(int at, TensorProto tensor, NodeProto user) {
    private static final Set<String> PRODUCTS = Set.of("MatMul", "Gemm");
    private static final Set<String> RECURRENT = Set.of("LSTM", "GRU", "RNN");
    private static final String CONVOLUTION = "Conv";
    private static final int LARGEST = 127;

    /**
     * int8 values times a scale for each output.
     *
     * @param values in the order of the weights
     * @param scales one for each output
     */
    record Scaled(byte[] values, float[] scales) {
    }

    /**
     * The matrices among a model's initializers.
     *
     * @param model a model with raw initializers; others are left out
     * @return the matrices by their names
     */
    static Map<String, WeightMatrix> of(ModelProto model) {
        var users = new HashMap<String, NodeProto>();
        for (var node : model.getGraph().getNodeList()) {
            weights(node).forEach(name -> users.put(name, node));
        }
        var matrices = new HashMap<String, WeightMatrix>();
        for (int i = 0; i < model.getGraph().getInitializerCount(); i++) {
            var tensor = model.getGraph().getInitializer(i);
            var user = users.get(tensor.getName());
            if (user != null && tensor.getDataType() == DataType.FLOAT_VALUE && !tensor.getRawData().isEmpty()
                    && fits(user, tensor.getDimsCount())) {
                matrices.put(tensor.getName(), new WeightMatrix(i, tensor, user));
            }
        }
        return matrices;
    }

    private static List<String> weights(NodeProto node) {
        var names = new ArrayList<String>();
        boolean recurrent = RECURRENT.contains(node.getOpType());
        if (recurrent || PRODUCTS.contains(node.getOpType()) || node.getOpType().equals(CONVOLUTION)) {
            names.addAll(node.getInputList().subList(1, recurrent ? 3 : 2));
        }
        return names;
    }

    private static boolean fits(NodeProto user, int rank) {
        return PRODUCTS.contains(user.getOpType()) ? rank == 2
                : RECURRENT.contains(user.getOpType()) ? rank == 3 : rank > 2;
    }

    /**
     * The axis that counts outputs; of a recurrence's weights the one behind the directions.
     *
     * @return the axis
     */
    int axis() {
        return RECURRENT.contains(user.getOpType()) ? 1 : outputsFirst() ? 0 : 1;
    }

    /**
     * Whether an output's weights lie side by side.
     *
     * @return whether they do
     */
    boolean outputsFirst() {
        return !PRODUCTS.contains(user.getOpType()) || outputsFirst(user);
    }

    /**
     * Whether a product's weights are turned.
     *
     * @param product a MatMul or Gemm
     * @return whether an output's weights lie side by side
     */
    static boolean outputsFirst(NodeProto product) {
        return product.getAttributeList().stream().anyMatch(a -> a.getName().equals("transB") && a.getI() != 0);
    }

    /**
     * Whether a Gemm neither scales nor turns its first factor.
     *
     * @param gemm the node
     * @return whether it is a product and a sum
     */
    static boolean isPlain(NodeProto gemm) {
        return gemm.getAttributeList().stream().allMatch(a -> switch (a.getName()) {
            case "alpha", "beta" -> a.getF() == 1;
            case "transA" -> a.getI() == 0;
            default -> true;
        });
    }

    /**
     * How many directions a recurrence has.
     *
     * @return the number; 1 of anything else
     */
    int directions() {
        return RECURRENT.contains(user.getOpType()) ? (int) tensor.getDims(0) : 1;
    }

    /**
     * Outputs, those of all directions together.
     *
     * @return how many
     */
    int outputs() {
        return (int) tensor.getDims(axis()) * directions();
    }

    /**
     * Inputs of an output; of a convolution with each place of the window for itself.
     *
     * @return how many
     */
    int inputs() {
        return outputs() == 0 ? 0 : tensor.getRawData().size() / Float.BYTES / outputs();
    }

    /**
     * The weights.
     *
     * @return a fresh array
     */
    float[] values() {
        return values(tensor);
    }

    /**
     * The numbers of a tensor.
     *
     * @param tensor of f32 as raw bytes
     * @return a fresh array
     */
    static float[] values(TensorProto tensor) {
        var values = new float[tensor.getRawData().size() / Float.BYTES];
        tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    /**
     * The weights as what can be pruned.
     *
     * @param values {@link #values}
     * @return a view of them
     */
    Pruning pruning(float[] values) {
        return outputsFirst() ? new Pruning(values, outputs(), inputs(), inputs(), 1)
                : new Pruning(values, outputs(), inputs(), 1, outputs());
    }

    /**
     * The same tensor with other weights.
     *
     * @param values as many
     * @return the tensor
     */
    TensorProto with(float[] values) {
        return tensor.toBuilder().setRawData(UnsafeByteOperations.unsafeWrap(bytes(values))).build();
    }

    /**
     * Numbers as ONNX stores them.
     *
     * @param values the numbers
     * @return their bytes
     */
    static ByteBuffer bytes(float[] values) {
        var bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    /**
     * Rounds to integers from -127 to 127, by a scale for each output: its largest weight is 127 of it.
     *
     * @return the integers and scales
     */
    Scaled scaled() {
        var values = values();
        var scales = new float[outputs()];
        for (int i = 0; i < values.length; i++) {
            scales[output(i)] = Math.max(scales[output(i)], Math.abs(values[i]));
        }
        for (int o = 0; o < scales.length; o++) {
            scales[o] = scales[o] == 0 ? 1 : scales[o] / LARGEST;
        }
        var integers = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            integers[i] = (byte) Math.clamp(Math.rint(values[i] / scales[output(i)]), -LARGEST, LARGEST);
        }
        return new Scaled(integers, scales);
    }

    /**
     * Which output a weight belongs to.
     *
     * @param element its number in the order of the weights
     * @return the output
     */
    int output(int element) {
        return outputsFirst() ? element / inputs() : element % outputs();
    }
}
