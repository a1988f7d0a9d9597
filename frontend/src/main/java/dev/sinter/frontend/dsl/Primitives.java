package dev.sinter.frontend.dsl;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.OnnxImportException;
import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.frontend.onnx.ops.NodeContext;
import dev.sinter.frontend.onnx.ops.OnnxOps;
import dev.sinter.frontend.onnx.ops.Operand;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.IrException;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes nodes. A primitive is an operator of ONNX, lowered to core ops as the ONNX importer lowers it, so that both
 * front ends give the passes the same graphs.
 */
final class Primitives {
    /** The version of the operators that primitives name. */
    static final int OPSET = 24;

    private final Elaboration model;

    Primitives(Elaboration model) {
        this.model = model;
    }

    /** Applies a primitive to arguments of the kinds that its parameters name. */
    Item apply(Ast.Primitive primitive, Map<String, Item> arguments, String label, Place place, Frame frame) {
        var known = Numbers.apply(primitive, arguments);
        if (known != null) {
            return known;
        }
        var operator = primitive.operator();
        int slash = operator.indexOf('/');
        int outputs = slash < 0 ? 1 : Integer.parseInt(operator.substring(slash + 1));
        var inputs = new ArrayList<@Nullable Operand>();
        var attributes = new ArrayList<AttributeProto>();
        var hint = hint(arguments.values());
        for (var formal : primitive.formals()) {
            var item = Objects.requireNonNull(arguments.get(formal.name().text()));
            switch (Calls.kind(formal)) {
                case "tensor" -> inputs.add(item instanceof Item.Nothing ? null : tensor(item, hint, place, frame));
                case "tensors" -> ((Item.Items) item).elements()
                        .forEach(i -> inputs.add(tensor(i, hint, place, frame)));
                case "dims" -> inputs.add(item instanceof Item.Nothing ? null : sizes(item));
                case "index" -> inputs.add(item instanceof Item.Nothing ? null
                        : size(((Item.Size) item).dim(), null, place, frame));
                default -> attribute(formal.name().text(), item, attributes);
            }
        }
        while (!inputs.isEmpty() && inputs.getLast() == null) {
            inputs.removeLast();
        }
        var results = lower(slash < 0 ? operator : operator.substring(0, slash), inputs, attributes, outputs, label,
                place, frame);
        return results.size() == 1 ? new Item.Tensor(results.getFirst())
                : new Item.Items(results.stream().<Item>map(Item.Tensor::new).toList());
    }

    private static void attribute(String name, Item item, List<AttributeProto> attributes) {
        switch (item) {
            case Item.Nothing n -> {
                // left out
            }
            case Item.Size(var dim) -> attributes.add(Attribute.of(name, dim.value()));
            case Item.Real(double value) -> attributes.add(Attribute.of(name, (float) value));
            case Item.Flag(boolean value) -> attributes.add(Attribute.of(name, value ? 1 : 0));
            case Item.Words(var text) -> attributes.add(Attribute.of(name, text));
            case Item.Type(var dtype) -> attributes.add(Attribute.of(name, OnnxTypes.code(dtype)));
            case Item.Items(var elements) -> attributes.add(Attribute.integers(name,
                    elements.stream().map(Item::integer).map(Objects::requireNonNull).toList()));
            default -> throw new AssertionError(item);
        }
    }

    private static Operand sizes(Item item) {
        var dims = item instanceof Item.Items(var elements)
                ? elements.stream().map(e -> ((Item.Size) e).dim()).toList() : List.of(((Item.Size) item).dim());
        return sizes(dims);
    }

    /** Sizes as a tensor of one axis. */
    static Operand sizes(List<Dim> dims) {
        return Operand.ofContent(TensorType.of(DType.I64, dims.size()), dims);
    }

    /** The element type that numbers among the operands take: the first tensor's, truth values aside. */
    private static @Nullable DType hint(Iterable<Item> items) {
        for (var item : items) {
            var found = switch (item) {
                case Item.Tensor(var operand) -> operand.type().dtype();
                case Item.State s -> s.operand().type().dtype();
                case Item.Items(var elements) -> hint(elements);
                default -> null;
            };
            if (found != null && found != DType.BOOL) {
                return found;
            }
        }
        return null;
    }

