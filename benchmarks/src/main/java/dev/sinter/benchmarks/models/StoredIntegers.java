package dev.sinter.benchmarks.models;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TensorProto.DataType;
import java.util.ArrayList;

/**
 * Weights as int8 integers with a scale for each output, multiplied by DequantizeLinear; activations stay f32. Weights
 * of recurrences with two directions, which would share scales, are left as they are.
 */
public final class StoredIntegers {
    private static final int OPSET = 13;

    private StoredIntegers() {
    }

    /**
     * Rounds the weights of all products, convolutions and recurrences.
     *
     * @param model with f32 weights as raw initializers, of opset 13 or later, which has scales along an axis
     * @return the same with integers
     * @throws IllegalArgumentException if its opset is an earlier one
     */
    public static ModelProto of(ModelProto model) {
        var opset = model.getOpsetImportList().stream().filter(o -> o.getDomain().isEmpty()).findFirst();
        if (opset.isEmpty() || opset.get().getVersion() < OPSET) {
            throw new IllegalArgumentException("integers with a scale for each output need opset " + OPSET
                    + ", the model has " + opset.map(o -> Long.toString(o.getVersion())).orElse("none"));
        }
        var graph = model.getGraph().toBuilder();
        var nodes = new ArrayList<NodeProto>();
        WeightMatrix.of(model).forEach((name, matrix) -> {
            if (matrix.directions() == 1) {
                var scaled = matrix.scaled();
                graph.setInitializer(matrix.at(), integers(matrix, name + "_int8", scaled));
                graph.addInitializer(scales(name + "_scale", scaled));
                nodes.add(NodeProto.newBuilder().setOpType("DequantizeLinear").setName(name + "_dequantize")
                        .addInput(name + "_int8").addInput(name + "_scale").addOutput(name)
                        .addAttribute(Attribute.of("axis", matrix.axis())).build());
            }
        });
        nodes.addAll(graph.getNodeList());
        return model.toBuilder().setGraph(graph.clearNode().addAllNode(nodes)).build();
    }

    /**
     * The same values as f32 weights.
     *
     * @param model with f32 weights as raw initializers
     * @return the same with the products of integers and scales
     */
    public static ModelProto decoded(ModelProto model) {
        var graph = model.getGraph().toBuilder();
        for (var matrix : WeightMatrix.of(model).values()) {
            if (matrix.directions() == 1) {
                var scaled = matrix.scaled();
                var values = matrix.values();
                for (int i = 0; i < values.length; i++) {
                    values[i] = scaled.values()[i] * scaled.scales()[matrix.output(i)];
                }
                graph.setInitializer(matrix.at(), matrix.with(values));
            }
        }
        return model.toBuilder().setGraph(graph).build();
    }

    private static TensorProto integers(WeightMatrix matrix, String name, WeightMatrix.Scaled scaled) {
        return matrix.tensor().toBuilder().setName(name).setDataType(DataType.INT8_VALUE)
                .setRawData(ByteString.copyFrom(scaled.values())).build();
    }

    /** Scales as a tensor of one axis. */
    static TensorProto scales(String name, WeightMatrix.Scaled scaled) {
        return TensorProto.newBuilder().setName(name).setDataType(DataType.FLOAT_VALUE).addDims(scaled.scales().length)
                .setRawData(UnsafeByteOperations.unsafeWrap(WeightMatrix.bytes(scaled.scales()))).build();
    }
}
