package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attention;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.QuantizeDynamic;
import dev.sinter.ir.op.ScaledMatMul;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code matmul}, {@code matmul_integer}, {@code conv}, {@code quantize_dynamic}, {@code attention}: MatMul,
 * MatMulInteger, Conv, DynamicQuantizeLinear, and Attention where the opset has it. Epilogues follow as elementwise
 * operators.
 */
final class Products {
    private static final Set<DType> MULTIPLIED = EnumSet.of(DType.F32, DType.F64, DType.F16, DType.I32, DType.I64,
            DType.U32, DType.U64);

    private Products() {
    }

    static Ref export(MatMul op, Node node, Site site) {
        var type = node.input(0).dtype();
        var in = Folds.computed(type, MULTIPLIED);
        var product = site.op("MatMul", in, site.cast(site.value(node.input(0)), in),
                site.cast(site.value(node.input(1)), in));
        return Maps.epilogue(site, op.isPlain() ? null : op.epilogue(), site.cast(product, type), node, 2);
    }

    static Ref export(MatMulInteger op, Node node, Site site) {
        var a = node.input(0);
        var b = node.input(1);
        var zeroA = op.zeroA() ? node.input(2) : null;
        var zeroB = op.zeroB() ? node.input(op.zeroBInput()) : null;
        boolean standard = a.dtype() != DType.F32 && (zeroA == null || zeroA.shape().size().equals(Dim.ONE))
                && (zeroB == null || zeroB.shape().rank() <= 1 && b.shape().rank() == 2);
        Ref product;
        if (standard) {
            product = site.op("MatMulInteger", DType.I32, Site.list(site.value(a), site.value(b),
                    zeroA == null ? zeroB == null ? null : site.integer(a.dtype(), 0)
                            : site.toScalar(site.value(zeroA)),
                    zeroB == null ? null : site.value(zeroB)));
        } else {
            product = site.op("MatMul", DType.I32, centered(site, a, zeroA, true), centered(site, b, zeroB, false));
        }
        return Maps.epilogue(site, op.isPlain() ? null : op.epilogue(), product, node, op.firstExtra());
    }

