package dev.sinter.testkit;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.sinter.frontend.onnx.OnnxImportException;
import dev.sinter.frontend.onnx.OnnxReader;
import dev.sinter.frontend.onnx.proto.MapProto;
import dev.sinter.frontend.onnx.proto.OptionalProto;
import dev.sinter.frontend.onnx.proto.SequenceProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.TensorData;
import dev.sinter.runtime.DType;
import dev.sinter.runtime.MapValue;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.OptionalValue;
import dev.sinter.runtime.SequenceValue;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Values in {@code .pb} files: TensorProto, SequenceProto, MapProto and OptionalProto
 * (<a href="https://github.com/onnx/onnx/blob/main/onnx/onnx-data.proto">onnx-data.proto</a>). Written tensors use
 * {@code raw_data}.
 */
public final class ProtoValues {
    /** The numbers of {@code elem_type}: what a sequence or an optional holds. */
    private static final int OF_TENSORS = 1;
    private static final int OF_SPARSE_TENSORS = 2;
    private static final int OF_SEQUENCES = 3;
    private static final int OF_MAPS = 4;
    private static final int OF_OPTIONALS = 5;

    private ProtoValues() {
    }

    /**
     * Reads a file.
     *
     * @param file
     *            a {@code .pb} file
     * @param kind
     *            which message it holds
     * @return its value
     * @throws IOException
     *             if it can't be read
     * @throws ModelException
     *             if it is broken
     */
    public static Value read(Path file, ValueKind kind) throws IOException {
        try {
            return parse(Files.readAllBytes(file), kind);
        } catch (ModelException e) {
            throw new ModelException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Writes a file.
     *
     * @param file
     *            where to
     * @param value
     *            what
     * @throws IOException
     *             if it can't be written
     */
    public static void write(Path file, Value value) throws IOException {
        Files.write(file, format(value));
    }

    /**
     * Reads a message.
     *
     * @param message
     *            its bytes
     * @param kind
     *            which message it is
     * @return its value
     * @throws ModelException
     *             if it is broken
     */
    public static Value parse(byte[] message, ValueKind kind) {
        try {
            return switch (kind) {
                case TENSOR -> value(parse(TensorProto.parser(), message));
                case SEQUENCE -> value(parse(SequenceProto.parser(), message));
                case OPTIONAL -> value(parse(OptionalProto.parser(), message));
                case MAP -> value(parse(MapProto.parser(), message));
            };
        } catch (InvalidProtocolBufferException | OnnxImportException e) {
            throw new ModelException(e.getMessage(), e);
        }
    }

    private static <T> T parse(Parser<T> parser, byte[] message) throws InvalidProtocolBufferException {
        return parser.parseFrom(message);
    }

    private static Tensor value(TensorProto proto) {
        return tensor(OnnxReader.tensor(proto, null));
    }

    private static SequenceValue value(SequenceProto proto) {
        return new SequenceValue(switch (proto.getElemType()) {
            case OF_SPARSE_TENSORS -> proto.getSparseTensorValuesList().stream()
                    .map(t -> (Value) tensor(OnnxReader.sparseTensor(t, null))).toList();
            case OF_SEQUENCES -> proto.getSequenceValuesList().stream().map(s -> (Value) value(s)).toList();
            case OF_MAPS -> proto.getMapValuesList().stream().map(m -> (Value) value(m)).toList();
            case OF_OPTIONALS -> proto.getOptionalValuesList().stream().map(o -> (Value) value(o)).toList();
            default -> proto.getTensorValuesList().stream().map(t -> (Value) value(t)).toList();
        });
    }

    private static OptionalValue value(OptionalProto proto) {
        return new OptionalValue(Optional.ofNullable(switch (proto.getElemType()) {
            case OF_TENSORS -> proto.hasTensorValue() ? value(proto.getTensorValue()) : null;
            case OF_SPARSE_TENSORS -> proto.hasSparseTensorValue()
                    ? tensor(OnnxReader.sparseTensor(proto.getSparseTensorValue(), null))
                    : null;
            case OF_SEQUENCES -> proto.hasSequenceValue() ? value(proto.getSequenceValue()) : null;
            case OF_MAPS -> proto.hasMapValue() ? value(proto.getMapValue()) : null;
            case OF_OPTIONALS -> proto.hasOptionalValue() ? value(proto.getOptionalValue()) : null;
            default -> null;
        }));
    }

    private static MapValue value(MapProto proto) {
        var keys = new ArrayList<Object>(proto.getKeysList());
        proto.getStringKeysList().forEach(key -> keys.add(key.toStringUtf8()));
        var values = new ArrayList<>(value(proto.getValues()).values());
        // Maps of plain numbers keep their values in one tensor, others in a sequence with one value a key.
        if (values.size() == 1 && values.getFirst() instanceof Tensor all && all.rank() == 1
                && all.size() == keys.size()) {
            values.clear();
            for (int i = 0; i < keys.size(); i++) {
                values.add(element(all, i));
            }
        }
        if (keys.size() != values.size()) {
            throw new ModelException("a map has " + keys.size() + " keys and " + values.size() + " values");
        }
        var entries = new LinkedHashMap<Object, Value>();
        for (int i = 0; i < keys.size(); i++) {
            entries.put(keys.get(i), values.get(i));
        }
        return new MapValue(entries);
    }

    private static Tensor element(Tensor all, int i) {
        return switch (all.array()) {
            case float[] a -> Tensor.of(all.dtype(), new float[]{a[i]});
            case double[] a -> Tensor.of(all.dtype(), new double[]{a[i]});
            case long[] a -> Tensor.of(all.dtype(), new long[]{a[i]});
            case int[] a -> Tensor.of(all.dtype(), new int[]{a[i]});
            case short[] a -> Tensor.of(all.dtype(), new short[]{a[i]});
            case byte[] a -> Tensor.of(all.dtype(), new byte[]{a[i]});
            default -> Tensor.of(new String[]{all.toStrings()[i]});
        };
    }

    /**
     * A compiler's constant as a runtime tensor.
     *
     * @param data
     *            a constant
     * @return a tensor on the same array, or a packed copy for elements of less than 8 bits
     */
    public static Tensor tensor(TensorData data) {
        var dtype = DType.parse(data.dtype().label());
        int bits = dtype.bits();
        if (bits == 0 || bits >= 8) {
            return Tensor.of(dtype, data.array(), data.dims());
        }
        int perByte = 8 / bits;
        var unpacked = (byte[]) data.array();
        var packed = new byte[(int) dtype.arrayLength(unpacked.length)];
        for (int i = 0; i < unpacked.length; i++) {
            packed[i / perByte] |= (byte) ((unpacked[i] & (1 << bits) - 1) << bits * (i % perByte));
        }
        return Tensor.of(dtype, packed, data.dims());
    }

    /**
     * The message of a value.
     *
     * @param value
     *            a tensor, sequence, map or optional
     * @return the bytes of its file
     */
    public static byte[] format(Value value) {
        MessageLite message = switch (value) {
            case Tensor t -> message(t);
            case SequenceValue s -> message(s);
            case OptionalValue o -> message(o);
            case MapValue m -> message(m);
        };
        return message.toByteArray();
    }

    private static TensorProto message(Tensor tensor) {
        var out = TensorProto.newBuilder().setDataType(tensor.dtype().onnx());
        for (long dim : tensor.shape()) {
            out.addDims(dim);
        }
        if (tensor.dtype() == DType.STRING) {
            for (var s : tensor.toStrings()) {
                out.addStringData(ByteString.copyFromUtf8(s));
            }
            return out.build();
        }
        return out.setRawData(ByteString.copyFrom(LittleEndian.bytes(tensor))).build();
    }

    private static SequenceProto message(SequenceValue sequence) {
        var out = SequenceProto.newBuilder().setElemType(OF_TENSORS);
        for (var value : sequence.values()) {
            switch (value) {
                case Tensor t -> out.addTensorValues(message(t));
                case SequenceValue s -> out.setElemType(OF_SEQUENCES).addSequenceValues(message(s));
                case MapValue m -> out.setElemType(OF_MAPS).addMapValues(message(m));
                case OptionalValue o -> out.setElemType(OF_OPTIONALS).addOptionalValues(message(o));
            }
        }
        return out.build();
    }

    private static OptionalProto message(OptionalValue optional) {
        var out = OptionalProto.newBuilder();
        switch (optional.value().orElse(null)) {
            case null -> out.setElemType(0);
            case Tensor t -> out.setElemType(OF_TENSORS).setTensorValue(message(t));
            case SequenceValue s -> out.setElemType(OF_SEQUENCES).setSequenceValue(message(s));
            case MapValue m -> out.setElemType(OF_MAPS).setMapValue(message(m));
            case OptionalValue o -> out.setElemType(OF_OPTIONALS).setOptionalValue(message(o));
        }
        return out.build();
    }

    private static MapProto message(MapValue map) {
        boolean text = map.entries().keySet().stream().anyMatch(String.class::isInstance);
        var out = MapProto.newBuilder().setKeyType((text ? DType.STRING : DType.I64).onnx());
        map.entries().keySet().forEach(key -> {
            if (key instanceof Long number) {
                out.addKeys(number);
            } else {
                out.addStringKeys(ByteString.copyFromUtf8(key.toString()));
            }
        });
        return out.setValues(message(new SequenceValue(List.copyOf(map.entries().values())))).build();
    }
}
