package dev.sinter.runtime;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.Buffer;
import java.util.Arrays;
import java.util.StringJoiner;

/**
 * Elements of one type in a shape, row-major. A tensor wraps the array, buffer or segment it was made from: what is
 * written there later is seen by the next run. Packed types (4 and 2 bits) hold two or four elements in a byte, the
 * first in the lowest bits; complex types hold real and imaginary part side by side.
 *
 * <p>Arrays, and buffers and segments that lie on an array of the fitting type from its start, are used in place.
 * Other memory is copied each time a model runs.
 */
public final class Tensor implements Value {
    private final DType dtype;
    private final long[] shape;
    private final long size;
    private final Object array;           // null: the elements lie in source
    private final MemorySegment source;   // null: the elements lie in array
    private final ValueLayout layout;     // of an element in source

    /** A tensor on memory that fits, as {@link TensorMemory} makes sure. */
    Tensor(DType dtype, long[] shape, long size, Object array, MemorySegment source, ValueLayout layout) {
        this.dtype = dtype;
        this.shape = shape;
        this.size = size;
        this.array = array;
        this.source = source;
        this.layout = layout;
    }

    /**
     * An f32 tensor on an array.
     *
     * @param array the elements; not copied
     * @param shape the dimensions; none for a scalar
     * @return the tensor
     * @throws ModelException if the array is shorter than the shape
     */
    public static Tensor of(float[] array, long... shape) {
        return of(DType.F32, array, shape);
    }

    /**
     * An f64 tensor on an array.
     *
     * @param array the elements; not copied
     * @param shape the dimensions; none for a scalar
     * @return the tensor
     * @throws ModelException if the array is shorter than the shape
     */
    public static Tensor of(double[] array, long... shape) {
        return of(DType.F64, array, shape);
    }

    /**
     * An i32 tensor on an array.
     *
     * @param array the elements; not copied
     * @param shape the dimensions; none for a scalar
     * @return the tensor
     * @throws ModelException if the array is shorter than the shape
     */
    public static Tensor of(int[] array, long... shape) {
        return of(DType.I32, array, shape);
    }

    /**
     * An i64 tensor on an array.
     *
     * @param array the elements; not copied
     * @param shape the dimensions; none for a scalar
     * @return the tensor
     * @throws ModelException if the array is shorter than the shape
     */
    public static Tensor of(long[] array, long... shape) {
        return of(DType.I64, array, shape);
    }

    /**
     * An i16 tensor on an array.
     *
     * @param array the elements; not copied
     * @param shape the dimensions; none for a scalar
     * @return the tensor
     * @throws ModelException if the array is shorter than the shape
     */
    public static Tensor of(short[] array, long... shape) {
        return of(DType.I16, array, shape);
    }

    /**
     * An i8 tensor on an array.
     *
     * @param array the elements; not copied
     * @param shape the dimensions; none for a scalar
     * @return the tensor
     * @throws ModelException if the array is shorter than the shape
     */
    public static Tensor of(byte[] array, long... shape) {
        return of(DType.I8, array, shape);
    }

    /**
     * A u16 tensor of a character array's values.
     *
     * @param array the elements; copied
     * @param shape the dimensions; none for a scalar
     * @return the tensor
     * @throws ModelException if the array is shorter than the shape
     */
    public static Tensor of(char[] array, long... shape) {
        return of(DType.U16, array, shape);
    }

    /**
     * A bool tensor.
     *
     * @param array the elements; copied, since the engine keeps a byte for each
     * @param shape the dimensions; none for a scalar
     * @return the tensor
     * @throws ModelException if the array is shorter than the shape
     */
    public static Tensor of(boolean[] array, long... shape) {
        return of(DType.BOOL, array, shape);
    }

    /**
     * A string tensor on an array.
     *
     * @param array the elements; not copied
     * @param shape the dimensions; none for a scalar
     * @return the tensor
     * @throws ModelException if the array is shorter than the shape
     */
    public static Tensor of(String[] array, long... shape) {
        return of(DType.STRING, array, shape);
    }

    /**
     * A tensor of any type on an array, a {@link Buffer} (from its position) or a {@link MemorySegment}.
     * A segment's bytes are in native order, a buffer's in its own.
     *
     * @param dtype the element type
     * @param data an array of the type's storage class ({@code byte[]} for u8, {@code short[]} for f16, …), a buffer
     *     of bytes or of that class, or a segment
     * @param shape the dimensions; none for a scalar
     * @return the tensor
     * @throws ModelException if the data is of another class or shorter than the shape
     */
    public static Tensor of(DType dtype, Object data, long... shape) {
        return TensorMemory.wrapped(dtype, data, shape.clone());
    }

    /**
     * A tensor of any number type from Java numbers: floating-point types round to nearest, ties to even (beyond the
     * greatest value to infinity or, without one, to the greatest value); integer types take whole numbers that fit;
     * types of less than 8 bits are packed.
     *
     * @param dtype the element type; complex ones take two numbers for an element
     * @param values the elements; copied
     * @param shape the dimensions; none for a scalar
     * @return the tensor
     * @throws ModelException if there are too few values, one does not fit, or the type is string
     */
    public static Tensor ofValues(DType dtype, double[] values, long... shape) {
        return of(dtype, Encoding.array(dtype, values), shape);
    }

