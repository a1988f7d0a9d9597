package dev.sinter.frontend.dsl;

import static dev.sinter.frontend.dsl.Texts.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sinter.ir.DType;
import dev.sinter.ir.Graph;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.Constant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The language's meaning, by reference evaluation of small models beside sums done here. */
class LayersTest {
    private static TensorData ramp(long... dims) {
        var data = TensorData.zeros(DType.F32, dims);
        for (int i = 0; i < data.size(); i++) {
            data.set(i, Math.sin(1 + 0.7 * i));
        }
        return data;
    }

    private static void assertNear(TensorData got, double... wanted) {
        assertThat(got.size()).isEqualTo(wanted.length);
        for (int i = 0; i < wanted.length; i++) {
            assertThat(got.getDouble(i)).as("element " + i + " of " + got.type()).isCloseTo(wanted[i], within(1e-5));
        }
    }

    @Test
    void linearIsAProductWithTransposedWeights() {
        var out = Texts.run("""
                fn fixed(x: [..., n]) {
                    param weight: f32[2, n] = [[1, 2, 3], [4, 5, 6]]
                    param bias: f32[2] = [10, 20]
                    return x @ transpose(weight) + bias
                }
                model m {
                    dim batch
                    input x: f32[batch, 3]
                    output y = fixed(x)
                }
                """, Map.of("x", floats(new long[]{2, 3}, 1, 0, 0, 1, 1, 1)));

        assertNear(out.get("y"), 11, 24, 16, 35);
    }

    @Test
    void sizesAreComputedAndPatternsBindThem() {
        var graph = Texts.graph("""
                fn halves(x: f32[..., n, width]) -> f32[..., n, width / 2] {
                    return x[..., :, : width / 2] + x[..., :, width / 2 :]
                }
                model m {
                    dim batch, past, seq
                    input x: f32[batch, past + seq, 8]
                    let y: f32[batch, past + seq, 4] = halves(x)
                    output z = reshape(y, [batch, (past + seq) * 4])
                }
                """);

        assertThat(graph.outputs().getFirst().value().type()).hasToString("f32[batch,((past * 4) + (seq * 4))]");
    }

    @Test
    void repetitionNamesParametersByLayer() {
        var graph = Texts.graph("""
                model m {
                    input x: f32[2, 16]
                    let y = linear(x, 16)
                    repeat 2 as layer {
                        y = linear(y, 16) as a.dense
                        y = linear(y, 16)
                        y = linear(y, 16)
                    }
                    repeat 1 as i named "tail.{i}" {
                        y = linear(y, 16) as ""
                    }
                    output z = y
                }
                """);

        var labels = graph.nodes().stream().filter(n -> n.op() instanceof Constant)
                .map(n -> ((Constant) n.op()).label()).filter(l -> l.endsWith(".weight")).toList();
        assertThat(labels).containsExactlyInAnyOrder("linear.weight", "layer.0.a.dense.weight",
                "layer.0.linear.weight", "layer.0.linear_1.weight", "layer.1.a.dense.weight", "layer.1.linear.weight",
                "layer.1.linear_1.weight", "tail.0.weight");
    }

    /** softmax(q k' / sqrt(d)) v, with what is behind a position hidden. */
    @Test
    void attentionLooksAtEarlierPositionsOnly() {
        var q = ramp(1, 1, 3, 2);
        var k = ramp(1, 1, 3, 2);
        var out = Texts.run("""
                model m {
                    dim seq
                    input q: f32[1, 1, seq, 2]
                    input k: f32[1, 1, seq, 2]
                    output y = attend(q, k, k, allowed = causal_mask(seq))
                }
                """, Map.of("q", q, "k", k)).get("y");

        for (int s = 0; s < 3; s++) {
            var shares = new double[s + 1];
            double sum = 0;
            for (int t = 0; t <= s; t++) {
                shares[t] = Math.exp((q.getDouble(2 * s) * k.getDouble(2 * t) + q.getDouble(2 * s + 1)
                        * k.getDouble(2 * t + 1)) / Math.sqrt(2));
                sum += shares[t];
            }
            for (int d = 0; d < 2; d++) {
                double wanted = 0;
                for (int t = 0; t <= s; t++) {
                    wanted += shares[t] / sum * k.getDouble(2 * t + d);
                }
                assertThat(out.getDouble(2 * s + d)).isCloseTo(wanted, within(1e-5));
            }
        }
    }

