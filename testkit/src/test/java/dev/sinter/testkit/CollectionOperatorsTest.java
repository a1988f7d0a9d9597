package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.EXACT;
import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.longs;
import static dev.sinter.testkit.Numbers.scalar;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.MapValue;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sequences, optionals and maps: ONNX Runtime takes none of them as inputs, so other nodes of the model make them. */
class CollectionOperatorsTest {
    @ParameterizedTest
    @MethodSource
    void sequences(OneNode node) throws Exception {
        Map<String, Value> want = OrtValues.run(node.model(), node.inputs());
        var got = node.run();
        var comparison = new Comparison(EXACT);
        want.forEach((name, value) -> comparison.add(name, got.get(name), value));
        assertThat(comparison.differences()).as(node.toString()).isEmpty();
    }

    private static OneNode three() {
        return new OneNode("SequenceConstruct").input(floats(2, 3)).input(floats(4, 3)).input(floats(1, 3));
    }

    private static Tensor place(long i) {
        return scalar(DType.I64, i);
    }

    static List<OneNode> sequences() {
        var cases = new ArrayList<OneNode>();
        for (long i : new long[]{0, 2, -1, -3}) {
            cases.add(new OneNode("SequenceAt").made(three()).input(place(i)));
            cases.add(new OneNode("SequenceErase").made(three()).constant(place(i)));
            cases.add(new OneNode("SequenceInsert").made(three()).input(floats(5)).input(place(i)));
            cases.add(new OneNode("SequenceAt").made(new OneNode("SequenceInsert").made(three()).input(floats(5))
                    .input(place(i))).input(scalar(DType.I32, -1)));
        }
        cases.addAll(List.of(
                new OneNode("SequenceErase").made(three()),
                new OneNode("SequenceInsert").made(three()).input(floats(3)),
                new OneNode("SequenceInsert").made(new OneNode("SequenceEmpty").with("dtype", 7L))
                        .input(longs(0, 9, 3)),
                new OneNode("SequenceLength").made(three()),
                new OneNode("SequenceLength").made(new OneNode("SequenceEmpty")),
                new OneNode("SequenceLength").made(new OneNode("SplitToSequence").input(floats(7, 2))
                        .input(scalar(DType.I64, 3))),
                new OneNode("ConcatFromSequence").with("axis", 0L).made(three()),
                new OneNode("ConcatFromSequence").with("axis", -1L).with("new_axis", 1L)
                        .made(new OneNode("SequenceConstruct").input(longs(0, 9, 2, 3)).input(longs(0, 5, 2, 3)))));
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void optionals(OneNode node) throws Exception {
        node.assertLikeOrt(EXACT);
    }

    static List<OneNode> optionals() {
        var full = new OneNode("Optional").opset(18).input(floats(2, 3));
        return List.of(
                new OneNode("OptionalHasElement").opset(18).made(full),
                new OneNode("OptionalGetElement").opset(18).made(full),
                new OneNode("OptionalHasElement").opset(18).input(floats(2)),
                new OneNode("OptionalHasElement").opset(18),
                new OneNode("OptionalGetElement").opset(18).input(longs(0, 9, 4)),
                new OneNode("SequenceLength").opset(18).made(new OneNode("OptionalGetElement").opset(18)
                        .made(new OneNode("Optional").opset(18).made(three()))));
    }

    @ParameterizedTest
    @MethodSource
    void maps(Worked each) {
        each.check();
    }

    private static OneNode ml(String type) {
        return new OneNode(type).domain("ai.onnx.ml", 1);
    }

    static List<Worked> maps() {
        var names = MapValue.ofFloats(Map.of("a", 4f, "c", 8f));
        var numbers = MapValue.ofFloats(Map.of(5L, 0.5f, 1L, 1.6f, 2L, -3f));
        return List.of(
                new Worked(ml("DictVectorizer").strings("string_vocabulary", "a", "c", "b", "z")
                        .input(names, DType.STRING, DType.F32), Tensor.of(new float[]{4, 8, 0, 0}, 1, 4)),
                new Worked(ml("DictVectorizer").ints("int64_vocabulary", 9, 5, 1, 2)
                        .input(numbers, DType.I64, DType.F32), Tensor.of(new float[]{0, 0.5f, 1.6f, -3}, 1, 4)),
                new Worked(ml("CastMap").input(numbers, DType.I64, DType.F32),
                        Tensor.of(new float[]{1.6f, -3, 0.5f}, 1, 3)),
                new Worked(ml("CastMap").with("map_form", "SPARSE").with("max_map", 7L)
                        .input(numbers, DType.I64, DType.F32),
                        Tensor.of(new float[]{0, 1.6f, -3, 0, 0, 0.5f, 0}, 1, 7)),
                new Worked(ml("CastMap").with("cast_to", "TO_INT64").input(numbers, DType.I64, DType.F32),
                        Tensor.of(new long[]{1, -3, 0}, 1, 3)));
    }
}