    /**
     * A tensor of any number type from Java numbers, as {@link #ofValues(DType, double[], long...)}.
     *
     * @param dtype the element type; complex ones take two numbers for an element
     * @param values the elements, u64 as its bits; copied
     * @param shape the dimensions; none for a scalar
     * @return the tensor
     * @throws ModelException if there are too few values, one does not fit, or the type is string
     */
    public static Tensor ofValues(DType dtype, long[] values, long... shape) {
        return of(dtype, Encoding.array(dtype, values), shape);
    }

    /** Number of elements of a shape whose array must be indexable by int. */
    static long size(DType dtype, long[] dims) {
        long size = 1;
        boolean empty = false;
        try {
            for (long d : dims) {
                if (d < 0) {
                    throw new ModelException(dtype + Arrays.toString(dims) + ": a dimension is negative");
                }
                empty |= d == 0;
                size = Math.multiplyExact(size, Math.max(d, 1));
            }
            long length = empty ? 0 : dtype.arrayLength(size);
            if (length <= Placement.MAX_LENGTH) {
                return empty ? 0 : size;
            }
        } catch (ArithmeticException tooBig) {
            // said below
        }
        throw new ModelException(dtype + Arrays.toString(dims) + ": more elements than an array can hold");
    }

    /**
     * The element type.
     *
     * @return the element type
     */
    public DType dtype() {
        return dtype;
    }

    /**
     * The dimensions.
     *
     * @return a copy
     */
    public long[] shape() {
        return shape.clone();
    }

    /**
     * One dimension.
     *
     * @param axis 0 to rank-1
     * @return its extent
     */
    public long dim(int axis) {
        return shape[axis];
    }

    /** Whether the dimensions are these. */
    boolean hasShape(long[] dims) {
        return Arrays.equals(shape, dims);
    }

    /**
     * Number of dimensions.
     *
     * @return 0 for a scalar
     */
    public int rank() {
        return shape.length;
    }

    /**
     * Number of elements.
     *
     * @return the product of the dimensions
     */
    public long size() {
        return size;
    }

    /**
     * The array with the elements, without copying where there is one: an array of the type's storage class, with
     * raw bits for types Java does not have. It may be longer than {@link #size()}. Writing to it writes to the tensor.
     * For a tensor on foreign memory it is a fresh copy.
     *
     * @return a {@code float[]}, {@code byte[]}, {@code String[]}, …
     */
    public Object array() {
        if (array != null) {
            return array;
        }
        Object copy = dtype.storage().allocate((int) dtype.arrayLength(size));
        copyInto(copy);
        return copy;
    }

    /** The array with the elements; null if they lie in foreign memory. */
    Object arrayOrNull() {
        return array;
    }

    /** Whether the elements lie in foreign memory and have to be copied before a run. */
    boolean foreign() {
        return array == null;
    }

    /** Copies a foreign tensor's elements into an array of its storage class. */
    void copyInto(Object target) {
        MemorySegment.copy(source, layout, 0, target, 0, (int) dtype.arrayLength(size));
    }

    /**
     * The elements as floats, converted and rounded once; complex elements give two.
     *
     * @return a fresh array
     * @throws ModelException if the elements are strings
     */
    public float[] toFloats() {
        return conversion().floats();
    }

    /**
     * The elements as doubles, converted and rounded once; complex elements give two.
     *
     * @return a fresh array
     * @throws ModelException if the elements are strings
     */
    public double[] toDoubles() {
        return conversion().doubles();
    }

    /**
     * The elements as longs. An unsigned 64-bit element keeps its bits.
     *
     * @return a fresh array
     * @throws ModelException if an element is no whole number or does not fit, or the elements are strings
     */
    public long[] toLongs() {
        return conversion().longs();
    }

    /**
     * The elements as ints. An unsigned 32-bit element keeps its bits.
     *
     * @return a fresh array
     * @throws ModelException if an element is no whole number or does not fit, or the elements are strings
     */
    public int[] toInts() {
        return conversion().ints();
    }

    /**
     * The elements as shorts. An unsigned 16-bit element keeps its bits.
     *
     * @return a fresh array
     * @throws ModelException if an element is no whole number or does not fit, or the elements are strings
     */
    public short[] toShorts() {
        return conversion().shorts();
    }

    /**
     * The elements as bytes. An unsigned 8-bit element keeps its bits; packed elements are unpacked.
     *
     * @return a fresh array
     * @throws ModelException if an element is no whole number or does not fit, or the elements are strings
     */
    public byte[] toBytes() {
        return conversion().bytes();
    }

    /**
     * Whether each element differs from zero.
     *
     * @return a fresh array
     * @throws ModelException if the elements are no integers and no booleans
     */
    public boolean[] toBooleans() {
        return conversion().booleans();
    }

    /**
     * The elements of a string tensor.
     *
     * @return a fresh array
     * @throws ModelException if the elements are no strings
     */
    public String[] toStrings() {
        return conversion().strings();
    }

    private Conversion conversion() {
        return new Conversion(dtype, array(), size, this);
    }

    /** Type and shape, such as {@code f32[1,128]}. */
    String describe() {
        var dims = new StringJoiner(",", "[", "]");
        for (long d : shape) {
            dims.add(Long.toString(d));
        }
        return dtype + dims.toString();
    }

    /** Type, shape and the first elements, such as {@code f32[1,128] {0.5, 1.0, …}}. */
    @Override
    public String toString() {
        return describe() + " " + conversion().show();
    }
}
