package dev.sinter.ir;

import java.lang.reflect.Array;
import java.util.Arrays;

/**
 * Elements of a constant tensor, row-major, in a primitive array: {@code float[]} for f32, {@code double[]} for f64,
 * {@code long[]} for 64-bit integers, {@code int[]} for 32-bit, {@code short[]} for 16-bit integers and floats,
 * {@code byte[]} for 8 bits and fewer (one element a byte) and bool, {@code String[]} for strings, and interleaved
 * {@code float[]} or {@code double[]} for complex numbers. Never changed once made.
 */
public final class TensorData {
    /** Elements that a hash code looks at, about. */
    private static final int HASHED = 256;

    private final DType dtype;
    private final long[] dims;
    private final Object array;
    private final int size;
    private volatile long hash;

    private TensorData(DType dtype, long[] dims, Object array) {
        this.dtype = dtype;
        this.dims = dims;
        this.array = array;
        long n = 1;
        for (var dim : dims) {
            n = Math.multiplyExact(n, dim);
        }
        this.size = Math.toIntExact(n);
    }

    /**
     * Wraps an array without copying it; the caller must not change it afterwards.
     *
     * @param dtype
     *            element type
     * @param array
     *            of the Java type that belongs to {@code dtype}
     * @param dims
     *            sizes, outermost first
     * @return the tensor
     * @throws IrException
     *             if the array's type or length does not fit
     */
    public static TensorData of(DType dtype, Object array, long... dims) {
        var data = new TensorData(dtype, dims.clone(), array);
        var wanted = arrayType(dtype);
        if (!wanted.isInstance(array)) {
            throw new IrException(
                    dtype + " is kept in " + wanted.getSimpleName() + ", not " + array.getClass().getSimpleName());
        }
        int length = dtype.kind() == DType.Kind.COMPLEX ? 2 * data.size : data.size;
        if (Array.getLength(array) != length) {
            throw new IrException(
                    "shape " + Arrays.toString(dims) + " needs " + length + " elements, the array has "
                            + Array.getLength(array));
        }
        return data;
    }

    /**
     * A tensor of zeros (or empty strings) to be filled with the setters before anyone else sees it.
     *
     * @param dtype
     *            element type
     * @param dims
     *            sizes
     * @return the tensor
     */
    public static TensorData zeros(DType dtype, long... dims) {
        long n = dtype.kind() == DType.Kind.COMPLEX ? 2 : 1;
        for (var dim : dims) {
            n = Math.multiplyExact(n, dim);
        }
        var array = Array.newInstance(arrayType(dtype).getComponentType(), Math.toIntExact(n));
        if (array instanceof String[] strings) {
            Arrays.fill(strings, "");
        }
        return new TensorData(dtype, dims.clone(), array);
    }

    /**
     * An f32 tensor.
     *
     * @param values
     *            elements
     * @param dims
     *            sizes
     * @return the tensor
     */
    public static TensorData floats(float[] values, long... dims) {
        return of(DType.F32, values, dims);
    }

    /**
     * An i64 tensor.
     *
     * @param values
     *            elements
     * @param dims
     *            sizes
     * @return the tensor
     */
    public static TensorData longs(long[] values, long... dims) {
        return of(DType.I64, values, dims);
    }

    /**
     * A scalar of any numeric type.
     *
     * @param dtype
     *            its type
     * @param value
     *            rounded to that type
     * @return the tensor of rank 0
     */
    public static TensorData scalar(DType dtype, double value) {
        var data = zeros(dtype);
        data.set(0, value);
        return data;
    }

    private static Class<?> arrayType(DType dtype) {
        return switch (dtype) {
            case F32, C64 -> float[].class;
            case F64, C128 -> double[].class;
            case I64, U64 -> long[].class;
            case I32, U32 -> int[].class;
            case I16, U16, F16, BF16 -> short[].class;
            case STRING -> String[].class;
            default -> byte[].class;
        };
    }

    /** {@return element type} */
    public DType dtype() {
        return dtype;
    }

    /** {@return a copy of the sizes} */
    public long[] dims() {
        return dims.clone();
    }

    /** {@return the sizes as a shape} */
    public Shape shape() {
        return Shape.of(dims);
    }

    /** {@return element type and shape} */
    public TensorType type() {
        return new TensorType(dtype, shape());
    }

    /** {@return number of elements} */
    public int size() {
        return size;
    }

    /** {@return the array itself, not a copy; read only} */
    public Object array() {
        return array;
    }

    /**
     * The f32 elements.
     *
     * @return the array itself; read only
     * @throws IrException
     *             if this is not f32
     */
    public float[] floatArray() {
        if (dtype == DType.F32) {
            return (float[]) array;
        }
        throw new IrException("f32 elements were expected, these are " + dtype);
    }

    /**
     * An element as a real number.
     *
     * @param i
     *            position, row-major
     * @return its value
     */
    public double getDouble(int i) {
        return switch (array) {
            case float[] a -> a[i];
            case double[] a -> a[i];
            case short[] a when dtype.isFloat() -> SmallFloats.toDouble(dtype, a[i]);
            case byte[] a when dtype.isFloat() -> SmallFloats.toDouble(dtype, a[i]);
            default -> dtype == DType.U64 ? unsigned(getLong(i)) : getLong(i);
        };
    }

    private static double unsigned(long v) {
        return v >= 0 ? v : ((v >>> 1) | (v & 1)) * 2.0;
    }

