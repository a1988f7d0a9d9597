package dev.sinter.runtime.library;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.MapValue;
import dev.sinter.runtime.SequenceValue;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tables and maps: <a href="https://onnx.ai/onnx/operators/onnx_aionnxml_LabelEncoder.html">LabelEncoder</a> and
 * CategoryMapper, <a href="https://onnx.ai/onnx/operators/onnx_aionnxml_DictVectorizer.html">DictVectorizer</a>,
 * <a href="https://onnx.ai/onnx/operators/onnx_aionnxml_ZipMap.html">ZipMap</a>,
 * <a href="https://onnx.ai/onnx/operators/onnx_aionnxml_CastMap.html">CastMap</a>.
 */
final class Labels {
    private Labels() {
    }

    /** {@code keys[n], values[n], default[1], x -> y}; the last of equal keys wins, NaN is found by NaN. */
    static Value[] encode(Invocation call) {
        Tensor keys = call.tensor(0);
        Tensor values = call.tensor(1);
        Tensor otherwise = call.tensor(2);
        Tensor x = call.tensor(3);
        if (keys.size() != values.size()) {
            throw call.wrong(1, keys.size() + " values, one for each key", values.size() + "");
        }
        if (otherwise.size() != 1 || otherwise.dtype() != values.dtype()) {
            throw call.wrong(2, "one " + values.dtype(), Invocation.text(otherwise));
        }
        if ((keys.dtype() == DType.STRING) != (x.dtype() == DType.STRING)) {
            throw call.wrong(3, "a tensor of " + keys.dtype() + " like the keys", Invocation.text(x));
        }
        var table = positions(keys);
        Object[] wanted = keys(x);
        var from = Blocks.of(values);
        var fallback = Blocks.of(otherwise);
        var out = Blocks.room(values.dtype(), wanted.length);
        for (int i = 0; i < wanted.length; i++) {
            Integer at = table.get(wanted[i]);
            if (at == null) {
                fallback.copy(0, out, i, 1);
            } else {
                from.copy(at, out, i, 1);
            }
        }
        return new Value[]{out.tensor(x.shape())};
    }

    private static Map<Object, Integer> positions(Tensor keys) {
        var table = new HashMap<Object, Integer>();
        Object[] all = keys(keys);
        for (int i = 0; i < all.length; i++) {
            table.put(all[i], i);
        }
        return table;
    }

    /** Elements as keys: strings, longs or doubles without negative zero. */
    private static Object[] keys(Tensor tensor) {
        if (tensor.dtype() == DType.STRING) {
            return tensor.toStrings();
        }
        if (Order.isFloat(tensor.dtype())) {
            return Arrays.stream(tensor.toDoubles()).mapToObj(v -> v + 0.0).toArray();
        }
        return Arrays.stream(tensor.toLongs()).boxed().toArray();
    }

    /** {@code map, vocabulary[n] -> [1,n]}: the map's values where the vocabulary has their keys. */
    static Value[] vectorize(Invocation call) {
        MapValue map = map(call);
        Tensor vocabulary = call.tensor(1, DType.STRING, DType.I64);
        var first = map.entries().values().stream().findFirst();
        var dtype = call.dtype("dtype", first.isPresent() && first.get() instanceof Tensor t ? t.dtype() : DType.F32);
        var table = positions(vocabulary);
        var out = Blocks.room(dtype, vocabulary.size());
        map.entries().forEach((key, value) -> {
            Integer at = table.get(key);
            if (at == null) {
                throw call.wrong("key " + key + " is not in the vocabulary");
            }
            Tensor element = scalar(call, value);
            if (element.dtype() != dtype) {
                throw call.wrong(0, "a map to " + dtype, "one to " + element.dtype());
            }
            Blocks.of(element).copy(0, out, at, 1);
        });
        return new Value[]{out.tensor(1, vocabulary.size())};
    }

    private static MapValue map(Invocation call) {
        if (call.value(0) instanceof MapValue map) {
            return map;
        }
        throw call.wrong(0, "a map", Invocation.kind(call.value(0)));
    }

    private static Tensor scalar(Invocation call, Value value) {
        if (value instanceof Tensor tensor && tensor.size() == 1) {
            return tensor;
        }
        throw call.wrong(0, "a map to single elements", Invocation.kind(value));
    }

    /** {@code keys[n], x[N,n] or [n] -> sequence of N maps} to scalars. */
    static Value[] zipMap(Invocation call) {
        Tensor keys = call.tensor(0, DType.STRING, DType.I64);
        Tensor x = call.tensor(1);
        int n = (int) keys.size();
        if (x.rank() < 1 || x.rank() > 2 || x.dim(x.rank() - 1) != n) {
            throw call.wrong(1, "a tensor [N," + n + "]", Invocation.text(x));
        }
        Object[] names = keys(keys);
        long rows = x.rank() == 1 ? 1 : x.dim(0);
        var out = new ArrayList<Value>();
        for (int r = 0; r < rows; r++) {
            var entries = new LinkedHashMap<Object, Value>();
            for (int i = 0; i < n; i++) {
                entries.put(names[i], Blocks.element(x, r * n + i));
            }
            out.add(new MapValue(entries));
        }
        return new Value[]{new SequenceValue(out)};
    }

    /**
     * {@code map -> [1,n]}: the values in the order of their keys (form DENSE), or each at its key, the rest zero, in a
     * row of {@code max} (form SPARSE).
     */
    static Value[] castMap(Invocation call) {
        MapValue map = map(call);
        DType to = call.dtype("to", DType.F32);
        var sorted = new TreeMap<Long, String>();
        map.entries().forEach((key, value) -> {
            if (!(key instanceof Long number)) {
                throw call.wrong(0, "a map with i64 keys", "key \"" + key + "\"");
            }
            sorted.put(number, TextNumbers.texts(scalar(call, value))[0]);
        });
        boolean sparse = call.text("form", "DENSE").toUpperCase(Locale.ROOT).equals("SPARSE");
        int width = sparse ? Math.toIntExact(call.number("max", 1)) : sorted.size();
        var out = new String[width];
        Arrays.fill(out, to == DType.STRING ? "" : "0");
        int at = 0;
        for (var entry : sorted.entrySet()) {
            long place = sparse ? entry.getKey() : at++;
            if (place < 0 || place >= width) {
                throw call.wrong("key " + place + " is not below max, " + width);
            }
            out[(int) place] = entry.getValue();
        }
        return new Value[]{TextNumbers.parse(call, out, to, 1, width)};
    }
}
