package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.sinter.Compiler;
import dev.sinter.Sinter;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.OperatorSetIdProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.frontend.onnx.proto.TensorShapeProto;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.frontend.onnx.proto.ValueInfoProto;
import dev.sinter.passes.Rewrite;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What may be rounded elsewhere, and what stays: on a product of a quantized input with quantized weights. */
class FastMathTest {
    private static final int WIDTH = 20;
    private static final int ROWS = 7;
    private static final float SCALE = 0.05f;
    private static final int ZERO = 128;
    private static final float WEIGHT_SCALE = 0.01f;
    private static final float DIVISOR = 3;

    private final byte[] weights = new byte[WIDTH * WIDTH];
    private final float[] x = new float[ROWS * WIDTH];

    FastMathTest() {
        var random = new Random(5);
        random.nextBytes(weights);
        for (int i = 0; i < x.length; i++) {
            x[i] = 4 * (float) random.nextGaussian(); // some are beyond the range of 8 bits
        }
    }

    /** {@code y = dequantize(quantize(x)) dequantize(w) / 3 }. */
    private byte[] model() {
        var graph = GraphProto.newBuilder().setName("quantized").addInput(value("x")).addOutput(value("y"))
                .addInitializer(number("s", SCALE)).addInitializer(number("t", WEIGHT_SCALE))
                .addInitializer(number("three", DIVISOR))
                .addInitializer(
                        TensorProto.newBuilder().setName("z").setDataType(TensorProto.DataType.UINT8.getNumber())
                                .setRawData(ByteString.copyFrom(new byte[]{(byte) ZERO})))
                .addInitializer(TensorProto.newBuilder().setName("w").setDataType(TensorProto.DataType.INT8.getNumber())
                        .addDims(WIDTH).addDims(WIDTH).setRawData(ByteString.copyFrom(weights)))
                .addNode(node("QuantizeLinear", "q", "x", "s", "z"))
                .addNode(node("DequantizeLinear", "d", "q", "s", "z"))
                .addNode(node("DequantizeLinear", "v", "w", "t")).addNode(node("MatMul", "p", "d", "v"))
                .addNode(node("Div", "y", "p", "three"));
        return ModelProto.newBuilder().setIrVersion(8).setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17)).build().toByteArray();
    }

    private static NodeProto node(String op, String output, String... inputs) {
        var node = NodeProto.newBuilder().setOpType(op).setName("/" + op + "/" + output).addOutput(output)
                .addAllInput(List.of(inputs));
        return op.equals("MatMul") || op.equals("Div") || inputs.length == 2 ? node.build()
                : node.addAttribute(AttributeProto.newBuilder().setName("axis").setI(1)
                        .setType(AttributeProto.AttributeType.INT)).build();
    }

    private static TensorProto number(String name, float value) {
        return TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addFloatData(value).build();
    }

    private static ValueInfoProto value(String name) {
        var shape = TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("N"))
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(WIDTH));
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(
                TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber()).setShape(shape)))
                .build();
    }

    private float[] run(Compiler compiler) {
        try (var model = compiler.compile(model())) {
            return model.run(Map.of("x", Tensor.of(x, ROWS, WIDTH))).tensor("y").toFloats();
        }
    }

    /** What the model means: with each input limited to what 8 bits hold, and rounded to them or not. */
    private double[] meant(boolean rounded) {
        var result = new double[ROWS * WIDTH];
        for (int i = 0; i < result.length; i++) {
            for (int k = 0; k < WIDTH; k++) {
                double real = x[i / WIDTH * WIDTH + k];
                double integer = Math.clamp((rounded ? Math.rint(real / SCALE) : real / SCALE) + ZERO, 0, 255) - ZERO;
                result[i] += integer * SCALE * weights[k * WIDTH + i % WIDTH] * WEIGHT_SCALE / DIVISOR;
            }
        }
        return result;
    }

    private static double difference(double[] wanted, float[] got) {
        double most = 0;
        for (int i = 0; i < wanted.length; i++) {
            most = Math.max(most, Math.abs(wanted[i] - got[i]));
        }
        return most;
    }

    @Test
    void integersAreExactUnlessToldOtherwise() {
        for (var compiler : List.of(Sinter.compiler(), Sinter.compiler().fastMath(true).exactIntegers(true))) {
            assertThat(difference(meant(true), run(compiler))).isLessThan(1e-5);
            assertThat(difference(meant(false), run(compiler))).as("what rounding costs").isGreaterThan(1e-2);
        }
        for (var compiler : List.of(Sinter.compiler().exactIntegers(false), Sinter.compiler().fastMath(true))) {
            assertThat(difference(meant(false), run(compiler))).as("limited, not rounded").isLessThan(1e-5);
        }
    }

    @Test
    void allFormsAgreeToTheBit() {
        var fast = Sinter.compiler().fastMath(true);
        var scalar = run(fast.form(Form.SCALAR));
        for (var form : List.of(Form.V128, Form.V256, Form.V512)) {
            assertThat(run(fast.form(form))).isEqualTo(scalar);
        }
    }

    @Test
    void whatWasChangedCanBeSeen() {
        var rules = Sinter.compiler().fastMath(true).compilation(model(), "quantized").rewrites().stream()
                .map(Rewrite::rule).toList();
        assertThat(rules).contains("relax-quantization", "relax-division");
        assertThat(Sinter.compiler().compilation(model(), "quantized").rewrites())
                .noneMatch(rewrite -> rewrite.rule().startsWith("relax"));
    }
}
