package dev.sinter.frontend.onnx;

import com.google.protobuf.ByteString;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.AttributeProto.AttributeType;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** Makes the attributes of ONNX nodes. */
public final class Attribute {
    private Attribute() {
    }

    private static AttributeProto.Builder named(String name, AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setType(type);
    }

    /**
     * An integer.
     *
     * @param name
     *            of the attribute
     * @param value
     *            what it is
     * @return the attribute
     */
    public static AttributeProto of(String name, long value) {
        return named(name, AttributeType.INT).setI(value).build();
    }

    /**
     * A real number.
     *
     * @param name
     *            of the attribute
     * @param value
     *            what it is
     * @return the attribute
     */
    public static AttributeProto of(String name, float value) {
        return named(name, AttributeType.FLOAT).setF(value).build();
    }

    /**
     * A text.
     *
     * @param name
     *            of the attribute
     * @param value
     *            what it is
     * @return the attribute
     */
    public static AttributeProto of(String name, String value) {
        return named(name, AttributeType.STRING).setS(ByteString.copyFromUtf8(value)).build();
    }

    /**
     * A tensor.
     *
     * @param name
     *            of the attribute
     * @param value
     *            what it is
     * @return the attribute
     */
    public static AttributeProto of(String name, TensorProto value) {
        return named(name, AttributeType.TENSOR).setT(value).build();
    }

    /**
     * A type.
     *
     * @param name
     *            of the attribute
     * @param value
     *            what it is
     * @return the attribute
     */
    public static AttributeProto of(String name, TypeProto value) {
        return named(name, AttributeType.TYPE_PROTO).setTp(value).build();
    }

    /**
     * Integers.
     *
     * @param name
     *            of the attribute
     * @param values
     *            each without its fraction
     * @return the attribute
     */
    public static AttributeProto integers(String name, Collection<? extends Number> values) {
        var made = named(name, AttributeType.INTS);
        values.forEach(v -> made.addInts(v.longValue()));
        return made.build();
    }

    /**
     * Integers.
     *
     * @param name
     *            of the attribute
     * @param values
     *            all of them
     * @return the attribute
     */
    public static AttributeProto integers(String name, long... values) {
        return integers(name, Arrays.stream(values).boxed().toList());
    }

    /**
     * Real numbers.
     *
     * @param name
     *            of the attribute
     * @param values
     *            all of them
     * @return the attribute
     */
    public static AttributeProto reals(String name, Iterable<Float> values) {
        return named(name, AttributeType.FLOATS).addAllFloats(values).build();
    }

    /**
     * Texts.
     *
     * @param name
     *            of the attribute
     * @param values
     *            all of them
     * @return the attribute
     */
    public static AttributeProto texts(String name, List<String> values) {
        var made = named(name, AttributeType.STRINGS);
        values.forEach(v -> made.addStrings(ByteString.copyFromUtf8(v)));
        return made.build();
    }
}