    /** The new token at once gives what the whole sequence gives for it. */
    @Test
    void aStateContinuesWhatWentBefore() {
        var text = """
                model m {
                    dim seq, past
                    input x: f32[1, seq, 8]
                    state keys: f32[1, 2, past, 4] along past from "k" to "k2"
                    state values: f32[1, 2, past, 4] along past from "v" to "v2"
                    output y = decoder_block(x, 2, keys, values)
                }
                """;
        var all = ramp(1, 3, 8);
        var none = TensorData.zeros(DType.F32, 1, 2, 0, 4);
        var whole = Texts.run(text, Map.of("x", all, "k", none, "v", none));
        var two = floats(new long[]{1, 2, 8}, IntStream.range(0, 16).mapToDouble(all::getDouble).toArray());
        var one = floats(new long[]{1, 1, 8}, IntStream.range(16, 24).mapToDouble(all::getDouble).toArray());
        var first = Texts.run(text, Map.of("x", two, "k", none, "v", none));
        var last = Texts.run(text, Map.of("x", one, "k", first.get("k2"), "v", first.get("v2")));

        assertThat(last.keySet()).containsExactlyInAnyOrder("y", "k2", "v2");
        assertNear(last.get("y"), IntStream.range(16, 24).mapToDouble(whole.get("y")::getDouble).toArray());
        assertNear(last.get("k2"), IntStream.range(0, 24).mapToDouble(whole.get("k2")::getDouble).toArray());
    }

