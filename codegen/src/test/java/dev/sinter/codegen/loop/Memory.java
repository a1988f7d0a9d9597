package dev.sinter.codegen.loop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** What a loop program runs on in a test: heap arrays by buffer name, and the weights' bytes. */
public record Memory(Map<String, Object> heap, byte[] weights) {
    private static final float[] SPECIAL = {Float.NaN, 0f, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY,
            Float.MIN_VALUE, -Float.MAX_VALUE, 1f, -1f, 2.5f, 3.5f, 1e10f, -1e10f};
    private static final int[] EXTREME = {0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 31, 32, 33, 255, -128};

    /** Memory for a kernel's buffers, filled at random; special values now and then if wanted. */
    public static Memory random(Kernel kernel, int length, boolean special, long seed) {
        var random = new Random(seed);
        var heap = new LinkedHashMap<String, Object>();
        for (var buffer : kernel.buffers()) {
            if (!buffer.isWeight()) {
                heap.put(buffer.name(), array(buffer.storage(), length, special, random));
            }
        }
        var weights = ByteBuffer.allocate(16 * length).order(ByteOrder.LITTLE_ENDIAN);
        while (weights.hasRemaining()) {
            weights.putFloat(number(special, random));
        }
        return new Memory(heap, weights.array());
    }

    private static float number(boolean special, Random random) {
        return special && random.nextInt(4) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)]
                : (float) random.nextGaussian();
    }

    private static int integer(boolean special, Random random) {
        return special && random.nextInt(4) == 0 ? EXTREME[random.nextInt(EXTREME.length)]
                : random.nextInt(2000) - 1000;
    }

    private static Object array(Buffer.Storage storage, int length, boolean special, Random random) {
        switch (storage) {
            case F32 -> {
                var a = new float[length];
                for (int i = 0; i < length; i++) {
                    a[i] = number(special, random);
                }
                return a;
            }
            case F64 -> {
                return random.doubles(length).map(d -> d - 0.5).toArray();
            }
            case I64 -> {
                return random.longs(length, 0, 16).toArray();
            }
            case I32 -> {
                var a = new int[length];
                for (int i = 0; i < length; i++) {
                    a[i] = integer(special, random);
                }
                return a;
            }
            case I16, U16 -> {
                var a = new short[length];
                for (int i = 0; i < length; i++) {
                    a[i] = (short) random.nextInt();
                }
                return a;
            }
            case I8, U8 -> {
                var a = new byte[length];
                random.nextBytes(a);
                return a;
            }
            case BOOL -> {
                var a = new byte[length];
                for (int i = 0; i < length; i++) {
                    a[i] = (byte) random.nextInt(2);
                }
                return a;
            }
        }
        throw new AssertionError(storage);
    }

    /** The same again, to be changed independently. */
    public Memory copy() {
        var arrays = new LinkedHashMap<String, Object>();
        heap.forEach((name, array) -> arrays.put(name, switch (array) {
            case float[] a -> a.clone();
            case double[] a -> a.clone();
            case int[] a -> a.clone();
            case long[] a -> a.clone();
            case short[] a -> a.clone();
            case byte[] a -> a.clone();
            default -> throw new AssertionError(array);
        }));
        return new Memory(arrays, weights);
    }

    /** All arrays as bits, every NaN being the same one, for comparison and messages. */
    public Map<String, String> bits() {
        var text = new LinkedHashMap<String, String>();
        heap.forEach((name, array) -> text.put(name, switch (array) {
            case float[] a -> Arrays.toString(a);
            case double[] a -> Arrays.toString(a);
            case int[] a -> Arrays.toString(a);
            case long[] a -> Arrays.toString(a);
            case short[] a -> Arrays.toString(a);
            case byte[] a -> Arrays.toString(a);
            default -> throw new AssertionError(array);
        }));
        return text;
    }
}
