package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Type;
import dev.sinter.ir.op.Library;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A library call to be written.
 *
 * @param op
 *            the routine and its settings
 * @param node
 *            its operands and results
 * @param site
 *            where
 */
record Call(Library op, Node node, Site site) {
    Ref operand(int i) {
        return site.value(node.input(i));
    }

    List<@Nullable Ref> operands() {
        var all = new ArrayList<@Nullable Ref>();
        node.inputs().forEach(v -> all.add(site.value(v)));
        return all;
    }

    /** An operand that must be known. */
    TensorData constant(int i) {
        var data = node.input(i).constant();
        if (data == null) {
            throw new Unexportable("operand " + i + " was expected to be constant");
        }
        return data;
    }

    boolean has(String name) {
        return op.arguments().has(name);
    }

    String text(String name) {
        return op.arguments().get(name);
    }

    long integer(String name) {
        return Long.parseLong(text(name));
    }

    float real(String name) {
        return Float.parseFloat(text(name));
    }

    /** Some of the settings as attributes of integers, those that are there. */
    List<AttributeProto> integers(String... names) {
        var made = new ArrayList<AttributeProto>();
        for (var name : names) {
            if (has(name)) {
                made.add(Attribute.of(name, integer(name)));
            }
        }
        return made;
    }

    List<Type> types() {
        return op.results().stream().map(Types::sizeless).toList();
    }

    DType dtype() {
        return node.output().dtype();
    }

    /** An operator with the call's own operands and results. */
    List<Ref> as(String operator, List<AttributeProto> attributes) {
        return as(operator, operands(), attributes);
    }

    List<Ref> as(String operator, List<@Nullable Ref> operands, List<AttributeProto> attributes) {
        return site.op(operator, types(), operands, attributes.toArray(AttributeProto[]::new));
    }

    /** An operator that gives other results each time it stands there. */
    Ref anew(String operator, DType type, List<@Nullable Ref> operands, List<AttributeProto> attributes) {
        return site.own(operator, List.of(Types.tensor(type)), operands, Map.of(),
                attributes.toArray(AttributeProto[]::new)).getFirst();
    }

    /** An operator for classical machine learning. */
    List<Ref> ml(int version, String operator, List<@Nullable Ref> operands, List<AttributeProto> attributes) {
        return site.op("ai.onnx.ml", version, operator, types(), operands, attributes.toArray(AttributeProto[]::new));
    }
}
