package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;

/** Types as the file has them. */
final class Types {
    private Types() {
    }

    /** The type; symbols and expressions over them are names of dimensions. */
    static TypeProto of(Type type) {
        return switch (type) {
            case TensorType(var dtype, var shape) -> {
                var tensor = TypeProto.Tensor.newBuilder().setElemType(OnnxTypes.code(dtype));
                if (shape.isRanked()) {
                    tensor.setShape(shape(shape));
                }
                yield TypeProto.newBuilder().setTensorType(tensor).build();
            }
            case Type.Sequence(var element) -> TypeProto.newBuilder()
                    .setSequenceType(TypeProto.Sequence.newBuilder().setElemType(of(element))).build();
            case Type.Optional(var element) -> TypeProto.newBuilder()
                    .setOptionalType(TypeProto.Optional.newBuilder().setElemType(of(element))).build();
            case Type.MapOf(var key, var value) -> TypeProto.newBuilder().setMapType(
                    TypeProto.Map.newBuilder().setKeyType(OnnxTypes.code(key)).setValueType(of(value))).build();
        };
    }

    private static TensorShapeProto shape(Shape shape) {
        var made = TensorShapeProto.newBuilder();
        for (var dim : shape.dims()) {
            var one = TensorShapeProto.Dimension.newBuilder();
            switch (dim) {
                case Dim.Const(long size) -> one.setDimValue(size);
                case Dim.Sym(var name) when name.equals(OnnxTypes.ANY_SIZE) -> {
                    // a dimension without a value says that any size may come
                }
                default -> one.setDimParam(dim.toString());
            }
            made.addDim(one);
        }
        return made.build();
    }

    static ValueInfoProto info(String name, Type type) {
        return ValueInfoProto.newBuilder().setName(name).setType(of(type)).build();
    }

    /** The same type with nothing said of sizes: what a body gets may change from round to round. */
    static Type sizeless(Type type) {
        return switch (type) {
            case TensorType(var dtype, var shape) when shape.isRanked() -> new TensorType(dtype,
                    new Shape(shape.dims().stream().map(d -> d.isConst() ? d : Dim.sym(OnnxTypes.ANY_SIZE)).toList()));
            case TensorType t -> t;
            case Type.Sequence(var element) -> new Type.Sequence(sizeless(element));
            case Type.Optional(var element) -> new Type.Optional(sizeless(element));
            case Type.MapOf m -> m;
        };
    }

    /** A tensor of unknown shape. */
    static TensorType tensor(DType dtype) {
        return new TensorType(dtype, Shape.UNKNOWN);
    }
}
