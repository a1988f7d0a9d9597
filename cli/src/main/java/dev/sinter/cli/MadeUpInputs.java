package dev.sinter.cli;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.runtime.DType;
import dev.sinter.runtime.DimInfo;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.Session;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.ValueInfo;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Inputs to take times with: integers are 1, real numbers are normally distributed, always the same ones.
 *
 * @param sizes
 *            values of the symbols in the inputs' dimensions
 * @param tensors
 *            by the inputs' names
 */
public record MadeUpInputs(Map<String, Long> sizes, Map<String, Tensor> tensors) {
    private static final long SEED = 42;
    /** Of dimensions that are not the first of an input, where nothing else is known of them. */
    public static final long LENGTH = 128;

    /**
     * Makes inputs up whose sizes {@linkplain FittingSizes fit together}.
     *
     * @param info
     *            of the model
     * @param graph
     *            the model's graph, which knows what its symbols must equal
     * @param wanted
     *            sizes of symbols; others are chosen
     * @param given
     *            names of inputs that are not to be made up
     * @param length
     *            of dimensions that nothing is known of and that are not the first of an input
     * @return the other inputs
     * @throws ModelException
     *             if one of them is no tensor of known rank, or has a size that only a run tells
     */
    public static MadeUpInputs of(ModelInfo info, Graph graph, Map<String, Long> wanted, Set<String> given,
            long length) {
        var shapes = new LinkedHashMap<String, List<Dim>>();
        for (var port : graph.inputs()) {
            if (port.value().type() instanceof TensorType(_, Shape shape) && shape.isRanked()) {
                shapes.put(port.name(), shape.dims());
            }
        }
        var sizes = FittingSizes.of(info, graph, wanted, length);
        var random = new Random(SEED);
        var tensors = new LinkedHashMap<String, Tensor>();
        for (var input : info.inputs()) {
            if (!given.contains(input.name())) {
                tensors.put(input.name(), input(input, shapes.getOrDefault(input.name(), List.of()), sizes, random));
            }
        }
        return new MadeUpInputs(sizes, tensors);
    }

    /**
     * The same for a length of {@value #LENGTH}.
     *
     * @param info
     *            of the model
     * @param graph
     *            the model's graph
     * @param wanted
     *            sizes of symbols; others are chosen
     * @return all inputs
     * @throws ModelException
     *             if one of them is no tensor of known rank, or has a size that only a run tells
     */
    public static MadeUpInputs of(ModelInfo info, Graph graph, Map<String, Long> wanted) {
        return of(info, graph, wanted, Set.of(), LENGTH);
    }

    /** {@return how many elements all have} */
    public long elements() {
        return tensors.values().stream().mapToLong(Tensor::size).sum();
    }

    /**
     * Sizes of the symbols in the inputs' dimensions.
     *
     * @param info
     *            of the model
     * @param wanted
     *            sizes of symbols; without one, 1 for the first dimension of an input
     * @param length
     *            of other dimensions
     * @return a size for each
     */
    static Map<String, Long> sizes(ModelInfo info, Map<String, Long> wanted, long length) {
        var sizes = new LinkedHashMap<String, Long>();
        for (var input : info.inputs()) {
            var dims = input.isRankedTensor() ? input.dims() : List.<DimInfo>of();
            for (int axis = 0; axis < dims.size(); axis++) {
                if (dims.get(axis) instanceof DimInfo.Symbol(int index, String name)) {
                    var symbol = info.symbols().get(index);
                    long usual = axis == 0 ? 1 : length;
                    sizes.putIfAbsent(name, wanted.getOrDefault(name, Math.clamp(usual, symbol.min(), symbol.max())));
                }
            }
        }
        return sizes;
    }

    /**
     * Sets a session's inputs.
     *
     * @param session
     *            of the model
     */
    public void set(Session session) {
        tensors.forEach(session::set);
    }

    /** The dimensions as the graph has them; none if it does not know. */
    private static Tensor input(ValueInfo input, List<Dim> dims, Map<String, Long> sizes, Random random) {
        if (!input.isRankedTensor()) {
            throw wanted(input, "no values can be made up for " + input.type());
        }
        var shape = new long[input.dims().size()];
        for (int i = 0; i < shape.length; i++) {
            var dim = dims.size() == shape.length ? dims.get(i) : null;
            shape[i] = switch (input.dims().get(i)) {
                case DimInfo.Constant(long extent) -> extent;
                case DimInfo.Symbol(_, String name) -> sizes.get(name);
                case DimInfo.Expression(_, _) when dim != null && sizes.keySet().containsAll(dim.symbols()) ->
                        dim.evaluate(sizes);
                case DimInfo.Open(String text) ->
                        throw wanted(input, "dimension " + text + " is open, so that its size can't be chosen");
                case DimInfo.Expression(String text, _) -> throw wanted(input,
                        "dimension " + text + " follows from sizes that only a run tells");
            };
        }
        return Tensor.of(input.dtype(), array(input, shape, random), shape);
    }

    private static ModelException wanted(ValueInfo input, String why) {
        return new ModelException("input " + input.name() + ": " + why + "; give it as a file");
    }

    private static Object array(ValueInfo input, long[] shape, Random random) {
        long size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        var array = input.dtype().storage().allocate(Math.toIntExact(input.dtype().arrayLength(size)));
        switch (array) {
            case float[] a -> {
                for (int i = 0; i < a.length; i++) {
                    a[i] = (float) random.nextGaussian();
                }
            }
            case double[] a -> Arrays.setAll(a, i -> random.nextGaussian());
            case long[] a -> Arrays.fill(a, 1);
            case int[] a -> Arrays.fill(a, 1);
            case short[] a -> Arrays.fill(a, input.dtype() == DType.F16 ? Float.floatToFloat16(1) : 1);
            case byte[] a -> Arrays.fill(a, (byte) 1);
            case String[] a -> Arrays.fill(a, "a");
            default -> throw new ModelException("input " + input.name() + ": no values of type " + input.dtype());
        }
        return array;
    }
}
