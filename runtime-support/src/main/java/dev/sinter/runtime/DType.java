package dev.sinter.runtime;

/**
 * The element types of ONNX, with ONNX's numbers
 * (<a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">TensorProto.DataType</a>).
 */
public enum DType {
    /** IEEE 754 single precision. */
    F32(1, "f32", 32, StorageClass.F32, Kind.FLOAT),
    /** Unsigned 8-bit integer, in a {@code byte[]}. */
    U8(2, "u8", 8, StorageClass.I8, Kind.UNSIGNED),
    /** Signed 8-bit integer. */
    I8(3, "i8", 8, StorageClass.I8, Kind.SIGNED),
    /** Unsigned 16-bit integer, in a {@code short[]}. */
    U16(4, "u16", 16, StorageClass.I16, Kind.UNSIGNED),
    /** Signed 16-bit integer. */
    I16(5, "i16", 16, StorageClass.I16, Kind.SIGNED),
    /** Signed 32-bit integer. */
    I32(6, "i32", 32, StorageClass.I32, Kind.SIGNED),
    /** Signed 64-bit integer. */
    I64(7, "i64", 64, StorageClass.I64, Kind.SIGNED),
    /** A string. */
    STRING(8, "string", 0, StorageClass.STRING, Kind.STRING),
    /** 0 or 1, one {@code byte} each. */
    BOOL(9, "bool", 8, StorageClass.I8, Kind.UNSIGNED),
    /** IEEE 754 half precision, its bits in a {@code short[]}. */
    F16(10, "f16", 16, StorageClass.I16, Kind.FLOAT),
    /** IEEE 754 double precision. */
    F64(11, "f64", 64, StorageClass.F64, Kind.FLOAT),
    /** Unsigned 32-bit integer, in an {@code int[]}. */
    U32(12, "u32", 32, StorageClass.I32, Kind.UNSIGNED),
    /** Unsigned 64-bit integer, in a {@code long[]}. */
    U64(13, "u64", 64, StorageClass.I64, Kind.UNSIGNED),
    /** Two single precision numbers, real then imaginary, side by side in a {@code float[]}. */
    C64(14, "c64", 64, StorageClass.F32, Kind.COMPLEX),
    /** Two double precision numbers, real then imaginary, side by side in a {@code double[]}. */
    C128(15, "c128", 128, StorageClass.F64, Kind.COMPLEX),
    /** The upper half of a single precision number, in a {@code short[]}. */
    BF16(16, "bf16", 16, StorageClass.I16, Kind.FLOAT),
    /** 8 bits: 4 exponent, 3 mantissa, bias 7, no infinities. */
    F8E4M3FN(17, "f8e4m3fn", 8, StorageClass.I8, Kind.FLOAT),
    /** 8 bits: 4 exponent, 3 mantissa, bias 8, no infinities, no negative zero. */
    F8E4M3FNUZ(18, "f8e4m3fnuz", 8, StorageClass.I8, Kind.FLOAT),
    /** 8 bits: 5 exponent, 2 mantissa, bias 15, as IEEE would have it. */
    F8E5M2(19, "f8e5m2", 8, StorageClass.I8, Kind.FLOAT),
    /** 8 bits: 5 exponent, 2 mantissa, bias 16, no infinities, no negative zero. */
    F8E5M2FNUZ(20, "f8e5m2fnuz", 8, StorageClass.I8, Kind.FLOAT),
    /** Unsigned 4-bit integer, two in a byte, the first in the low half. */
    U4(21, "u4", 4, StorageClass.I8, Kind.UNSIGNED),
    /** Signed 4-bit integer, two in a byte, the first in the low half. */
    I4(22, "i4", 4, StorageClass.I8, Kind.SIGNED),
    /** 4 bits: 2 exponent, 1 mantissa, bias 1; two in a byte, the first in the low half. */
    F4E2M1(23, "f4e2m1", 4, StorageClass.I8, Kind.FLOAT),
    /** A power of two, 8 exponent bits with bias 127, no sign. */
    F8E8M0(24, "f8e8m0", 8, StorageClass.I8, Kind.FLOAT),
    /** Unsigned 2-bit integer, four in a byte, the first in the lowest bits. */
    U2(25, "u2", 2, StorageClass.I8, Kind.UNSIGNED),
    /** Signed 2-bit integer, four in a byte, the first in the lowest bits. */
    I2(26, "i2", 2, StorageClass.I8, Kind.SIGNED);

    /** What the bits mean. */
    enum Kind {
        FLOAT, SIGNED, UNSIGNED, COMPLEX, STRING
    }

    private final int onnx;
    private final String label;
    private final int bits;
    private final StorageClass storage;
    private final Kind kind;

    DType(int onnx, String label, int bits, StorageClass storage, Kind kind) {
        this.onnx = onnx;
        this.label = label;
        this.bits = bits;
        this.storage = storage;
        this.kind = kind;
    }

    /**
     * ONNX's number of this type.
     *
     * @return the value of {@code TensorProto.DataType}
     */
    public int onnx() {
        return onnx;
    }

    /**
     * The lower-case name, such as {@code f32} or {@code bf16}.
     *
     * @return the name used in text forms and messages
     */
    public String label() {
        return label;
    }

    /**
     * Bits of one element.
     *
     * @return 2 to 128; 0 for strings
     */
    public int bits() {
        return bits;
    }

    /**
     * The array type that holds such elements.
     *
     * @return the storage class
     */
    public StorageClass storage() {
        return storage;
    }

    /** What the bits mean. */
    Kind kind() {
        return kind;
    }

    /**
     * Array elements that a number of tensor elements takes: fewer for packed types, twice as many for complex ones.
     *
     * @param elements number of tensor elements
     * @return number of elements of the array
     */
    public long arrayLength(long elements) {
        if (kind == Kind.COMPLEX) {
            return Math.multiplyExact(elements, 2);
        }
        if (bits >= 8 || kind == Kind.STRING) {
            return elements;
        }
        int perByte = 8 / bits;
        return elements / perByte + (elements % perByte == 0 ? 0 : 1);
    }

    /**
     * The type with this ONNX number.
     *
     * @param number a value of {@code TensorProto.DataType}
     * @return the type
     * @throws ModelException if there is none
     */
    public static DType ofOnnx(int number) {
        // The constants stand in ONNX's order and the numbers have no gaps; a test holds that.
        if (number < 1 || number > values().length) {
            throw new ModelException("unknown ONNX element type number " + number);
        }
        return values()[number - 1];
    }

    /**
     * The type with this label.
     *
     * @param label such as {@code f32}
     * @return the type
     * @throws ModelException if there is none
     */
    public static DType parse(String label) {
        for (DType t : values()) {
            if (t.label.equals(label)) {
                return t;
            }
        }
        throw new ModelException("unknown element type '" + label + "'");
    }

    @Override
    public String toString() {
        return label;
    }
}