    /** A tensor, or a number as one. */
    Operand tensor(Item item, @Nullable DType hint, Place place, Frame frame) {
        return switch (item) {
            case Item.Tensor(var operand) -> operand;
            case Item.State s -> s.operand();
            case Item.Size(Dim.Const(long value)) -> scalar(hint == null ? DType.I64 : hint, value, place, frame);
            case Item.Size(var dim) -> size(dim, hint, place, frame);
            case Item.Real(double value) -> scalar(hint == null ? DType.F32 : hint, value, place, frame);
            case Item.Flag(boolean value) -> Operand.ofConstant(TensorData.scalar(DType.BOOL, value ? 1 : 0), "");
            default -> throw frame.error(place, "a tensor or a number was expected, not " + item.describe());
        };
    }

    private static Operand scalar(DType dtype, double value, Place place, Frame frame) {
        boolean fits = dtype.isFloat() || dtype.isInteger() && value == Math.rint(value)
                && value >= dtype.minInteger() && value <= dtype.maxInteger();
        if (!fits) {
            throw frame.error(place, "the number " + value + " is none of type " + dtype + "; cast the tensor");
        }
        return Operand.ofConstant(TensorData.scalar(dtype, value), "");
    }

    private Operand size(Dim dim, @Nullable DType hint, Place place, Frame frame) {
        var size = Operand.ofContent(TensorType.of(DType.I64), List.of(dim));
        if (hint == null || hint == DType.I64) {
            return size;
        }
        return lower("Cast", List.of(size), List.of(Attribute.of("to", OnnxTypes.code(hint))), 1, "cast", place, frame)
                .getFirst();
    }

    /** An operator of one result and no attributes. */
    Item simple(String operator, String label, Place place, Frame frame, Item... operands) {
        var hint = hint(Arrays.asList(operands));
        var inputs = new ArrayList<@Nullable Operand>();
        for (var operand : operands) {
            inputs.add(tensor(operand, hint, place, frame));
        }
        return new Item.Tensor(lower(operator, inputs, List.of(), 1, label, place, frame).getFirst());
    }

    /**
     * Lowers an operator.
     *
     * @throws DslException
     *             if the operands do not fit, or would only if sizes agreed of which nothing says so
     */
    List<Operand> lower(String operator, List<@Nullable Operand> inputs, List<AttributeProto> attributes, int outputs,
            String label, Place place, Frame frame) {
        model.node(place, frame);
        var op = OnnxOps.find(OnnxOps.ONNX, operator, OPSET);
        if (op == null) {
            throw new AssertionError(operator + " is no operator");
        }
        var node = NodeProto.newBuilder().setOpType(operator).addAllAttribute(attributes);
        for (int i = 0; i < outputs; i++) {
            node.addOutput("result_" + i);
        }
        int equalities = model.symbols().equalities().size();
        try {
            ShapeRules.check(operator, inputs, attributes, model.symbols());
            var results = op.lowering().lower(new NodeContext(model.builder(), node.build(), frame.full(label), OPSET,
                    inputs, null, null));
            var learned = model.symbols().equalities();
            if (learned.size() > equalities) {
                var equality = learned.get(equalities);
                throw new IrException(equality.left() + " and " + equality.right()
                        + " would have to be equal, and nothing says that they are");
            }
            // some lowerings give results that nobody asked for
            return results.subList(0, Math.min(outputs, results.size()));
        } catch (OnnxImportException | IrException | ArithmeticException e) {
            throw frame.error(place, label + " of " + described(inputs) + ": " + plain(e));
        }
    }

    private static String described(List<@Nullable Operand> inputs) {
        var types = inputs.stream().filter(Objects::nonNull).map(o -> o.kind().toString()).toList();
        return types.isEmpty() ? "nothing"
                : types.size() == 1 ? types.getFirst()
                        : types.subList(0, types.size() - 1).stream().collect(Collectors.joining(", ")) + " and "
                                + types.getLast();
    }

    /** A message without the name of the ONNX node that it stands for here. */
    private static String plain(RuntimeException e) {
        var message = String.valueOf(e.getMessage());
        int end = message.startsWith("node '") ? message.indexOf("): ") : -1;
        return end < 0 ? message : message.substring(end + 3);
    }
}
