package dev.sinter.runtime.library;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.TreeSet;
import java.util.function.IntBinaryOperator;

/** Sorts positions, stably: of two equal elements the one that stands first comes first. */
final class Order {
    /** Strings by Unicode code points, not by UTF-16 units. */
    static final Comparator<String> BY_CODE_POINT = Order::compareCodePoints;

    private Order() {
    }

    /**
     * Whole numbers in the same order as a tensor's elements: NaN is the greatest, both zeros are equal. Complex
     * elements give two keys.
     */
    static long[] keys(Tensor tensor) {
        return switch (tensor.dtype()) {
            case STRING -> ranks(tensor.toStrings());
            case U64 -> flipped(tensor.toLongs());
            case F64, C128 -> {
                double[] values = tensor.toDoubles();
                var keys = new long[values.length];
                for (int i = 0; i < keys.length; i++) {
                    long bits = Double.doubleToLongBits(values[i] + 0.0); // one NaN; -0 becomes 0
                    keys[i] = bits ^ bits >> 63 & Long.MAX_VALUE;
                }
                yield keys;
            }
            default -> isFloat(tensor.dtype()) ? singles(tensor.toFloats()) : tensor.toLongs();
        };
    }

    private static long[] singles(float[] values) {
        var keys = new long[values.length];
        for (int i = 0; i < keys.length; i++) {
            int bits = Float.floatToIntBits(values[i] + 0f);
            keys[i] = bits ^ bits >> 31 & Integer.MAX_VALUE;
        }
        return keys;
    }

    private static long[] flipped(long[] unsigned) {
        for (int i = 0; i < unsigned.length; i++) {
            unsigned[i] ^= Long.MIN_VALUE;
        }
        return unsigned;
    }

    private static long[] ranks(String[] strings) {
        var distinct = new TreeSet<>(BY_CODE_POINT);
        distinct.addAll(Arrays.asList(strings));
        var ranks = new HashMap<String, Long>();
        distinct.forEach(s -> ranks.put(s, (long) ranks.size()));
        return Arrays.stream(strings).mapToLong(ranks::get).toArray();
    }

    static boolean isFloat(DType dtype) {
        return switch (dtype) {
            case F32, F64, F16, BF16, C64, C128, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> true;
            default -> false;
        };
    }

    /**
     * Positions of the smallest keys.
     *
     * @param keys any numbers
     * @param k how many, at most their number
     * @return in ascending order, equal ones by position
     */
    static int[] smallest(long[] keys, int k) {
        if (k == 0) {
            return new int[0];
        }
        if (k < keys.length / 8) {
            return heap(keys, k);
        }
        long min = Arrays.stream(keys).min().orElse(0);
        long max = Arrays.stream(keys).max().orElse(0);
        int[] order = max - min >= 0 && max - min <= Integer.MAX_VALUE * 2L
                ? packed(keys, min)
                : sorted(keys.length, (a, b) -> Long.compare(keys[a], keys[b]));
        return k == order.length ? order : Arrays.copyOf(order, k);
    }

    /** Key and position fit into one long: sorts plain numbers. */
    private static int[] packed(long[] keys, long min) {
        var both = new long[keys.length];
        for (int i = 0; i < both.length; i++) {
            both[i] = (keys[i] - min ^ 0x8000_0000L) << 32 | i;
        }
        Arrays.sort(both);
        return Arrays.stream(both).mapToInt(v -> (int) v).toArray();
    }

    /** Keeps the k best in a heap with the worst on top. */
    private static int[] heap(long[] keys, int k) {
        var heap = new int[k];
        for (int i = 0; i < k; i++) {
            int at = i;
            while (at > 0 && worse(keys, i, heap[(at - 1) / 2])) {
                heap[at] = heap[(at - 1) / 2];
                at = (at - 1) / 2;
            }
            heap[at] = i;
        }
        for (int i = k; i < keys.length; i++) {
            if (keys[i] < keys[heap[0]]) {
                sink(keys, heap, i);
            }
        }
        var chosen = Arrays.stream(heap).sorted().toArray();
        int[] order = sorted(k, (a, b) -> Long.compare(keys[chosen[a]], keys[chosen[b]]));
        return Arrays.stream(order).map(i -> chosen[i]).toArray();
    }

    private static void sink(long[] keys, int[] heap, int item) {
        int at = 0;
        while (2 * at + 1 < heap.length) {
            int child = 2 * at + 1;
            if (child + 1 < heap.length && worse(keys, heap[child + 1], heap[child])) {
                child++;
            }
            if (!worse(keys, heap[child], item)) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = item;
    }

    private static boolean worse(long[] keys, int a, int b) {
        return keys[a] > keys[b] || keys[a] == keys[b] && a > b;
    }

    /**
     * Positions in ascending order by a merge sort.
     *
     * @param n how many positions
     * @param compare of two positions, as a {@link Comparator}
     * @return the positions; equal ones keep their order
     */
    static int[] sorted(int n, IntBinaryOperator compare) {
        var from = new int[n];
        for (int i = 0; i < n; i++) {
            from[i] = i;
        }
        var to = new int[n];
        for (long run = 1; run < n; run *= 2) {
            for (long start = 0; start < n; start += 2 * run) {
                merge(from, to, (int) start, (int) Math.min(start + run, n), (int) Math.min(start + 2 * run, n),
                        compare);
            }
            var swap = from;
            from = to;
            to = swap;
        }
        return from;
    }

    private static void merge(int[] from, int[] to, int start, int middle, int end, IntBinaryOperator compare) {
        int a = start;
        int b = middle;
        for (int i = start; i < end; i++) {
            boolean first = b >= end || a < middle && compare.applyAsInt(from[a], from[b]) <= 0;
            to[i] = first ? from[a++] : from[b++];
        }
    }

    private static int compareCodePoints(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                // Surrogates stand for code points above all other characters.
                boolean sx = Character.isSurrogate(x);
                boolean sy = Character.isSurrogate(y);
                return sx == sy ? Character.compare(x, y) : sx ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }
}
