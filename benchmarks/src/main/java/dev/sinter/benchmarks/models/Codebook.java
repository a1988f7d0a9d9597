package dev.sinter.benchmarks.models;

import com.google.protobuf.UnsafeByteOperations;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Weights of products in few values, the same for a whole matrix and not evenly apart: each weight becomes the value
 * nearest to it. They stay f32, so that all sides get the same file.
 *
 * @param bits number of a value, 1 to 4
 */
public record Codebook(int bits) {
    private static final Set<String> PRODUCTS = Set.of("MatMul", "Gemm");
    private static final Map<String, Codebook> NAMED =
            Map.of("codebook4", new Codebook(4), "codebook2", new Codebook(2), "codebook1", new Codebook(1));
    /** Values are closer to each other near zero, by this power. */
    private static final double BEND = 1.5;
    /** The largest, in root mean squares of the weights. */
    private static final double REACH = 2.5;

    /**
     * Reads the suffix of a model's name.
     *
     * @param text {@code codebook4}, {@code codebook2} or {@code codebook1}
     * @return what it says, or null if it says nothing
     */
    public static @Nullable Codebook parse(String text) {
        return NAMED.get(text);
    }

    /**
     * The model with such weights.
     *
     * @param model with f32 weights as raw initializers
     * @return the same with rounded weights
     */
    public ModelProto of(ModelProto model) {
        var weights = weights(model);
        var changed = model.toBuilder();
        for (int i = 0; i < model.getGraph().getInitializerCount(); i++) {
            var tensor = model.getGraph().getInitializer(i);
            if (weights.contains(tensor.getName()) && tensor.getDimsCount() == 2 && !tensor.getRawData().isEmpty()
                    && tensor.getDataType() == TensorProto.DataType.FLOAT_VALUE) {
                changed.getGraphBuilder().setInitializer(i, tensor.toBuilder()
                        .setRawData(UnsafeByteOperations.unsafeWrap(
                                WeightMatrix.bytes(rounded(WeightMatrix.values(tensor))))));
            }
        }
        return changed.build();
    }

    /** Names of tensors that products take, turned or not. */
    private static Set<String> weights(ModelProto model) {
        var names = new HashSet<String>();
        var turned = new HashMap<String, String>();
        for (var node : model.getGraph().getNodeList()) {
            if (node.getOpType().equals("Transpose")) {
                turned.put(node.getOutput(0), node.getInput(0));
            } else if (PRODUCTS.contains(node.getOpType())) {
                names.addAll(List.of(node.getInput(1), turned.getOrDefault(node.getInput(1), node.getInput(1))));
            }
        }
        return names;
    }

    private float[] rounded(float[] weights) {
        double sum = 0;
        for (float weight : weights) {
            sum += (double) weight * weight;
        }
        double largest = REACH * Math.sqrt(sum / Math.max(1, weights.length));
        int half = 1 << bits - 1;
        for (int i = 0; i < weights.length; i++) {
            double place = Math.pow(Math.min(1, Math.abs(weights[i]) / largest), 1 / BEND) * half;
            double value = Math.pow((Math.min(half - 1, Math.floor(place)) + 0.5) / half, BEND) * largest;
            weights[i] = (float) Math.copySign(largest == 0 ? 0 : value, weights[i]);
        }
        return weights;
    }
}
