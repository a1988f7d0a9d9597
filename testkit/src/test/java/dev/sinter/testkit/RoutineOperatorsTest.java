package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The operators that run as library routines give what ONNX Runtime gives; sizes are also unknown when compiling. */
class RoutineOperatorsTest {
    private static final String ML = "ai.onnx.ml";

    private static Tensor numbers(DType dtype, int different, long... shape) {
        var random = new Random(different);
        var values = new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        Arrays.setAll(values, _ -> random.nextInt(different) - (dtype == DType.U8 ? 0 : different / 2));
        return Tensor.ofValues(dtype, values, shape);
    }

    private static Tensor floats(float... values) {
        return Tensor.of(values, values.length);
    }

    private static Tensor longs(long... values) {
        return Tensor.of(values, values.length);
    }

    private static Tensor strings(String... values) {
        return Tensor.of(values, values.length);
    }

    private static Tensor flags(boolean... values) {
        return Tensor.of(values, values.length);
    }

    /** A model gives the same values as ONNX Runtime does. */
    private static void compare(OneNode node) throws Exception {
        Map<String, Value> want = OrtValues.run(node.model(), node.inputs());
        var got = node.run();
        var comparison = new Comparison(Tolerance.ONNX);
        want.forEach((name, value) -> comparison.add(name, got.get(name), value));
        assertThat(comparison.differences()).as(node.toString()).isEmpty();
        assertThat(got).hasSameSizeAs(want);
    }

    @ParameterizedTest
    @MethodSource
    void sorting(OneNode node) throws Exception {
        compare(node);
    }

