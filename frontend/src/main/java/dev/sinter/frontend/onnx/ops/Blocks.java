package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import java.util.List;

/**
 * Blocks of an image as channels and back: DepthToSpace (1, 11 mode, 13, 28), SpaceToDepth (1, 13, 28 mode). Views, one
 * permutation each.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DepthToSpace.html">DepthToSpace</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__SpaceToDepth.html">SpaceToDepth</a>
 */
final class Blocks {
    static final List<OnnxOp> OPS = List.of(
            onnx("DepthToSpace", 1, Blocks::depthToSpace),
            onnx("SpaceToDepth", 1, Blocks::spaceToDepth));

    private Blocks() {
    }

    private static Dim size(NodeContext node) {
        long size = node.attributes().integer("blocksize", 0);
        if (size < 1 || node.shape(0).rank() != 4) {
            throw node.error("a blocksize from 1 and an input [N,C,H,W] were expected, not " + size + " and "
                    + node.type(0));
        }
        return Dim.of(size);
    }

    /** Whether channels come before the block's rows and columns in the depth axis. */
    private static boolean channelsFirst(NodeContext node) {
        var mode = node.attributes().text("mode", "DCR");
        if (!mode.equals("DCR") && !mode.equals("CRD")) {
            throw node.error("mode was expected to be DCR or CRD, not '" + mode + "'");
        }
        return mode.equals("CRD");
    }

    static List<Operand> depthToSpace(NodeContext node) {
        var size = size(node);
        var x = node.simplify(node.shape(0));
        var depth = x.dim(1).floorDiv(size.times(size));
        boolean first = channelsFirst(node);
        var apart = first ? Shape.of(x.dim(0), depth, size, size, x.dim(2), x.dim(3))
                : Shape.of(x.dim(0), size, size, depth, x.dim(2), x.dim(3));
        var perm = first ? List.of(0, 1, 4, 2, 5, 3) : List.of(0, 3, 4, 1, 5, 2);
        return node.results(node.reshape(node.permute(node.reshape(node.value(0), apart), perm),
                Shape.of(x.dim(0), depth, x.dim(2).times(size), x.dim(3).times(size))));
    }

    static List<Operand> spaceToDepth(NodeContext node) {
        var size = size(node);
        var x = node.simplify(node.shape(0));
        var height = x.dim(2).floorDiv(size);
        var width = x.dim(3).floorDiv(size);
        var apart = Shape.of(x.dim(0), x.dim(1), height, size, width, size);
        var perm = channelsFirst(node) ? List.of(0, 1, 3, 5, 2, 4) : List.of(0, 3, 5, 1, 2, 4);
        return node.results(node.reshape(node.permute(node.reshape(node.value(0), apart), perm),
                Shape.of(x.dim(0), x.dim(1).times(size).times(size), height, width)));
    }
}
