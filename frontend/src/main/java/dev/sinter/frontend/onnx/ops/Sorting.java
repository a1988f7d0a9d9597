package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Order and choice: TopK (1 with k as attribute, 10, 11 smallest too, 24), Unique (11), NonZero (9, 13), Compress (9,
 * 11), NonMaxSuppression (10, 11), Det (11, 22), ImageDecoder (20).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__TopK.html">TopK</a>
 */
final class Sorting {
    static final List<OnnxOp> OPS = List.of(
            onnx("TopK", 1, Sorting::topK),
            onnx("Unique", 11, Sorting::unique),
            onnx("NonZero", 9, Sorting::nonZero),
            onnx("Compress", 9, Sorting::compress),
            onnx("NonMaxSuppression", 10, Sorting::suppress),
            onnx("Det", 11, Sorting::determinant),
            onnx("ImageDecoder", 20, Sorting::image));

    private Sorting() {
    }

    private static List<Operand> topK(NodeContext node) {
        var shape = node.shape(0);
        int axis = node.axis(node.attributes().integer("axis", -1), shape.rank());
        var k = node.opset() < 10
                ? Operand.ofContent(Control.scalar(DType.I64), List.of(Dim.of(node.attributes().integer("k", 1))))
                : node.input(1);
        var count = node.opset() < 10 ? k.content().getFirst() : node.content(1).getFirst();
        if (count instanceof Dim.Const(long wanted) && shape.dim(axis) instanceof Dim.Const(long there)
                && (wanted < 0 || wanted > there)) {
            throw node.error("k from 0 to " + there + " was expected, not " + wanted);
        }
        var result = shape.with(axis, count);
        var made = node.library("sort.topk", Attributes.of("axis", axis,
                "largest", node.attributes().integer("largest", 1), "sorted", node.attributes().integer("sorted", 1)),
                List.of(new TensorType(node.type(0).dtype(), result), new TensorType(DType.I64, result)),
                List.of(node.value(0), k.value(node.builder(), node.origin())));
        return node.results(made.toArray(Value[]::new));
    }

    private static List<Operand> unique(NodeContext node) {
        var shape = node.shape(0);
        @Nullable
        Integer axis = node.attributes().has("axis")
                ? Integer.valueOf(node.axis(node.attributes().integer("axis", 0), shape.rank())) : null;
        var count = node.fresh("unique");
        var found = new TensorType(node.type(0).dtype(), axis == null ? Shape.of(count) : shape.with(axis, count));
        var each = new TensorType(DType.I64, Shape.of(count));
        var inverse = new TensorType(DType.I64, Shape.of(axis == null ? shape.size() : shape.dim(axis)));
        var made = node.library("sort.unique",
                Attributes.of("axis", axis, "sorted", node.attributes().integer("sorted", 1)),
                List.of(found, each, inverse, each), List.of(node.value(0)));
        return node.results(made.toArray(Value[]::new));
    }

    private static List<Operand> nonZero(NodeContext node) {
        var type = new TensorType(DType.I64, Shape.of(Dim.of(node.shape(0).rank()), node.fresh("nonzero")));
        return node.results(node.library("sort.nonzero", Attributes.NONE, type, node.value(0)));
    }

    private static List<Operand> compress(NodeContext node) {
        var shape = node.shape(0);
        @Nullable
        Integer axis = node.attributes().has("axis")
                ? Integer.valueOf(node.axis(node.attributes().integer("axis", 0), shape.rank())) : null;
        var count = node.fresh("compress");
        var type = new TensorType(node.type(0).dtype(), axis == null ? Shape.of(count) : shape.with(axis, count));
        return node.results(node.library("sort.compress", Attributes.of("axis", axis), type, node.value(0),
                node.value(1)));
    }

    private static List<Operand> suppress(NodeContext node) {
        var type = new TensorType(DType.I64, Shape.of(node.fresh("boxes"), Dim.of(3)));
        return node.results(call(node, "nms",
                Attributes.of("center_point_box", node.attributes().integer("center_point_box", 0)), type));
    }

    /** A call with this node's operands, of which some may be left out. */
    private static Value call(NodeContext node, String routine, Attributes arguments, Type result) {
        var places = IntStream.range(0, node.inputCount()).filter(node::has).boxed().toList();
        var values = new ArrayList<Value>();
        places.forEach(i -> values.add(node.value(i)));
        var all = new ArrayList<Object>();
        arguments.texts().forEach((name, text) -> all.addAll(List.of(name, text)));
        if (places.size() < node.inputCount()) {
            all.addAll(List.of("operands", places.stream().map(String::valueOf).collect(Collectors.joining(","))));
        }
        return node.library(routine, Attributes.of(all.toArray()), List.of(result), values).getFirst();
    }

    private static List<Operand> determinant(NodeContext node) {
        var shape = node.shape(0);
        if (shape.rank() < 2) {
            throw node.error("matrices were expected, not " + node.type(0));
        }
        node.symbols().requireEqual(shape.dim(-1), shape.dim(-2), "the determinant of square matrices");
        var type = new TensorType(node.type(0).dtype(), new Shape(shape.dims().subList(0, shape.rank() - 2)));
        return node.results(node.library("matrix.determinant", Attributes.NONE, type, node.value(0)));
    }

    private static List<Operand> image(NodeContext node) {
        var format = node.attributes().text("pixel_format", "RGB");
        var channels = Dim.of(format.equalsIgnoreCase("Grayscale") ? 1 : 3);
        var type = new TensorType(DType.U8, Shape.of(node.fresh("height"), node.fresh("width"), channels));
        return node.results(node.library("image.decode", Attributes.of("pixel_format", format), type, node.value(0)));
    }
}
