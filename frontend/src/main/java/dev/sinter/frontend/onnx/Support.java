package dev.sinter.frontend.onnx;

import dev.sinter.frontend.onnx.ops.OnnxOps;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says at once everything of a model that the importer does not know. */
final class Support {
    /** So many node names stand in a message; the others are counted. */
    private static final int NAMES_SHOWN = 5;

    private final Functions functions;
    private final Set<String> visited = new HashSet<>();
    private final Map<String, List<String>> unsupported = new LinkedHashMap<>();

    private Support(Functions functions) {
        this.functions = functions;
    }

    /**
     * Checks versions and operators, those in bodies and in functions that are called too.
     *
     * @param model
     *            a model
     * @param functions
     *            its functions
     * @return the operator set versions by domain
     * @throws OnnxImportException
     *             with every problem
     */
    static Map<String, Long> check(ModelProto model, Functions functions) {
        if (!model.hasGraph()) {
            throw new OnnxImportException("no ONNX model: a graph was expected, it is missing");
        }
        var support = new Support(functions);
        var opsets = opsets(model);
        var problems = new ArrayList<String>();
        var standard = opsets.get(OnnxOps.ONNX);
        if (standard != null && (standard < OnnxOps.FIRST_OPSET || standard > OnnxOps.LAST_OPSET)) {
            problems.add(
                    "operator set " + OnnxOps.ONNX + " " + standard + ": a version from " + OnnxOps.FIRST_OPSET + " to "
                            + OnnxOps.LAST_OPSET + " was expected");
        } else {
            support.visit(model.getGraph().getNodeList(), opsets);
        }
        support.unsupported.forEach((what, nodes) -> problems.add(what + ", " + nodes.size()
                + (nodes.size() == 1 ? " node: " : " nodes: ") + names(nodes)));
        if (!problems.isEmpty()) {
            throw new OnnxImportException(problems);
        }
        return opsets;
    }

    private static String names(List<String> nodes) {
        var shown = String.join(", ", nodes.subList(0, Math.min(NAMES_SHOWN, nodes.size())));
        return nodes.size() > NAMES_SHOWN ? shown + " and " + (nodes.size() - NAMES_SHOWN) + " more" : shown;
    }

    private static Map<String, Long> opsets(ModelProto model) {
        var opsets = new HashMap<String, Long>();
        model.getOpsetImportList().forEach(o -> opsets.put(domain(o.getDomain()), o.getVersion()));
        return opsets;
    }

    /** The standard domain has two spellings. */
    static String domain(String domain) {
        return domain.isEmpty() ? OnnxOps.ONNX : domain;
    }

    /** What messages and origins call a node. */
    static String name(NodeProto node) {
        return node.getName().isEmpty()
                ? node.getOpType() + ":" + (node.getOutputCount() == 0 ? "" : node.getOutput(0))
                : node.getName();
    }

    private void visit(List<NodeProto> nodes, Map<String, Long> opsets) {
        for (var node : nodes) {
            var function = functions.called(node);
            if (function != null) {
                if (visited.add(Functions.key(function))) {
                    visit(function.getNodeList(), Functions.opsets(function, opsets));
                }
            } else {
                var problem = problem(node, opsets);
                if (problem != null) {
                    unsupported.computeIfAbsent(problem, k -> new ArrayList<>()).add(name(node));
                }
            }
            for (var attribute : node.getAttributeList()) {
                if (attribute.hasG()) {
                    visit(attribute.getG().getNodeList(), opsets);
                }
                attribute.getGraphsList().forEach(g -> visit(g.getNodeList(), opsets));
            }
        }
    }

    private static @Nullable String problem(NodeProto node, Map<String, Long> opsets) {
        var domain = domain(node.getDomain());
        var name = domain + "." + node.getOpType();
        var opset = opsets.get(domain);
        if (opset == null) {
            // some exporters forget to import ONNX Runtime's domain, whose only version is 1
            if (domain.equals(OnnxOps.MICROSOFT) && OnnxOps.find(domain, node.getOpType(), 1) != null) {
                return null;
            }
            return "unsupported operator " + name + " of a domain the model does not import";
        }
        return OnnxOps.find(domain, node.getOpType(), opset) == null
                ? "unsupported operator " + name + " (opset " + opset + ")" : null;
    }
}
