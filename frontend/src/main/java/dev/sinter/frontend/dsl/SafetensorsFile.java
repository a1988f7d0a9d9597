package dev.sinter.frontend.dsl;

import dev.sinter.frontend.onnx.proto.TensorProto.DataType;
import dev.sinter.ir.TensorData;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Arrays as Hugging Face keeps them: the length of a header, the header in JSON, and the elements.
 *
 * @see <a href="https://huggingface.co/docs/safetensors/index">The format</a>
 */
final class SafetensorsFile implements WeightFile {
    private static final int LONGEST_HEADER = 100 << 20;
    private static final Map<String, Integer> TYPES = Map.ofEntries(Map.entry("F64", DataType.DOUBLE_VALUE),
            Map.entry("F32", DataType.FLOAT_VALUE), Map.entry("F16", DataType.FLOAT16_VALUE),
            Map.entry("BF16", DataType.BFLOAT16_VALUE), Map.entry("F8_E4M3", DataType.FLOAT8E4M3FN_VALUE),
            Map.entry("F8_E5M2", DataType.FLOAT8E5M2_VALUE), Map.entry("I64", DataType.INT64_VALUE),
            Map.entry("I32", DataType.INT32_VALUE), Map.entry("I16", DataType.INT16_VALUE),
            Map.entry("I8", DataType.INT8_VALUE), Map.entry("U64", DataType.UINT64_VALUE),
            Map.entry("U32", DataType.UINT32_VALUE), Map.entry("U16", DataType.UINT16_VALUE),
            Map.entry("U8", DataType.UINT8_VALUE), Map.entry("BOOL", DataType.BOOL_VALUE));

    private record Entry(int type, long[] dims, long from, long length) {
    }

    private final Path file;
    private final String name;
    private final Map<String, Entry> entries = new TreeMap<>();

    SafetensorsFile(Path file, String name) throws WeightFileException {
        this.file = file;
        this.name = name;
        try {
            long length = WeightFile.part(file, 0, Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (length < 0 || length > LONGEST_HEADER) {
                throw new WeightFileException("a header of at most " + LONGEST_HEADER + " bytes was expected, not of "
                        + length);
            }
            var header = StandardCharsets.UTF_8.decode(WeightFile.part(file, Long.BYTES, length)).toString();
            if (!(Json.parse(header) instanceof Map<?, ?> map)) {
                throw new WeightFileException("the header is no JSON object");
            }
            for (var entry : map.entrySet()) {
                if (!entry.getKey().equals("__metadata__")) {
                    var key = String.valueOf(entry.getKey());
                    entries.put(key, entry(key, entry.getValue(), Long.BYTES + length));
                }
            }
        } catch (IOException e) {
            throw new WeightFileException("can't be read: " + e, e);
        }
    }

    private static Entry entry(String key, Object value, long base) throws WeightFileException {
        if (value instanceof Map<?, ?> map && map.get("dtype") instanceof String dtype && TYPES.containsKey(dtype)
                && map.get("shape") instanceof List<?> shape && map.get("data_offsets") instanceof List<?> offsets
                && offsets.size() == 2 && isCounts(shape) && isCounts(offsets)) {
            var at = counts(offsets);
            return new Entry(TYPES.get(dtype), counts(shape), base + at[0], at[1] - at[0]);
        }
        throw new WeightFileException("the entry of \"" + key + "\" in the header is damaged: " + value);
    }

    private static boolean isCounts(List<?> numbers) {
        return numbers.stream().allMatch(n -> n instanceof Double d && d >= 0 && d < 1L << 52 && d == Math.rint(d));
    }

    private static long[] counts(List<?> numbers) {
        return numbers.stream().mapToLong(n -> ((Double) n).longValue()).toArray();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> names() {
        return entries.keySet();
    }

    @Override
    public TensorData read(String key) throws WeightFileException {
        var entry = entries.get(key);
        if (entry == null) {
            throw new WeightFileException("there is no array \"" + key + "\"");
        }
        try {
            return WeightFile.decode(key, entry.type(), entry.dims(),
                    WeightFile.part(file, entry.from(), entry.length()));
        } catch (IOException e) {
            throw new WeightFileException("array \"" + key + "\" can't be read: " + e, e);
        }
    }
}
