package dev.sinter.frontend.dsl;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.ops.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Primitives that are no operator of ONNX: initializers, states, and what is computed while a model is laid out. */
final class Builtins {
    private final Elaboration model;
    private final Primitives primitives;

    Builtins(Elaboration model, Primitives primitives) {
        this.model = model;
        this.primitives = primitives;
    }

    Item call(Ast.Primitive p, Map<String, Item> arguments, String label, Place place, Frame frame) {
        var values = p.formals().stream().map(f -> Objects.requireNonNull(arguments.get(f.name().text()))).toList();
        return switch (p.operator()) {
            case "normal" -> Initializers.normal(real(values, 0), real(values, 1), integer(values, 2));
            case "uniform" -> Initializers.uniform(real(values, 0), real(values, 1), integer(values, 2));
            case "constant" -> Initializers.constant(real(values, 0));
            case "eye" -> Initializers.eye();
            case "load" -> new Item.Initial(model.parameters().load((Item.Words) values.get(0), values.get(1), place,
                    frame));
            case "tensor" -> tensor(values.get(0), values.get(1), place, frame);
            case "len" -> length(values.getFirst(), place, frame);
            case "int" -> whole(real(values, 0), place, frame);
            case "append" -> append(values.get(0), values.get(1), label, place, frame);
            case "split" -> split(values, label, place, frame);
            case "full" -> full(values, label, place, frame);
            case "arange" -> new Item.Tensor(primitives.lower("Range", List.of(size(values.get(0)),
                    size(values.get(1)), size(Item.Size.of(1))), List.of(), 1, label, place, frame).getFirst());
            default -> throw frame.error(p.name().place(), "'" + p.operator() + "' is nothing built in");
        };
    }

    private static Operand size(Item item) {
        return Operand.ofContent(TensorType.of(DType.I64), List.of(((Item.Size) item).dim()));
    }

    private static double real(List<Item> values, int i) {
        return ((Item.Real) values.get(i)).value();
    }

    private static long integer(List<Item> values, int i) {
        return ((Item.Size) values.get(i)).dim().value();
    }

    private static Item whole(double value, Place place, Frame frame) {
        if (!(Math.abs(value) < 1L << 53)) {
            throw frame.error(place, value + " is too large for an integer");
        }
        return Item.Size.of((long) value);
    }

    private static Item length(Item list, Place place, Frame frame) {
        if (!(list instanceof Item.Items(var elements))) {
            throw frame.error(place, "len: a list was expected, not " + list.describe());
        }
        return Item.Size.of(elements.size());
    }

    /** What comes behind a state; the whole is an output of the model. */
    private Item append(Item to, Item tensor, String label, Place place, Frame frame) {
        if (!(to instanceof Item.State state)) {
            throw frame.error(place, "append: a state was expected first, not " + to.describe()
                    + "; concat([a, b], axis) joins tensors");
        }
        if (!(tensor instanceof Item.Tensor(var operand))) {
            throw frame.error(place, "append: a tensor was expected, not " + tensor.describe());
        }
        var axis = Attribute.of("axis", state.axis());
        var old = state.operand().type();
        var more = operand.type();
        if (old.dtype() != more.dtype() || !more.shape().isRanked() || more.shape().rank() != old.shape().rank()
                || !model.symbols().agree(old.shape().size(),
                        more.shape().with(state.axis(), old.shape().dim(state.axis())).size())) {
            throw frame.error(place, "append: " + more + " does not continue the state " + old + " along axis "
                    + state.axis());
        }
        var joined = primitives.lower("Concat", List.of(state.operand(), operand), List.of(axis), 1, label, place,
                frame).getFirst();
        if (model.close(state, joined.value(model.builder(), Origin.NONE), place, frame) == null) {
            throw frame.error(place, "append: state '" + state.output() + "' is appended to a second time");
        }
        return new Item.Tensor(joined);
    }

    private Item split(List<Item> values, String label, Place place, Frame frame) {
        var x = primitives.tensor(values.get(0), null, place, frame);
        var parts = values.get(1);
        long axis = integer(values, 2);
        int rank = x.type().shape().rank();
        if (axis < -rank || axis >= rank) {
            throw frame.error(place, "split: an axis from " + -rank + " to " + (rank - 1) + " of " + x.type()
                    + " was expected, not " + axis);
        }
        var size = x.type().shape().dim((int) axis);
        var sizes = new ArrayList<Dim>();
        if (parts instanceof Item.Items(var list)) {
            list.forEach(i -> sizes.add(((Item.Size) i).dim()));
        } else {
            long count = integer(values, 1);
            if (count < 1 || count > 4096 || !size.floorDiv(Dim.of(count)).times(Dim.of(count)).equals(size)) {
                throw frame.error(place, "split: axis " + axis + " of " + x.type() + " is not divisible into " + count
                        + " parts");
            }
            for (int i = 0; i < count; i++) {
                sizes.add(size.floorDiv(Dim.of(count)));
            }
        }
        var sum = sizes.stream().reduce(Dim.ZERO, Dim::plus);
        if (!model.symbols().agree(sum, size)) {
            throw frame.error(place,
                    "split: parts " + sizes + " sum up to " + sum + ", axis " + axis + " of " + x.type()
                            + " is " + size);
        }
        var attribute = Attribute.of("axis", axis);
        return new Item.Items(primitives.lower("Split", List.of(x, Primitives.sizes(sizes)), List.of(attribute),
                sizes.size(), label, place, frame).stream().<Item>map(Item.Tensor::new).toList());
    }

    private Item full(List<Item> values, String label, Place place, Frame frame) {
        var dtype = ((Item.Type) values.get(2)).dtype();
        var shape = new Shape(((Item.Items) values.get(0)).elements().stream().map(i -> ((Item.Size) i).dim())
                .toList());
        var scalar = primitives.tensor(values.get(1), dtype, place, frame)
                .value(model.builder(), Origin.NONE);
        return new Item.Tensor(Operand.of(model.builder().apply(new View(new IndexMap.Expand(shape)),
                Origin.of(frame.full(label)), scalar)));
    }

    private Item tensor(Item values, Item type, Place place, Frame frame) {
        var dtype = ((Item.Type) type).dtype();
        try {
            TensorData data = Literals.tensor(values, dtype);
            return new Item.Tensor(Operand.ofConstant(data, ""));
        } catch (IllegalArgumentException e) {
            throw frame.error(place, "tensor: " + e.getMessage());
        }
    }
}
