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
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recurrent networks, transforms of signals and losses give what ONNX Runtime gives. */
class SequenceOperatorsTest {
    private static final long STEPS = 5;
    private static final long BATCH = 3;
    private static final long WIDTH = 4;
    private static final long HIDDEN = 6;

    private static OneNode cell(String type, String direction, int options) {
        long gates = type.equals("RNN") ? 1 : type.equals("GRU") ? 3 : 4;
        long ways = direction.equals("bidirectional") ? 2 : 1;
        boolean lstm = type.equals("LSTM");
        var node = new OneNode(type).with("direction", direction).with("hidden_size", HIDDEN).outputs(lstm ? 3 : 2)
                .input(floats(STEPS, BATCH, WIDTH)).constant(floats(ways, gates * HIDDEN, WIDTH))
                .constant(floats(ways, gates * HIDDEN, HIDDEN));
        if ((options & 1) != 0) {
            node.constant(floats(ways, 2 * gates * HIDDEN)).input(Tensor.of(new int[]{5, 2, 4}, 3))
                    .input(floats(ways, BATCH, HIDDEN));
            if (lstm) {
                node.input(floats(ways, BATCH, HIDDEN)).constant(floats(ways, 3 * HIDDEN));
            }
        }
        if ((options & 2) != 0) {
            // beyond what the cell state becomes, which ONNX Runtime does not limit
            node.with("clip", lstm ? 2.5f : 1.5f);
            if (type.equals("GRU")) {
                node.with("linear_before_reset", 1L);
            }
            if (lstm) {
                node.with("input_forget", 1L);
            }
        }
        return (options & 4) != 0 ? node.symbolic() : node;
    }

    @ParameterizedTest
    @MethodSource
    void cells(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> cells() {
        var cases = new ArrayList<OneNode>();
        for (var type : List.of("RNN", "GRU", "LSTM")) {
            for (var direction : List.of("forward", "reverse", "bidirectional")) {
                for (int options = 0; options < 8; options++) {
                    cases.add(cell(type, direction, options));
                }
            }
        }
        cases.add(cell("LSTM", "forward", 1).strings("activations", "HardSigmoid", "LeakyRelu", "Softsign")
                .floats("activation_alpha", 0.3f, 0.1f).floats("activation_beta", 0.4f));
        cases.add(cell("GRU", "forward", 1).strings("activations", "Affine", "ScaledTanh")
                .floats("activation_alpha", 0.3f, 0.8f).floats("activation_beta", 0.4f, 0.6f));
        cases.add(cell("RNN", "bidirectional", 1).strings("activations", "Relu", "Elu")
                .floats("activation_alpha", 0.5f));
        return cases;
    }

    /** Within what ONNX Runtime loses by quantizing the inputs, too. */
    @Test
    void quantizedWeights() throws Exception {
        new OneNode("DynamicQuantizeLSTM").domain("com.microsoft", 1).with("hidden_size", HIDDEN).outputs(3)
                .with("direction", "bidirectional").input(floats(STEPS, BATCH, WIDTH))
                .constant(integers(DType.I8, -128, 128, 2, WIDTH, 4 * HIDDEN))
                .constant(integers(DType.I8, -128, 128, 2, HIDDEN, 4 * HIDDEN)).constant(floats(2, 8 * HIDDEN)).absent()
                .absent().absent().absent().constant(vector(0.01f, 0.02f)).constant(integers(DType.I8, -3, 3, 2))
                .constant(vector(0.005f, 0.01f)).constant(integers(DType.I8, -3, 3, 2))
                .assertLikeOrt(new Tolerance(0.05, 0.05, OptionalDouble.empty(), false));
    }

    @ParameterizedTest
    @MethodSource
    void signals(OneNode node) throws Exception {
        node.assertLikeOrt(new Tolerance(1e-3, 1e-4, OptionalDouble.empty(), false));
    }

    static List<OneNode> signals() {
        var cases = new ArrayList<OneNode>();
        for (long inverse = 0; inverse < 2; inverse++) {
            cases.add(new OneNode("DFT").with("axis", 1L).with("inverse", inverse).input(floats(2, 9, 3, 2)));
            cases.add(new OneNode("DFT").with("axis", 2L).with("inverse", inverse)
                    .input(random(DType.F64, 2, 3, 8, 2)));
        }
        cases.add(new OneNode("DFT").with("axis", 1L).with("onesided", 1L).input(floats(2, 11, 1)));
        cases.add(new OneNode("DFT").with("axis", 1L).with("onesided", 1L).input(floats(2, 10, 1))
                .constant(scalar(DType.I64, 16)));
        cases.add(new OneNode("STFT").input(floats(2, 40, 1)).constant(scalar(DType.I64, 4)).input(floats(16))
                .constant(scalar(DType.I64, 16)));
        cases.add(new OneNode("STFT").with("onesided", 0L).input(floats(1, 30, 1)).constant(scalar(DType.I64, 5))
                .absent().constant(scalar(DType.I64, 10)));
        for (var window : List.of("HannWindow", "HammingWindow", "BlackmanWindow")) {
            for (long periodic = 0; periodic < 2; periodic++) {
                cases.add(new OneNode(window).with("periodic", periodic).input(scalar(DType.I64, 11)));
                cases.add(new OneNode(window).with("periodic", periodic).with("output_datatype", 11L)
                        .constant(scalar(DType.I32, 10)));
            }
        }
        cases.add(new OneNode("MelWeightMatrix").constant(scalar(DType.I64, 12)).constant(scalar(DType.I64, 64))
                .input(scalar(DType.I64, 16000)).input(scalar(DType.F32, 80)).input(scalar(DType.F32, 7600)));
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void losses(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> losses() {
        var cases = new ArrayList<OneNode>();
        for (var type : List.of("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss")) {
            for (var reduction : List.of("none", "mean", "sum")) {
                cases.add(new OneNode(type).opset(13).with("reduction", reduction).input(floats(4, 5))
                        .input(longs(0, 5, 4)).symbolic());
                cases.add(new OneNode(type).opset(13).with("reduction", reduction).with("ignore_index", 2L)
                        .input(floats(3, 5, 2)).input(longs(0, 5, 3, 2)).input(floats(5)));
            }
        }
        return cases;
    }
}