    /**
     * An element as an integer; a real number is cut towards zero.
     *
     * @param i
     *            position, row-major
     * @return its value; u64 keeps its bits
     */
    public long getLong(int i) {
        boolean unsigned = dtype.kind() == DType.Kind.UNSIGNED;
        return switch (array) {
            case long[] a -> a[i];
            case int[] a -> unsigned ? Integer.toUnsignedLong(a[i]) : a[i];
            case short[] a when !dtype.isFloat() -> unsigned ? Short.toUnsignedLong(a[i]) : a[i];
            case byte[] a when !dtype.isFloat() -> unsigned ? Byte.toUnsignedLong(a[i]) : a[i];
            case String[] a -> throw new IrException("a number was expected, element " + i + " is a string");
            default -> (long) getDouble(i);
        };
    }

    /**
     * Sets an element of a tensor made by {@link #zeros}, rounding once to the element type; integers wrap.
     *
     * @param i
     *            position, row-major
     * @param value
     *            the number
     */
    public void set(int i, double value) {
        switch (array) {
            case float[] a -> a[i] = (float) value;
            case double[] a -> a[i] = value;
            case short[] a when dtype.isFloat() -> a[i] = (short) SmallFloats.fromDouble(dtype, value);
            case byte[] a when dtype.isFloat() -> a[i] = (byte) SmallFloats.fromDouble(dtype, value);
            case byte[] a when dtype == DType.BOOL -> a[i] = (byte) (value != 0 ? 1 : 0);
            case String[] a -> throw new IrException("a string can't be set to the number " + value);
            default -> set(i,
                    value >= 0x1p63 && dtype == DType.U64 ? (long) (value - 0x1p63) + Long.MIN_VALUE : (long) value);
        }
    }

    /**
     * Sets an element of a tensor made by {@link #zeros}; integers wrap to the element type.
     *
     * @param i
     *            position, row-major
     * @param value
     *            the integer
     */
    public void set(int i, long value) {
        switch (array) {
            case long[] a -> a[i] = value;
            case int[] a -> a[i] = (int) value;
            case short[] a when !dtype.isFloat() -> a[i] = (short) value;
            case byte[] a when !dtype.isFloat() -> a[i] = (byte) dtype.wrap(value);
            case float[] a -> a[i] = (float) value;
            case double[] a -> a[i] = value;
            default -> set(i, (double) value);
        }
    }

    /** {@return a hash of type, shape and elements, the same in every run} */
    public long contentHash() {
        long h = hash;
        if (h == 0) {
            h = 0xcbf29ce484222325L ^ dtype.label().hashCode();
            for (var dim : dims) {
                h = mix(h, dim);
            }
            h = hashElements(h);
            hash = h == 0 ? 1 : h;
        }
        return hash;
    }

    private long hashElements(long seed) {
        long h = seed;
        switch (array) {
            case float[] a -> h = hashFloats(h, a);
            case double[] a -> {
                for (var v : a) {
                    h = mix(h, Double.doubleToRawLongBits(v));
                }
            }
            case String[] a -> {
                for (var v : a) {
                    h = mix(h, v.hashCode());
                }
            }
            case byte[] a -> {
                for (var v : a) {
                    h = mix(h, v);
                }
            }
            default -> {
                for (int i = 0; i < Array.getLength(array); i++) {
                    h = mix(h, Array.getLong(array, i));
                }
            }
        }
        return h;
    }

    /** In four chains that don't wait for each other: a model's weights are mostly these. */
    private static long hashFloats(long seed, float[] a) {
        long h = seed;
        long h1 = seed + 1;
        long h2 = seed + 2;
        long h3 = seed + 3;
        int whole = a.length / 4 * 4;
        for (int i = 0; i < whole; i += 4) {
            h = mix(h, Float.floatToRawIntBits(a[i]));
            h1 = mix(h1, Float.floatToRawIntBits(a[i + 1]));
            h2 = mix(h2, Float.floatToRawIntBits(a[i + 2]));
            h3 = mix(h3, Float.floatToRawIntBits(a[i + 3]));
        }
        h = mix(mix(mix(h, h1), h2), h3);
        for (int i = whole; i < a.length; i++) {
            h = mix(h, Float.floatToRawIntBits(a[i]));
        }
        return h;
    }

    private static long mix(long h, long v) {
        long m = (h ^ v) * 0x9E3779B97F4A7C15L;
        return m ^ (m >>> 29);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorData t && (t == this || t.dtype == dtype && Arrays.equals(t.dims, dims)
                && (t.array == array || sameElements(t.array)));
    }

    private boolean sameElements(Object other) {
        return switch (array) {
            case float[] a -> Arrays.equals(a, (float[]) other);
            case double[] a -> Arrays.equals(a, (double[]) other);
            case long[] a -> Arrays.equals(a, (long[]) other);
            case int[] a -> Arrays.equals(a, (int[]) other);
            case short[] a -> Arrays.equals(a, (short[]) other);
            case byte[] a -> Arrays.equals(a, (byte[]) other);
            default -> Arrays.equals((Object[]) array, (Object[]) other);
        };
    }

    /** Of type, sizes and a few elements: weights are looked up in tables, and equal ones are compared whole anyway. */
    @Override
    public int hashCode() {
        int h = 31 * dtype.label().hashCode() + Arrays.hashCode(dims);
        if (dtype == DType.STRING) {
            return 31 * h + size();
        }
        int step = Math.max(1, size() / HASHED);
        for (int i = 0; i < size(); i += step) {
            h = 31 * h + (dtype.isFloat() || dtype.kind() == DType.Kind.COMPLEX ? Double.hashCode(getDouble(i))
                    : Long.hashCode(getLong(i)));
        }
        return h;
    }

    @Override
    public String toString() {
        return type() + "#" + Long.toHexString(contentHash());
    }
}
