package dev.sinter.frontend.dsl;

import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One array of NumPy, in C order.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">The format</a>
 */
record NpyFile(Path file, String name) implements WeightFile {
    /** What the only array is called. */
    static final String KEY = "data";
    private static final Pattern HEADER = Pattern.compile("\\s*\\{\\s*'descr'\\s*:\\s*'([<>|=]?)([a-z][0-9]+)'\\s*,"
            + "\\s*'fortran_order'\\s*:\\s*(True|False)\\s*,\\s*'shape'\\s*:\\s*\\(([0-9,\\sL]*)\\)\\s*,?\\s*}\\s*");
    private static final Map<String, Integer> TYPES = Map.ofEntries(Map.entry("f2", TensorProto.DataType.FLOAT16_VALUE),
            Map.entry("f4", TensorProto.DataType.FLOAT_VALUE), Map.entry("f8", TensorProto.DataType.DOUBLE_VALUE),
            Map.entry("i1", TensorProto.DataType.INT8_VALUE), Map.entry("i2", TensorProto.DataType.INT16_VALUE),
            Map.entry("i4", TensorProto.DataType.INT32_VALUE), Map.entry("i8", TensorProto.DataType.INT64_VALUE),
            Map.entry("u1", TensorProto.DataType.UINT8_VALUE), Map.entry("u2", TensorProto.DataType.UINT16_VALUE),
            Map.entry("u4", TensorProto.DataType.UINT32_VALUE), Map.entry("u8", TensorProto.DataType.UINT64_VALUE),
            Map.entry("b1", TensorProto.DataType.BOOL_VALUE));

    @Override
    public Set<String> names() {
        return Set.of(KEY);
    }

    @Override
    public TensorData read(String key) throws WeightFileException {
        try {
            return decode(key, WeightFile.part(file, 0, Files.size(file)));
        } catch (IOException e) {
            throw new WeightFileException("can't be read: " + e, e);
        }
    }

    /** The array of a whole file's bytes. */
    static TensorData decode(String key, ByteBuffer bytes) throws WeightFileException {
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() < 12 || bytes.get(0) != (byte) 0x93 || bytes.get(1) != 'N') {
            throw new WeightFileException("\"" + key + "\" is no npy array");
        }
        boolean first = bytes.get(6) == 1;
        long length = first ? Short.toUnsignedLong(bytes.getShort(8)) : Integer.toUnsignedLong(bytes.getInt(8));
        int start = first ? 10 : 12;
        if (length > bytes.limit() - start) {
            throw new WeightFileException("the header of \"" + key + "\" is longer than the file");
        }
        var text = new byte[(int) length];
        bytes.get(start, text);
        var header = HEADER.matcher(new String(text, StandardCharsets.ISO_8859_1));
        var type = header.matches() ? TYPES.get(header.group(2)) : null;
        if (type == null || header.group(1).equals(">")) {
            throw new WeightFileException("\"" + key + "\" was expected to be of little-endian numbers, its header is "
                    + new String(text, StandardCharsets.ISO_8859_1).strip());
        }
        if (header.group(3).equals("True")) {
            throw new WeightFileException("\"" + key + "\" is in Fortran order, C order was expected");
        }
        bytes.position(start + (int) length);
        return WeightFile.decode(key, type, dims(header.group(4), key), bytes.slice());
    }

    private static long[] dims(String shape, String key) throws WeightFileException {
        try {
            return Pattern.compile(",").splitAsStream(shape.replace("L", "")).map(String::strip)
                    .filter(s -> !s.isEmpty()).mapToLong(Long::parseLong).toArray();
        } catch (NumberFormatException e) {
            throw new WeightFileException("\"" + key + "\" has the shape (" + shape + ")", e);
        }
    }
}
