package dev.sinter.testkit;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.DimInfo;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.ValueInfo;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Inputs to time a model with: integers are 1, real numbers are normally distributed, the same in every process. */
public final class MadeUpInputs {
    private static final long SEED = 42;
    private static final long DEFAULT_SIZE = 128;

    private MadeUpInputs() {
    }

    /**
     * A size for every symbolic dimension of the inputs.
     *
     * @param loaded
     *            the model
     * @param wanted
     *            sizes by symbol; one left out is 1 where it is the first dimension of an input, else 128, or what is
     *            nearest of those it may have
     * @return sizes by symbol
     */
    public static Map<String, Long> sizes(Model loaded, Map<String, Long> wanted) {
        var sizes = new LinkedHashMap<String, Long>();
        for (var input : loaded.inputs()) {
            for (int axis = 0; axis < input.dims().size(); axis++) {
                if (input.dims().get(axis) instanceof DimInfo.Symbol(int index, String name)) {
                    var symbol = loaded.info().symbols().get(index);
                    sizes.putIfAbsent(name, wanted.getOrDefault(name,
                            Math.clamp(axis == 0 ? 1 : DEFAULT_SIZE, symbol.min(), symbol.max())));
                }
            }
        }
        return sizes;
    }

    /**
     * A value for each input.
     *
     * @param model
     *            the model
     * @param sizes
     *            of all symbols, as {@link #sizes} gives them
     * @return tensors by input
     * @throws ModelException
     *             if an input has dimensions that can't be made up, or is no tensor
     */
    public static Map<String, Tensor> of(Model model, Map<String, Long> sizes) {
        var random = new Random(SEED);
        var values = new LinkedHashMap<String, Tensor>();
        for (var input : model.inputs()) {
            values.put(input.name(), input(input, sizes, random));
        }
        return values;
    }

    private static Tensor input(ValueInfo input, Map<String, Long> sizes, Random random) {
        var shape = new long[input.dims().size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = switch (input.dims().get(i)) {
                case DimInfo.Constant(long extent) -> extent;
                case DimInfo.Symbol(_, String name) -> sizes.get(name);
                case DimInfo.Open(String text) -> throw new ModelException("input " + input.name()
                        + ": dimension " + text + " is open; a size can't be made up");
                case DimInfo.Expression(String text, _) -> throw new ModelException("input " + input.name()
                        + ": dimension " + text + " follows from others; a size can't be made up");
            };
        }
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
        return Tensor.of(input.dtype(), array, shape);
    }
}