    static List<OneNode> sorting() {
        var cases = new ArrayList<OneNode>();
        for (var dtype : List.of(DType.F32, DType.F64, DType.I64, DType.I32)) {
            for (long largest = 0; largest < 2; largest++) {
                cases.add(new OneNode("TopK").outputs(2).with("axis", 1L).with("largest", largest)
                        .input(numbers(dtype, 7, 3, 12, 2)).constant(longs(5)).symbolic());
            }
        }
        cases.add(new OneNode("TopK").outputs(2).input(numbers(DType.F32, 1000, 300)).input(longs(3)));
        for (long sorted = 0; sorted < 2; sorted++) {
            cases.add(new OneNode("Unique").outputs(4).with("sorted", sorted).input(numbers(DType.F32, 6, 3, 8)));
            cases.add(new OneNode("Unique").outputs(4).with("sorted", sorted).with("axis", 0L)
                    .input(numbers(DType.I64, 2, 6, 2)).symbolic());
        }
        cases.add(new OneNode("Unique").outputs(4).input(strings("b", "a", "b", "C")));
        cases.add(new OneNode("NonZero").input(numbers(DType.F32, 3, 2, 3, 4)).symbolic());
        cases.add(new OneNode("NonZero").input(flags(true, false, true)));
        cases.add(new OneNode("Compress").with("axis", 1L).input(numbers(DType.F32, 9, 2, 3, 2))
                .input(flags(true, false, true)).symbolic());
        cases.add(new OneNode("Compress").input(numbers(DType.I32, 9, 2, 3)).input(flags(false, true, false, true)));
        cases.add(new OneNode("Det").input(numbers(DType.F32, 9, 2, 3, 4, 4)).symbolic());
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void suppression(OneNode node) throws Exception {
        compare(node);
    }

    static List<OneNode> suppression() {
        var random = new Random(5);
        var boxes = new float[2 * 40 * 4];
        for (int i = 0; i < boxes.length; i++) {
            boxes[i] = random.nextInt(40) / 4f;
        }
        var scores = new float[2 * 3 * 40];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = random.nextInt(20) / 20f;
        }
        var cases = new ArrayList<OneNode>();
        for (long center = 0; center < 2; center++) {
            cases.add(new OneNode("NonMaxSuppression").with("center_point_box", center)
                    .input(Tensor.of(boxes, 2, 40, 4)).input(Tensor.of(scores, 2, 3, 40)).input(longs(7))
                    .input(floats(0.3f)).input(floats(0.4f)).symbolic());
            cases.add(new OneNode("NonMaxSuppression").with("center_point_box", center)
                    .input(Tensor.of(boxes, 2, 40, 4)).input(Tensor.of(scores, 2, 3, 40)).constant(longs(50)));
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void texts(OneNode node) throws Exception {
        compare(node);
    }

    static List<OneNode> texts() {
        var cases = new ArrayList<OneNode>();
        var words = strings("Monday", "tuesday", "WEDNESDAY", "monday");
        for (var action : List.of("LOWER", "UPPER", "NONE")) {
            for (long sensitive = 0; sensitive < 2; sensitive++) {
                cases.add(new OneNode("StringNormalizer").with("case_change_action", action)
                        .with("is_case_sensitive", sensitive).with("locale", "C").strings("stopwords", "monday")
                        .input(words));
            }
        }
        cases.add(new OneNode("StringConcat").opset(20).input(words).input(strings("!")));
        cases.add(new OneNode("StringSplit").opset(20).outputs(2).with("delimiter", "d").with("maxsplit", 1L)
                .input(strings("dad")));
        for (var pattern : List.of("[a-z]+", "(?i)mon.*|x", ".{7}", "\\w+day")) {
            cases.add(new OneNode("RegexFullMatch").opset(20).with("pattern", pattern).input(words));
        }
        for (var mode : List.of("TF", "IDF", "TFIDF")) {
            for (long skip = 0; skip < 3; skip++) {
                cases.add(new OneNode("TfIdfVectorizer").with("mode", mode).with("min_gram_length", 1L)
                        .with("max_gram_length", 3L).with("max_skip_count", skip).ints("ngram_counts", 0, 2, 6)
                        .ints("ngram_indexes", 0, 3, 1, 2, 4).floats("weights", 1, 2, 3, 4, 5)
                        .ints("pool_int64s", 1, 2, 1, 2, 2, 1, 1, 2, 1).input(numbers(DType.I64, 4, 3, 9)));
            }
        }
        cases.add(new OneNode("Cast").with("to", 1L).input(strings("1.5", "-2e3", "NaN", "+INF")));
        cases.add(new OneNode("Cast").with("to", 7L).input(strings("15", "-2")));
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void tables(OneNode node) throws Exception {
        compare(node);
    }

    static List<OneNode> tables() {
        var scores = Tensor.of(new float[]{0.25f, 0.75f, 0.5f, 0.5f}, 2, 2);
        return List.of(
                new OneNode("LabelEncoder").domain(ML, 4).strings("keys_strings", "a", "b", "d")
                        .ints("values_int64s", 5, 6, 7).with("default_int64", -3L).input(strings("b", "c", "a")),
                new OneNode("LabelEncoder").domain(ML, 4).floats("keys_floats", 1, Float.NaN)
                        .strings("values_strings", "one", "nan").input(floats(1, 2, Float.NaN)),
                new OneNode("LabelEncoder").domain(ML, 4).ints("keys_int64s", 1, 2).floats("values_floats", 0.5f, 1.5f)
                        .with("default_float", 9f).input(longs(2, 3)).symbolic(),
                new OneNode("CategoryMapper").domain(ML, 1).ints("cats_int64s", 3, 4).strings("cats_strings", "x", "y")
                        .with("default_int64", -7L).input(strings("y", "z")),
                new OneNode("CategoryMapper").domain(ML, 1).ints("cats_int64s", 3, 4).strings("cats_strings", "x", "y")
                        .with("default_string", "?").input(longs(4, 5)),
                new OneNode("ZipMap").domain(ML, 1).strings("classlabels_strings", "no", "yes").input(scores),
                new OneNode("ZipMap").domain(ML, 1).ints("classlabels_int64s", 10, 20).input(scores).symbolic());
    }

    @ParameterizedTest
    @MethodSource
    void sequences(OneNode node) throws Exception {
        compare(node);
    }

    static List<OneNode> sequences() {
        var x = numbers(DType.F32, 50, 2, 5);
        return List.of(new OneNode("SplitToSequence").with("axis", 1L).input(x),
                new OneNode("SplitToSequence").with("axis", 1L).with("keepdims", 0L).input(x).symbolic(),
                new OneNode("SplitToSequence").with("axis", -1L).input(x).constant(Tensor.of(new long[]{2})),
                new OneNode("SplitToSequence").with("axis", 1L).input(x).constant(longs(1, 4)),
                new OneNode("SequenceConstruct").input(x).input(numbers(DType.F32, 50, 3)));
    }
}
