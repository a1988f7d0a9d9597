package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.frontend.onnx.proto.TypeProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lists of values, and values that may be absent: SequenceEmpty, SequenceConstruct, SequenceAt, SequenceInsert,
 * SequenceErase, SequenceLength (11), ConcatFromSequence (11), SplitToSequence (11, 24), Optional (15),
 * OptionalHasElement and OptionalGetElement (15, 18 also of plain values).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__SequenceAt.html">SequenceAt</a>
 */
final class Sequences {
    static final List<OnnxOp> OPS = List.of(
            onnx("SequenceEmpty", 11, Sequences::empty),
            onnx("SequenceConstruct", 11, Sequences::construct),
            onnx("SequenceAt", 11, node -> node.results(at(node, node.value(0), element(node, 0), node.value(1)))),
            onnx("SequenceInsert", 11, Sequences::insert),
            onnx("SequenceErase", 11, Sequences::erase),
            onnx("SequenceLength", 11, node -> node.results(node.library("sequence.length", Attributes.NONE,
                    Control.scalar(DType.I64), node.value(0)))),
            onnx("ConcatFromSequence", 11, Sequences::concat),
            onnx("SplitToSequence", 11, Sequences::split),
            onnx("Optional", 15, Sequences::optional),
            onnx("OptionalHasElement", 15, Sequences::has),
            onnx("OptionalGetElement", 15, Sequences::get));

    private Sequences() {
    }

    private static Type element(NodeContext node, int i) {
        if (node.kind(i) instanceof Type.Sequence(var element)) {
            return element;
        }
        throw node.error("a sequence was expected as input " + i + ", not " + node.kind(i));
    }

    /** One element; sizes that differ from element to element become symbols. */
    static Value at(NodeContext node, Value sequence, Type element, Value position) {
        return node.library("sequence.at", Attributes.NONE, taken(node, element), sequence, position);
    }

    /** The type of an element that is taken out. */
    private static Type taken(NodeContext node, Type element) {
        return element instanceof TensorType
                ? Joins.map(element, dim -> dim.symbols().isEmpty() ? dim : node.fresh("element")) : element;
    }

    private static List<Operand> empty(NodeContext node) {
        var dtype = OnnxTypes.dtype(node.attributes().integer("dtype", 1), "attribute 'dtype'");
        return node.results(node.library("sequence.empty", Attributes.of("dtype", dtype.label()),
                new Type.Sequence(new TensorType(dtype, Shape.UNKNOWN))));
    }

    private static List<Operand> construct(NodeContext node) {
        Type type = Joins.loose(node.kind(0));
        for (int i = 1; i < node.inputCount(); i++) {
            type = held(node, type, node.kind(i));
        }
        return node.results(node.library("sequence.construct", Attributes.NONE,
                List.<Type>of(new Type.Sequence(type)), node.values()).getFirst());
    }

    /** The type of the elements if a value is put among them. */
    private static Type held(NodeContext node, Type elements, Type value) {
        var joined = Joins.element(elements, Joins.loose(value));
        if (joined == null) {
            throw node.error("elements of one type were expected, not " + elements + " and " + value);
        }
        return joined;
    }

    private static List<Operand> insert(NodeContext node) {
        // an empty sequence's element type says nothing of the rank
        var element = element(node, 0);
        var type = new Type.Sequence(held(node, element, node.kind(1)));
        return node.results(node.library("sequence.insert", Attributes.NONE, List.<Type>of(type), given(node))
                .getFirst());
    }

    private static List<Operand> erase(NodeContext node) {
        return node.results(node.library("sequence.erase", Attributes.NONE, List.of(node.kind(0)), given(node))
                .getFirst());
    }

    /** The operands that are there; only the last may be left out. */
    private static List<Value> given(NodeContext node) {
        var values = new ArrayList<Value>();
        for (int i = 0; i < node.inputCount() && node.has(i); i++) {
            values.add(node.value(i));
        }
        return values;
    }

