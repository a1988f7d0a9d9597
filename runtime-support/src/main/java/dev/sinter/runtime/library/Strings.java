package dev.sinter.runtime.library;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * Strings: <a href="https://onnx.ai/onnx/operators/onnx__StringConcat.html">StringConcat</a>,
 * <a href="https://onnx.ai/onnx/operators/onnx__StringSplit.html">StringSplit</a>,
 * <a href="https://onnx.ai/onnx/operators/onnx__StringNormalizer.html">StringNormalizer</a>,
 * <a href="https://onnx.ai/onnx/operators/onnx__RegexFullMatch.html">RegexFullMatch</a>.
 */
final class Strings {
    private Strings() {
    }

    /** {@code a, b -> y}, broadcast against one another. */
    static Value[] concat(Invocation call) {
        Tensor a = call.tensor(0, DType.STRING);
        Tensor b = call.tensor(1, DType.STRING);
        int rank = Math.max(a.rank(), b.rank());
        var shape = new long[rank];
        for (int i = 0; i < rank; i++) {
            long x = dim(a, i - rank);
            long y = dim(b, i - rank);
            if (x != y && x != 1 && y != 1) {
                throw call.wrong("shapes " + Arrays.toString(a.shape()) + " and " + Arrays.toString(b.shape())
                        + " do not broadcast");
            }
            shape[i] = x == 1 ? y : x;
        }
        String[] left = a.toStrings();
        String[] right = b.toStrings();
        var out = (String[]) DType.STRING.storage()
                .allocate(Math.toIntExact(Blocks.product(shape, 0, rank)));
        for (int i = 0; i < out.length; i++) {
            out[i] = left[position(a, shape, i)] + right[position(b, shape, i)];
        }
        return new Value[]{Tensor.of(out, shape)};
    }

    private static long dim(Tensor tensor, int fromEnd) {
        int axis = tensor.rank() + fromEnd;
        return axis < 0 ? 1 : tensor.dim(axis);
    }

    private static int position(Tensor tensor, long[] shape, int index) {
        int position = 0;
        int stride = 1;
        long rest = index;
        for (int i = 1; i <= shape.length; i++) {
            long at = rest % shape[shape.length - i];
            rest /= shape[shape.length - i];
            long extent = dim(tensor, -i);
            position += extent == 1 ? 0 : (int) at * stride;
            stride *= (int) extent;
        }
        return position;
    }

    /** {@code x[…] -> y[…,k], counts i64[…]}, padded with empty strings. */
    static Value[] split(Invocation call) {
        Tensor x = call.tensor(0, DType.STRING);
        String delimiter = call.text("delimiter", "");
        long most = call.number("maxsplit", -1);
        long splits = most < 0 ? Long.MAX_VALUE : most;
        String[] strings = x.toStrings();
        var parts = new ArrayList<List<String>>();
        int longest = 0;
        for (String s : strings) {
            var pieces = delimiter.isEmpty() ? words(s, splits) : pieces(s, delimiter, splits);
            parts.add(pieces);
            longest = Math.max(longest, pieces.size());
        }
        var out = new String[Math.multiplyExact(strings.length, longest)];
        Arrays.fill(out, "");
        var counts = new long[strings.length];
        for (int i = 0; i < strings.length; i++) {
            counts[i] = parts.get(i).size();
            for (int j = 0; j < counts[i]; j++) {
                out[i * longest + j] = parts.get(i).get(j);
            }
        }
        long[] shape = Arrays.copyOf(x.shape(), x.rank() + 1);
        shape[x.rank()] = longest;
        return new Value[]{Tensor.of(out, shape), Tensor.of(counts, x.shape())};
    }

    private static List<String> pieces(String s, String delimiter, long splits) {
        var out = new ArrayList<String>();
        int from = 0;
        for (int at = s.indexOf(delimiter); at >= 0 && out.size() < splits; at = s.indexOf(delimiter, from)) {
            out.add(s.substring(from, at));
            from = at + delimiter.length();
        }
        out.add(s.substring(from));
        return out;
    }

    private static List<String> words(String s, long splits) {
        var out = new ArrayList<String>();
        int from = skip(s, 0, true);
        while (from < s.length()) {
            if (out.size() == splits) {
                out.add(s.substring(from).stripTrailing());
                break;
            }
            int end = skip(s, from, false);
            out.add(s.substring(from, end));
            from = skip(s, end, true);
        }
        return out;
    }

    private static int skip(String s, int from, boolean space) {
        int at = from;
        while (at < s.length() && isSpace(s.charAt(at)) == space) {
            at++;
        }
        return at;
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    /** {@code x[c] or [1,c], stopwords[n]? -> y[m] or [1,m]}; one empty string if nothing is left. */
    static Value[] normalize(Invocation call) {
        Tensor x = call.tensor(0, DType.STRING);
        if (x.rank() < 1 || x.rank() > 2 || x.rank() == 2 && x.dim(0) != 1) {
            throw call.wrong(0, "strings [C] or [1,C]", Invocation.text(x));
        }
        var locale = Locale.forLanguageTag(call.text("locale", "en_US").replaceAll("[.@].*", "").replace('_', '-'));
        UnaryOperator<String> compared = call.flag("case_sensitive", false) ? s -> s : s -> s.toLowerCase(locale);
        String action = call.text("case", "NONE").toUpperCase(Locale.ROOT);
        UnaryOperator<String> changed = switch (action) {
            case "NONE" -> s -> s;
            case "LOWER" -> s -> s.toLowerCase(locale);
            case "UPPER" -> s -> s.toUpperCase(locale);
            default -> throw call.wrong("argument case: expected LOWER, UPPER or NONE, got '" + action + "'");
        };
        var stop = new HashSet<String>();
        if (call.given(1)) {
            Arrays.stream(call.tensor(1, DType.STRING).toStrings()).map(compared).forEach(stop::add);
        }
        String[] kept = Arrays.stream(x.toStrings()).filter(s -> !stop.contains(compared.apply(s))).map(changed)
                .toArray(String[]::new);
        String[] out = kept.length == 0 ? new String[]{""} : kept;
        return new Value[]{x.rank() == 1 ? Tensor.of(out, out.length) : Tensor.of(out, 1, out.length)};
    }

    /** {@code x -> bool}: whether each string as a whole matches an RE2 pattern. */
    static Value[] match(Invocation call) {
        Tensor x = call.tensor(0, DType.STRING);
        var regex = Regex.parse(call.text("pattern", ""));
        String[] strings = x.toStrings();
        var out = new boolean[strings.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = regex.matches(strings[i]);
        }
        return new Value[]{Tensor.of(out, x.shape())};
    }
}
