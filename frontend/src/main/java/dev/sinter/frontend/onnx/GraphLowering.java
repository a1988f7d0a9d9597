package dev.sinter.frontend.onnx;

import dev.sinter.frontend.onnx.ops.Bodies;
import dev.sinter.frontend.onnx.ops.LiveNodes;
import dev.sinter.frontend.onnx.ops.NodeContext;
import dev.sinter.frontend.onnx.ops.OnnxOp;
import dev.sinter.frontend.onnx.ops.OnnxOps;
import dev.sinter.frontend.onnx.ops.Operand;
import dev.sinter.frontend.onnx.proto.FunctionProto;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lowers nodes one by one, each behind those it reads from: those of the model's graph, of a body or of a function
 * that is put in the place of its call.
 */
final class GraphLowering {
    private final Functions functions;
    private final @Nullable Path folder;
    private final Map<String, Long> opsets;
    private final GraphBuilder builder;
    private final Scope scope;
    /** What is put before nodes' names: the calls they are within. */
    private final String prefix;
    private final Set<String> calls;

    private GraphLowering(Functions functions, @Nullable Path folder, Map<String, Long> opsets, GraphBuilder builder,
            Scope scope, String prefix, Set<String> calls) {
        this.functions = functions;
        this.folder = folder;
        this.opsets = opsets;
        this.builder = builder;
        this.scope = scope;
        this.prefix = prefix;
        this.calls = calls;
    }

    /** Lowers a model's graph and leaves out what no output needs. */
    static Graph lower(GraphProto graph, Functions functions, Map<String, Long> opsets, @Nullable Path folder,
            ImportOptions options, Symbols symbols) {
        var weights = new Initializers(graph, folder);
        var builder = new GraphBuilder(graph.getName(), symbols, 0);
        var scope = new Scope(null, weights);
        var symbolNames = new SymbolNames(options);
        for (var input : graph.getInputList()) {
            // up to IR version 3 every initializer was listed as an input as well, its value a mere default
            if (!weights.has(input.getName())) {
                var type = symbolNames.type(input.getName(), input.getType());
                scope.define(input.getName(), Operand.of(builder.input(input.getName(), type)), "the graph's inputs");
            }
        }
        symbolNames.checkAllUsed();
        new GraphLowering(functions, folder, opsets, builder, scope, "", Set.of()).lower(graph.getNodeList());
        var named = new HashSet<String>();
        for (var output : graph.getOutputList()) {
            if (!named.add(output.getName())) {
                throw new OnnxImportException("the graph's outputs: '" + output.getName() + "' is listed twice");
            }
            var value = scope.operand(output.getName(), "the graph's outputs").value(builder, Origin.NONE);
            checkOutput(output.getName(), output.getType().getTensorType().getElemType(), value);
            builder.output(output.getName(), value);
        }
        return new LiveNodes().ofModel(builder.build());
    }

    private static void checkOutput(String name, int elementType, Value value) {
        if (elementType != 0 && value.type() instanceof TensorType type
                && OnnxTypes.dtype(elementType, "output '" + name + "'") != type.dtype()) {
            throw new OnnxImportException("output '" + name + "': the model declares "
                    + OnnxTypes.dtype(elementType, name) + " but computes " + value.type());
        }
    }

    private void lower(List<NodeProto> nodes) {
        NodeOrder.of(nodes).forEach(this::lower);
    }

    private void lower(NodeProto node) {
        var name = prefix + Support.name(node);
        var where = "node '" + name + "' (" + node.getOpType() + ")";
        var operands = new ArrayList<@Nullable Operand>();
        for (var input : node.getInputList()) {
            operands.add(input.isEmpty() ? null : scope.operand(input, where));
        }
        try {
            var function = functions.called(node);
            define(node, function != null ? call(function, node, name, operands) : apply(node, name, operands), where);
        } catch (IrException | ArithmeticException e) {
            throw new OnnxImportException(where + ": " + (e.getMessage() == null ? e : e.getMessage()), e);
        }
    }

