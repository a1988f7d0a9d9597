package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Factors and summands for each channel behind a convolution of constant weights (a normalization by statistics that are
 * known) go into its weights and its bias. Rounding changes within the definition, which is why sums of whole numbers
 * are left alone: they are exact, and what is computed from them may be rounded to an integer.
 */
final class RecognizeScaledConv implements Rule {
    @Override
    public String name() {
        return "recognize-scaled-conv";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Map.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof Map(var expr))) {
            return Optional.empty();
        }
        for (int i = 0; i < node.inputs().size(); i++) {
            var value = node.input(i);
            var conv = graph.producer(value, Conv.class);
            if (conv == null || graph.uses(value) != 1 || !isFoldable(conv)
                    || !node.output().shape().equals(value.shape())) {
                continue;
            }
            var affine = Affine.of(expr, i, node.inputs(), value.shape(), ((Conv) conv.op()).channelAxis());
            if (affine != null && affine.isFinite()) {
                return Optional.of(fold(node, conv, affine, graph));
            }
        }
        return Optional.empty();
    }

    private static boolean isFoldable(Node node) {
        var weights = node.input(1).constant();
        return node.op() instanceof Conv conv && conv.epilogue() == null && weights != null
                && weights.dtype() == DType.F32 && (!conv.bias() || node.input(2).isConstant()) && !isWhole(weights);
    }

    private static boolean isWhole(TensorData weights) {
        for (int i = 0; i < weights.size(); i++) {
            if (weights.getDouble(i) != Math.rint(weights.getDouble(i))) {
                return false;
            }
        }
        return true;
    }

    private static Patch fold(Node node, Node convolution, Affine affine, GraphIndex graph) {
        var conv = (Conv) convolution.op();
        var weights = Objects.requireNonNull(convolution.input(1).constant());
        var bias = conv.bias() ? convolution.input(2).constant() : null;
        var patch = graph.patch("scale and shift of channels into weights");
        var origin = convolution.origin().plus(node.origin());
        var operands = new ArrayList<>(List.of(convolution.input(0),
                affine.onlyShifts() ? convolution.input(1) : patch.constant(scaled(weights, affine), origin.first()),
                patch.constant(shifted(bias, affine), "")));
        var whole = new Conv(conv.groups(), conv.strides(), conv.dilations(), conv.begin(), conv.end(), true,
                conv.layout(), null);
        return patch.replace(node.output(), patch.addAll(whole, origin, operands).getFirst()).build();
    }

    private static TensorData scaled(TensorData weights, Affine affine) {
        var result = TensorData.zeros(DType.F32, weights.dims());
        int rows = affine.scale().length;
        int row = rows == 0 ? 0 : weights.size() / rows;
        for (int i = 0; i < weights.size(); i++) {
            result.set(i, weights.getDouble(i) * affine.scale()[i / row]);
        }
        return result;
    }

    private static TensorData shifted(@Nullable TensorData bias, Affine affine) {
        var result = TensorData.zeros(DType.F32, affine.shift().length);
        for (int i = 0; i < result.size(); i++) {
            result.set(i, (bias == null ? 0 : bias.getDouble(i) * affine.scale()[i]) + affine.shift()[i]);
        }
        return result;
    }
}
