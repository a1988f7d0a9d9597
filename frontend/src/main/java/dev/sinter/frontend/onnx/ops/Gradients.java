package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.Softmax;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gradient (preview 1): the derivatives of one tensor by others, of all work the model does between them. The work is
 * walked backwards, each core op adding its part: elementwise work, products, sums, means, views, joins, softmax.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx_aionnxpreviewtraining_Gradient.html">Gradient</a>
 */
final class Gradients {
    static final List<OnnxOp> OPS = List.of(Optimizers.training("Gradient", node -> new Gradients(node).run()));

    private final NodeContext node;
    private final java.util.Map<Value, Value> gradients = new HashMap<>();
    private final Set<Value> dependent = new HashSet<>();

    private Gradients(NodeContext node) {
        this.node = node;
    }

    private List<Operand> run() {
        var xs = names("xs");
        var zs = names("zs");
        if (xs.length + zs.length != node.inputCount()) {
            throw node.error("an input for each of xs and zs was expected, not " + node.inputCount());
        }
        var result = node.named(node.attributes().text("y", ""));
        var work = List.copyOf(node.builder().nodes());
        var replaced = new HashMap<Value, Value>();
        var wanted = new ArrayList<Value>();
        for (int i = 0; i < node.inputCount(); i++) {
            var given = node.value(i);
            var meant = node.named(i < xs.length ? xs[i] : zs[i - xs.length]);
            if (given != meant) {
                replaced.put(meant, given);
            }
            if (i < xs.length) {
                wanted.add(given);
            }
        }
        var steps = replaced.isEmpty() ? work : again(work, replaced);
        result = replaced.getOrDefault(result, result);
        dependent.addAll(wanted);
        for (var step : steps) {
            if (step.inputs().stream().anyMatch(dependent::contains) && !wanted.containsAll(step.outputs())) {
                dependent.addAll(step.outputs());
            }
        }
        if (dependent.contains(result)) {
            gradients.put(result, node.expand(node.scalar(result.dtype(), 1), result.shape()));
            steps.reversed().forEach(this::back);
        }
        return wanted.stream().map(x -> Operand.of(gradients.containsKey(x) ? gradients.get(x)
                : node.expand(node.scalar(x.dtype(), 0), x.shape()))).toList();
    }

    private String[] names(String attribute) {
        var names = node.attributes().texts(attribute);
        return names == null ? new String[0] : names;
    }

    /** The work on other values than the model's own; says in the map what became of each. */
    private List<Node> again(List<Node> work, java.util.Map<Value, Value> replaced) {
        var made = new ArrayList<Node>();
        for (var step : work) {
            if (step.inputs().stream().anyMatch(replaced::containsKey) && step.regions().isEmpty()) {
                var operands = step.inputs().stream().map(v -> replaced.getOrDefault(v, v)).toList();
                var results = node.builder().add(step.op(), operands, node.origin());
                for (int i = 0; i < results.size(); i++) {
                    replaced.putIfAbsent(step.outputs().get(i), results.get(i));
                }
                made.add(new Node(step.op(), operands, results, step.regions(), step.origin()));
            } else {
                made.add(step);
            }
        }
        return made;
    }

    /** Adds a step's part to the gradients of its operands. */
    private void back(Node step) {
        var gradient = gradients.get(step.outputs().getFirst());
        if (gradient == null || !dependent.contains(step.outputs().getFirst())) {
            return;
        }
        var operands = step.inputs();
        for (int i = 0; i < operands.size(); i++) {
            if (dependent.contains(operands.get(i)) && operands.get(i).dtype().isFloat()) {
                var part = part(step, i, gradient);
                if (part != null) {
                    gradients.merge(operands.get(i), part, this::sum);
                }
            }
        }
    }

    private Value sum(Value a, Value b) {
        return node.map(Expr.apply(Fn.ADD, Expr.arg(0, a.dtype()), Expr.arg(1, a.dtype())), a, b);
    }

