package dev.sinter.ir;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Elements of constants as text, exact to the bit, and as little-endian bytes. */
final class Elements {
    private Elements() {
    }

    /** The elements in row-major order: one alone for a scalar, else a list; two numbers for a complex one. */
    static String print(TensorData data) {
        var items = new ArrayList<String>();
        int count = data.dtype().kind() == DType.Kind.COMPLEX ? 2 * data.size() : data.size();
        for (int i = 0; i < count; i++) {
            items.add(print(data, i));
        }
        return data.dims().length == 0 && count == 1 ? items.getFirst() : items.toString();
    }

    private static String print(TensorData data, int i) {
        var dtype = data.dtype();
        return switch (data.array()) {
            case String[] a -> Notation.quote(a[i]);
            case float[] a -> Float.isNaN(a[i]) && Float.floatToRawIntBits(a[i]) != Float.floatToIntBits(a[i])
                    ? hex(Float.floatToRawIntBits(a[i]) & 0xFFFFFFFFL)
                    : Float.toString(a[i]);
            case double[] a -> Double.isNaN(a[i]) && Double.doubleToRawLongBits(a[i]) != Double.doubleToLongBits(a[i])
                    ? hex(Double.doubleToRawLongBits(a[i]))
                    : Double.toString(a[i]);
            case short[] a when dtype.isFloat() -> small(dtype, a[i]);
            case byte[] a when dtype.isFloat() -> small(dtype, a[i]);
            case byte[] a when dtype.wrap(a[i]) != data.getLong(i) -> hex(a[i] & 0xFF);
            case byte[] a when dtype == DType.BOOL -> a[i] != 0 ? "true" : "false";
            default -> dtype == DType.U64 ? Long.toUnsignedString(data.getLong(i)) : Long.toString(data.getLong(i));
        };
    }

    /** The value, or the bits where the value would not be rounded back to them. */
    private static String small(DType dtype, int bits) {
        int mask = dtype.bits() <= 8 ? 0xFF : 0xFFFF;
        double value = SmallFloats.toDouble(dtype, bits);
        boolean same = SmallFloats.fromDouble(dtype, value) == (bits & mask);
        return same ? Double.toString(value) : hex(bits & mask);
    }

    private static String hex(long bits) {
        return "0x" + Long.toHexString(bits);
    }

    /** Reads what {@link #print(TensorData)} gives. */
    static TensorData parse(Cursor in, DType dtype, long[] dims) {
        var data = TensorData.zeros(dtype, dims);
        int count = dtype.kind() == DType.Kind.COMPLEX ? 2 * data.size() : data.size();
        var items = in.peek('[') ? in.list(() -> item(in)) : List.of(item(in));
        if (items.size() != count) {
            throw in.error(count + " elements", String.valueOf(items.size()));
        }
        for (int i = 0; i < count; i++) {
            try {
                set(data, i, items.get(i));
            } catch (NumberFormatException e) {
                throw in.error("an element of " + dtype, items.get(i));
            }
        }
        return data;
    }

    private static String item(Cursor in) {
        return in.peek('"') ? in.quoted() : in.number();
    }

    private static void set(TensorData data, int i, String item) {
        var dtype = data.dtype();
        boolean bits = item.startsWith("0x");
        switch (data.array()) {
            case String[] a -> a[i] = item;
            case float[] a -> a[i] = bits ? Float.intBitsToFloat(Integer.parseUnsignedInt(item, 2, item.length(), 16))
                    : Float.parseFloat(item);
            case double[] a -> a[i] = bits ? Double.longBitsToDouble(Long.parseUnsignedLong(item, 2, item.length(), 16))
                    : Double.parseDouble(item);
            case short[] a when bits -> a[i] = (short) Integer.parseInt(item, 2, item.length(), 16);
            case byte[] a when bits -> a[i] = (byte) Integer.parseInt(item, 2, item.length(), 16);
            case byte[] a when dtype == DType.BOOL -> a[i] = (byte) (item.equals("true") ? 1 : 0);
            default -> {
                if (dtype.isFloat()) {
                    data.set(i, Double.parseDouble(item));
                } else {
                    data.set(i, dtype == DType.U64 ? Long.parseUnsignedLong(item) : Long.parseLong(item));
                }
            }
        }
    }

    /** The elements as bytes, strings as UTF-8 behind an {@code int32} length. */
    static ByteBuffer toBytes(TensorData data) {
        if (data.array() instanceof String[] strings) {
            return toBytes(strings);
        }
        int count = data.dtype().kind() == DType.Kind.COMPLEX ? 2 * data.size() : data.size();
        return switch (data.array()) {
            case float[] a -> {
                var out = buffer(count, Float.BYTES);
                out.asFloatBuffer().put(a);
                yield out;
            }
            case double[] a -> {
                var out = buffer(count, Double.BYTES);
                out.asDoubleBuffer().put(a);
                yield out;
            }
            case long[] a -> {
                var out = buffer(count, Long.BYTES);
                out.asLongBuffer().put(a);
                yield out;
            }
            case int[] a -> {
                var out = buffer(count, Integer.BYTES);
                out.asIntBuffer().put(a);
                yield out;
            }
            case short[] a -> {
                var out = buffer(count, Short.BYTES);
                out.asShortBuffer().put(a);
                yield out;
            }
            default -> ByteBuffer.wrap((byte[]) data.array()).asReadOnlyBuffer();
        };
    }

    private static ByteBuffer toBytes(String[] strings) {
        var texts = new ArrayList<byte[]>();
        int bytes = 0;
        for (var string : strings) {
            texts.add(string.getBytes(StandardCharsets.UTF_8));
            bytes = Math.addExact(bytes, Integer.BYTES + texts.getLast().length);
        }
        var out = buffer(bytes, 1);
        texts.forEach(text -> out.putInt(text.length).put(text));
        return out.flip();
    }

    private static ByteBuffer buffer(int count, int width) {
        return ByteBuffer.allocate(Math.multiplyExact(count, width)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Reads what {@link #toBytes(TensorData)} gives. */
    static TensorData fromBytes(DType dtype, long[] dims, ByteBuffer bytes) {
        var data = TensorData.zeros(dtype, dims);
        switch (data.array()) {
            case float[] a -> bytes.asFloatBuffer().get(a);
            case double[] a -> bytes.asDoubleBuffer().get(a);
            case long[] a -> bytes.asLongBuffer().get(a);
            case int[] a -> bytes.asIntBuffer().get(a);
            case short[] a -> bytes.asShortBuffer().get(a);
            case byte[] a -> bytes.get(a);
            case String[] a -> {
                for (int i = 0; i < a.length; i++) {
                    var text = new byte[bytes.getInt()];
                    bytes.get(text);
                    a[i] = new String(text, StandardCharsets.UTF_8);
                }
            }
            default -> throw new IllegalStateException("no elements: " + data.array().getClass());
        }
        return data;
    }
}
