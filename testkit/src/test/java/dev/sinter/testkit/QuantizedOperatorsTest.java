package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.CLOSE;
import static dev.sinter.testkit.Numbers.STEP;
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

/** Matrix products of all types and quantized operators give what ONNX Runtime gives. */
class QuantizedOperatorsTest {
    private static Tensor bytes(DType type, long... shape) {
        return integers(type, type == DType.U8 ? 0 : -128, type == DType.U8 ? 256 : 128, shape);
    }

    private static Tensor scale(double value) {
        return scalar(DType.F32, value);
    }

    private static OneNode microsoft(String type) {
        return new OneNode(type).domain("com.microsoft", 1);
    }

    @ParameterizedTest
    @MethodSource
    void products(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> products() {
        return List.of(
                new OneNode("MatMul").input(longs(-9, 9, 2, 3, 4)).input(longs(-9, 9, 4, 5)).symbolic(),
                new OneNode("MatMul").input(integers(DType.I32, 0, 9, 3, 4)).input(integers(DType.I32, 0, 9, 4, 5)),
                new OneNode("MatMul").input(random(DType.F64, 3, 4)).input(random(DType.F64, 4)),
                new OneNode("MatMul").input(floats(4)).input(floats(2, 4, 5)),
                new OneNode("Gemm").with("alpha", 0.5f).with("beta", 2f).with("transA", 1L).input(floats(4, 3))
                        .input(floats(4, 5)).constant(floats(3, 1)).symbolic(),
                new OneNode("Gemm").with("transB", 1L).input(random(DType.F64, 3, 4)).input(random(DType.F64, 5, 4)),
                new OneNode("Gemm").opset(7).with("transB", 1L).with("beta", 0.25f).input(floats(3, 4))
                        .input(floats(5, 4)).input(floats(5)),
                new OneNode("MatMulInteger").input(bytes(DType.U8, 2, 3, 4)).input(bytes(DType.I8, 4, 5))
                        .input(scalar(DType.U8, 7)).input(integers(DType.I8, -9, 9, 5)).symbolic(),
                new OneNode("MatMulInteger").input(bytes(DType.I8, 3, 4)).input(bytes(DType.I8, 4, 5)),
                microsoft("FusedMatMul").with("alpha", 0.3f).with("transA", 1L).input(floats(2, 4, 3))
                        .input(floats(2, 4, 5)),
                microsoft("FusedMatMul").with("transBatchA", 1L).with("transB", 1L).input(floats(3, 2, 4))
                        .input(floats(2, 5, 4)),
                microsoft("FusedGemm").with("activation", "LeakyRelu").with("activation_alpha", 0.2f)
                        .input(floats(3, 4)).input(floats(4, 5)).input(floats(5)).symbolic(),
                microsoft("MatMulIntegerToFloat").input(bytes(DType.U8, 3, 4)).constant(bytes(DType.I8, 4, 5))
                        .input(scale(0.02)).input(scale(0.01)).input(scalar(DType.U8, 120))
                        .constant(scalar(DType.I8, 3)).input(floats(5)),
                microsoft("DynamicQuantizeMatMul").input(floats(3, 8)).constant(bytes(DType.I8, 8, 5))
                        .constant(scale(0.01)).constant(scalar(DType.I8, 2)).input(floats(5)));
    }

    @ParameterizedTest
    @MethodSource
    void weightsOfFewBits(OneNode node) throws Exception {
        node.assertLikeOrt(Numbers.HALF);
    }

    static List<OneNode> weightsOfFewBits() {
        var plain = microsoft("MatMulNBits").with("K", 40L).with("N", 6L).with("bits", 4L).with("block_size", 16L)
                .input(floats(3, 40)).constant(bytes(DType.U8, 6, 3, 8)).constant(floats(18));
        var zeros = microsoft("MatMulNBits").with("K", 64L).with("N", 5L).with("bits", 4L).with("block_size", 32L)
                .input(floats(2, 3, 64)).constant(bytes(DType.U8, 5, 2, 16)).constant(floats(10))
                .constant(bytes(DType.U8, 5));
        var rounded = microsoft("MatMulNBits").with("K", 64L).with("N", 21L).with("bits", 4L).with("block_size", 32L)
                .with("accuracy_level", 4L).input(floats(7, 64)).constant(bytes(DType.U8, 21, 2, 16))
                .constant(floats(42)).constant(bytes(DType.U8, 21)).absent().constant(floats(21));
        return List.of(plain, zeros, rounded);
    }

    @ParameterizedTest
    @MethodSource
    void quantized(OneNode node) throws Exception {
        node.assertLikeOrt(STEP);
    }

    static List<OneNode> quantized() {
        var cases = new ArrayList<OneNode>();
        for (var type : List.of(DType.U8, DType.I8)) {
            int zero = type == DType.U8 ? 100 : -9;
            cases.add(new OneNode("QuantizeLinear").input(floats(3, 4, 5)).input(scale(0.02)).input(scalar(type, zero))
                    .symbolic());
            cases.add(new OneNode("QuantizeLinear").with("axis", -2L).input(floats(3, 4, 5))
                    .constant(vector(0.01f, 0.02f, 0.03f, 0.5f)).constant(integers(type, 0, 9, 4)));
            cases.add(new OneNode("DequantizeLinear").with("axis", 0L).input(bytes(type, 3, 4))
                    .input(vector(0.01f, 0.02f, 0.03f)).input(integers(type, 0, 9, 3)));
            cases.add(new OneNode("QLinearMatMul").input(bytes(type, 3, 4)).input(scale(0.02)).input(scalar(type, 3))
                    .input(bytes(type, 4, 5)).input(scale(0.01)).input(scalar(type, 5)).input(scale(0.03))
                    .input(scalar(type, 7)));
            for (var op : List.of("QLinearAdd", "QLinearMul")) {
                cases.add(microsoft(op).input(bytes(type, 2, 4, 5)).constant(scale(0.02)).constant(scalar(type, 3))
                        .input(bytes(type, 4, 5)).constant(scale(0.01)).constant(scalar(type, 5)).constant(scale(0.03))
                        .constant(scalar(type, zero)).symbolic());
            }
            for (var op : List.of("QLinearSigmoid", "QLinearLeakyRelu")) {
                cases.add(microsoft(op).input(bytes(type, 3, 5)).constant(scale(0.04)).constant(scalar(type, zero))
                        .constant(scale(0.02)).constant(scalar(type, 1)));
            }
            cases.add(microsoft("QLinearSoftmax").with("axis", 1L).with("opset", 13L).input(bytes(type, 3, 5))
                    .constant(scale(0.04)).constant(scalar(type, zero)).constant(scale(1 / 256.0))
                    .constant(scalar(type, type == DType.U8 ? 0 : -128)));
            cases.add(microsoft("QLinearConcat").with("axis", 1L).constant(scale(0.03)).constant(scalar(type, 4))
                    .input(bytes(type, 2, 3)).constant(scale(0.02)).constant(scalar(type, 1)).input(bytes(type, 2, 4))
                    .constant(scale(0.03)).constant(scalar(type, 4)).symbolic());
        }
        cases.add(microsoft("QGemm").with("transB", 1L).with("alpha", 0.5f).input(bytes(DType.U8, 3, 4))
                .constant(scale(0.02)).constant(scalar(DType.U8, 9)).constant(bytes(DType.I8, 5, 4))
                .constant(scale(0.01)).constant(scalar(DType.I8, 1)).constant(integers(DType.I32, -99, 99, 5))
                .constant(scale(0.03)).constant(scalar(DType.U8, 128)));
        cases.add(new OneNode("QuantizeLinear").opset(21).with("axis", 1L).with("block_size", 3L).input(floats(2, 6))
                .constant(Tensor.of(new float[]{0.1f, 0.2f, 0.3f, 0.4f}, 2, 2))
                .constant(integers(DType.I8, 0, 9, 2, 2)));
        cases.add(new OneNode("DequantizeLinear").opset(21).with("axis", 0L).with("block_size", 2L)
                .input(integers(DType.I16, -999, 999, 4, 3)).constant(floats(2, 3)));
        cases.add(new OneNode("DynamicQuantizeLinear").outputs(3).input(floats(4, 5)).symbolic());
        return cases;
    }
}
