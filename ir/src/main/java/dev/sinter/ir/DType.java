package dev.sinter.ir;

import java.util.HashMap;
import java.util.Map;

/**
 * Element type of a tensor. Every ONNX element type has one; the label is what the text form prints.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">TensorProto.DataType</a>
 */
public enum DType {
    /** ONNX element type, printed f32. */
    F32("f32", 32, Kind.FLOAT),
    /** ONNX element type, printed f64. */
    F64("f64", 64, Kind.FLOAT),
    /** ONNX element type, printed f16. */
    F16("f16", 16, Kind.FLOAT),
    /** ONNX element type, printed bf16. */
    BF16("bf16", 16, Kind.FLOAT),
    /** ONNX element type, printed f8e4m3fn. */
    F8E4M3FN("f8e4m3fn", 8, Kind.FLOAT),
    /** ONNX element type, printed f8e4m3fnuz. */
    F8E4M3FNUZ("f8e4m3fnuz", 8, Kind.FLOAT),
    /** ONNX element type, printed f8e5m2. */
    F8E5M2("f8e5m2", 8, Kind.FLOAT),
    /** ONNX element type, printed f8e5m2fnuz. */
    F8E5M2FNUZ("f8e5m2fnuz", 8, Kind.FLOAT),
    /** ONNX element type, printed f8e8m0. */
    F8E8M0("f8e8m0", 8, Kind.FLOAT),
    /** ONNX element type, printed f4e2m1. */
    F4E2M1("f4e2m1", 4, Kind.FLOAT),
    /** ONNX element type, printed i8. */
    I8("i8", 8, Kind.SIGNED),
    /** ONNX element type, printed i16. */
    I16("i16", 16, Kind.SIGNED),
    /** ONNX element type, printed i32. */
    I32("i32", 32, Kind.SIGNED),
    /** ONNX element type, printed i64. */
    I64("i64", 64, Kind.SIGNED),
    /** ONNX element type, printed i4. */
    I4("i4", 4, Kind.SIGNED),
    /** ONNX element type, printed i2. */
    I2("i2", 2, Kind.SIGNED),
    /** ONNX element type, printed u8. */
    U8("u8", 8, Kind.UNSIGNED),
    /** ONNX element type, printed u16. */
    U16("u16", 16, Kind.UNSIGNED),
    /** ONNX element type, printed u32. */
    U32("u32", 32, Kind.UNSIGNED),
    /** ONNX element type, printed u64. */
    U64("u64", 64, Kind.UNSIGNED),
    /** ONNX element type, printed u4. */
    U4("u4", 4, Kind.UNSIGNED),
    /** ONNX element type, printed u2. */
    U2("u2", 2, Kind.UNSIGNED),
    /** ONNX element type, printed bool. */
    BOOL("bool", 8, Kind.BOOL),
    /** ONNX element type, printed c64. */
    C64("c64", 64, Kind.COMPLEX),
    /** ONNX element type, printed c128. */
    C128("c128", 128, Kind.COMPLEX),
    /** ONNX element type, printed string. */
    STRING("string", 0, Kind.STRING);

    /** The family a type belongs to. */
    public enum Kind {
        /** Floating point. */
        FLOAT,
        /** Two's complement integers. */
        SIGNED,
        /** Unsigned integers. */
        UNSIGNED,
        /** Truth values, one byte each. */
        BOOL,
        /** Complex numbers. */
        COMPLEX,
        /** Text. */
        STRING
    }

    /**
     * Which power of two an f8e8m0 becomes.
     *
     * @see <a href="https://onnx.ai/onnx/operators/onnx__Cast.html">Cast, round_mode</a>
     */
    public enum ScaleRounding {
        /** The next one away from zero; what Cast does by default. */
        UP,
        /** The next one towards zero. */
        DOWN,
        /** The nearest, ties away from zero. */
        NEAREST
    }

    private static final Map<String, DType> BY_LABEL = byLabel();

    private final String label;
    private final int bits;
    private final Kind kind;

