package dev.sinter.benchmarks.models;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Weights of products in few bits, each block of {@value #BLOCK} inputs of an output with a scale, without zero points.
 * Numbers of bits that MatMulNBits has no form for take the next larger form, and use only some of its codes.
 *
 * @param bits
 *            1 (two values, that far from zero), 2, 3, 4 or 8
 * @param rounded
 *            whether activations are declared to be rounded to 8 bits
 */
public record FewBits(int bits, boolean rounded) {
    private static final int BLOCK = 128;
    private static final int BYTE = 8;
    private static final String MICROSOFT = "com.microsoft";
    private static final Map<String, FewBits> NAMED =
            Map.of("int8", new FewBits(8, false), "4bit", new FewBits(4, true), "3bit", new FewBits(3, true),
                    "2bit", new FewBits(2, true), "1bit", new FewBits(1, true), "4bit-f32", new FewBits(4, false),
                    "3bit-f32", new FewBits(3, false), "2bit-f32", new FewBits(2, false),
                    "1bit-f32", new FewBits(1, false));

    /**
     * Reads the suffix of a model's name.
     *
     * @param text
     *            {@code int8}, or {@code 4bit} to {@code 1bit}, these also with {@code -f32}
     * @return what it says, or null if it says nothing
     */
    public static @Nullable FewBits parse(String text) {
        return NAMED.get(text);
    }

    /** A matrix in few bits: {@code [N][blocks][bytes]}, and its scales {@code [N][blocks]}. */
    private record Packed(int k, int n, byte[] codes, float[] scales) {
        int blocks() {
            return Math.ceilDiv(k, BLOCK);
        }
    }

    /**
     * The model with products of weights of few bits, as MatMulNBits.
     *
     * @param model
     *            with f32 weights as raw initializers
     * @return the same quantized
     */
    public ModelProto quantized(ModelProto model) {
        var graph = model.getGraph().toBuilder();
        var matrices = new Matrices(graph);
        graph.clearNode();
        var made = new HashMap<String, Packed>();
        for (var node : model.getGraph().getNodeList()) {
            var matrix = matrices.of(node);
            if (matrix == null) {
                graph.addNode(node);
                continue;
            }
            var name = matrix.tensor.getName();
            var packed = made.get(name);
            if (packed == null) {
                packed = pack(matrix);
                made.put(name, packed);
                graph.addInitializer(TensorProto.newBuilder().setName(name + ".codes")
                        .setDataType(TensorProto.DataType.UINT8_VALUE).addDims(packed.n).addDims(packed.blocks())
                        .addDims((long) BLOCK * stored() / BYTE)
                        .setRawData(UnsafeByteOperations.unsafeWrap(packed.codes)));
                graph.addInitializer(TensorProto.newBuilder().setName(name + ".scales")
                        .setDataType(TensorProto.DataType.FLOAT_VALUE).addDims(packed.n).addDims(packed.blocks())
                        .setRawData(raw(packed.scales)));
            }
            graph.addNode(product(node, name, packed));
        }
        dropUnused(graph);
        var changed = model.toBuilder().setGraph(graph);
        if (changed.getOpsetImportList().stream().noneMatch(o -> o.getDomain().equals(MICROSOFT))) {
            changed.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1));
        }
        return changed.build();
    }

    /**
     * The model with the same weights in f32.
     *
     * @param model
     *            with f32 weights as raw initializers
     * @return the same with rounded weights
     */
    public ModelProto dequantized(ModelProto model) {
        var graph = model.getGraph().toBuilder();
        var matrices = new Matrices(graph);
        graph.clearNode();
        var made = new HashMap<String, String>();
        for (var node : model.getGraph().getNodeList()) {
            var matrix = matrices.of(node);
            if (matrix == null) {
                graph.addNode(node);
                continue;
            }
            var name = made.computeIfAbsent(matrix.tensor.getName(), key -> {
                var packed = pack(matrix);
                graph.addInitializer(TensorProto.newBuilder().setName(key + ".rounded")
                        .setDataType(TensorProto.DataType.FLOAT_VALUE).addDims(packed.k).addDims(packed.n)
                        .setRawData(raw(real(packed))));
                return key + ".rounded";
            });
            graph.addNode(straight(node).setInput(1, name));
        }
        dropUnused(graph);
        return model.toBuilder().setGraph(graph).build();
    }

    private NodeProto product(NodeProto node, String name, Packed packed) {
        var product = NodeProto.newBuilder().setOpType("MatMulNBits").setDomain(MICROSOFT).setName(node.getName())
                .addInput(node.getInput(0)).addInput(name + ".codes").addInput(name + ".scales")
                .addAllOutput(node.getOutputList()).addAttribute(Attribute.of("K", packed.k))
                .addAttribute(Attribute.of("N", packed.n)).addAttribute(Attribute.of("bits", stored()))
                .addAttribute(Attribute.of("block_size", BLOCK))
                .addAttribute(Attribute.of("accuracy_level", rounded ? 4 : 1));
        if (node.getInputCount() > 2) {
            product.addInput("").addInput("").addInput(node.getInput(2));
        }
        return product.build();
    }

    /** A Gemm whose weights have their inputs first. */
    private static NodeProto.Builder straight(NodeProto node) {
        var builder = node.toBuilder();
        for (int i = builder.getAttributeCount() - 1; i >= 0; i--) {
            if (builder.getAttribute(i).getName().equals("transB")) {
                builder.removeAttribute(i);
            }
        }
        return builder;
    }

    private static void dropUnused(GraphProto.Builder graph) {
        var nodes = new ArrayList<>(graph.getNodeList());
        var used = new HashSet<String>();
        graph.getOutputList().forEach(o -> used.add(o.getName()));
        for (var node : nodes.reversed()) {
            if (node.getOutputList().stream().anyMatch(used::contains)) {
                used.addAll(node.getInputList());
            }
        }
        var kept = graph.getInitializerList().stream().filter(t -> used.contains(t.getName())).toList();
        var live = nodes.stream().filter(n -> n.getOutputList().stream().anyMatch(used::contains)).toList();
        graph.clearInitializer().addAllInitializer(kept).clearNode().addAllNode(live);
    }

    // ---- numbers

    /** Bits that a code takes. */
    private int stored() {
        return switch (bits) {
            case 1 -> 2;
            case 3 -> 4;
            default -> bits;
        };
    }

    /** What a code of zero says. */
    private int least() {
        return -(1 << stored() - 1);
    }

    private Packed pack(Matrix matrix) {
        int blocks = Math.ceilDiv(matrix.k, BLOCK);
        int bytes = BLOCK * stored() / BYTE;
        var packed = new Packed(matrix.k, matrix.n, new byte[matrix.n * blocks * bytes], new float[matrix.n * blocks]);
        var weights = WeightMatrix.values(matrix.tensor);
        var values = new float[BLOCK];
        for (int column = 0; column < matrix.n; column++) {
            for (int begin = 0; begin < matrix.k; begin += BLOCK) {
                int count = Math.min(matrix.k - begin, BLOCK);
                for (int i = 0; i < count; i++) {
                    values[i] = weights[matrix.at(begin + i, column)];
                }
                int block = column * blocks + begin / BLOCK;
                float scale = scale(values, count);
                packed.scales[block] = scale;
                for (int i = 0; i < BLOCK; i++) {
                    int code = (i < count ? integer(values[i] / scale) : 0) - least();
                    int place = i * stored();
                    packed.codes[block * bytes + place / BYTE] |= (byte) (code << place % BYTE);
                }
            }
        }
        return packed;
    }

    /** Two values are best at the mean distance from zero; of more, the largest one is to be reached. */
    private float scale(float[] values, int count) {
        double sum = 0;
        double largest = 0;
        for (int i = 0; i < count; i++) {
            sum += Math.abs(values[i]);
            largest = Math.max(largest, Math.abs(values[i]));
        }
        double scale = bits == 1 ? sum / count : largest / ((1 << bits - 1) - 0.5);
        return scale == 0 ? 1 : (float) scale;
    }

    private int integer(float value) {
        int most = 1 << bits - 1;
        return bits == 1 ? value < 0 ? -1 : 1 : Math.clamp(Math.round(value), -most, most - 1);
    }

    private float[] real(Packed packed) {
        int bytes = BLOCK * stored() / BYTE;
        var out = new float[packed.k * packed.n];
        for (int column = 0; column < packed.n; column++) {
            for (int i = 0; i < packed.k; i++) {
                int block = column * packed.blocks() + i / BLOCK;
                int place = i % BLOCK * stored();
                int code = packed.codes[block * bytes + place / BYTE] >> place % BYTE & (1 << stored()) - 1;
                out[i * packed.n + column] = (code + least()) * packed.scales[block];
            }
        }
        return out;
    }

    private static ByteString raw(float[] values) {
        return UnsafeByteOperations.unsafeWrap(WeightMatrix.bytes(values));
    }

    /** Weights of a product, {@code [K,N]}, or {@code [N,K]} where they are turned. */
    private record Matrix(TensorProto tensor, int k, int n, boolean turned) {
        int at(int row, int column) {
            return turned ? column * k + row : row * n + column;
        }
    }

    /** Finds the weights of products in a graph. */
    private static final class Matrices {
        private final Map<String, TensorProto> tensors = new HashMap<>();
        private final Map<String, TensorProto> transposed = new HashMap<>();

        Matrices(GraphProto.Builder graph) {
            graph.getInitializerList().forEach(t -> tensors.put(t.getName(), t));
            for (var node : graph.getNodeList()) {
                var tensor = node.getOpType().equals("Transpose") ? tensors.get(node.getInput(0)) : null;
                if (tensor != null) {
                    transposed.put(node.getOutput(0), tensor);
                }
            }
        }

        @Nullable
        Matrix of(NodeProto node) {
            boolean gemm = node.getOpType().equals("Gemm");
            if (!gemm && !node.getOpType().equals("MatMul") || gemm && !WeightMatrix.isPlain(node)) {
                return null;
            }
            var straight = tensors.get(node.getInput(1));
            var tensor = straight != null ? straight : transposed.get(node.getInput(1));
            if (tensor == null || tensor.getDimsCount() != 2 || tensor.getRawData().isEmpty()
                    || tensor.getDataType() != TensorProto.DataType.FLOAT_VALUE) {
                return null;
            }
            boolean turned = straight == null ^ WeightMatrix.outputsFirst(node);
            int first = (int) tensor.getDims(0);
            int second = (int) tensor.getDims(1);
            return turned ? new Matrix(tensor, second, first, true) : new Matrix(tensor, first, second, false);
        }
    }
}