    private void define(NodeProto node, List<Operand> results, String where) {
        for (int i = 0; i < node.getOutputCount(); i++) {
            if (!node.getOutput(i).isEmpty()) {
                if (i >= results.size()) {
                    throw new OnnxImportException(where + ": " + results.size() + " outputs were expected, not "
                            + node.getOutputCount());
                }
                scope.define(node.getOutput(i), results.get(i), where);
            }
        }
    }

    private List<Operand> apply(NodeProto node, String name, List<@Nullable Operand> operands) {
        var domain = Support.domain(node.getDomain());
        long opset = opsets.getOrDefault(domain, 1L);
        OnnxOp op = OnnxOps.find(domain, node.getOpType(), opset);
        if (op == null) {
            throw new IrException("unsupported operator");
        }
        var bodies = new Bodies() {
            @Override
            public List<Operand> lower(GraphProto body, GraphBuilder into, List<Operand> inputs) {
                return body(body, into, inputs, name);
            }

            @Override
            public Operand named(String wanted) {
                return scope.operand(wanted, "node '" + name + "'");
            }
        };
        return op.lowering().lower(new NodeContext(builder, node, name, opset, operands, folder, bodies));
    }

    /** A body's names are its own, those around it stay in sight. */
    private List<Operand> body(GraphProto body, GraphBuilder into, List<Operand> inputs, String node) {
        var where = "node '" + node + "', body '" + body.getName() + "'";
        var inner = new Scope(scope, new Initializers(body, folder));
        if (inputs.size() != body.getInputCount()) {
            throw new IrException("a body of " + inputs.size() + " inputs was expected, not of "
                    + body.getInputCount());
        }
        for (int i = 0; i < inputs.size(); i++) {
            inner.define(body.getInput(i).getName(), inputs.get(i), where);
        }
        new GraphLowering(functions, folder, opsets, into, inner, node + "/", calls).lower(body.getNodeList());
        return body.getOutputList().stream().map(o -> inner.operand(o.getName(), where)).toList();
    }

    /** A function's nodes in the place of its call; they see its operands only. */
    private List<Operand> call(FunctionProto function, NodeProto node, String name,
            List<@Nullable Operand> operands) {
        var key = Functions.key(function);
        if (calls.contains(key)) {
            throw new IrException("function " + key + " calls itself, which is not supported");
        }
        if (operands.size() > function.getInputCount()) {
            throw new IrException("at most " + function.getInputCount() + " inputs were expected, not "
                    + operands.size());
        }
        var inner = new Scope(null, null);
        var missing = new HashSet<String>();
        for (int i = 0; i < function.getInputCount(); i++) {
            var operand = i < operands.size() ? operands.get(i) : null;
            if (operand == null) {
                missing.add(function.getInput(i));
            } else {
                inner.define(function.getInput(i), operand, name);
            }
        }
        functions.countCall();
        var within = new HashSet<>(calls);
        within.add(key);
        var body = Functions.body(function, node).stream().map(n -> withoutInputs(n, missing)).toList();
        new GraphLowering(functions, folder, Functions.opsets(function, opsets), builder, inner, name + "/", within)
                .lower(body);
        var results = new ArrayList<Operand>();
        for (int i = 0; i < function.getOutputCount(); i++) {
            // what the call does not name need not be there
            boolean wanted = i < node.getOutputCount() && !node.getOutput(i).isEmpty();
            if (wanted || results.size() == i && i < node.getOutputCount()) {
                results.add(inner.operand(function.getOutput(i), "function " + key));
            }
        }
        return results;
    }

    /** Operands a call leaves out are left out in the body, too. */
    private static NodeProto withoutInputs(NodeProto node, Set<String> missing) {
        if (missing.isEmpty() || node.getInputList().stream().noneMatch(missing::contains)) {
            return node;
        }
        var builder = node.toBuilder();
        for (int i = 0; i < node.getInputCount(); i++) {
            if (missing.contains(node.getInput(i))) {
                builder.setInput(i, "");
            }
        }
        return builder.build();
    }
}
