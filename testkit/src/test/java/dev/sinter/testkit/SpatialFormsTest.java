package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms of spatial operators that ONNX Runtime does not run on a CPU, by their definitions. */
class SpatialFormsTest {
    private static final String MICROSOFT = "com.microsoft";

    /** 0, 1, 2, … scaled. */
    private static Tensor counted(double scale, long... shape) {
        var values = new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = scale * i;
        }
        return Tensor.ofValues(DType.F32, values, shape);
    }

    private static float[] floats(OneNode node) {
        return node.run().tensor("o0").toFloats();
    }

    /** Elements of [N,C,H,W] in the order of [N,H,W,C]. */
    private static Tensor channelsLast(Tensor x) {
        var from = x.toFloats();
        var to = new float[from.length];
        int channels = (int) x.dim(1);
        int pixels = (int) (x.dim(2) * x.dim(3));
        for (int i = 0; i < from.length; i++) {
            int n = i / (channels * pixels);
            int c = i / pixels % channels;
            to[(n * pixels + i % pixels) * channels + c] = from[i];
        }
        return Tensor.of(to, x.dim(0), x.dim(2), x.dim(3), x.dim(1));
    }

    @Test
    void nhwcConvIsConvWithChannelsLast() {
        var x = counted(0.1, 2, 3, 5, 4);
        var w = counted(-0.05, 4, 3, 3, 2);
        var bias = counted(1, 4);
        var plain = new OneNode("Conv").ints("pads", 1, 0, 1, 1).ints("strides", 2, 1).input(x).constant(w)
                .constant(bias).run().tensor("o0");
        var last = new OneNode("NhwcConv").domain(MICROSOFT, 1).ints("pads", 1, 0, 1, 1).ints("strides", 2, 1)
                .input(channelsLast(x)).constant(w).constant(bias).run().tensor("o0");
        assertThat(last.shape()).isEqualTo(channelsLast(plain).shape());
        // a window's elements are summed in the order in which they lie
        assertThat(last.toFloats()).containsExactly(channelsLast(plain).toFloats(), within(1e-3f));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void groupNormIsGroupNormalization(boolean activated) {
        var x = counted(0.3, 2, 4, 3, 2);
        var scale = counted(0.5, 4);
        var bias = counted(-1, 4);
        var plain = new OneNode("GroupNormalization").opset(21).with("num_groups", 2).input(x).constant(scale)
                .constant(bias).run().tensor("o0");
        var got = new OneNode("GroupNorm").domain(MICROSOFT, 1).with("groups", 2).with("activation", activated ? 1 : 0)
                .input(channelsLast(x)).constant(scale).constant(bias).run().tensor("o0");
        var want = channelsLast(plain).toFloats();
        for (int i = 0; i < want.length; i++) {
            double expected = activated ? want[i] / (1 + Math.exp(-want[i])) : want[i];
            assertThat((double) got.toFloats()[i]).isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-5));
        }
    }

    @Test
    void groupNormalizationOf18ScalesGroups() {
        var got = floats(new OneNode("GroupNormalization").opset(18).with("num_groups", 2).with("epsilon", 0f)
                .input(Tensor.of(new float[]{1, 3, 5, 9}, 1, 4, 1)).constant(Tensor.of(new float[]{2, 3}, 2))
                .constant(Tensor.of(new float[]{0, 10}, 2)));
        assertThat(got).containsExactly(-2, 2, 7, 13);
    }

    @Test
    void cropLeavesOutABorder() {
        var x = counted(1, 1, 1, 4, 5);
        assertThat(floats(new OneNode("Crop").ints("border", 1, 2, 3, 1).input(x))).containsExactly(11);
        assertThat(floats(new OneNode("Crop").ints("border", 1, 2, 0, 0).ints("scale", 1, 3).input(x)))
                .containsExactly(11, 12, 13);
    }

    @Test
    void evenResponseNormalizationReachesFurtherBehind() {
        var got = floats(new OneNode("LRN").with("size", 2).with("alpha", 2f).with("beta", 1f).with("bias", 1f)
                .input(Tensor.of(new float[]{1, 2, 3}, 1, 3)));
        assertThat(got).containsExactly(1f / 6, 2f / 14, 3f / 10);
    }

    @Test
    void unpooledElementsStandAtTheBeginningOfALargerShape() {
        var got = new OneNode("MaxUnpool").ints("kernel_shape", 2).ints("strides", 2)
                .input(Tensor.of(new float[]{5, 6}, 1, 1, 2)).input(Tensor.of(new long[]{1, 2}, 1, 1, 2))
                .input(Tensor.of(new long[]{1, 1, 6}, 3)).run().tensor("o0");
        assertThat(got.shape()).containsExactly(1, 1, 6);
        assertThat(got.toFloats()).containsExactly(0, 5, 6, 0, 0, 0);
    }

    @Test
    void skipNormalizationGivesItsStatistics() {
        var out = new OneNode("SkipLayerNormalization").domain(MICROSOFT, 1).outputs(4).with("epsilon", 0f)
                .input(Tensor.of(new float[]{1, 2, 3, 4}, 1, 2, 2)).input(Tensor.of(new float[]{1, 1, 1, 4}, 1, 2, 2))
                .constant(Tensor.of(new float[]{1, 2}, 2)).run();
        assertThat(out.tensor("o0").toFloats()).containsExactly(-1, 2, -1, 2);
        assertThat(out.tensor("o1").toFloats()).containsExactly(2.5f, 6);
        assertThat(out.tensor("o2").toFloats()).containsExactly(2, 0.5f);
        assertThat(out.tensor("o3").toFloats()).containsExactly(2, 3, 4, 8);
    }

    @Test
    void paddingTakesTextsAndTruthValues() {
        var pads = Tensor.of(new long[]{1, 1}, 2);
        assertThat(new OneNode("Pad").opset(19).input(Tensor.of(new String[]{"a", "b"}, 2)).constant(pads).run()
                .tensor("o0").toStrings()).containsExactly("", "a", "b", "");
        assertThat(new OneNode("Pad").opset(19).input(Tensor.of(new String[]{"a", "b"}, 2)).input(pads)
                .constant(Tensor.of(new String[]{"c"})).run().tensor("o0").toStrings())
                .containsExactly("c", "a", "b", "c");
        assertThat(new OneNode("Pad").opset(19).with("mode", "wrap").input(Tensor.of(new boolean[]{true, false}, 2))
                .constant(pads).run().tensor("o0").toBooleans()).containsExactly(false, true, false, true);
    }

    @Test
    void oldFormsTakeAttributesInsteadOfInputs() {
        var x = counted(1, 1, 1, 2, 2);
        assertThat(floats(new OneNode("Pad").opset(1).ints("paddings", 0, 0, 0, 1, 0, 0, 0, 0).with("value", 9f)
                .input(x))).containsExactly(9, 0, 1, 9, 2, 3);
        assertThat(floats(new OneNode("Upsample").opset(1).with("height_scale", 1f).with("width_scale", 2f).input(x)))
                .containsExactly(0, 0, 1, 1, 2, 2, 3, 3);
        assertThat(floats(new OneNode("GlobalLpPool").opset(1).with("p", 1f).input(x))).containsExactly(6);
        assertThat(floats(new OneNode("MeanVarianceNormalization").opset(1).with("normalize_variance", 0).input(x)))
                .containsExactly(-1.5f, -0.5f, 0.5f, 1.5f);
    }

    /** Before opset 9 each place of a sample may have a mean and variance of its own. */
    @Test
    void batchNormalizationByPlace() {
        var parameter = Tensor.of(new float[]{1, 2, 3, 4}, 2, 2);
        var ones = Tensor.of(new float[]{1, 1, 1, 1}, 2, 2);
        assertThat(floats(new OneNode("BatchNormalization").opset(7).with("spatial", 0).with("epsilon", 0f)
                .input(counted(1, 1, 2, 2)).constant(parameter).constant(ones).constant(ones).constant(ones)))
                .containsExactly(0, 1, 4, 9);
    }

    @Test
    void samplingOfContribDomainIsThatOfTheStandard() {
        var x = counted(1, 1, 1, 3, 3);
        var grid = Tensor.of(new float[]{0, 0, -1, -1, 1, 0.5f}, 1, 1, 3, 2);
        for (var mode : List.of("bilinear", "nearest", "bicubic")) {
            assertThat(floats(new OneNode("GridSample").domain(MICROSOFT, 1).with("mode", mode).input(x).input(grid)))
                    .isEqualTo(floats(new OneNode("GridSample").opset(16).with("mode", mode).input(x).input(grid)));
        }
    }
}
