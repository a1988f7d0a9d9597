package dev.sinter.frontend.onnx.ops;

import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.ir.GraphBuilder;
import java.util.List;

/** The names around a node, and its bodies, which see them. */
public interface Bodies {
    /**
     * Lowers a body's nodes.
     *
     * @param body
     *            the body
     * @param into
     *            collects its nodes: a region's builder, or the node's own to put them in its place
     * @param inputs
     *            what its inputs stand for
     * @return its outputs, in order
     */
    List<Operand> lower(GraphProto body, GraphBuilder into, List<Operand> inputs);

    /**
     * A name around the node.
     *
     * @param name
     *            of the model
     * @return what it stands for
     */
    Operand named(String name);
}
