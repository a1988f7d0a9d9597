package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.TensorData;
import java.util.HashSet;
import java.util.List;
import java.util.function.BiFunction;

/** Names everything and makes the messages. */
final class FileWriter {
    private final Draft draft;
    private final FileNames names = new FileNames();
    private int bodies;

    FileWriter(Draft draft) {
        this.draft = draft;
    }

    /**
     * The model's graph.
     *
     * @param name
     *            of the model
     * @param root
     *            its graph
     * @param constants
     *            makes the message of a constant of a name
     * @return the message
     */
    GraphProto graph(String name, Body root, BiFunction<TensorData, String, TensorProto> constants) {
        root.inputs().forEach(port -> names.fix(port.value(), port.name()));
        claim(root);
        // a name that a result could not have, it being the name of an output as well, is free for nobody else
        draft.constants().forEach((data, ref) -> names.suggest(ref, ref.hint().isEmpty() ? "constant" : ref.hint()));
        name(root);
        var made = GraphProto.newBuilder().setName(name.isEmpty() ? "graph" : name);
        draft.constants().forEach((data, ref) -> made.addInitializer(constants.apply(data, names.of(ref))));
        write(root, made);
        return made.build();
    }

    /** Outputs are results of nodes under their own names; whatever else is an output gets a node that copies it. */
    private void claim(Body body) {
        var taken = new HashSet<Ref>();
        var outputs = List.copyOf(body.outputs());
        for (int i = 0; i < outputs.size(); i++) {
            var port = outputs.get(i);
            if (names.isUsed(port.name())) {
                throw new OnnxExportException(List.of("output '" + port.name()
                        + "' is called like an input, and ONNX has one name for one value"));
            }
            if (names.isNamed(port.value()) || !taken.add(port.value()) || !body.computes(port.value())) {
                body.copyToOutput(i);
            }
        }
        body.outputs().forEach(port -> names.fix(port.value(), port.name()));
    }

    private void name(Body body) {
        for (var step : body.steps()) {
            for (int i = 0; i < step.outputs().size(); i++) {
                var hint = step.origin().first().isEmpty() ? step.operator() : step.origin().first();
                names.suggest(step.outputs().get(i), hint + "_" + step.operator() + (i == 0 ? "" : "_" + i));
            }
            step.bodies().values().forEach(inner -> {
                inner.inputs().forEach(port -> names.suggest(port.value(), port.name()));
                for (int i = 0; i < inner.outputs().size(); i++) {
                    var port = inner.outputs().get(i);
                    if (names.isNamed(port.value()) || !inner.computes(port.value())) {
                        inner.copyToOutput(i);
                    }
                    names.suggest(inner.outputs().get(i).value(), port.name());
                }
                name(inner);
            });
        }
    }

    private void write(Body body, GraphProto.Builder made) {
        body.inputs().forEach(port -> made.addInput(Types.info(names.of(port.value()), port.value().type())));
        body.outputs().forEach(port -> made.addOutput(Types.info(names.of(port.value()), port.type())));
        for (var step : body.steps()) {
            made.addNode(node(step));
        }
    }

    private NodeProto node(Body.Step step) {
        var made = NodeProto.newBuilder().setOpType(step.operator()).setDomain(step.domain())
                .setName(names.node(step.origin().first(), step.operator()));
        int count = step.inputs().size();
        while (count > 0 && step.inputs().get(count - 1) == null) {
            count--;
        }
        for (var input : step.inputs().subList(0, count)) {
            made.addInput(input == null ? "" : names.of(input));
        }
        step.outputs().forEach(output -> made.addOutput(names.of(output)));
        made.addAllAttribute(step.attributes());
        step.bodies().forEach((name, inner) -> {
            var graph = GraphProto.newBuilder().setName(name + "_" + bodies++);
            write(inner, graph);
            made.addAttribute(AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.GRAPH)
                    .setG(graph));
        });
        return made.build();
    }
}