    /**
     * A product with dequantized weights. Activations stay as they are: to round them is allowed, and no standard
     * operator says so.
     */
    static Ref export(ScaledMatMul op, Node node, Site site) {
        long k = node.input(1).shape().dim(0).value();
        var blocks = new long[Math.toIntExact(k)];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = i / op.block();
        }
        var weights = site.cast(site.value(node.input(1)), DType.F32);
        if (op.zero()) {
            weights = site.op("Sub", DType.F32, weights, ofElements(node.input(3), blocks, site));
        }
        var product = site.op("MatMul", DType.F32, site.value(node.input(0)),
                site.op("Mul", DType.F32, weights, ofElements(node.input(2), blocks, site)));
        return Maps.epilogue(site, op.isPlain() ? null : op.epilogue(), product, node, op.firstExtra());
    }

    /** What blocks have, for each of their elements, in f32. */
    private static Ref ofElements(Value ofBlocks, long[] blocks, Site site) {
        var value = site.cast(site.value(ofBlocks), DType.F32);
        return ofBlocks.shape().dim(0).equals(Dim.ONE) ? value
                : site.op("Gather", DType.F32, value, site.longs(blocks), Attribute.of("axis", 0));
    }

    /** An operand in 32 bits without its zero point: one for all, for each row, or any that broadcast. */
    private static Ref centered(Site site, Value operand, @Nullable Value zero, boolean perRow) {
        var wide = site.cast(site.value(operand), DType.I32);
        if (zero == null) {
            return wide;
        }
        var by = site.cast(site.value(zero), DType.I32);
        if (perRow && zero.shape().rank() == 1 && operand.shape().rank() > 1) {
            by = site.op("Unsqueeze", DType.I32, by, site.longs(1));
        }
        return site.op("Sub", DType.I32, wide, by);
    }

    static Ref export(Conv op, Node node, Site site) {
        int rank = node.input(0).shape().rank();
        var type = node.input(0).dtype();
        var toFirst = new ArrayList<>(List.of(0, rank - 1));
        var toLast = new ArrayList<>(List.of(0));
        for (int axis = 1; axis < rank - 1; axis++) {
            toFirst.add(axis);
            toLast.add(axis + 1);
        }
        toLast.add(1);
        var operands = new ArrayList<@Nullable Ref>();
        for (int i = 0; i < op.firstExtra(); i++) {
            var operand = site.cast(site.value(node.input(i)), DType.F32);
            operands.add(i == 0 && op.channelsLast() ? Views.permute(site, operand, toFirst) : operand);
        }
        var pads = new ArrayList<>(op.begin());
        pads.addAll(op.end());
        var kernel = node.input(1).shape().dims().subList(2, rank);
        var attributes = new ArrayList<>(List.of(Attribute.of("group", op.groups()),
                Attribute.integers("strides", op.strides()), Attribute.integers("dilations", op.dilations()),
                Attribute.integers("pads", pads)));
        if (kernel.stream().allMatch(Dim::isConst)) {
            attributes.add(Attribute.integers("kernel_shape", kernel.stream().map(Dim::value).toList()));
        }
        var sums = site.cast(site.op("Conv", DType.F32, operands,
                attributes.toArray(AttributeProto[]::new)), type);
        var placed = op.channelsLast() ? Views.permute(site, sums, toLast) : sums;
        return Maps.epilogue(site, op.epilogue(), placed, node, op.firstExtra());
    }

    static List<Ref> export(QuantizeDynamic op, Node node, Site site) {
        var made = site.op("DynamicQuantizeLinear",
                List.of(Types.tensor(DType.U8), Types.tensor(DType.F32), Types.tensor(DType.U8)),
                Site.list(site.value(node.input(0))));
        if (!op.centered()) {
            return made;
        }
        return List.of(site.op("Sub", DType.F32, site.cast(made.get(0), DType.F32), site.cast(made.get(2), DType.F32)),
                made.get(1));
    }

    // ---- attention

    static Ref export(Attention op, Node node, Site site) {
        var q = heads(site, op, node.input(0), List.of(0, 2, 1, 3));
        var k = heads(site, op, node.input(1), List.of(0, 2, 1, 3));
        var v = heads(site, op, node.input(2), List.of(0, 2, 1, 3));
        var mask = op.mask() ? site.value(node.input(3)) : null;
        Ref context;
        if (site.draft().opset() >= 23) {
            context = site.op("Attention", DType.F32, Site.list(q, k, v, mask == null ? null : wide(site, mask, q, k)),
                    Attribute.of("scale", op.divide() ? 1 / op.scale() : op.scale()));
        } else {
            var scores = site.op("MatMul", DType.F32, q,
                    site.op("Transpose", DType.F32, k, Attribute.integers("perm", List.of(0, 1, 3, 2))));
            scores = Elementwise.apply(site, op.divide() ? Fn.DIV : Fn.MUL, DType.F32,
                    List.of(scores, site.scalar(DType.F32, op.scale())));
            scores = mask == null ? scores : site.op("Add", DType.F32, scores, mask);
            context = site.op("MatMul", DType.F32, site.op("Softmax", DType.F32, scores, Attribute.of("axis", -1)), v);
        }
        var turned = site.op("Transpose", DType.F32, context, Attribute.integers("perm", List.of(0, 2, 1, 3)));
        return site.op("Reshape", DType.F32, turned, joined(site, node.output().shape()));
    }

    /** A mask with a row for each query and a column for each key: Attention broadcasts the other axes only. */
    private static Ref wide(Site site, Ref mask, Ref q, Ref k) {
        var sizes = site.op("Concat", DType.I64, Site.list(site.sizeOf(q, 2), site.sizeOf(k, 2)),
                Attribute.of("axis", 0));
        return site.op("Expand", DType.F32, mask, sizes);
    }

    /** {@code [0, 0, H*E]}: batch and steps as they are. */
    private static Ref joined(Site site, Shape shape) {
        return shape.dim(2).isConst() ? site.longs(0, 0, shape.dim(2).value())
                : site.op("Concat", DType.I64, Site.list(site.longs(0, 0), site.size(shape.dim(2))),
                        Attribute.of("axis", 0));
    }

    /** An operand as {@code [B,heads,S,D]}. */
    private static Ref heads(Site site, Attention op, Value operand, List<Integer> perm) {
        var value = site.value(operand);
        if (operand.shape().rank() == 4) {
            return value;
        }
        var depth = operand.shape().dim(2).floorDiv(Dim.of(op.heads()));
        var shape = depth.isConst() ? site.longs(0, 0, op.heads(), depth.value())
                : site.op("Concat", DType.I64, Site.list(site.longs(0, 0, op.heads()), site.size(depth)),
                        Attribute.of("axis", 0));
        return site.op("Transpose", DType.F32, site.op("Reshape", DType.F32, value, shape),
                Attribute.integers("perm", perm));
    }

}
