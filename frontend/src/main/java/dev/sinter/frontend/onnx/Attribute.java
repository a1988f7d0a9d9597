package dev.sinter.frontend.onnx.export;

import com.google.protobuf.ByteString;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.AttributeProto.AttributeType;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import java.util.Collection;
import java.util.List;

/** Makes the attributes of ONNX nodes. */
final class Attribute {
    private Attribute() {
    }

    private static AttributeProto.Builder named(String name, AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setType(type);
    }

    static AttributeProto of(String name, long value) {
        return named(name, AttributeType.INT).setI(value).build();
    }

    static AttributeProto of(String name, float value) {
        return named(name, AttributeType.FLOAT).setF(value).build();
    }

    static AttributeProto of(String name, String value) {
        return named(name, AttributeType.STRING).setS(ByteString.copyFromUtf8(value)).build();
    }

    static AttributeProto of(String name, TensorProto value) {
        return named(name, AttributeType.TENSOR).setT(value).build();
    }

    static AttributeProto of(String name, TypeProto value) {
        return named(name, AttributeType.TYPE_PROTO).setTp(value).build();
    }

    static AttributeProto integers(String name, Collection<? extends Number> values) {
        var made = named(name, AttributeType.INTS);
        values.forEach(v -> made.addInts(v.longValue()));
        return made.build();
    }

    static AttributeProto reals(String name, Iterable<Float> values) {
        return named(name, AttributeType.FLOATS).addAllFloats(values).build();
    }

    static AttributeProto texts(String name, List<String> values) {
        var made = named(name, AttributeType.STRINGS);
        values.forEach(v -> made.addStrings(ByteString.copyFromUtf8(v)));
        return made.build();
    }
}