    /** PyTorch's equations of nn.LSTM with its order of gates: input, forget, cell, output. */
    @Test
    void lstmHasPyTorchsGates() {
        int n = 20;
        var text = """
                model m {
                    input x: f32[1, 3, 4]
                    let y, h, c = lstm(x, 20)
                    output y = y
                    output h = h
                    output c = c
                }
                """;
        var graph = Texts.graph(text);
        var wx = constant(graph, "lstm.weight_ih_l0");
        var wh = constant(graph, "lstm.weight_hh_l0");
        var bx = constant(graph, "lstm.bias_ih_l0");
        var bh = constant(graph, "lstm.bias_hh_l0");
        var x = ramp(1, 3, 4);
        var out = Texts.run(text, Map.of("x", x));
        var h = new double[n];
        var c = new double[n];
        for (int t = 0; t < 3; t++) {
            var gates = new double[4 * n];
            for (int g = 0; g < 4 * n; g++) {
                gates[g] = bx.getDouble(g) + bh.getDouble(g);
                for (int i = 0; i < 4; i++) {
                    gates[g] += wx.getDouble(4 * g + i) * x.getDouble(4 * t + i);
                }
                for (int i = 0; i < n; i++) {
                    gates[g] += wh.getDouble(n * g + i) * h[i];
                }
            }
            for (int i = 0; i < n; i++) {
                c[i] = sigmoid(gates[n + i]) * c[i] + sigmoid(gates[i]) * Math.tanh(gates[2 * n + i]);
                h[i] = sigmoid(gates[3 * n + i]) * Math.tanh(c[i]);
            }
            assertThat(out.get("y").getDouble(n * t)).isCloseTo(h[0], within(1e-5));
        }
        assertNear(out.get("h"), h);
        assertNear(out.get("c"), c);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @Test
    void convolutionBlocksKeepTheSizeAtStrideOne() {
        var graph = Texts.graph("""
                model m {
                    dim n, side >= 4
                    input x: f32[n, 3, side, side]
                    output a = conv_block(x, 8, 3)
                    output b = conv_block(x, 8, 1)
                    output c = conv_block(x, 6, 3, stride = 2, groups = 3, activation = identity)
                }
                """);

        assertThat(graph.outputs().stream().map(p -> p.value().type().toString()).toList()).containsExactly(
                "f32[n,8,side,side]", "f32[n,8,side,side]", "f32[n,6,(((side + -1) / 2) + 1),(((side + -1) / 2) + 1)]");
    }

    @Test
    void numbersAreComputedBeforehand() {
        var out = Texts.run("""
                model m {
                    let n = 7 // 2 + 7 % 4
                    let list = [1, 2] + [n]
                    input x: f32[6]
                    param p: f32[1] = [sqrt(16.0) - 2 * max(1, n) + pow(2, 3)]
                    output y = x[list[-1] - 1 : len(list) + 3] + p
                    output z = if n == 6 and not (n > 7) then x[0] else x[1]
                }
                """, Map.of("x", floats(new long[]{6}, 0, 1, 2, 3, 4, 5)));

        assertNear(out.get("y"), 5);
        assertNear(out.get("z"), 0);
    }

    @Test
    void selectionsTakeParts() {
        var out = Texts.run("""
                model m {
                    dim n
                    input x: f32[n, 3, 2]
                    output a = x[-1, ..., 0]
                    output b = x[:, ::-1, 1]
                    output c = x[0, 1:, new, :]
                    output d = x[n - 1]
                }
                """, Map.of("x", floats(new long[]{2, 3, 2}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)));

        assertNear(out.get("a"), 6, 8, 10);
        assertNear(out.get("b"), 5, 3, 1, 11, 9, 7);
        assertNear(out.get("c"), 2, 3, 4, 5);
        assertThat(out.get("c").dims()).containsExactly(2, 1, 2);
        assertNear(out.get("d"), 6, 7, 8, 9, 10, 11);
    }

    @Test
    void valuesDependOnSeedAndNameAlone() {
        var one = Texts.graph("model m { input x: f32[4] param a: f32[4] = normal() param w: f32[4] = normal() "
                + "output y = x * w output z = x * a }");
        var two = Texts.graph("model m { input x: f32[4] param w: f32[4] = normal() param v: f32[4] = normal(seed = 1) "
                + "output y = x * w output z = x * v }");

        assertThat(constant(one, "w")).isEqualTo(constant(two, "w"));
        assertThat(constant(one, "w")).isNotEqualTo(constant(one, "a"));
        assertThat(constant(two, "v")).isNotEqualTo(constant(two, "w"));
    }

    private static TensorData constant(Graph graph, String label) {
        return graph.nodes().stream().filter(n -> n.op() instanceof Constant c
                && c.label().equals(label)).map(n -> ((Constant) n.op()).data()).findFirst()
                .orElseThrow();
    }

    @Test
    void annotationsPruneAndQuantize() {
        var graph = Texts.graph("""
                model m {
                    annotate "b*" @int8(per = channel)
                    input x: f32[2, 16]
                    param a: f32[16, 16] @sparse(4x1, 0.75) @layout(panel16) = normal()
                    param b: f32[16, 16] = normal()
                    param c: f32[16, 16] @sparse("2:4") = normal()
                    param d: f32[16, 16] @int4(group = 4) = normal()
                    output y = x @ a + x @ b + x @ c + x @ d
                }
                """);
        var a = graph.nodes().stream().filter(n -> n.op() instanceof Constant c && c.label().equals("a"))
                .findFirst().orElseThrow();
        var values = constant(graph, "a");
        int zeroBlocks = 0;
        for (int block = 0; block < 4; block++) {
            for (int column = 0; column < 16; column++) {
                int at = 64 * block + column;
                long zeros = IntStream.range(0, 4).filter(r -> values.getDouble(at + 16 * r) == 0).count();
                assertThat(zeros).isIn(0L, 4L);
                zeroBlocks += zeros == 4 ? 1 : 0;
            }
        }

        assertThat(zeroBlocks).isEqualTo(48);
        assertThat(a.output().facts().layout()).isEqualTo("panel16");
        assertThat(constant(graph, "b").dtype()).isEqualTo(DType.I8);
        assertThat(constant(graph, "d").dtype()).isEqualTo(DType.I4);
        var c = constant(graph, "c");
        for (int i = 0; i < c.size(); i += 4) {
            int from = i;
            assertThat(IntStream.range(0, 4).filter(j -> c.getDouble(from + j) == 0).count()).isEqualTo(2);
        }
    }

    @Test
    void patternsGiveParametersOtherValues() {
        var graph = Texts.graph("""
                model m {
                    initialize "*.bias" = normal(0.1)
                    initialize "last.bias" = 0.5
                    initialize "n*.weight" = constant(2)
                    input x: f32[2, 4]
                    output y = layer_norm(linear(linear(x, 4) as first, 3) as last) as norm
                }
                """);
        assertThat(constant(graph, "first.bias").getDouble(0)).isNotZero();
        for (int i = 0; i < 3; i++) {
            assertThat(constant(graph, "last.bias").getDouble(i)).isEqualTo(0.5);
        }
        assertThat(constant(graph, "norm.weight").getDouble(2)).isEqualTo(2);
    }

    @Test
    void quantizedWeightsAreNear() {
        var text = "model m { input x: f32[1, 16] param w: f32[16, 16] %s = normal(0.3) output y = x @ w }";
        var inputs = Map.of("x", ramp(1, 16));
        var exact = Texts.run(text.formatted(""), inputs).get("y");

        for (var annotation : List.of("@int8", "@int8(per = tensor)", "@int8(per = channel, axis = 1)")) {
            var near = Texts.run(text.formatted(annotation), inputs).get("y");
            for (int i = 0; i < 16; i++) {
                assertThat(near.getDouble(i)).as(annotation).isCloseTo(exact.getDouble(i), within(0.03));
            }
            assertThat(near).isNotEqualTo(exact);
        }
    }
}