    private static List<Operand> concat(NodeContext node) {
        var element = element(node, 0);
        boolean stack = node.attributes().flag("new_axis", false);
        long given = node.attributes().integer("axis", 0);
        if (!(element instanceof TensorType(var dtype, var shape))) {
            throw node.error("a sequence of tensors was expected, not " + node.kind(0));
        }
        var arguments = Attributes.of("axis", given, "new_axis", stack ? 1 : 0);
        if (!shape.isRanked()) {
            return node.results(node.library("sequence.concat", arguments, element, node.value(0)));
        }
        int rank = shape.rank() + (stack ? 1 : 0);
        int axis = node.axis(given, rank);
        var dims = new ArrayList<Dim>();
        for (int a = 0; a < shape.rank(); a++) {
            dims.add(shape.dim(a).isConst() ? shape.dim(a) : node.fresh("joined"));
        }
        if (stack) {
            dims.add(axis, node.fresh("joined"));
        } else {
            dims.set(axis, node.fresh("joined"));
        }
        return node.results(node.library("sequence.concat", arguments, new TensorType(dtype, new Shape(dims)),
                node.value(0)));
    }

    private static List<Operand> split(NodeContext node) {
        var shape = node.shape(0);
        int axis = node.axis(node.attributes().integer("axis", 0), shape.rank());
        boolean keep = node.has(1) || node.attributes().flag("keepdims", true);
        var dims = new ArrayList<>(shape.dims());
        if (!keep) {
            dims.remove(axis);
        } else {
            dims.set(axis, node.has(1) ? evenSize(node, shape.dim(axis)) : Dim.ONE);
        }
        var type = new Type.Sequence(Joins.loose(new TensorType(node.type(0).dtype(), new Shape(dims))));
        return node.results(node.library("split.to_sequence",
                Attributes.of("axis", axis, "keepdims", keep ? 1 : 0), List.<Type>of(type), given(node)).getFirst());
    }

    /** The size of the parts where all are equal and known. */
    private static Dim evenSize(NodeContext node, Dim whole) {
        var known = node.known(1);
        if (known == null || known.isEmpty() || !known.getFirst().isConst() || !whole.isConst()) {
            return Joins.ANY;
        }
        boolean even = node.shape(1).rank() == 0 ? known.getFirst().value() > 0
                && whole.value() % known.getFirst().value() == 0
                : known.stream().allMatch(known.getFirst()::equals);
        return even ? known.getFirst() : Joins.ANY;
    }

    private static List<Operand> optional(NodeContext node) {
        if (node.has(0)) {
            return node.results(node.library("optional.make", Attributes.NONE,
                    new Type.Optional(Joins.loose(node.kind(0))), node.value(0)));
        }
        var type = node.attributes().type("type");
        if (type == null) {
            throw node.error("an input or attribute 'type' was expected");
        }
        return node.results(node.library("optional.make", Attributes.NONE, new Type.Optional(declared(node, type))));
    }

    /** A type an attribute gives. */
    private static Type declared(NodeContext node, TypeProto type) {
        return switch (type.getValueCase()) {
            case TENSOR_TYPE -> OnnxTypes.elementTensor(type.getTensorType(), "attribute 'type'");
            case SEQUENCE_TYPE -> new Type.Sequence(declared(node, type.getSequenceType().getElemType()));
            case OPTIONAL_TYPE -> new Type.Optional(declared(node, type.getOptionalType().getElemType()));
            default -> throw node.error("a tensor or sequence type was expected, not " + type.getValueCase());
        };
    }

    private static List<Operand> has(NodeContext node) {
        @Nullable
        Boolean known = !node.has(0) ? Boolean.FALSE : node.kind(0) instanceof Type.Optional ? null : Boolean.TRUE;
        if (known != null) {
            return List.of(Operand.ofContent(Control.scalar(DType.BOOL), List.of(known ? Dim.ONE : Dim.ZERO)));
        }
        return node.results(node.library("optional.has", Attributes.NONE, Control.scalar(DType.BOOL), node.value(0)));
    }

    private static List<Operand> get(NodeContext node) {
        if (!(node.kind(0) instanceof Type.Optional(var element))) {
            return List.of(node.input(0));
        }
        return node.results(node.library("optional.get", Attributes.NONE, taken(node, element), node.value(0)));
    }
}