    DType(String label, int bits, Kind kind) {
        this.label = label;
        this.bits = bits;
        this.kind = kind;
    }

    /** {@return the name in the text form, such as {@code f32}} */
    public String label() {
        return label;
    }

    /** {@return bits of one element in memory; 0 for strings} */
    public int bits() {
        return bits;
    }

    /** {@return the family of this type} */
    public Kind kind() {
        return kind;
    }

    /** {@return whether values are floating point} */
    public boolean isFloat() {
        return kind == Kind.FLOAT;
    }

    /** {@return whether values are integers, signed or not} */
    public boolean isInteger() {
        return kind == Kind.SIGNED || kind == Kind.UNSIGNED;
    }

    /** {@return smallest representable integer} */
    public long minInteger() {
        return kind == Kind.SIGNED ? -(1L << (bits - 1)) : 0;
    }

    /** {@return largest representable integer; for {@code u64} as a signed long, -1} */
    public long maxInteger() {
        return switch (kind) {
            case SIGNED -> (1L << (bits - 1)) - 1;
            case UNSIGNED -> bits == 64 ? -1 : (1L << bits) - 1;
            case BOOL -> 1;
            default -> throw new IrException(label + " has no integer range");
        };
    }

    /**
     * Finds a type by its label.
     *
     * @param label
     *            such as {@code f32}
     * @return the type
     * @throws IrException
     *             if no type has that label
     */
    public static DType of(String label) {
        var type = BY_LABEL.get(label);
        if (type == null) {
            throw new IrException("unknown element type '" + label + "'");
        }
        return type;
    }

    /**
     * Rounds to this floating-point type: to the nearest, ties to even, subnormals included; what does not fit becomes
     * infinity in types of 16 bits and more and the largest value in smaller ones, as ONNX's Cast does by default.
     *
     * @param value
     *            a real number
     * @return the nearest value of this type
     * @throws IrException
     *             if this is no floating-point type
     */
    public double round(double value) {
        return switch (this) {
            case F32 -> (float) value;
            case F64 -> value;
            default -> SmallFloats.toDouble(this, SmallFloats.fromDouble(this, value, false));
        };
    }

    /**
     * Rounds as {@link #round(double)}, but not limited: what is too large becomes infinity or NaN, as ONNX's Cast does
     * with saturate=0. To f8e8m0 it goes to the nearest, ties up, and what is out of range is NaN.
     *
     * @param value
     *            a real number
     * @return the nearest value of this type
     * @throws IrException
     *             if this is no floating-point type
     */
    public double roundOverflowing(double value) {
        return bits > 16 ? round(value)
                : SmallFloats.toDouble(this, SmallFloats.fromDouble(this, value, true));
    }

    /**
     * Rounds to a power of two in a given direction if this is f8e8m0, else as {@link #round(double)}.
     *
     * @param value
     *            a real number
     * @param rounding
     *            the direction
     * @return the value of this type
     * @throws IrException
     *             if this is no floating-point type
     */
    public double round(double value, ScaleRounding rounding) {
        return this == F8E8M0 ? SmallFloats.toDouble(this, SmallFloats.scale(value, rounding)) : round(value);
    }

    /**
     * Wraps to this integer type; bool is 1 for everything but 0.
     *
     * @param value
     *            an integer
     * @return the value of this type that agrees with it in the low bits, extended to 64 bits by this type's sign
     * @throws IrException
     *             if this is neither an integer type nor bool
     */
    public long wrap(long value) {
        int unused = 64 - bits;
        return switch (kind) {
            case SIGNED -> value << unused >> unused;
            case UNSIGNED -> value << unused >>> unused;
            case BOOL -> value != 0 ? 1 : 0;
            default -> throw new IrException("an integer type was expected, not " + label);
        };
    }

    private static Map<String, DType> byLabel() {
        var map = new HashMap<String, DType>();
        for (var type : values()) {
            map.put(type.label, type);
        }
        return Map.copyOf(map);
    }

    @Override
    public String toString() {
        return label;
    }
}
