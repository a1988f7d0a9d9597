package dev.sinter.frontend.dsl;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.ops.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Facts;
import dev.sinter.ir.TensorData;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A parameter with its annotations applied: values pruned, then quantized; the rest are facts of the value. */
final class Annotated {
    private final String name;
    private final Place place;
    private final Frame frame;
    private final Elaboration model;

    Annotated(String name, Place place, Frame frame, Elaboration model) {
        this.name = name;
        this.place = place;
        this.frame = frame;
        this.model = model;
    }

    Item apply(TensorData values, List<Annotation> annotations) {
        if (annotations.isEmpty()) {
            return new Item.Tensor(Operand.ofConstant(values, name));
        }
        var data = values;
        Annotation pruned = null;
        String layout = null;
        Annotation.Quantized quantized = null;
        for (var annotation : annotations) {
            switch (annotation) {
                case Annotation.Sparse s -> {
                    requireFirst(pruned, s);
                    data = Pruned.blocks(floats(data, s), s, frame);
                    pruned = s;
                }
                case Annotation.Structured s -> {
                    requireFirst(pruned, s);
                    data = Pruned.structured(floats(data, s), s, frame);
                    pruned = s;
                }
                case Annotation.Quantized q -> {
                    requireFirst(quantized, q);
                    quantized = q;
                }
                case Annotation.Laid l -> {
                    requireFirst(layout, l);
                    layout = l.layout();
                }
            }
        }
        var facts = new FactsOf(layout);
        return quantized == null ? constant(data, name, facts) : quantized(floats(data, quantized), quantized, facts);
    }

    private record FactsOf(@Nullable String layout) {
        Facts on(TensorData data) {
            var plain = Facts.ofConstant(data);
            return new Facts(plain.constant(), plain.content(), plain.range(), plain.weights(), layout);
        }
    }

    private void requireFirst(@Nullable Object earlier, Annotation annotation) {
        if (earlier != null) {
            throw frame.error(annotation.place(), "parameter '" + name + "' has such an annotation already");
        }
    }

    private TensorData floats(TensorData data, Annotation annotation) {
        if (data.dtype() != DType.F32 || data.dims().length < 2) {
            throw frame.error(annotation.place(), "a parameter of type f32 and at least two axes was expected, '" + name
                    + "' is " + data.type());
        }
        return data;
    }

    private Item.Tensor constant(TensorData data, String label, FactsOf facts) {
        return new Item.Tensor(Operand.of(model.builder().root().constant(data, label, facts.on(data))));
    }

    /** The integers, and their scales, as a node that multiplies both. */
    private Item quantized(TensorData data, Annotation.Quantized q, FactsOf facts) {
        int rank = data.dims().length;
        if (q.axis() < -rank || q.axis() >= rank) {
            throw frame.error(q.place(), "an axis from " + -rank + " to " + (rank - 1) + " was expected, not "
                    + q.axis());
        }
        int axis = q.axis() < 0 ? q.axis() + rank : q.axis();
        var parts = q.group() == 0 ? Quantizing.whole(data, q.bits(), q.channels() ? axis : -1)
                : Quantizing.groups(data, q.bits(), q.group(), q.place(), frame);
        var attributes = q.group() == 0 ? List.of(Attribute.of("axis", axis))
                : List.of(Attribute.of("axis", rank - 1), Attribute.of("block_size", q.group()));
        var integers = constant(parts.integers(), name, facts);
        var scales = Operand.ofConstant(parts.scales(), name + ".scale");
        return new Item.Tensor(model.evaluation().primitives().lower("DequantizeLinear",
                List.of(integers.operand(), scales), attributes, 1, "dequantize", place, frame).getFirst());
    }
}
