package dev.sinter.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Verifier;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever is done to a file's bytes, the import succeeds or raises its own exception. */
class DamagedFilesTest {
    private static final List<byte[]> MODELS = List.of(shapes(), arithmetic(), quantized());

    private static byte[] shapes() {
        return new TestModel(13).input("x", DType.F32, "B", "S", 24).input("ids", DType.I64, "B", "S")
                .node("Shape", "x", "shape")
                .longs("one", 1).longs("zero", 0).longs("two", 2).longs("heads", 4, 6).longs("parts", 8, 16)
                .longs("open", 0, -1, 24)
                .node("Gather", "shape one", "s").node("Gather", "shape zero", "b")
                .node("Concat", "b s heads", "target", "axis", 0)
                .node("Reshape", "x target", "split")
                .node("Transpose", "split", "turned", "perm", new long[]{0, 2, 1, 3})
                .node("Slice", "turned zero s two", "part").node("Mul", "b s", "rows").node("Div", "rows two", "half")
                .node("Concat", "half heads", "odd", "axis", 0).node("Squeeze", "half zero", "scalar")
                .node("Unsqueeze", "ids two", "wide").node("Expand", "wide target", "spread")
                .node("ConstantOfShape", "target", "filled", "value", TensorData.floats(new float[]{2}, 1))
                .node("Split", "x parts", "p q", "axis", 2).node("Reshape", "x open", "joined")
                .node("Tile", "ids heads", "tiled")
                .output("part").output("odd").output("spread").output("filled").output("joined").proto().toByteArray();
    }

    private static byte[] arithmetic() {
        return new TestModel(17).input("x", DType.F32, "B", 3).floats("g", 1, 2, 3).floats("w", 1, 2, 3)
                .node("LayerNormalization", "x g w", "n", "axis", -1).node("Softmax", "n", "s", "axis", 1)
                .node("ReduceMean", "s", "m", "axes", new long[]{1}, "keepdims", 1).node("Gelu", "m", "gelu")
                .domain("com.microsoft")
                .node("Constant", "", "c", "value", TensorData.floats(new float[]{1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3))
                .node("Gemm", "x c g", "mm", "alpha", 0.5f, "transB", 1).node("Clip", "mm", "clipped")
                .node("Pow", "clipped g", "pow")
                .node("Cast", "pow", "cast", "to", 7).node("Less", "x g", "less").node("Where", "less cast cast", "w2")
                .node("Flatten", "cast", "flat", "axis", 1)
                .output("gelu").output("pow").output("flat").proto().toByteArray();
    }

    private static byte[] quantized() {
        return new TestModel(13).input("x", DType.F32, "B", 4).node("DynamicQuantizeLinear", "x", "q scale zero")
                .initializer(TensorProto.newBuilder().setName("w").setDataType(3)
                        .addDims(4).addDims(1)
                        .addInt32Data(1).addInt32Data(-2).addInt32Data(3).addInt32Data(4).build())
                .node("MatMulInteger", "q w zero", "i").node("Cast", "i", "f", "to", 1).node("Mul", "f scale", "y")
                .node("DequantizeLinear", "q scale zero", "d").output("y").output("d").proto().toByteArray();
    }

    private static void importOrRefuse(byte[] bytes) {
        try {
            Verifier.verify(OnnxImporter.importModel(bytes, null, ImportOptions.NONE));
        } catch (OnnxImportException e) {
            assertThat(e.problems()).isNotEmpty().allSatisfy(p -> assertThat(p).isNotBlank());
        }
    }

    @Example
    void undamagedTheModelsImport() {
        for (var model : MODELS) {
            Verifier.verify(OnnxImporter.importModel(model, null, ImportOptions.NONE));
        }
    }

    @Property(tries = 3000)
    void changedBytes(@ForAll @IntRange(max = 2) int model, @ForAll long seed) {
        var random = new Random(seed);
        var bytes = MODELS.get(model).clone();
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            int at = random.nextInt(bytes.length);
            // small steps hit lengths, tags and enum numbers next to the right ones
            bytes[at] = (byte) (random.nextBoolean() ? bytes[at] + random.nextInt(-3, 4) : random.nextInt(256));
        }
        importOrRefuse(bytes);
    }

    @Property(tries = 500)
    void truncated(@ForAll @IntRange(max = 2) int model, @ForAll long seed) {
        var bytes = MODELS.get(model);
        importOrRefuse(Arrays.copyOf(bytes, new Random(seed).nextInt(bytes.length)));
    }

    @Property(tries = 1000)
    void piecesMoved(@ForAll @IntRange(max = 2) int model, @ForAll long seed) {
        var random = new Random(seed);
        var bytes = MODELS.get(model).clone();
        int length = random.nextInt(1, 40);
        System.arraycopy(bytes, random.nextInt(bytes.length - length), bytes, random.nextInt(bytes.length - length),
                length);
        importOrRefuse(bytes);
    }

    @Property(tries = 500)
    void garbage(@ForAll byte[] bytes) {
        importOrRefuse(bytes);
    }
}
