package dev.sinter.benchmarks.models;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TensorProto.DataType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What ONNX Runtime's {@code quantize_dynamic} makes of a model with int8 weights and a scale for each output:
 * activations are rounded to bytes when the model runs, by DynamicQuantizeLinear; products are MatMulInteger, scaled
 * behind; LSTMs are ONNX Runtime's own DynamicQuantizeLSTM. Convolutions stay as they are.
 *
 * @see <a href="https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html">ONNX Runtime,
 *     quantization</a>
 */
public final class DynamicQuantization {
    private static final String DOMAIN = "com.microsoft";
    /** Inputs of ONNX's LSTM; those of the quantized one come behind. */
    private static final int LSTM_INPUTS = 8;

    private final Map<String, WeightMatrix> matrices;
    private final GraphProto.Builder graph;
    private final List<NodeProto> nodes = new ArrayList<>();
    private final Set<String> rounded = new HashSet<>();
    private final Set<String> stored = new HashSet<>();

    private DynamicQuantization(ModelProto model) {
        matrices = WeightMatrix.of(model);
        graph = model.getGraph().toBuilder();
    }

    /**
     * Quantizes a model.
     *
     * @param model with f32 weights as raw initializers
     * @return the same with integer products
     */
    public static ModelProto of(ModelProto model) {
        var quantization = new DynamicQuantization(model);
        model.getGraph().getNodeList().forEach(quantization::node);
        quantization.drop();
        quantization.graph.clearNode().addAllNode(quantization.nodes);
        return model.toBuilder().setGraph(quantization.graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(DOMAIN).setVersion(1)).build();
    }

    private void node(NodeProto node) {
        var matrix = node.getInputCount() > 1 ? matrices.get(node.getInput(1)) : null;
        if (matrix == null) {
            nodes.add(node);
            return;
        }
        switch (node.getOpType()) {
            case "MatMul" -> product(node, matrix, "");
            case "Gemm" -> {
                if (WeightMatrix.isPlain(node)) {
                    product(node, matrix, node.getInputCount() > 2 ? node.getInput(2) : "");
                } else {
                    nodes.add(node);
                }
            }
            case "LSTM" -> {
                var recurrent = matrices.get(node.getInput(2));
                if (recurrent != null) {
                    lstm(node, matrix, recurrent);
                } else {
                    nodes.add(node);
                }
            }
            default -> nodes.add(node);
        }
    }

    private void product(NodeProto node, WeightMatrix matrix, String bias) {
        String x = node.getInput(0);
        if (rounded.add(x)) {
            nodes.add(NodeProto.newBuilder().setOpType("DynamicQuantizeLinear").setName(x + "_rounding").addInput(x)
                    .addOutput(x + "_bytes").addOutput(x + "_scale").addOutput(x + "_zero").build());
        }
        String w = store(matrix);
        String y = node.getOutput(0);
        String sum = bias.isEmpty() ? y : y + "_product";
        add("MatMulInteger", y + "_integers", x + "_bytes", w + "_int8", x + "_zero", w + "_zero");
        nodes.add(NodeProto.newBuilder().setOpType("Cast").setName(y + "_cast").addInput(y + "_integers")
                .addOutput(y + "_sums").addAttribute(Attribute.of("to", DataType.FLOAT_VALUE)).build());
        add("Mul", y + "_scale", x + "_scale", w + "_scale");
        add("Mul", sum, y + "_sums", y + "_scale");
        if (!bias.isEmpty()) {
            add("Add", y, sum, bias);
        }
    }

    private void lstm(NodeProto node, WeightMatrix input, WeightMatrix hidden) {
        var changed = node.toBuilder().setDomain(DOMAIN).setOpType("DynamicQuantizeLSTM");
        String w = store(input);
        String r = store(hidden);
        changed.setInput(1, w + "_int8").setInput(2, r + "_int8");
        while (changed.getInputCount() < LSTM_INPUTS) {
            changed.addInput("");
        }
        nodes.add(changed.addInput(w + "_scale").addInput(w + "_zero").addInput(r + "_scale").addInput(r + "_zero")
                .build());
    }

    private void add(String op, String result, String... inputs) {
        nodes.add(NodeProto.newBuilder().setOpType(op).setName(result + "_" + op).addAllInput(List.of(inputs))
                .addOutput(result).build());
    }

    /** Adds integers, scales and zero points with inputs as rows, once; and gives what their names begin with. */
    private String store(WeightMatrix matrix) {
        String name = matrix.tensor().getName();
        if (stored.add(name)) {
            int directions = matrix.user().getOpType().equals("LSTM") ? matrix.directions() : 0;
            int columns = matrix.outputs() / Math.max(1, directions);
            var scaled = matrix.scaled();
            graph.addInitializer(tensor(name + "_int8", DataType.INT8_VALUE, directions, matrix.inputs(), columns)
                    .setRawData(ByteString.copyFrom(rows(matrix, scaled.values(), columns))));
            graph.addInitializer(tensor(name + "_scale", DataType.FLOAT_VALUE, directions, 0, columns)
                    .setRawData(UnsafeByteOperations.unsafeWrap(WeightMatrix.bytes(scaled.scales()))));
            graph.addInitializer(tensor(name + "_zero", DataType.INT8_VALUE, directions, 0, columns)
                    .setRawData(ByteString.copyFrom(new byte[matrix.outputs()])));
        }
        return name;
    }

    /** A tensor; an extent of 0 is no axis. */
    private static TensorProto.Builder tensor(String name, int type, int... dims) {
        var tensor = TensorProto.newBuilder().setName(name).setDataType(type);
        for (int dim : dims) {
            if (dim > 0) {
                tensor.addDims(dim);
            }
        }
        return tensor;
    }

    /** Values with an input's weights side by side, those of each direction for themselves. */
    private static byte[] rows(WeightMatrix matrix, byte[] values, int columns) {
        if (!matrix.outputsFirst()) {
            return values;
        }
        int inputs = matrix.inputs();
        var turned = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            int output = i / inputs;
            turned[(output / columns * inputs + i % inputs) * columns + output % columns] = values[i];
        }
        return turned;
    }

    /** Takes out the f32 weights that nobody reads any more. */
    private void drop() {
        var read = new HashSet<String>();
        nodes.forEach(n -> read.addAll(n.getInputList()));
        var kept = graph.getInitializerList().stream()
                .filter(t -> !stored.contains(t.getName()) || read.contains(t.getName())).toList();
        graph.clearInitializer().addAllInitializer(kept);
    }
}
