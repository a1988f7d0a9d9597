package dev.sinter.testkit;

import static dev.sinter.testkit.Numbers.floats;
import static dev.sinter.testkit.Numbers.integers;
import static dev.sinter.testkit.Numbers.scalar;
import static dev.sinter.testkit.Numbers.vector;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Operators of ONNX Runtime's own domain, and some that it lacks, give what it or their definitions say. */
class ContribOperatorsTest {
    /** The root of the mean square of 3 and 4. */
    private static final float ROOT = (float) Math.sqrt(12.5);

    @ParameterizedTest
    @MethodSource
    void defined(Worked each) {
        each.check();
    }

    static List<Worked> defined() {
        var gate = floats(3, 7);
        var other = Tensor.of(floats(7, 3).toFloats(), 3, 7);
        return List.of(
                new Worked(new OneNode("SwiGLU").opset(28).with("alpha", 1.5f).input(gate).input(other).symbolic(),
                        swiglu(gate, other, 1.5)),
                new Worked(new OneNode("SwiGLU").opset(28).input(gate).input(other), swiglu(gate, other, 1)),
                new Worked(new OneNode("BitCast").opset(26).with("to", 6L).input(gate).symbolic(), bits(gate)),
                new Worked(new OneNode("BitCast").opset(26).with("to", 1L).input(bits(gate)), gate),
                new Worked(microsoft("SimplifiedLayerNormalization").with("epsilon", 0f)
                        .input(Tensor.of(new float[]{3, 4, -6, 8}, 2, 2)).input(vector(1f, 10f)),
                        Tensor.of(new float[]{3 / ROOT, 40 / ROOT, -3 / ROOT, 40 / ROOT}, 2, 2)),
                biased(), image("RGB"), image("BGR"), image("Grayscale"));
    }

    private static Tensor swiglu(Tensor gate, Tensor other, double alpha) {
        var values = gate.toDoubles();
        var factors = other.toDoubles();
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] / (1 + Math.exp(-alpha * values[i])) * factors[i];
        }
        return Tensor.ofValues(DType.F32, values, gate.shape());
    }

    private static Tensor bits(Tensor x) {
        var values = x.toFloats();
        var bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return Tensor.of(bits, x.shape());
    }

    /** BiasAdd: what came, a bias of each channel, and what skipped a layer. */
    private static Worked biased() {
        var x = floats(2, 3, 4);
        var bias = floats(4);
        var skip = Tensor.of(floats(24).toFloats(), 2, 3, 4);
        var want = x.toFloats();
        for (int i = 0; i < want.length; i++) {
            want[i] += bias.toFloats()[i % 4] + skip.toFloats()[i];
        }
        return new Worked(microsoft("BiasAdd").input(x).constant(bias).input(skip).symbolic(),
                Tensor.of(want, 2, 3, 4));
    }

    /** ImageDecoder of a lossless file of two pixels; gray is 0.299 R + 0.587 G + 0.114 B. */
    private static Worked image(String format) {
        var picture = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(0, 0, 0xff8040);
        picture.setRGB(1, 0, 0x0010f0);
        var file = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        double[] want = switch (format) {
            case "RGB" -> new double[]{255, 128, 64, 0, 16, 240};
            case "BGR" -> new double[]{64, 128, 255, 240, 16, 0};
            default -> new double[]{Math.round(0.299 * 255 + 0.587 * 128 + 0.114 * 64),
                    Math.round(0.587 * 16 + 0.114 * 240)};
        };
        var bytes = file.toByteArray();
        var node = new OneNode("ImageDecoder").opset(20).with("pixel_format", format)
                .input(Tensor.of(DType.U8, bytes, bytes.length));
        return new Worked(node, Tensor.ofValues(DType.U8, want, 1, 2, want.length / 2));
    }

    @ParameterizedTest
    @MethodSource
    void products(OneNode node) throws Exception {
        node.assertLikeOrt();
    }

    static List<OneNode> products() {
        return List.of(
                microsoft("TransposeMatMul").with("transA", 1L).with("alpha", 0.5f).input(floats(2, 4, 3))
                        .input(floats(2, 4, 5)).symbolic(),
                microsoft("TransposeMatMul").with("transB", 1L).input(floats(3, 4)).input(floats(5, 4)),
                microsoft("QuantizeLinear").input(floats(3, 5)).input(scalar(DType.F32, 0.02))
                        .input(scalar(DType.U8, 9)),
                microsoft("QuantizeLinear").with("axis", 0L).input(floats(2, 5)).constant(vector(0.02f, 0.5f))
                        .constant(Tensor.of(DType.I8, new byte[]{3, -4}, 2)).symbolic(),
                microsoft("DequantizeLinear").with("axis", 1L).input(integers(DType.I8, -128, 128, 3, 2))
                        .constant(vector(0.02f, 0.5f)).constant(Tensor.of(DType.I8, new byte[]{3, -4}, 2)),
                microsoft("Pad").with("mode", "constant").input(floats(2, 3)).constant(vector(0L, 2L, 1L, 0L))
                        .constant(scalar(DType.F32, 7)),
                new OneNode("SimplifiedLayerNormalization").with("axis", -1L).with("epsilon", 1e-5f)
                        .input(floats(2, 3, 8)).constant(floats(8)).symbolic());
    }

    private static OneNode microsoft(String type) {
        return new OneNode(type).domain("com.microsoft", 1);
    }
}
