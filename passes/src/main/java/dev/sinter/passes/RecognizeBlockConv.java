package dev.sinter.passes;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An image cut into blocks whose elements are laid behind each other as channels (every second pixel, from each of four
 * places), and then convolved, is the image convolved with larger windows and strides: the same products, no copies.
 * They are added in another order.
 */
final class RecognizeBlockConv implements Rule {
    /**
     * Slices that make up an image.
     *
     * @param image
     *            what they are slices of
     * @param steps
     *            size of a block along each spatial axis
     * @param begins
     *            for each slice its place in a block
     */
    private record Blocks(Value image, List<Integer> steps, List<List<Integer>> begins) {
    }

    @Override
    public String name() {
        return "recognize-block-conv";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Conv.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof Conv conv) || conv.channelsLast() || conv.groups() != 1
                || !conv.dilations().stream().allMatch(d -> d == 1) || !node.input(1).isConstant()
                || graph.uses(node.input(0)) != 1) {
            return Optional.empty();
        }
        var blocks = blocks(graph.producer(node.input(0), Concat.class), graph);
        if (blocks == null) {
            return Optional.empty();
        }
        var patch = graph.patch("blocks of " + blocks.image());
        var operands = new ArrayList<>(node.inputs());
        operands.set(0, blocks.image());
        operands.set(1, patch.constant(weights(Objects.requireNonNull(node.input(1).constant()), blocks),
                node.origin().first()));
        var whole = new Conv(1, times(conv.strides(), blocks), conv.dilations(), times(conv.begin(), blocks),
                times(conv.end(), blocks), conv.bias(), conv.layout(), conv.epilogue());
        var result = patch.addAll(whole, node.origin(), operands).getFirst();
        return result.shape().equals(node.output().shape())
                ? Optional.of(patch.replace(node.output(), result).build()) : Optional.empty();
    }

    private static List<Integer> times(List<Integer> sizes, Blocks blocks) {
        return IntStream.range(0, sizes.size()).mapToObj(i -> sizes.get(i) * blocks.steps().get(i)).toList();
    }

    /** The slices joined along the channels, if each place of a block is taken once. */
    private static @Nullable Blocks blocks(@Nullable Node concat, GraphIndex graph) {
        if (concat == null || !(concat.op() instanceof Concat(int axis)) || axis != 1) {
            return null;
        }
        Value image = null;
        List<Integer> steps = null;
        var begins = new ArrayList<List<Integer>>();
        for (var part : concat.inputs()) {
            var slice = graph.producer(part, View.class);
            if (slice == null || !(slice.op() instanceof View(IndexMap.Slice s)) || !covers(s, slice.input(0))
                    || image != null && !image.equals(slice.input(0))) {
                return null;
            }
            var own = s.steps().subList(2, s.steps().size()).stream().map(Long::intValue).toList();
            if (steps != null && !steps.equals(own)) {
                return null;
            }
            image = slice.input(0);
            steps = own;
            begins.add(s.begins().subList(2, s.begins().size()).stream().map(d -> (int) d.value()).toList());
        }
        boolean all = image != null && steps != null && begins.size() > 1
                && steps.stream().reduce(1, (a, b) -> a * b) == begins.size()
                && new HashSet<>(begins).size() == begins.size();
        return all ? new Blocks(Objects.requireNonNull(image), Objects.requireNonNull(steps), begins) : null;
    }

    /** Whether a slice takes one element of each block, and blocks cover the image. */
    private static boolean covers(IndexMap.Slice slice, Value image) {
        for (int axis = 0; axis < slice.steps().size(); axis++) {
            long step = slice.steps().get(axis);
            boolean fits = step > 0 && slice.begins().get(axis) instanceof Dim.Const(long begin) && begin < step
                    && (axis > 1 || step == 1)
                    && slice.sizes().get(axis).times(Dim.of(step)).equals(image.shape().dim(axis));
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** Each weight at the place of its element: {@code w[M, slice * C, k…]} becomes {@code [M, C, k * step + begin…]}. */
    private static TensorData weights(TensorData weights, Blocks blocks) {
        var from = weights.dims();
        int count = blocks.begins().size();
        var to = from.clone();
        to[1] = from[1] / count;
        for (int i = 2; i < to.length; i++) {
            to[i] = from[i] * blocks.steps().get(i - 2);
        }
        var result = TensorData.zeros(weights.dtype(), to);
        var index = new long[from.length];
        for (int at = 0; at < weights.size(); at++) {
            long rest = at;
            for (int i = from.length - 1; i >= 0; i--) {
                index[i] = rest % from[i];
                rest /= from[i];
            }
            var begin = blocks.begins().get((int) (index[1] / to[1]));
            long place = index[0] * to[1] + index[1] % to[1];
            for (int i = 2; i < to.length; i++) {
                place = place * to[i] + index[i] * blocks.steps().get(i - 2) + begin.get(i - 2);
            }
            result.set((int) place, weights.getDouble(at));
        }
        return result;
    }
}
