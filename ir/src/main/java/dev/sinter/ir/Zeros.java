package dev.sinter.ir;

import dev.sinter.ir.op.Constant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * How much of a constant is 0. A model that is shipped has its large constants only packed, so these lines go with it:
 * {@code zeros %12: 0.8125}.
 *
 * @param value
 *            id of the constant's value
 * @param part
 *            of its elements, from 0 to 1
 */
public record Zeros(int value, double part) {
    private static final Pattern TEXT = Pattern.compile("zeros %(\\d+): (\\S+)");
    private static final int HALF_WITHOUT_SIGN = 0x7fff;

    /**
     * Counts.
     *
     * @param graph
     *            a graph; its regions are counted too
     * @return a line for each constant that is too large to stand in the graph's text
     */
    public static List<Zeros> of(Graph graph) {
        var found = new ArrayList<Zeros>();
        collect(graph, found);
        return found;
    }

    private static void collect(Graph graph, List<Zeros> found) {
        for (var node : graph.nodes()) {
            if (node.op() instanceof Constant constant && constant.data().size() > GraphPrinter.INLINE) {
                node.outputs().forEach(v -> found.add(new Zeros(v.id(), part(constant.data()))));
            }
            node.regions().forEach(region -> collect(region, found));
        }
    }

    /**
     * Counts a tensor's zeros, negative ones too.
     *
     * @param data
     *            its elements
     * @return the part of them that is 0; 0 of none
     */
    public static double part(TensorData data) {
        if (data.size() == 0) {
            return 0;
        }
        boolean half = data.dtype() == DType.F16 || data.dtype() == DType.BF16;
        long zeros = switch (data.array()) {
            case float[] a -> count(a);
            case double[] a -> IntStream.range(0, a.length).filter(i -> a[i] == 0).count();
            case long[] a -> IntStream.range(0, a.length).filter(i -> a[i] == 0).count();
            case int[] a -> IntStream.range(0, a.length).filter(i -> a[i] == 0).count();
            case short[] a -> IntStream.range(0, a.length)
                    .filter(i -> half ? (a[i] & HALF_WITHOUT_SIGN) == 0 : a[i] == 0).count();
            case byte[] a -> IntStream.range(0, a.length).filter(i -> a[i] == 0).count();
            default -> 0;
        };
        return (double) zeros / data.size();
    }

    /** Most weights, by far. */
    private static long count(float[] elements) {
        long zeros = 0;
        for (float element : elements) {
            zeros += element == 0 ? 1 : 0;
        }
        return zeros;
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @param text
     *            lines, of which others are skipped
     * @return parts by the values' ids
     */
    public static Map<Integer, Double> parse(String text) {
        var parts = new HashMap<Integer, Double>();
        text.lines().map(TEXT::matcher).filter(m -> m.matches())
                .forEach(m -> parts.put(Integer.parseInt(m.group(1)), Double.parseDouble(m.group(2))));
        return parts;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "zeros %%%d: %.4f", value, part);
    }
}
