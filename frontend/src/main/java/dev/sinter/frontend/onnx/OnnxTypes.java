package dev.sinter.frontend.onnx;

import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import java.util.ArrayList;

/**
 * Element types: ONNX numbers and their {@link DType}.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">TensorProto.DataType</a>
 */
public final class OnnxTypes {
    /** Stands for a size that may differ from element to element of a sequence. */
    public static final String ANY_SIZE = "any";

    private OnnxTypes() {
    }

    /**
     * The type of a sequence's elements: sizes that are not known become {@link #ANY_SIZE}.
     *
     * @param type
     *            the type in the file
     * @param where
     *            what has that type, for the message
     * @return the type
     */
    public static TensorType elementTensor(TypeProto.Tensor type, String where) {
        var dtype = dtype(type.getElemType(), where);
        if (!type.hasShape()) {
            return new TensorType(dtype, Shape.UNKNOWN);
        }
        var dims = new ArrayList<Dim>();
        for (var dim : type.getShape().getDimList()) {
            dims.add(dim.hasDimValue() && dim.getDimValue() >= 0 ? Dim.of(dim.getDimValue()) : Dim.sym(ANY_SIZE));
        }
        return new TensorType(dtype, new Shape(dims));
    }

    /**
     * The type of a number.
     *
     * @param code
     *            a number of {@code TensorProto.DataType}
     * @param where
     *            what has that type, for the message
     * @return the element type
     * @throws OnnxImportException
     *             if there is no such type
     */
    public static DType dtype(long code, String where) {
        var type = code == (int) code ? TensorProto.DataType.forNumber((int) code) : null;
        if (type == null || type == TensorProto.DataType.UNDEFINED) {
            throw new OnnxImportException(where + ": element type " + code + " is unknown, 1 to 26 were expected");
        }
        return switch (type) {
            case FLOAT -> DType.F32;
            case DOUBLE -> DType.F64;
            case FLOAT16 -> DType.F16;
            case BFLOAT16 -> DType.BF16;
            case FLOAT8E4M3FN -> DType.F8E4M3FN;
            case FLOAT8E4M3FNUZ -> DType.F8E4M3FNUZ;
            case FLOAT8E5M2 -> DType.F8E5M2;
            case FLOAT8E5M2FNUZ -> DType.F8E5M2FNUZ;
            case FLOAT8E8M0 -> DType.F8E8M0;
            case FLOAT4E2M1 -> DType.F4E2M1;
            case INT8 -> DType.I8;
            case INT16 -> DType.I16;
            case INT32 -> DType.I32;
            case INT64 -> DType.I64;
            case INT4 -> DType.I4;
            case INT2 -> DType.I2;
            case UINT8 -> DType.U8;
            case UINT16 -> DType.U16;
            case UINT32 -> DType.U32;
            case UINT64 -> DType.U64;
            case UINT4 -> DType.U4;
            case UINT2 -> DType.U2;
            case BOOL -> DType.BOOL;
            case COMPLEX64 -> DType.C64;
            case COMPLEX128 -> DType.C128;
            case STRING -> DType.STRING;
            case UNDEFINED -> throw new AssertionError(type);
        };
    }

    /**
     * The number of a type.
     *
     * @param dtype
     *            an element type
     * @return its number in {@code TensorProto.DataType}
     */
    public static int code(DType dtype) {
        return switch (dtype) {
            case F32 -> TensorProto.DataType.FLOAT_VALUE;
            case F64 -> TensorProto.DataType.DOUBLE_VALUE;
            case F16 -> TensorProto.DataType.FLOAT16_VALUE;
            case BF16 -> TensorProto.DataType.BFLOAT16_VALUE;
            case F8E4M3FN -> TensorProto.DataType.FLOAT8E4M3FN_VALUE;
            case F8E4M3FNUZ -> TensorProto.DataType.FLOAT8E4M3FNUZ_VALUE;
            case F8E5M2 -> TensorProto.DataType.FLOAT8E5M2_VALUE;
            case F8E5M2FNUZ -> TensorProto.DataType.FLOAT8E5M2FNUZ_VALUE;
            case F8E8M0 -> TensorProto.DataType.FLOAT8E8M0_VALUE;
            case F4E2M1 -> TensorProto.DataType.FLOAT4E2M1_VALUE;
            case I8 -> TensorProto.DataType.INT8_VALUE;
            case I16 -> TensorProto.DataType.INT16_VALUE;
            case I32 -> TensorProto.DataType.INT32_VALUE;
            case I64 -> TensorProto.DataType.INT64_VALUE;
            case I4 -> TensorProto.DataType.INT4_VALUE;
            case I2 -> TensorProto.DataType.INT2_VALUE;
            case U8 -> TensorProto.DataType.UINT8_VALUE;
            case U16 -> TensorProto.DataType.UINT16_VALUE;
            case U32 -> TensorProto.DataType.UINT32_VALUE;
            case U64 -> TensorProto.DataType.UINT64_VALUE;
            case U4 -> TensorProto.DataType.UINT4_VALUE;
            case U2 -> TensorProto.DataType.UINT2_VALUE;
            case BOOL -> TensorProto.DataType.BOOL_VALUE;
            case C64 -> TensorProto.DataType.COMPLEX64_VALUE;
            case C128 -> TensorProto.DataType.COMPLEX128_VALUE;
            case STRING -> TensorProto.DataType.STRING_VALUE;
        };
    }
}
