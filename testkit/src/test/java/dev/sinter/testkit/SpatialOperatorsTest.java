package dev.sinter.testkit;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Convolutions, pools, resizing, sampling, padding and normalizations give what ONNX Runtime gives, over the attributes
 * that published cases leave out; where it says so, with sizes unknown when compiling.
 */
class SpatialOperatorsTest {
    private static final Tolerance CLOSE = new Tolerance(1e-4, 2e-5, OptionalDouble.empty(), false);
    private static final Tolerance HALF = new Tolerance(4e-3, 4e-3, OptionalDouble.empty(), false);
    private static final Tolerance STEP = new Tolerance(0, 1, OptionalDouble.empty(), false);

    /** The same numbers each time, from -2 to 2. */
    private static Tensor random(DType dtype, long... shape) {
        var random = new Random(Arrays.hashCode(shape));
        var values = new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = 4 * random.nextDouble() - 2;
        }
        return Tensor.ofValues(dtype, values, shape);
    }

    private static Tensor floats(long... shape) {
        return random(DType.F32, shape);
    }

    private static Tensor vector(float... values) {
        return Tensor.of(values, values.length);
    }

    private static Tensor vector(long... values) {
        return Tensor.of(values, values.length);
    }

    private static Tensor positive(long... shape) {
        var values = floats(shape).toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.5f + Math.abs(values[i]);
        }
        return Tensor.of(values, shape);
    }

    /** All numbers of an 8-bit type. */
    private static Tensor bytes(DType dtype, long... shape) {
        var random = new Random(Arrays.hashCode(shape));
        var values = new byte[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        random.nextBytes(values);
        return Tensor.of(dtype, values, shape);
    }

    @ParameterizedTest
    @MethodSource
    void convolutions(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> convolutions() {
        var cases = new ArrayList<OneNode>();
        for (var mode : List.of("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER")) {
            for (boolean symbolic : new boolean[]{false, true}) {
                var conv = new OneNode("Conv").with("auto_pad", mode).ints("strides", 2, 3).ints("dilations", 1, 1)
                        .input(floats(2, 3, 9, 11)).constant(floats(4, 3, 3, 2)).constant(floats(4));
                cases.add(symbolic ? conv.symbolic() : conv);
            }
        }
        cases.add(new OneNode("Conv").with("group", 3).ints("pads", 2, 0, 1, 3).ints("dilations", 2, 1)
                .input(floats(1, 6, 9, 8)).input(floats(6, 2, 3, 4)));
        cases.add(new OneNode("Conv").with("group", 4).ints("pads", 1, 1).input(floats(1, 4, 10))
                .constant(floats(8, 1, 3)).symbolic());
        cases.add(new OneNode("Conv").ints("strides", 1, 2, 1).ints("pads", 1, 0, 1, 0, 1, 1)
                .input(floats(1, 2, 4, 6, 5)).constant(floats(3, 2, 3, 2, 2)).symbolic());
        cases.add(new OneNode("Conv").opset(1).input(floats(1, 2, 5, 5)).constant(floats(3, 2, 1, 1)));
        for (var mode : List.of("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER")) {
            cases.add(new OneNode("ConvTranspose").with("auto_pad", mode).ints("strides", 2, 3)
                    .input(floats(1, 2, 4, 3)).constant(floats(2, 3, 3, 4)).constant(floats(3)));
        }
        cases.add(new OneNode("ConvTranspose").with("group", 2).ints("strides", 3, 2).ints("pads", 1, 0, 2, 1)
                .ints("output_padding", 2, 1).ints("dilations", 1, 2).input(floats(2, 4, 3, 4))
                .constant(floats(4, 3, 3, 2)).constant(floats(6)).symbolic());
        cases.add(new OneNode("ConvTranspose").ints("strides", 2).ints("output_shape", 9).input(floats(1, 2, 4))
                .constant(floats(2, 1, 3)));
        cases.add(new OneNode("ConvTranspose").ints("strides", 2, 2).ints("pads", 1, 1, 1, 1)
                .input(floats(2, 32, 7, 6)).constant(floats(32, 24, 4, 4)).constant(floats(24)).symbolic());
        cases.add(new OneNode("ConvTranspose").ints("dilations", 2, 3).ints("pads", 2, 1, 0, 3).with("group", 2)
                .input(floats(1, 32, 8, 9)).constant(floats(32, 16, 3, 2)).symbolic());
        cases.add(new OneNode("ConvTranspose").ints("strides", 2, 3).ints("pads", 3, 4, 3, 5)
                .input(floats(1, 4, 8, 7)).constant(floats(4, 2, 3, 4)));
        cases.add(new OneNode("ConvTranspose").ints("strides", 1, 2, 2).input(floats(1, 2, 3, 3, 2))
                .constant(floats(2, 2, 2, 2, 3)).symbolic());
        cases.add(new OneNode("FusedConv").domain("com.microsoft", 1).with("activation", "Relu")
                .ints("pads", 1, 1, 1, 1).input(floats(1, 3, 5, 6)).constant(floats(4, 3, 3, 3)).constant(floats(4))
                .input(floats(1, 4, 5, 6)));
        cases.add(new OneNode("FusedConv").domain("com.microsoft", 1).with("activation", "LeakyRelu")
                .floats("activation_params", 0.2f).input(floats(1, 3, 5, 6)).constant(floats(4, 3, 3, 3)));
        cases.add(new OneNode("FusedConv").domain("com.microsoft", 1).with("activation", "HardSigmoid")
                .floats("activation_params", 0.2f, 0.5f).input(floats(1, 3, 5, 6)).constant(floats(4, 3, 3, 3)));
        cases.add(new OneNode("DeformConv").opset(22).with("offset_group", 2).with("group", 2).ints("strides", 2, 1)
                .ints("pads", 1, 0, 1, 1).input(floats(1, 4, 6, 5)).constant(floats(4, 2, 2, 3))
                .input(floats(1, 24, 4, 4)).constant(floats(4)).input(floats(1, 12, 4, 4)));
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void quantizedConvolutions(OneNode node) throws Exception {
        node.assertLikeOrt(Tolerance.EXACT);
    }

    static List<OneNode> quantizedConvolutions() {
        var scale = Tensor.of(new float[]{0.02f});
        return List.of(
                new OneNode("ConvInteger").ints("pads", 1, 0, 2, 1).ints("strides", 2, 1)
                        .input(bytes(DType.U8, 1, 3, 6, 5)).constant(bytes(DType.U8, 4, 3, 3, 2))
                        .constant(Tensor.of(DType.U8, new byte[]{(byte) 130}))
                        .constant(Tensor.of(DType.U8, new byte[]{100})),
                new OneNode("ConvInteger").with("group", 2).with("auto_pad", "SAME_UPPER")
                        .input(bytes(DType.U8, 1, 4, 5, 5)).constant(bytes(DType.I8, 4, 2, 3, 3)).symbolic(),
                new OneNode("QLinearConv").ints("pads", 1, 1, 1, 1).input(bytes(DType.U8, 1, 3, 5, 6))
                        .constant(scale).constant(Tensor.of(DType.U8, new byte[]{(byte) 128}))
                        .constant(bytes(DType.I8, 4, 3, 3, 3)).constant(vector(0.01f, 0.02f, 0.03f, 0.015f))
                        .constant(Tensor.of(DType.I8, new byte[4], 4)).constant(Tensor.of(new float[]{0.9f}))
                        .constant(Tensor.of(DType.U8, new byte[]{90}))
                        .constant(Tensor.of(new int[]{1000, -2000, 300, 4}, 4)),
                new OneNode("QLinearConv").with("group", 2).input(bytes(DType.I8, 2, 4, 7)).constant(scale)
                        .constant(Tensor.of(DType.I8, new byte[]{3})).constant(bytes(DType.I8, 2, 2, 3))
                        .constant(scale).constant(Tensor.of(DType.I8, new byte[]{0}))
                        .constant(Tensor.of(new float[]{0.3f})).constant(Tensor.of(DType.I8, new byte[]{-5}))
                        .symbolic());
    }

    @ParameterizedTest
    @MethodSource
    void pools(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> pools() {
        var cases = new ArrayList<OneNode>();
        for (var op : List.of("MaxPool", "AveragePool", "LpPool")) {
            for (var mode : List.of("VALID", "SAME_UPPER", "SAME_LOWER")) {
                cases.add(new OneNode(op).with("auto_pad", mode).ints("kernel_shape", 3, 2).ints("strides", 2, 2)
                        .input(floats(2, 3, 8, 7)));
                cases.add(new OneNode(op).with("auto_pad", mode).ints("kernel_shape", 3, 2).ints("strides", 2, 2)
                        .input(floats(2, 3, 8, 7)).symbolic());
            }
            for (int ceil = 0; ceil < 2; ceil++) {
                cases.add(new OneNode(op).opset(22).with("ceil_mode", ceil).ints("kernel_shape", 3, 3)
                        .ints("strides", 2, 3).ints("pads", 1, 0, 1, 2).ints("dilations", 2, 1)
                        .input(floats(1, 2, 9, 10)));
                cases.add(new OneNode(op).opset(22).with("ceil_mode", ceil).ints("kernel_shape", 3, 3)
                        .ints("strides", 2, 3).ints("pads", 1, 0, 1, 2).input(floats(1, 2, 9, 10)).symbolic());
                cases.add(new OneNode(op).opset(22).with("ceil_mode", ceil).ints("kernel_shape", 2).ints("strides", 3)
                        .ints("pads", 1, 1).input(floats(1, 2, 9)));
            }
            cases.add(new OneNode(op).ints("kernel_shape", 2, 2, 2).ints("pads", 0, 1, 1, 1, 0, 1)
                    .input(floats(1, 2, 3, 4, 5)));
        }
        for (int ceil = 0; ceil < 2; ceil++) {
            cases.add(new OneNode("AveragePool").opset(22).with("count_include_pad", 1).with("ceil_mode", ceil)
                    .ints("kernel_shape", 3, 3).ints("strides", 2, 3).ints("pads", 1, 0, 1, 2)
                    .input(floats(1, 2, 10, 10)));
        }
        cases.add(new OneNode("LpPool").opset(18).with("p", 3).ints("kernel_shape", 2, 2).input(positive(1, 2, 4, 4)));
        for (int order = 0; order < 2; order++) {
            cases.add(new OneNode("MaxPool").outputs(2).with("storage_order", order).ints("kernel_shape", 3, 2)
                    .ints("strides", 2, 1).ints("pads", 1, 1, 0, 1).input(floats(2, 3, 6, 7)));
        }
        cases.add(new OneNode("MaxPool").outputs(2).ints("kernel_shape", 2, 2, 2).input(floats(1, 2, 3, 4, 3))
                .symbolic());
        cases.add(new OneNode("MaxPool").ints("kernel_shape", 2, 2).ints("pads", 1, 1, 1, 1)
                .input(bytes(DType.I8, 1, 2, 5, 5)));
        cases.add(new OneNode("MaxPool").ints("kernel_shape", 2, 2).ints("pads", 1, 1, 1, 1)
                .input(bytes(DType.U8, 1, 2, 5, 5)));
        for (var op : List.of("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")) {
            cases.add(new OneNode(op).input(floats(2, 3, 4, 5)).symbolic());
        }
        cases.add(new OneNode("GlobalLpPool").with("p", 1).input(floats(2, 3, 4)));
        cases.add(new OneNode("MaxUnpool").ints("kernel_shape", 2, 2).ints("strides", 2, 2).input(floats(1, 1, 2, 2))
                .input(Tensor.of(new long[]{1, 3, 12, 10}, 1, 1, 2, 2)));
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void quantizedPools(OneNode node) throws Exception {
        node.assertLikeOrt(STEP);
    }

    static Stream<OneNode> quantizedPools() {
        return Stream.of(0, 1).flatMap(last -> Stream.of(
                new OneNode("QLinearAveragePool").domain("com.microsoft", 1).with("channels_last", last)
                        .ints("kernel_shape", 3, 2).ints("pads", 1, 0, 1, 1).ints("strides", 2, 1),
                new OneNode("QLinearGlobalAveragePool").domain("com.microsoft", 1).with("channels_last", last)))
                .map(node -> node.input(bytes(DType.U8, 1, 6, 5, 4)).constant(Tensor.of(new float[]{0.03f}))
                        .constant(Tensor.of(DType.U8, new byte[]{120})).constant(Tensor.of(new float[]{0.02f}))
                        .constant(Tensor.of(DType.U8, new byte[]{(byte) 130})));
    }

    @ParameterizedTest
    @MethodSource
    void regions(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> regions() {
        var rois = Tensor.of(new float[]{0.5f, 1, 7.3f, 6.2f, -2, -1, 3, 4, 2, 2, 20, 19}, 3, 4);
        var batch = vector(0, 1, 0);
        var cases = new ArrayList<OneNode>();
        for (int ratio = 0; ratio < 3; ratio += 2) {
            for (var mode : List.of("half_pixel", "output_half_pixel")) {
                cases.add(new OneNode("RoiAlign").with("coordinate_transformation_mode", mode)
                        .with("output_height", 3).with("output_width", 2).with("sampling_ratio", ratio)
                        .with("spatial_scale", 0.7f).input(positive(2, 3, 8, 9)).input(rois).input(batch));
            }
        }
        cases.add(new OneNode("RoiAlign").with("mode", "max").with("output_height", 2).with("output_width", 2)
                .with("sampling_ratio", 2).input(positive(2, 3, 8, 9)).input(rois).input(batch).symbolic());
        cases.add(new OneNode("RoiAlign").opset(10).with("output_height", 2).with("output_width", 3)
                .input(floats(2, 3, 8, 9)).input(rois).input(batch));
        cases.add(new OneNode("MaxRoiPool").ints("pooled_shape", 3, 2).with("spatial_scale", 0.5f)
                .input(floats(2, 3, 8, 9)).input(Tensor.of(new float[]{0, 1, 2, 9, 11, 1, 3, 4, 5, 17}, 2, 5)));
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void resizing(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> resizing() {
        var cases = new ArrayList<OneNode>();
        for (var mode : List.of("nearest", "linear", "cubic")) {
            for (var coordinates : List.of("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
                    "asymmetric", "tf_crop_and_resize")) {
                for (var scales : List.of(vector(1, 1, 2, 1.5f), vector(1, 1, 0.5f, 0.75f))) {
                    cases.add(new OneNode("Resize").opset(19).with("mode", mode)
                            .with("coordinate_transformation_mode", coordinates)
                            .with("extrapolation_value", 7f).input(floats(1, 2, 4, 8))
                            .constant(vector(0, 0, 0.1f, -0.1f, 1, 1, 0.9f, 1.2f)).constant(scales));
                }
                cases.add(new OneNode("Resize").opset(19).with("mode", mode)
                        .with("coordinate_transformation_mode", coordinates).input(floats(1, 2, 4, 5))
                        .constant(vector(0, 0, 0.1f, -0.1f, 1, 1, 0.9f, 1.2f)).absent()
                        .constant(vector(1L, 2, 7, 3)));
            }
        }
        for (var nearest : List.of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")) {
            cases.add(new OneNode("Resize").opset(19).with("nearest_mode", nearest)
                    .with("coordinate_transformation_mode", "asymmetric").input(floats(1, 1, 5, 6)).absent()
                    .constant(vector(1, 1, 2, 0.5f)).symbolic());
        }
        for (var mode : List.of("linear", "cubic")) {
            cases.add(new OneNode("Resize").opset(19).with("mode", mode).with("antialias", 1)
                    .input(floats(1, 2, 9, 7)).absent().constant(vector(1, 1, 0.4f, 0.6f)));
        }
        cases.add(new OneNode("Resize").opset(19).with("mode", "cubic").with("exclude_outside", 1)
                .with("cubic_coeff_a", -0.5f).input(floats(1, 2, 5, 7)).absent().constant(vector(1, 1, 1.4f, 0.6f)));
        for (var policy : List.of("not_larger", "not_smaller")) {
            cases.add(new OneNode("Resize").opset(19).with("keep_aspect_ratio_policy", policy).ints("axes", 2, 3)
                    .with("mode", "linear").input(floats(1, 2, 5, 7)).absent().absent().constant(vector(8L, 6)));
        }
        cases.add(new OneNode("Resize").opset(10).with("mode", "linear").input(floats(1, 2, 4, 5))
                .constant(vector(1, 1, 2, 0.6f)).symbolic());
        cases.add(new OneNode("Resize").opset(10).input(floats(1, 2, 4, 5)).constant(vector(1, 1, 0.6f, 3)));
        cases.add(new OneNode("Resize").opset(13).input(bytes(DType.U8, 1, 2, 4, 5)).absent()
                .constant(vector(1f, 1, 2, 3)).symbolic());
        cases.add(new OneNode("Upsample").opset(9).with("mode", "linear").input(floats(1, 2, 4, 5))
                .constant(vector(1f, 1, 2, 3)));
        cases.add(new OneNode("Upsample").opset(7).floats("scales", 1, 1, 2, 3).input(floats(1, 2, 4, 5)).symbolic());
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void sampling(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> sampling() {
        var cases = new ArrayList<OneNode>();
        for (var mode : List.of("linear", "nearest", "cubic")) {
            for (var padding : List.of("zeros", "border", "reflection")) {
                for (int align = 0; align < 2; align++) {
                    cases.add(new OneNode("GridSample").opset(20).with("mode", mode).with("padding_mode", padding)
                            .with("align_corners", align).input(floats(2, 3, 4, 5)).input(floats(2, 3, 6, 2)));
                }
            }
        }
        cases.add(new OneNode("GridSample").opset(20).with("padding_mode", "border").input(floats(1, 2, 3, 4, 5))
                .input(floats(1, 2, 3, 4, 3)).symbolic());
        cases.add(new OneNode("GridSample").opset(16).with("mode", "bilinear").input(floats(1, 2, 3, 4))
                .input(floats(1, 2, 3, 2)));
        for (int align = 0; align < 2; align++) {
            cases.add(new OneNode("AffineGrid").opset(20).with("align_corners", align).input(floats(2, 2, 3))
                    .constant(vector(2L, 3, 4, 5)));
            cases.add(new OneNode("AffineGrid").opset(20).with("align_corners", align).input(floats(2, 3, 4))
                    .constant(vector(2L, 3, 4, 5, 3)));
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void padding(OneNode node) throws Exception {
        node.assertLikeOrt(Tolerance.EXACT);
    }

    static List<OneNode> padding() {
        var cases = new ArrayList<OneNode>();
        for (var mode : List.of("constant", "reflect", "edge", "wrap")) {
            for (boolean constant : new boolean[]{true, false}) {
                var node = new OneNode("Pad").opset(19).with("mode", mode).input(floats(3, 4, 5));
                var pads = vector(1L, 0, 2, 0, 3, 1);
                cases.add(constant ? node.constant(pads).symbolic() : node.input(pads));
            }
            cases.add(new OneNode("Pad").opset(19).with("mode", mode).input(floats(4, 6))
                    .constant(vector(-1L, 2, 1, -2)));
            cases.add(new OneNode("Pad").opset(10).with("mode", mode.equals("wrap") ? "edge" : mode)
                    .with("value", 1.5f).ints("pads", 1, 2, 0, 1).input(floats(4, 6)));
        }
        cases.add(new OneNode("Pad").opset(18).input(floats(3, 4, 5)).constant(vector(1L, 2, 0, 1))
                .constant(Tensor.of(new float[]{9})).constant(vector(-1L, 0)).symbolic());
        cases.add(new OneNode("Pad").opset(18).input(random(DType.F64, 3, 4)).input(vector(-1L, 2))
                .constant(Tensor.of(new double[]{9})).input(vector(1L)));
        cases.add(new OneNode("Pad").opset(13).input(bytes(DType.I8, 3, 4)).constant(vector(1L, 2, 0, 1)));
        cases.add(new OneNode("CenterCropPad").opset(18).input(floats(5, 8, 3)).constant(vector(8L, 3, 3)).symbolic());
        cases.add(new OneNode("CenterCropPad").opset(18).ints("axes", -2, 0).input(floats(5, 8, 3))
                .constant(vector(5L, 10)));
        for (var mode : List.of("DCR", "CRD")) {
            cases.add(new OneNode("DepthToSpace").with("blocksize", 2).with("mode", mode).input(floats(2, 8, 3, 4))
                    .symbolic());
        }
        cases.add(new OneNode("SpaceToDepth").with("blocksize", 2).input(floats(2, 3, 4, 6)).symbolic());
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void columns(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> columns() {
        return List.of(
                new OneNode("Col2Im").opset(18).ints("strides", 2, 1).ints("pads", 1, 0, 1, 1).ints("dilations", 1, 2)
                        .input(floats(2, 12, 12)).constant(vector(5L, 5)).constant(vector(3L, 2)),
                new OneNode("Col2Im").opset(18).input(floats(1, 10, 4)).constant(vector(4L, 5))
                        .constant(vector(1L, 5)));
    }

    @ParameterizedTest
    @MethodSource
    void normalizations(OneNode node) throws Exception {
        node.assertLikeOrt(CLOSE);
    }

    static List<OneNode> normalizations() {
        var cases = new ArrayList<OneNode>();
        cases.add(new OneNode("BatchNormalization").opset(15).with("epsilon", 0.01f).input(floats(2, 3, 4, 5))
                .input(floats(3)).input(floats(3)).input(floats(3)).input(positive(3)).symbolic());
        cases.add(new OneNode("BatchNormalization").opset(15).outputs(3).with("training_mode", 1)
                .with("momentum", 0.7f).input(floats(2, 3, 4, 5)).input(floats(3)).input(floats(3)).input(floats(3))
                .input(positive(3)));
        cases.add(new OneNode("BatchNormalization").opset(7).input(floats(2, 3, 4, 5)).constant(floats(3))
                .constant(floats(3)).constant(floats(3)).constant(positive(3)));
        cases.add(new OneNode("InstanceNormalization").input(floats(2, 3, 4, 5)).input(floats(3)).input(floats(3))
                .symbolic());
        cases.add(new OneNode("GroupNormalization").opset(21).with("num_groups", 2).input(floats(2, 4, 3, 5))
                .input(floats(4)).input(floats(4)));
        cases.add(new OneNode("LayerNormalization").outputs(3).with("axis", 1).input(floats(2, 3, 4))
                .input(floats(3, 4)).input(floats(3, 4)).symbolic());
        cases.add(new OneNode("LayerNormalization").with("axis", -2).input(floats(2, 3, 4)).input(floats(4)));
        cases.add(new OneNode("RMSNormalization").opset(23).with("axis", 1).input(floats(2, 3, 4)).input(floats(3, 4)));
        cases.add(new OneNode("MeanVarianceNormalization").opset(13).input(floats(2, 3, 4, 5)).symbolic());
        cases.add(new OneNode("MeanVarianceNormalization").opset(13).ints("axes", 1, -1).input(floats(2, 3, 4, 5)));
        for (int p = 1; p < 3; p++) {
            cases.add(new OneNode("LpNormalization").with("p", p).with("axis", 1).input(floats(2, 3, 4)));
        }
        for (int size = 3; size < 6; size += 2) {
            cases.add(new OneNode("LRN").with("size", size).with("alpha", 0.02f).with("beta", 0.6f).with("bias", 2f)
                    .input(floats(2, 7, 3, 4)).symbolic());
        }
        cases.add(new OneNode("SimplifiedLayerNormalization").input(floats(2, 3, 8)).input(floats(8)));
        for (int bias = 0; bias < 2; bias++) {
            var norm = new OneNode("SkipLayerNormalization").domain("com.microsoft", 1).outputs(4)
                    .with("epsilon", 1e-4f).input(floats(2, 3, 8)).input(floats(2, 3, 8)).constant(floats(8))
                    .constant(floats(8));
            // ONNX Runtime leaves the statistics out
            cases.add((bias == 1 ? norm.constant(floats(8)) : norm).outputs(1));
        }
        cases.add(new OneNode("SkipSimplifiedLayerNormalization").domain("com.microsoft", 1).input(floats(2, 3, 8))
                .input(floats(2, 3, 8)).constant(floats(8)).constant(floats(8)));
        cases.add(new OneNode("EmbedLayerNormalization").domain("com.microsoft", 1).outputs(2)
                .input(Tensor.of(new int[]{1, 2, 3, 4, 0, 6}, 2, 3)).input(Tensor.of(new int[]{0, 1, 1, 0, 0, 1}, 2, 3))
                .constant(floats(7, 8)).constant(floats(5, 8)).constant(floats(2, 8)).constant(floats(8))
                .constant(floats(8)).input(Tensor.of(new int[]{1, 1, 0, 1, 0, 0}, 2, 3)));
        return cases;
    }

    @ParameterizedTest
    @MethodSource
    void halves(OneNode node) throws Exception {
        node.assertLikeOrt(HALF);
    }

    static List<OneNode> halves() {
        return List.of(
                new OneNode("Conv").ints("pads", 1, 1, 1, 1).input(random(DType.F16, 1, 2, 5, 5))
                        .constant(random(DType.F16, 3, 2, 3, 3)).constant(random(DType.F16, 3)),
                new OneNode("MaxPool").ints("kernel_shape", 2, 2).input(random(DType.F16, 1, 2, 5, 5)),
                new OneNode("AveragePool").ints("kernel_shape", 2, 2).input(random(DType.F16, 1, 2, 5, 5)),
                new OneNode("GlobalAveragePool").input(random(DType.F16, 1, 2, 5, 5)),
                new OneNode("LayerNormalization").input(random(DType.F16, 2, 8)).input(random(DType.F16, 8))
                        .input(random(DType.F16, 8)),
                new OneNode("Pad").input(random(DType.F16, 2, 3)).constant(vector(1L, 0, 0, 2)));
    }
}
