package dev.sinter.frontend.onnx.ops;

import java.util.List;

/** How an ONNX operator becomes core ops. */
@FunctionalInterface
public interface OpLowering {
    /**
     * Lowers one node.
     *
     * @param node
     *            its operands, attributes and version; collects the core ops
     * @return its results in the operator's order; fewer where the rest is never used
     * @throws dev.sinter.frontend.onnx.OnnxImportException
     *             if the node's form is not supported
     * @throws dev.sinter.ir.IrException
     *             if operands do not fit
     */
    List<Operand> lower(NodeContext node);
}
