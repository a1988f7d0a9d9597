package dev.sinter.cli;

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
    private static final long DEFAULT_SIZE = 128;

    /**
     * Makes inputs up.
     *
     * @param info
     *            of the model
     * @param wanted
     *            sizes of symbols; without one, 1 for the first dimension of an input, else {@value #DEFAULT_SIZE}
     * @return inputs of these sizes
     * @throws ModelException
     *             if an input is no tensor of known rank, or a size follows from others
     */
    public static MadeUpInputs of(ModelInfo info, Map<String, Long> wanted) {
        var sizes = sizes(info, wanted);
        var random = new Random(SEED);
        var tensors = new LinkedHashMap<String, Tensor>();
        for (var input : info.inputs()) {
            tensors.put(input.name(), input(input, sizes, random));
        }
        return new MadeUpInputs(sizes, tensors);
    }

    /**
     * Sizes of the symbols in the inputs' dimensions.
     *
     * @param info
     *            of the model
     * @param wanted
     *            sizes of symbols; without one, 1 for the first dimension of an input, else {@value #DEFAULT_SIZE}
     * @return a size for each
     */
    public static Map<String, Long> sizes(ModelInfo info, Map<String, Long> wanted) {
        var sizes = new LinkedHashMap<String, Long>();
        for (var input : info.inputs()) {
            var dims = input.isRankedTensor() ? input.dims() : List.<DimInfo>of();
            for (int axis = 0; axis < dims.size(); axis++) {
                if (dims.get(axis) instanceof DimInfo.Symbol(int index, String name)) {
                    var symbol = info.symbols().get(index);
                    long usual = axis == 0 ? 1 : DEFAULT_SIZE;
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

    private static Tensor input(ValueInfo input, Map<String, Long> sizes, Random random) {
        if (!input.isRankedTensor()) {
            throw new ModelException("input " + input.name() + ": no values can be made up for " + input.type());
        }
        var shape = new long[input.dims().size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = switch (input.dims().get(i)) {
                case DimInfo.Constant(long extent) -> extent;
                case DimInfo.Symbol(_, String name) -> sizes.get(name);
                case DimInfo.Open(String text) -> throw new ModelException("input " + input.name()
                        + ": dimension " + text + " is open; its size can't be chosen");
                case DimInfo.Expression(String text, _) -> throw new ModelException("input " + input.name()
                        + ": dimension " + text + " follows from others; its size can't be chosen");
            };
        }
        return Tensor.of(input.dtype(), array(input, shape, random), shape);
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
