package dev.sinter.runtime.library;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** <a href="https://onnx.ai/onnx/operators/onnx__TfIdfVectorizer.html">TfIdfVectorizer</a>. */
final class NGrams {
    private NGrams() {
    }

    /**
     * {@code x[c] or [n,c], pool, counts i64[g], indexes i64[p], weights f32[p]? -> f32[m] or [n,m]} with m one above
     * the greatest index.
     */
    static Value[] tfidf(Invocation call) {
        Tensor x = call.tensor(0, DType.STRING, DType.I32, DType.I64);
        if (x.rank() > 2) {
            throw call.wrong(0, "a tensor [C] or [N,C]", Invocation.text(x));
        }
        long[] indexes = call.tensor(3).toLongs();
        long width = Arrays.stream(indexes).max().orElse(-1) + 1;
        if (Arrays.stream(indexes).anyMatch(i -> i < 0)) {
            throw call.wrong(3, "indexes of at least 0", "a negative one");
        }
        int rows = x.rank() == 2 ? (int) x.dim(0) : 1;
        int length = rows == 0 ? 0 : (int) x.size() / rows;
        var words = words(x);
        var pool = pool(call, indexes.length);
        var counts = new float[Math.toIntExact(Math.multiplyExact(width, rows))];
        for (int r = 0; r < rows; r++) {
            count(call, words.subList(r * length, (r + 1) * length), pool, indexes, counts, (int) (r * width));
        }
        weigh(call, indexes, counts, (int) width);
        return new Value[]{x.rank() == 2 ? Tensor.of(counts, rows, width) : Tensor.of(counts, width)};
    }

    private static List<Object> words(Tensor tensor) {
        if (tensor.dtype() == DType.STRING) {
            return List.of((Object[]) tensor.toStrings());
        }
        return Arrays.stream(tensor.toLongs()).<Object>mapToObj(v -> v).toList();
    }

    /** The number of each n-gram of the pool. */
    private static Map<List<Object>, Integer> pool(Invocation call, int grams) {
        var words = words(call.tensor(1, DType.STRING, DType.I64));
        long[] starts = call.tensor(2).toLongs();
        var pool = new HashMap<List<Object>, Integer>();
        int number = 0;
        for (int g = 0; g < starts.length; g++) {
            long end = g + 1 < starts.length ? starts[g + 1] : words.size();
            if (starts[g] < 0 || end < starts[g] || end > words.size() || (end - starts[g]) % (g + 1) != 0) {
                throw call.wrong(2, "the starts of whole n-grams in a pool of " + words.size(),
                        Arrays.toString(starts));
            }
            for (int at = (int) starts[g]; at < end; at += g + 1) {
                pool.put(List.copyOf(words.subList(at, at + g + 1)), number++);
            }
        }
        if (number != grams) {
            throw call.wrong(3, "an index for each of " + number + " n-grams", grams + " indexes");
        }
        return pool;
    }

    private static void count(Invocation call, List<Object> words, Map<List<Object>, Integer> pool, long[] indexes,
            float[] counts, int base) {
        long longest = Math.min(call.number("max", 1), words.size());
        long skips = call.number("skip", 0);
        for (int n = (int) Math.max(call.number("min", 1), 1); n <= longest; n++) {
            // Single words have no gaps, so skipping would count them again.
            for (long skip = 0; skip <= (n == 1 ? 0 : skips) && (skip + 1) * (n - 1) < words.size(); skip++) {
                long span = (skip + 1) * (n - 1);
                for (int start = 0; start + span < words.size(); start++) {
                    var gram = new ArrayList<Object>(n);
                    for (int i = 0; i < n; i++) {
                        gram.add(words.get((int) (start + i * (skip + 1))));
                    }
                    Integer number = pool.get(gram);
                    if (number != null) {
                        counts[base + (int) indexes[number]]++;
                    }
                }
            }
        }
    }

    private static void weigh(Invocation call, long[] indexes, float[] counts, int width) {
        String mode = call.text("mode", "TF");
        var weights = new float[width];
        Arrays.fill(weights, 1);
        if (call.given(4)) {
            float[] given = call.tensor(4, DType.F32).toFloats();
            if (given.length != indexes.length) {
                throw call.wrong(4, indexes.length + " weights", given.length + "");
            }
            for (int i = 0; i < given.length; i++) {
                weights[(int) indexes[i]] = given[i];
            }
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] = switch (mode) {
                case "TF" -> counts[i];
                case "IDF" -> counts[i] > 0 ? weights[i % width] : 0;
                case "TFIDF" -> counts[i] * weights[i % width];
                default -> throw call.wrong("argument mode: expected TF, IDF or TFIDF, got '" + mode + "'");
            };
        }
    }
}
