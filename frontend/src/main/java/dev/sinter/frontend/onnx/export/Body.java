package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One graph of the file under construction: the model's, or the body of a control-flow node, which sees the values
 * around it. What is computed already is not computed again.
 */
final class Body {
    /**
     * A node of the file.
     *
     * @param domain
     *            of the operator, "" for ONNX's own
     * @param operator
     *            its name
     * @param inputs
     *            operands; null for one left out
     * @param outputs
     *            results
     * @param attributes
     *            all but bodies
     * @param bodies
     *            by the name of their attribute
     * @param origin
     *            the model's nodes it stands for
     */
    record Step(String domain, String operator, List<@Nullable Ref> inputs, List<Ref> outputs,
            List<AttributeProto> attributes, Map<String, Body> bodies, Origin origin) {
    }

    /**
     * An input or output.
     *
     * @param name
     *            its name
     * @param value
     *            what it is
     * @param type
     *            what the file says of it
     */
    record Port(String name, Ref value, Type type) {
    }

    private record Key(String domain, String operator, List<@Nullable Ref> inputs, List<AttributeProto> attributes) {
    }

    private final @Nullable Body outer;
    private final List<Step> steps = new ArrayList<>();
    private final List<Port> inputs = new ArrayList<>();
    private final List<Port> outputs = new ArrayList<>();
    private final Map<Key, List<Ref>> known = new HashMap<>();

    Body(@Nullable Body outer) {
        this.outer = outer;
    }

    List<Step> steps() {
        return Collections.unmodifiableList(steps);
    }

    List<Port> inputs() {
        return Collections.unmodifiableList(inputs);
    }

    List<Port> outputs() {
        return Collections.unmodifiableList(outputs);
    }

    void input(String name, Ref value) {
        inputs.add(new Port(name, value, value.type()));
    }

    void output(String name, Ref value, Type type) {
        outputs.add(new Port(name, value, type));
    }

    /** Puts a copy in the place of an output's value. */
    void copyToOutput(int i) {
        var port = outputs.get(i);
        var copy = new Ref(port.value().type(), "");
        steps.add(new Step("", "Identity", List.of(port.value()), List.of(copy), List.of(), Map.of(), Origin.NONE));
        outputs.set(i, new Port(port.name(), copy, port.type()));
    }

    /** Adds a node as it is. */
    void add(Step step) {
        steps.add(step);
    }

    /** Adds a node, unless one that gives the same is here or around. */
    List<Ref> addOnce(Step step) {
        var key = new Key(step.domain(), step.operator(), step.inputs(), step.attributes());
        for (var body = this; body != null; body = body.outer) {
            var found = body.known.get(key);
            if (found != null && found.size() == step.outputs().size()) {
                return found;
            }
        }
        steps.add(step);
        known.put(key, step.outputs());
        return step.outputs();
    }

    /**
     * Leaves out what nobody needs.
     *
     * @param needed
     *            values that are needed outside; what this graph and its bodies use is added
     */
    void prune(Set<@Nullable Ref> needed) {
        outputs.forEach(port -> needed.add(port.value()));
        for (int i = steps.size() - 1; i >= 0; i--) {
            var step = steps.get(i);
            if (step.outputs().stream().noneMatch(needed::contains)) {
                steps.remove(i);
                continue;
            }
            step.bodies().values().forEach(body -> body.prune(needed));
            needed.addAll(step.inputs());
        }
    }

    /** Whether a value is the result of one of this graph's own nodes. */
    boolean computes(Ref value) {
        return steps.stream().anyMatch(step -> step.outputs().contains(value));
    }
}