    private @Nullable Value part(Node step, int i, Value gradient) {
        var operands = step.inputs();
        var x = operands.get(i);
        return switch (step.op()) {
            case Map(var expr) -> {
                var slope = Derivatives.of(expr, i);
                if (slope == null) {
                    yield null;
                }
                var all = new ArrayList<>(operands);
                all.add(gradient);
                var own = Expr.apply(Fn.MUL, Expr.cast(slope, gradient.dtype()),
                        Expr.arg(operands.size(), gradient.dtype()));
                yield narrowed(node.cast(node.map(own, all.toArray(Value[]::new)), x.dtype()), x.shape());
            }
            case MatMul product when product.isPlain() -> product(operands, i, gradient);
            case Reduce(var monoid, var axes, var keep) when monoid == Reduce.Monoid.SUM
                    || monoid == Reduce.Monoid.MEAN -> spread(x.shape(), monoid, axes, gradient);
            case View(IndexMap.Reshape r) -> node.reshape(gradient, x.shape());
            case View(IndexMap.Expand e) -> narrowed(gradient, x.shape());
            case View(IndexMap.Permute(var perm)) -> {
                var back = new ArrayList<>(Collections.nCopies(perm.size(), 0));
                for (int axis = 0; axis < perm.size(); axis++) {
                    back.set(perm.get(axis), axis);
                }
                yield node.permute(gradient, back);
            }
            case Concat(var axis) -> slice(operands, i, axis, gradient);
            case Softmax(var axis) -> softmax(step.outputs().getFirst(), axis, gradient);
            default -> throw node.error("the gradient of " + step.op().mnemonic() + " is not supported");
        };
    }

    /** A gradient summed up along the axes its operand was repeated along. */
    private Value narrowed(Value gradient, Shape shape) {
        int extra = gradient.shape().rank() - shape.rank();
        var axes = new ArrayList<Integer>();
        for (int axis = 0; axis < gradient.shape().rank(); axis++) {
            if (axis < extra || shape.dim(axis - extra).equals(Dim.ONE)
                    && !gradient.shape().dim(axis).equals(Dim.ONE)) {
                axes.add(axis);
            }
        }
        var summed = axes.isEmpty() ? gradient : node.apply(new Reduce(Reduce.Monoid.SUM, axes, true), gradient);
        return node.reshape(summed, shape);
    }

    /** {@code g b'} and {@code a' g}, vectors taken as matrices of one row or column. */
    private Value product(List<Value> operands, int i, Value gradient) {
        var a = operands.get(0);
        var b = operands.get(1);
        boolean row = a.shape().rank() == 1;
        boolean column = b.shape().rank() == 1;
        var left = row ? node.reshape(a, Shape.of(Dim.ONE, a.shape().dim(0))) : a;
        var right = column ? node.reshape(b, Shape.of(b.shape().dim(0), Dim.ONE)) : b;
        var dims = new ArrayList<>(gradient.shape().dims());
        if (row) {
            dims.add(dims.size() - (column ? 0 : 1), Dim.ONE);
        }
        if (column) {
            dims.add(Dim.ONE);
        }
        var g = node.reshape(gradient, new Shape(dims));
        var op = MatMul.plain(gradient.dtype());
        var full = i == 0 ? node.apply(op, g, Matrices.transposed(node, right))
                : node.apply(op, Matrices.transposed(node, left), g);
        return node.reshape(narrowed(full, (i == 0 ? left : right).shape()), operands.get(i).shape());
    }

    private Value spread(Shape shape, Reduce.Monoid monoid, List<Integer> axes, Value gradient) {
        var dims = new ArrayList<>(shape.dims());
        var count = Dim.ONE;
        for (int axis : axes) {
            count = count.times(dims.get(axis));
            dims.set(axis, Dim.ONE);
        }
        var all = node.expand(node.reshape(gradient, new Shape(dims)), shape);
        if (monoid == Reduce.Monoid.SUM) {
            return all;
        }
        var size = node.reshape(node.dims(List.of(count)), Shape.SCALAR);
        var type = gradient.dtype();
        return node.map(Expr.apply(Fn.DIV, Expr.arg(0, type), Expr.cast(Expr.arg(1, DType.I64), type)), all, size);
    }

    private Value slice(List<Value> operands, int i, int axis, Value gradient) {
        var begins = new ArrayList<Dim>(Collections.nCopies(gradient.shape().rank(), Dim.ZERO));
        for (var before : operands.subList(0, i)) {
            begins.set(axis, begins.get(axis).plus(before.shape().dim(axis)));
        }
        return node.apply(new View(new IndexMap.Slice(begins, Collections.nCopies(begins.size(), 1L),
                operands.get(i).shape().dims())), gradient);
    }

    private Value softmax(Value result, int axis, Value gradient) {
        var type = result.dtype();
        var a = Expr.arg(0, type);
        var b = Expr.arg(1, type);
        var total = node.apply(new Reduce(Reduce.Monoid.SUM, List.of(axis), true),
                node.map(Expr.apply(Fn.MUL, a, b), result, gradient));
        return node.map(Expr.apply(Fn.MUL, a, Expr.apply(Fn.SUB, b, Expr.arg(2, type))), result, gradient, total);
    }
}
