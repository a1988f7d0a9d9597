package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.CLOSE;
import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.integers;
import static dev.sinter.testkit.Numbers.longs;
import static dev.sinter.testkit.Numbers.random;
import static dev.sinter.testkit.Numbers.scalar;
import static dev.sinter.testkit.Numbers.vector;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gathering, scattering and results that depend on positions give what ONNX Runtime gives. */
class IndexingOperatorsTest {
    @ParameterizedTest
    @MethodSource
    void gathers(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> gathers() {
        return List.of(
                new OneNode("GatherElements").with("axis", -2L).input(floats(4, 5, 6)).input(longs(-5, 5, 4, 3, 6)),
                new OneNode("GatherElements").with("axis", 2L).input(integers(DType.U8, 0, 255, 4, 5, 6))
                        .input(integers(DType.I32, -6, 6, 3, 5, 9)).symbolic(),
                new OneNode("GatherND").input(floats(4, 5, 6)).input(longs(-4, 4, 2, 3, 2)),
                new OneNode("GatherND").with("batch_dims", 1L).input(floats(3, 5, 6, 2)).input(longs(-5, 5, 3, 4, 1)),
                new OneNode("GatherND").with("batch_dims", 2L).input(random(DType.F64, 3, 5, 6))
                        .input(longs(-6, 6, 3, 5, 1)),
                new OneNode("GatherND").input(Tensor.of(new String[]{"a", "b", "c", "d"}, 2, 2))
                        .input(longs(0, 2, 3, 2)));
    }

    @ParameterizedTest
    @MethodSource
    void scatters(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> scatters() {
        var cases = new ArrayList<OneNode>();
        for (var reduction : List.of("none", "add", "mul", "max", "min")) {
            // no index is named twice where the result would depend on the order
            boolean any = !reduction.equals("none");
            var places = any ? longs(-5, 5, 2, 3) : Tensor.of(new long[]{1, -1, 0, 3, 2, -2}, 2, 3);
            var tuples = any ? longs(-3, 3, 3, 2) : Tensor.of(new long[]{0, 2, 1, 1, -1, 0}, 3, 2);
            cases.add(new OneNode("ScatterElements").opset(18).with("reduction", reduction).with("axis", 1L)
                    .input(floats(3, 5)).input(places).input(floats(2, 3)));
            cases.add(new OneNode("ScatterElements").opset(18).with("reduction", reduction).with("axis", 1L)
                    .input(integers(DType.I32, -9, 9, 3, 5)).input(places).input(integers(DType.I32, -9, 9, 2, 3))
                    .symbolic());
            cases.add(
                    new OneNode("ScatterND").opset(18).with("reduction", reduction).input(floats(4, 3, 5)).input(tuples)
                            .input(floats(3, 5)).symbolic());
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void positions(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> positions() {
        var cases = new ArrayList<OneNode>();
        for (long axis : new long[]{-1, 0, 1}) {
            cases.add(new OneNode("OneHot").with("axis", axis).input(longs(-6, 7, 3, 4)).constant(scalar(DType.I64, 5))
                    .constant(vector(-1f, 4f)).symbolic());
            cases.add(new OneNode("OneHot").with("axis", axis).input(integers(DType.F32, -4, 5, 3, 4))
                    .input(scalar(DType.F32, 3))
                    .input(vector(2f, 7f)));
        }
        for (long k : new long[]{-2, 0, 1}) {
            cases.add(new OneNode("EyeLike").with("k", k).with("dtype", 11L).input(floats(4, 6)).symbolic());
            for (long upper = 0; upper < 2; upper++) {
                cases.add(new OneNode("Trilu").with("upper", upper).input(floats(2, 4, 6)).input(scalar(DType.I64, k)));
                cases.add(new OneNode("Trilu").with("upper", upper).input(longs(-9, 9, 5, 3))
                        .constant(scalar(DType.I64, k)).symbolic());
            }
        }
        for (var type : List.of("ArgMax", "ArgMin")) {
            for (long flag = 0; flag < 4; flag++) {
                cases.add(new OneNode(type).with("axis", flag - 2).with("keepdims", flag & 1)
                        .with("select_last_index", flag >> 1).input(integers(DType.I32, 0, 3, 4, 5)));
                cases.add(new OneNode(type).with("axis", 1L).with("keepdims", flag & 1).input(floats(4, 5, 3))
                        .symbolic());
            }
        }
        cases.add(new OneNode("Hardmax").with("axis", 1L).input(floats(3, 5, 2)).symbolic());
        cases.add(new OneNode("Hardmax").opset(11).with("axis", 1L).input(floats(3, 5, 2)));
        cases.add(new OneNode("ReverseSequence").with("batch_axis", 0L).with("time_axis", 1L).input(floats(3, 5, 2))
                .input(vector(1L, 5L, 3L)).symbolic());
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void runningSums(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> runningSums() {
        var cases = new ArrayList<OneNode>();
        for (long axis = -2; axis < 2; axis++) {
            for (long flags = 0; flags < 4; flags++) {
                cases.add(new OneNode("CumSum").with("exclusive", flags & 1).with("reverse", flags >> 1)
                        .input(random(DType.F64, 3, 7)).input(scalar(DType.I32, axis)));
                cases.add(new OneNode("CumSum").with("exclusive", flags & 1).with("reverse", flags >> 1)
                        .input(integers(DType.I32, -9, 9, 3, 7)).constant(scalar(DType.I64, axis)).symbolic());
            }
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void einsums(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> einsums() {
        var cases = new ArrayList<OneNode>();
        for (var equation : List.of("ij,jk->ik", "ij,jk", "ij,kj->ki", "ij,ij->ij", "ij,ij->", "ij,ij->i",
                "ij,jk->jik")) {
            var second = equation.contains("kj") ? floats(4, 3) : equation.contains("jk") ? floats(3, 4) : floats(2, 3);
            cases.add(new OneNode("Einsum").with("equation", equation).input(floats(2, 3)).input(second));
        }
        cases.add(new OneNode("Einsum").with("equation", "bhid,bhjd->bhij").input(floats(2, 3, 4, 5))
                .input(floats(2, 3, 6, 5)).symbolic());
        cases.add(new OneNode("Einsum").with("equation", "bij,bjk,kl->bl").input(floats(2, 3, 4)).input(floats(2, 4, 5))
                .input(floats(5, 6)));
        cases.add(new OneNode("Einsum").with("equation", "...ij,...jk->...ik").input(floats(2, 1, 3, 4))
                .input(floats(1, 5, 4, 6)));
        cases.add(new OneNode("Einsum").with("equation", "iij->j").input(floats(4, 4, 3)));
        cases.add(new OneNode("Einsum").with("equation", "ij->ji").input(random(DType.F64, 4, 3)));
        cases.add(new OneNode("Einsum").with("equation", "i,j->ij").input(floats(4)).input(floats(3)).symbolic());
        cases.add(new OneNode("Einsum").with("equation", "ij,jk->ik").input(longs(-9, 9, 4, 3))
                .input(longs(-9, 9, 3, 2)));
        return cases;
    }
}
