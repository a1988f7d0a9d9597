package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.MatMul;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * DeformConv (19, 22): a convolution whose taps are moved by a tensor of offsets and weighted by a mask. The moved taps
 * are sampled between elements and written out, then multiplied by the weights.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DeformConv.html">DeformConv</a>
 */
final class DeformableConvolutions {
    static final List<OnnxOp> OPS = List.of(onnx("DeformConv", 19, DeformableConvolutions::convolve));

    private DeformableConvolutions() {
    }

    static List<Operand> convolve(NodeContext node) {
        var type = node.type(0).dtype();
        var wide = NodeContext.wide(type);
        var w = node.shape(1);
        int n = w.rank() - 2;
        var kernel = w.dims().subList(2, n + 2);
        var window = Window.of(node, node.simplify(node.shape(0)), kernel, false);
        var groups = Dim.of(node.attributes().integer("group", 1));
        var x = node.cast(node.value(0), wide);
        var mask = node.has(4) ? node.cast(node.value(4), wide) : null;
        var taps = taps(node, x, node.cast(node.value(2), wide), mask, window);
        var batch = x.shape().dim(0);
        var rows = w.dim(1).times(new Shape(kernel).size());
        var columns = new Shape(window.out()).size();
        var weights = node.reshape(node.cast(node.value(1), wide),
                Shape.of(groups, w.dim(0).floorDiv(groups), rows));
        var product = node.apply(MatMul.plain(wide), weights,
                node.reshape(taps, Shape.of(batch, groups, rows, columns)));
        var y = node.reshape(product, window.result(batch, w.dim(0)));
        if (node.has(3)) {
            var bias = Convolutions.along(node, node.cast(node.value(3), wide), n + 2, 1);
            y = node.map(Expr.apply(Fn.ADD, Expr.arg(0, wide), Expr.arg(1, wide)), y, bias);
        }
        return node.results(node.cast(y, type));
    }

    /** The moved taps {@code [N, C, K.., O..]}, zero where they are outside of the tensor. */
    private static Value taps(NodeContext node, Value x, Value offsets, @Nullable Value mask, Window window) {
        int n = window.rank();
        var type = x.dtype();
        var f = new Formula();
        var offsetGroups = Dim.of(node.attributes().integer("offset_group", 1));
        var group = Formula.div(Formula.axis(1), Formula.size(x.shape().dim(1).floorDiv(offsetGroups)));
        // the taps of one group, counted row-major
        Expr tap = Formula.number(0);
        for (int i = 0; i < n; i++) {
            tap = Formula.add(Formula.mul(tap, Formula.size(window.kernel().get(i))), Formula.axis(i + 2));
        }
        var flat = tap;
        var all = Formula.size(new Shape(window.kernel()).size());
        var expr = f.let(Formula.add(Formula.mul(group, all), flat), k -> {
            Function<List<Expr>, Expr> sampled = xs -> Interpolation.linear(f, xs, index -> {
                var at = new ArrayList<Expr>(List.of(Formula.axis(0), Formula.axis(1)));
                at.addAll(index);
                return f.operand(0, type).or(Expr.literal(0, type), at);
            });
            var value = moved(f, window, k, type, 0, new ArrayList<>(), sampled);
            return mask == null ? value : Formula.mul(value, f.operand(2, type).at(position(n, k)));
        });
        var dims = new ArrayList<>(x.shape().dims().subList(0, 2));
        dims.addAll(window.kernel());
        dims.addAll(window.out());
        return mask == null ? node.compute(new Shape(dims), expr, x, offsets)
                : node.compute(new Shape(dims), expr, x, offsets, mask);
    }

    /** Names the coordinates of the moved tap one after the other. */
    private static Expr moved(Formula f, Window window, Expr k, DType type, int i, List<Expr> named,
            Function<List<Expr>, Expr> body) {
        int n = window.rank();
        if (i == n) {
            return body.apply(named);
        }
        var at = Formula.add(window.start(i, Formula.axis(i + 2 + n)),
                Formula.mul(Formula.axis(i + 2), Formula.number(window.dilations().get(i))));
        var offset = f.operand(1, type).at(position(n, Formula.add(Formula.mul(k, Formula.number(n)),
                Formula.number(i))));
        return f.let(Formula.add(Expr.cast(at, type), offset), x -> {
            var more = new ArrayList<>(named);
            more.add(x);
            return moved(f, window, k, type, i + 1, more, body);
        });
    }

    /** Indices of an offset or mask: batch, a channel of its own, the window. */
    private static List<Expr> position(int n, Expr channel) {
        var at = new ArrayList<Expr>(List.of(Formula.axis(0), channel));
        for (int i = 0; i < n; i++) {
            at.add(Formula.axis(i + 2 + n));
        }
        return at;
    }
}
