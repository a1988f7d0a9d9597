package dev.sinter.frontend.onnx;

import dev.sinter.frontend.onnx.ops.NodeContext;
import dev.sinter.frontend.onnx.ops.OnnxOps;
import dev.sinter.frontend.onnx.ops.Operand;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lowers one graph, node by node in the file's order, and leaves out what no output needs. */
final class GraphLowering {
    private final GraphProto graph;
    private final Map<String, Long> opsets;
    private final Initializers weights;
    private final @Nullable Path folder;
    private final SymbolNames symbolNames;
    private final GraphBuilder builder;
    private final Map<String, Operand> scope = new HashMap<>();

    GraphLowering(GraphProto graph, Map<String, Long> opsets, Initializers weights, @Nullable Path folder,
            ImportOptions options,
            Symbols symbols) {
        this.graph = graph;
        this.opsets = opsets;
        this.weights = weights;
        this.folder = folder;
        this.symbolNames = new SymbolNames(options);
        this.builder = new GraphBuilder(graph.getName(), symbols, 0);
    }

    Graph lower() {
        for (var input : graph.getInputList()) {
            // up to IR version 3 every initializer was listed as an input as well, its value a mere default
            if (!weights.has(input.getName())) {
                var type = symbolNames.type(input.getName(), input.getType());
                define(input.getName(), Operand.of(builder.input(input.getName(), type)), "the graph's inputs");
            }
        }
        symbolNames.checkAllUsed();
        graph.getNodeList().forEach(this::lower);
        var named = new HashSet<String>();
        for (var output : graph.getOutputList()) {
            if (!named.add(output.getName())) {
                throw new OnnxImportException("the graph's outputs: '" + output.getName() + "' is listed twice");
            }
            var value = operand(output.getName(), "the graph's outputs").value(builder, Origin.NONE);
            checkOutput(output.getName(), output.getType().getTensorType().getElemType(), value);
            builder.output(output.getName(), value);
        }
        return withoutDeadNodes(builder.build());
    }

    private static void checkOutput(String name, int elementType, Value value) {
        if (elementType != 0 && OnnxTypes.dtype(elementType, "output '" + name + "'") != value.dtype()) {
            throw new OnnxImportException("output '" + name + "': the model declares "
                    + OnnxTypes.dtype(elementType, name) + " but computes " + value.type());
        }
    }

    private void lower(NodeProto node) {
        var name = Support.name(node);
        var domain = Support.domain(node.getDomain());
        long opset = opsets.getOrDefault(domain, 1L);
        var op = OnnxOps.find(domain, node.getOpType(), opset);
        var where = "node '" + name + "' (" + node.getOpType() + ")";
        if (op == null) {
            throw new OnnxImportException(where + ": unsupported operator");
        }
        var operands = new ArrayList<@Nullable Operand>();
        for (var input : node.getInputList()) {
            operands.add(input.isEmpty() ? null : operand(input, where));
        }
        try {
            var results = op.lowering().lower(new NodeContext(builder, node, name, opset, operands, folder));
            for (int i = 0; i < node.getOutputCount(); i++) {
                if (!node.getOutput(i).isEmpty()) {
                    if (i >= results.size()) {
                        throw new OnnxImportException(where + ": " + results.size() + " outputs were expected, not "
                                + node.getOutputCount());
                    }
                    define(node.getOutput(i), results.get(i), where);
                }
            }
        } catch (IrException | ArithmeticException e) {
            throw new OnnxImportException(where + ": " + (e.getMessage() == null ? e : e.getMessage()), e);
        }
    }

    private void define(String name, Operand operand, String where) {
        if (scope.putIfAbsent(name, operand) != null) {
            throw new OnnxImportException(where + ": '" + name + "' is defined twice");
        }
    }

    private Operand operand(String name, String where) {
        var known = scope.get(name);
        if (known == null) {
            var constant = weights.get(name);
            if (constant == null) {
                throw new OnnxImportException(
                        where + ": '" + name + "' was expected to be an input, an initializer or the output of"
                                + " an earlier node");
            }
            known = Operand.ofConstant(constant, name);
            scope.put(name, known);
        }
        return known;
    }

    private static Graph withoutDeadNodes(Graph graph) {
        var live = new HashSet<Value>();
        graph.outputs().forEach(p -> live.add(p.value()));
        var kept = new ArrayList<Node>();
        for (var node : graph.nodes().reversed()) {
            if (!Collections.disjoint(node.outputs(), live)) {
                live.addAll(node.inputs());
                kept.add(node);
            }
        }
        return new Graph(graph.name(), graph.inputs(), kept.reversed(), graph.outputs(), graph.symbols());
    }
}
