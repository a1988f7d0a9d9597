package dev.sinter.frontend.onnx;

import dev.sinter.frontend.onnx.ops.OnnxOps;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.frontend.onnx.proto.FunctionProto;
import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.ir.IrException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's own functions, and what a call makes of their bodies.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/IR.md#functions">Functions</a>
 */
final class Functions {
    /** Functions that call others twice each, some levels deep, would fill the memory. */
    private static final int MOST_CALLS = 1_000_000;

    private final Map<String, FunctionProto> functions = new HashMap<>();
    private int calls;

    Functions(ModelProto model) {
        model.getFunctionsList()
                .forEach(f -> functions.put(key(f.getDomain(), f.getName(), f.getOverload()), f));
    }

    /** The function a node calls, or null. */
    @Nullable
    FunctionProto called(NodeProto node) {
        return functions.get(key(node.getDomain(), node.getOpType(), node.getOverload()));
    }

    /** One more call is put into the graph. */
    void countCall() {
        if (++calls > MOST_CALLS) {
            throw new IrException("at most " + MOST_CALLS + " calls of functions were expected");
        }
    }

    static String key(FunctionProto function) {
        return key(function.getDomain(), function.getName(), function.getOverload());
    }

    private static String key(String domain, String name, String overload) {
        return Support.domain(domain) + "." + name + (overload.isEmpty() ? "" : ":" + overload);
    }

    /** The operator sets a function's body uses; its own domain need not be named. */
    static Map<String, Long> opsets(FunctionProto function, Map<String, Long> model) {
        if (function.getOpsetImportCount() == 0) {
            return model;
        }
        var opsets = new HashMap<String, Long>();
        function.getOpsetImportList().forEach(o -> opsets.put(Support.domain(o.getDomain()), o.getVersion()));
        opsets.putIfAbsent(OnnxOps.ONNX, model.getOrDefault(OnnxOps.ONNX, (long) OnnxOps.LAST_OPSET));
        return opsets;
    }

    /** The body of a call: attributes that refer to the function's are those of the call, or their defaults. */
    static List<NodeProto> body(FunctionProto function, NodeProto call) {
        var given = new HashMap<String, AttributeProto>();
        function.getAttributeProtoList().forEach(a -> given.put(a.getName(), a));
        call.getAttributeList().forEach(a -> given.put(a.getName(), a));
        return nodes(function.getNodeList(), given);
    }

    private static List<NodeProto> nodes(List<NodeProto> nodes, Map<String, AttributeProto> given) {
        var bound = new ArrayList<NodeProto>();
        for (var node : nodes) {
            var builder = node.toBuilder().clearAttribute();
            for (var attribute : node.getAttributeList()) {
                var value = bind(attribute, given);
                if (value != null) {
                    builder.addAttribute(value);
                }
            }
            bound.add(builder.build());
        }
        return bound;
    }

    private static @Nullable AttributeProto bind(AttributeProto attribute, Map<String, AttributeProto> given) {
        if (!attribute.getRefAttrName().isEmpty()) {
            var value = given.get(attribute.getRefAttrName());
            return value == null ? null : value.toBuilder().setName(attribute.getName()).build();
        }
        if (!attribute.hasG() && attribute.getGraphsCount() == 0) {
            return attribute;
        }
        var builder = attribute.toBuilder().clearGraphs();
        if (attribute.hasG()) {
            builder.setG(bind(attribute.getG(), given));
        }
        attribute.getGraphsList().forEach(g -> builder.addGraphs(bind(g, given)));
        return builder.build();
    }

    private static GraphProto bind(GraphProto graph, Map<String, AttributeProto> given) {
        return graph.toBuilder().clearNode().addAllNode(nodes(graph.getNodeList(), given)).build();
    }
}
