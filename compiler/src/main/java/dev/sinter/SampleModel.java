package dev.sinter;

import dev.sinter.ir.DType;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Pruning;
import dev.sinter.ir.Sparsity;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.cost.Sample;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * A model of one node.
 *
 * @param graph
 *            after the passes
 * @param inputs
 *            what to run it with, always the same numbers
 */
record SampleModel(Graph graph, Map<String, Tensor> inputs) {
    private static final long SEED = 20_250_917;
    /** The largest integer of 8 bits, and the scale that makes it about 1. */
    private static final int LARGEST = 127;
    private static final float SCALE = 1f / LARGEST;
    /** The bits of f32 that bf16 has, and the last of them. */
    private static final int UPPER_HALF = 0xffff_0000;
    private static final int UPPER_ONE = 0x1_0000;

    SampleModel {
        inputs = Map.copyOf(inputs);
    }

    static SampleModel of(Sample sample) {
        var random = new Random(SEED);
        var graph = new GraphBuilder("sample");
        var inputs = new LinkedHashMap<String, Tensor>();
        var operands = new ArrayList<Value>();
        for (var operand : sample.operands()) {
            var data = elements(operand.type(), random);
            round(operand.values(), data);
            if (operand.sparsity() != null) {
                leaveOut(operand.sparsity(), data);
            }
            var name = "i" + operands.size();
            if (operand.constant()) {
                operands.add(graph.constant(data, name));
            } else {
                operands.add(graph.input(name, operand.type()));
                inputs.put(name, Tensor.of(dev.sinter.runtime.DType.parse(data.dtype().label()), data.array(),
                        data.dims()));
            }
        }
        var results = graph.add(sample.op(), operands, Origin.of("sample"));
        for (int i = 0; i < results.size(); i++) {
            graph.output("o" + i, results.get(i));
        }
        return new SampleModel(graph.build(), inputs);
    }

    /** Numbers around 0, or 0 and 1. */
    private static TensorData elements(TensorType type, Random random) {
        var data = TensorData.zeros(type.dtype(), type.shape().toLongs());
        if (data.array() instanceof float[] floats) {
            for (int i = 0; i < floats.length; i++) {
                floats[i] = 2 * random.nextFloat() - 1;
            }
        } else if (type.dtype() != DType.STRING && type.dtype().kind() != DType.Kind.COMPLEX) {
            for (int i = 0; i < data.size(); i++) {
                data.set(i, (long) random.nextInt(2));
            }
        }
        return data;
    }

    /** Makes values of some kind of any, none of them zero. */
    private static void round(Sample.Values values, TensorData data) {
        if (values == Sample.Values.ANY) {
            return;
        }
        var floats = data.floatArray();
        for (int i = 0; i < floats.length; i++) {
            int sign = floats[i] < 0 ? -1 : 1;
            floats[i] = values == Sample.Values.INT8
                    ? sign * Math.max(1, Math.round(Math.abs(floats[i]) * LARGEST)) * SCALE
                    : Float.intBitsToFloat(Float.floatToRawIntBits(floats[i]) & UPPER_HALF | UPPER_ONE);
        }
    }

    /** Prunes a matrix {@code [inputs,outputs]}, or a convolution's weights {@code [outputs,inputs…]}. */
    private static void leaveOut(Sparsity sparsity, TensorData weights) {
        int first = (int) weights.dims()[0];
        int rest = weights.size() / Math.max(1, first);
        var values = weights.floatArray();
        var pruning = weights.dims().length > 2 ? new Pruning(values, first, rest, rest, 1)
                : new Pruning(values, rest, first, 1, rest);
        if (sparsity.kept() > 0) {
            pruning.some(sparsity.kept(), sparsity.inputs());
        } else {
            pruning.blocks(sparsity.outputs(), sparsity.inputs(), sparsity.zeros());
        }
    }
}
