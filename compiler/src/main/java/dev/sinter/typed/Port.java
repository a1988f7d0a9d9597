package dev.sinter.typed;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.DimInfo;
import dev.sinter.runtime.StorageClass;
import dev.sinter.runtime.TypeInfo;
import dev.sinter.runtime.ValueInfo;
import java.util.Optional;

/**
 * An input or output as it stands in source.
 *
 * @param value
 *            name and type in the model
 * @param id
 *            its Java name
 */
record Port(ValueInfo value, String id) {
    /** {@return its name in the model} */
    String name() {
        return value.name();
    }

    /** {@return its name as a word of a comment} */
    String code() {
        return name().isBlank() ? "without a name" : "<code>" + JavaNames.comment(name()) + "</code>";
    }

    /** {@return its type's text, such as {@code i64[batch,sequence]}} */
    String type() {
        return value.type().toString();
    }

    /** {@return the element type, if it is a tensor} */
    Optional<DType> dtype() {
        return value.type() instanceof TypeInfo.OfTensor t ? Optional.of(t.dtype()) : Optional.empty();
    }

    /** {@return whether a caller can tell the shape by the sizes of symbols} */
    boolean hasPlainShape() {
        return value.isRankedTensor() && value.dims().stream()
                .allMatch(d -> d instanceof DimInfo.Constant || d instanceof DimInfo.Symbol);
    }

    /** {@return the class in {@code dev.sinter.runtime} of its values} */
    String valueClass() {
        return switch (value.type()) {
            case TypeInfo.OfTensor _ -> "Tensor";
            case TypeInfo.OfSequence _ -> "SequenceValue";
            case TypeInfo.OfOptional _ -> "OptionalValue";
            case TypeInfo.OfMap _ -> "MapValue";
        };
    }

    /** {@return the array that keeps elements of a type as they are} */
    static String storage(DType dtype) {
        return array(dtype.storage());
    }

    private static String array(StorageClass storage) {
        return switch (storage) {
            case F32 -> "float[]";
            case F64 -> "double[]";
            case I32 -> "int[]";
            case I64 -> "long[]";
            case I16 -> "short[]";
            case I8 -> "byte[]";
            case STRING -> "String[]";
        };
    }

    /** {@return whether an element of Java's array means what the model's means, but for the sign} */
    static boolean isPlain(DType dtype) {
        return switch (dtype) {
            case F32, F64, I8, I16, I32, I64, U8, U16, U32, U64, C64, C128, STRING -> true;
            default -> false;
        };
    }

    /** {@return the Java array one would like to have for a type} */
    static String wished(DType dtype) {
        return switch (dtype) {
            case BOOL -> "boolean[]";
            case F16, BF16, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> "float[]";
            case U4, I4, U2, I2 -> "byte[]";
            default -> storage(dtype);
        };
    }

    /** {@return the method of {@code Tensor} that gives a fresh array of that kind} */
    static String copier(DType dtype) {
        return switch (wished(dtype)) {
            case "boolean[]" -> "toBooleans";
            case "float[]" -> "toFloats";
            case "double[]" -> "toDoubles";
            case "int[]" -> "toInts";
            case "long[]" -> "toLongs";
            case "short[]" -> "toShorts";
            case "byte[]" -> "toBytes";
            default -> "toStrings";
        };
    }

    /** {@return what to know of an element, where Java's array does not say it; empty otherwise} */
    static String remark(DType dtype) {
        return switch (dtype) {
            case U8, U16, U32, U64 -> "the bits of unsigned numbers";
            case F16, BF16, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0 -> "the bits of " + dtype + " numbers";
            case F4E2M1, U4, I4 -> "two elements in a byte, the first in the low half";
            case U2, I2 -> "four elements in a byte, the first in the lowest bits";
            case C64, C128 -> "real and imaginary parts in turn";
            case BOOL -> "0 or 1";
            default -> "";
        };
    }
}
