package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.op.Map;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Other shapes for the same elements, and repeated ones: Reshape (5, 13, 14 allowzero), Flatten (1, 9, 11, 13),
 * Squeeze and
 * Unsqueeze (1, 11 negative axes, 13 axes as input), Transpose (1, 13), Expand (8, 13), Tile (6, 13), Identity (1, 13,
 * 14),
 * Dropout as in inference (7, 10, 12 ratio as input, 13).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Reshape.html">Reshape</a>
 */
final class Reshapes {
    private Reshapes() {
    }

    private static List<Operand> as(NodeContext node, Shape shape) {
        var content = node.input(0).content();
        // an element count that differs is left to the reshape op, which says so
        if (content != null && shape.isConst() && shape.size().equals(Dim.of(content.size()))) {
            return List.of(Operand.ofContent(new TensorType(node.type(0).dtype(), shape), content));
        }
        return node.results(node.reshape(node.value(0), shape));
    }

    /** The target has the size given: 0 copies the operand's (unless allowzero), one -1 takes what is left. */
    static List<Operand> reshape(NodeContext node) {
        var from = node.shape(0);
        var target = new ArrayList<>(node.content(1));
        boolean copyZero = !node.attributes().flag("allowzero", false);
        int open = -1;
        var others = Dim.ONE;
        for (int i = 0; i < target.size(); i++) {
            if (target.get(i).equals(Dim.ZERO) && copyZero) {
                if (i >= from.rank()) {
                    throw node.error("size 0 at axis " + i + " copies an axis that " + node.type(0) + " does not have");
                }
                target.set(i, from.dim(i));
            }
            if (target.get(i).equals(Dim.of(-1))) {
                if (open >= 0) {
                    throw node.error("at most one size -1 was expected, not " + node.content(1));
                }
                open = i;
            } else if (target.get(i) instanceof Dim.Const(long size) && size < 0) {
                throw node.error("sizes from -1 were expected, not " + node.content(1));
            } else {
                others = others.times(target.get(i));
            }
        }
        if (open >= 0) {
            target.set(open, node.symbols().simplify(node.simplify(from).size().floorDiv(others)));
        }
        return as(node, new Shape(target));
    }

    /** Two axes: those before {@code axis} and the others. */
    static List<Operand> flatten(NodeContext node) {
        var shape = node.shape(0);
        long given = node.attributes().integer("axis", 1);
        int axis = given == shape.rank() ? shape.rank() : node.axis(given, shape.rank());
        return as(node, new Shape(List.of(product(shape, 0, axis), product(shape, axis, shape.rank()))));
    }

    /** The product of the dimensions from one axis up to another. */
    static Dim product(Shape shape, int from, int to) {
        return new Shape(shape.dims().subList(from, to)).size();
    }

    /** Axes as attribute before opset 13, as input since; null where none are given. */
    private static long @org.jspecify.annotations.Nullable [] axes(NodeContext node) {
        return node.opset() < 13 ? node.attributes().integers("axes") : node.has(1) ? node.constants(1) : null;
    }

    static List<Operand> squeeze(NodeContext node) {
        var shape = node.shape(0);
        var given = axes(node);
        var gone = given != null ? node.axes(given, shape.rank()) : ones(node, shape);
        for (int axis : gone) {
            if (shape.dim(axis) instanceof Dim.Const(long size) && size != 1) {
                throw node.error("size 1 was expected at axis " + axis + " of " + node.type(0));
            }
        }
        return as(node, new Shape(
                IntStream.range(0, shape.rank()).filter(i -> !gone.contains(i)).mapToObj(shape::dim).toList()));
    }

    private static List<Integer> ones(NodeContext node, Shape shape) {
        if (!shape.isConst()) {
            throw node.error("axes or known sizes were expected, the rank of the result depends on " + node.type(0));
        }
        return IntStream.range(0, shape.rank()).filter(i -> shape.dim(i).equals(Dim.ONE)).boxed().toList();
    }

    static List<Operand> unsqueeze(NodeContext node) {
        var given = axes(node);
        if (given == null) {
            throw node.error("axes were expected, they are missing");
        }
        var dims = new ArrayList<>(node.shape(0).dims());
        for (int axis : node.axes(given, dims.size() + given.length)) {
            dims.add(axis, Dim.ONE);
        }
        return as(node, new Shape(dims));
    }

    static List<Operand> transpose(NodeContext node) {
        int rank = node.shape(0).rank();
        var given = node.attributes().integers("perm");
        var perm = new ArrayList<Integer>();
        for (int i = 0; i < rank; i++) {
            perm.add(given == null ? rank - 1 - i : i < given.length ? node.axis(given[i], rank) : -1);
        }
        if (given != null && given.length != rank) {
            throw node
                    .error("a permutation of " + rank + " axes was expected, not " + java.util.Arrays.toString(given));
        }
        return rank < 2 ? List.of(node.input(0)) : node.results(node.permute(node.value(0), perm));
    }

    /** Both shapes broadcast: a size 1 of the target leaves the operand's. */
    static List<Operand> expand(NodeContext node) {
        var target = new Shape(node.content(1));
        var shape = Map.broadcast(List.of(node.simplify(node.shape(0)), target), node.symbols(), "expand to " + target);
        return node.results(node.expand(node.value(0), shape));
    }

    /** Each axis as often as a constant or dimension says, by way of an extra axis before it. */
    static List<Operand> tile(NodeContext node) {
        var shape = node.shape(0);
        var repeats = node.content(1);
        if (repeats.size() != shape.rank()) {
            throw node.error(shape.rank() + " repeats were expected, not " + repeats);
        }
        var apart = new ArrayList<Dim>();
        var repeated = new ArrayList<Dim>();
        var result = new ArrayList<Dim>();
        for (int i = 0; i < shape.rank(); i++) {
            apart.addAll(List.of(Dim.ONE, shape.dim(i)));
            repeated.addAll(List.of(repeats.get(i), shape.dim(i)));
            result.add(repeats.get(i).times(shape.dim(i)));
        }
        var view = node.expand(node.reshape(node.value(0), new Shape(apart)), new Shape(repeated));
        return node.results(node.reshape(view, new Shape(result)));
    }

    static List<Operand> identity(NodeContext node) {
        return List.of(node.input(0));
    }

    /** Nothing in inference; the mask is all true. */
    static List<Operand> dropout(NodeContext node) {
        if (node.has(2) && !(node.input(2).content() instanceof List<Dim> mode && mode.equals(List.of(Dim.ZERO)))) {
            throw node.error("training_mode is not supported");
        }
        if (!node.wants(1)) {
            return List.of(node.input(0));
        }
        var type = node.opset() < 10 ? node.type(0).dtype() : dev.sinter.ir.DType.BOOL;
        return List.of(node.input(0), Operand.of(node.expand(node.scalar(type, 1), node.shape(0))));
    }
}
