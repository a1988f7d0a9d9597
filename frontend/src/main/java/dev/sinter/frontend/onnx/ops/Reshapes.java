package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Map;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
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
        var operand = node.input(0);
        var partial = operand.partial();
        // an element count that differs is left to the reshape op, which says so
        if (partial == null || !shape.isConst() || !shape.size().equals(Dim.of(partial.size()))) {
            return node.results(node.reshape(node.value(0), shape));
        }
        var content = operand.content();
        return List.of(content != null ? Operand.ofContent(new TensorType(node.type(0).dtype(), shape), content)
                : Operand.ofPartial(node.reshape(node.value(0), shape), partial));
    }

    /** The target has the size given: 0 copies the operand's (unless allowzero), one -1 takes what is left. */
    static List<Operand> reshape(NodeContext node) {
        if (node.opset() < 5) {
            var shape = node.attributes().integers("shape");
            if (shape == null) {
                throw node.error("attribute 'shape' was expected, it is missing");
            }
            return as(node, target(node, Arrays.stream(shape).<Dim>mapToObj(Dim::of).toList()));
        }
        var known = node.known(1);
        return as(node, known != null && known.stream().allMatch(d -> isSize(node, d)) ? target(node, known)
                : computedTarget(node));
    }

    /** Whether a dimension is no negative number that means something else: sizes of the operand are none. */
    private static boolean isSize(NodeContext node, Dim dim) {
        return dim.isConst() || Signs.notNegative(dim, node.symbols()) || node.shape(0).dims().contains(dim);
    }

    private static Shape target(NodeContext node, List<Dim> given) {
        var from = node.shape(0);
        var target = new ArrayList<>(given);
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
                    throw node.error("at most one size -1 was expected, not " + given);
                }
                open = i;
            } else if (target.get(i) instanceof Dim.Const(long size) && size < 0) {
                throw node.error("sizes from -1 were expected, not " + given);
            } else {
                others = others.times(target.get(i));
            }
        }
        if (open >= 0) {
            target.set(open, others.equals(Dim.ZERO) ? Dim.ZERO
                    : node.symbols().simplify(node.simplify(from).size().floorDiv(others)));
        }
        return new Shape(target);
    }

    /** Zeros and -1 are replaced when the model runs; elements known beforehand stay known. */
    private static Shape computedTarget(NodeContext node) {
        var from = node.simplify(node.shape(0));
        int rank = ComputedAxes.count(node, 1);
        boolean copyZero = !node.attributes().flag("allowzero", false);
        var f = new Formula();
        UnaryOperator<Expr> resolved = i -> {
            var size = f.operand(0, DType.I64).at(i);
            return copyZero ? f.let(size, s -> Formula.select(Formula.eq(s, Formula.number(0)),
                    f.operand(1, DType.I64).or(Formula.number(0), List.of(i)), s)) : size;
        };
        var others = f.fold(Formula.number(rank), Formula.number(1),
                k -> f.let(resolved.apply(k), s -> Formula.select(Formula.eq(s, Formula.number(-1)), Formula.number(1),
                        s)),
                Formula::mul);
        var left = Formula.div(Formula.size(from.size()), Formula.max(others, Formula.number(1)));
        var size = f.let(resolved.apply(Formula.axis(0)),
                s -> Formula.select(Formula.eq(s, Formula.number(-1)), left, s));
        var computed = node.compute(Shape.of(rank), size, node.integers(1), node.dims(from.dims()));
        var dims = rank == 0 ? new ArrayList<Dim>() : new ArrayList<>(node.define(computed, "reshape"));
        var partial = node.input(1).partial();
        for (int i = 0; i < rank && partial != null; i++) {
            if (partial.get(i) instanceof Dim known && (known.isConst() ? known.value() > 0 || known.value() == 0
                    && !copyZero : Signs.positive(known, node.symbols()))) {
                dims.set(i, known);
            } else if (Dim.ZERO.equals(partial.get(i)) && copyZero && i < from.rank()) {
                dims.set(i, from.dim(i));
            }
        }
        return new Shape(dims);
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
        if (node.opset() >= 13 && ComputedAxes.isComputed(node, 1)) {
            var flags = ComputedAxes.flags(node, 1, shape.rank());
            return as(node, ComputedAxes.without(node, shape.dims(), flags, ComputedAxes.count(node, 1)));
        }
        var given = axes(node);
        var gone = given != null ? node.axes(given, shape.rank()) : ones(node, shape);
        for (int axis : gone) {
            if (shape.dim(axis) instanceof Dim.Const(long size)) {
                if (size != 1) {
                    throw node.error("size 1 was expected at axis " + axis + " of " + node.type(0));
                }
            } else {
                node.symbols().requireEqual(shape.dim(axis), Dim.ONE, "squeeze of axis " + axis);
            }
        }
        return as(node, new Shape(
                IntStream.range(0, shape.rank()).filter(i -> !gone.contains(i)).mapToObj(shape::dim).toList()));
    }

    /** All axes of size 1. A size that is not known is taken for another, which is checked when the model runs. */
    private static List<Integer> ones(NodeContext node, Shape shape) {
        for (var dim : shape.dims()) {
            if (dim instanceof Dim.Sym(var name) && node.symbols().max(dim) > 1) {
                node.symbols().declare(name, new Symbols.Bounds(2, Integer.MAX_VALUE));
            } else if (!dim.isConst()) {
                throw node.error("axes or known sizes were expected, the rank of the result depends on "
                        + node.type(0));
            }
        }
        return IntStream.range(0, shape.rank()).filter(i -> shape.dim(i).equals(Dim.ONE)).boxed().toList();
    }

    static List<Operand> unsqueeze(NodeContext node) {
        if (node.opset() >= 13 && ComputedAxes.isComputed(node, 1)) {
            int rank = node.shape(0).rank() + ComputedAxes.count(node, 1);
            var flags = ComputedAxes.flags(node, 1, rank);
            return as(node, ComputedAxes.with(node, node.shape(0).dims(), flags, rank));
        }
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
                    .error("a permutation of " + rank + " axes was expected, not " + Arrays.toString(given));
        }
        return rank < 2 ? List.of(node.input(0)) : node.results(node.permute(node.value(0), perm));
    }

    /** Both shapes broadcast: a size 1 of the target leaves the operand's. */
    static List<Operand> expand(NodeContext node) {
        var known = node.known(1);
        if (known == null) {
            return node.results(computedExpand(node));
        }
        var target = new Shape(known);
        var shape = Map.broadcast(List.of(node.simplify(node.shape(0)), target), node.symbols(), "expand to " + target);
        return node.results(node.expand(node.value(0), shape));
    }

    /** Which axes are repeated is known only when the model runs, unless the operand's size is a constant. */
    private static Value computedExpand(NodeContext node) {
        var from = node.simplify(node.shape(0));
        int given = ComputedAxes.count(node, 1);
        int rank = Math.max(given, from.rank());
        var f = new Formula();
        var wanted = f.operand(0, DType.I64).or(Formula.number(1),
                List.of(Formula.sub(Formula.axis(0), Formula.number(rank - given))));
        var own = f.operand(1, DType.I64).or(Formula.number(1),
                List.of(Formula.sub(Formula.axis(0), Formula.number(rank - from.rank()))));
        var size = f.let(own, o -> Formula.select(Formula.eq(o, Formula.number(1)), wanted, o));
        var dims = new ArrayList<>(node.define(
                node.compute(Shape.of(rank), size, node.integers(1), node.dims(from.dims())), "expand"));
        var partial = node.input(1).partial();
        var index = new ArrayList<Expr>();
        boolean decided = true;
        for (int i = 0; i < rank; i++) {
            int axis = i - (rank - from.rank());
            var source = axis < 0 ? Dim.ONE : from.dim(axis);
            var target = partial == null || i < rank - given ? null : partial.get(i - (rank - given));
            if (source.isConst() && source.value() != 1 || i < rank - given || Dim.ONE.equals(target)) {
                dims.set(i, source);
            } else if (target != null && source.equals(Dim.ONE)) {
                dims.set(i, target);
            } else {
                decided &= source.isConst();
            }
            if (axis >= 0) {
                index.add(source.isConst() ? source.value() == 1 ? Formula.number(0) : Formula.axis(i)
                        : Formula.select(Formula.eq(Formula.size(source), Formula.number(1)), Formula.number(0),
                                Formula.axis(i)));
            }
        }
        var x = node.value(0);
        return decided ? node.expand(x, new Shape(dims))
                : node.compute(new Shape(dims), f.operand(0, x.dtype()).at(index.toArray(Expr[]::new)), x);
    }

    /** Each axis as often as a constant or dimension says, by way of an extra axis before it. */
    static List<Operand> tile(NodeContext node) {
        var shape = node.shape(0);
        var repeats = node.opset() < 6 ? tilesOfAxis(node, shape.rank()) : node.content(1);
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

    /** Before opset 6: how often, and along which one axis. */
    private static List<Dim> tilesOfAxis(NodeContext node, int rank) {
        var repeats = new ArrayList<Dim>(Collections.nCopies(rank, Dim.ONE));
        // both have the type of what is repeated, mostly a real one
        var axis = node.input(2).constant();
        var count = node.input(1).constant();
        repeats.set(node.axis(axis == null ? node.constants(2)[0] : (long) axis.getDouble(0), rank),
                count == null ? node.content(1).getFirst() : Dim.of((long) count.getDouble(0)));
        return repeats;
    }

    static List<Operand> identity(NodeContext node) {
        return List.of(node.input(0));
    }
}
