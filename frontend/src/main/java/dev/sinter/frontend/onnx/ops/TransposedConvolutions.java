package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.MatMul;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions turned round: ConvTranspose (1, 11, 22), an ordinary convolution for each of its phases
 * ({@link TransposedPhases}) or a product whose columns are laid over each other, and Col2Im (18), the laying alone.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__ConvTranspose.html">ConvTranspose</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Col2Im.html">Col2Im</a>
 */
final class TransposedConvolutions {
    static final List<OnnxOp> OPS = List.of(
            onnx("ConvTranspose", 1, TransposedConvolutions::convTranspose),
            onnx("Col2Im", 18, TransposedConvolutions::colToIm));

    /** Where blocks lie: each list has one element for each spatial axis. */
    private record Layout(List<Dim> kernel, List<Dim> blocks, List<Long> strides, List<Long> dilations,
            List<Dim> begin, List<Dim> out) {
    }

    private TransposedConvolutions() {
    }

    /** {@code [N, C, S..]} and weights {@code [C, M/group, K..]}. */
    static List<Operand> convTranspose(NodeContext node) {
        var x = node.simplify(node.shape(0));
        var w = node.shape(1);
        int n = x.rank() - 2;
        if (n < 1 || w.rank() != n + 2) {
            throw node.error("weights of as many axes as the input were expected, not " + node.type(0) + " and "
                    + node.type(1));
        }
        var groups = Dim.of(node.attributes().integer("group", 1));
        var layout = layout(node, x.dims().subList(2, n + 2), w.dims().subList(2, n + 2));
        var wide = NodeContext.wide(node.type(0).dtype());
        var bias = node.has(2) ? node.cast(node.value(2), wide) : null;
        var phases = TransposedPhases.of(node, node.cast(node.value(0), wide), node.cast(node.value(1), wide), bias,
                groups.value(), layout.strides(), layout.dilations(), layout.begin(), layout.out());
        if (phases != null) {
            return node.results(node.cast(phases, node.type(0).dtype()));
        }
        var channels = x.dim(1).floorDiv(groups);
        var rows = new Shape(w.dims().subList(1, n + 2)).size();
        var weights = node.permute(
                node.reshape(node.cast(node.value(1), wide), Shape.of(groups, channels, rows)), List.of(0, 2, 1));
        var columns = new Shape(x.dims().subList(2, n + 2)).size();
        var source = node.reshape(node.cast(node.value(0), wide), Shape.of(x.dim(0), groups, channels, columns));
        var product = node.apply(MatMul.plain(wide), weights, source);
        var laid = overlaid(node, product, x.dim(0), w.dim(1).times(groups), layout, bias);
        return node.results(node.cast(laid, node.type(0).dtype()));
    }

    private static Layout layout(NodeContext node, List<Dim> in, List<Dim> kernel) {
        int n = in.size();
        var strides = Window.each(node, "strides", n);
        var dilations = Window.each(node, "dilations", n);
        var pads = Window.pads(node, n);
        var more = node.attributes().integers("output_padding");
        var given = node.attributes().integers("output_shape");
        var mode = node.attributes().text("auto_pad", "NOTSET");
        var begin = new ArrayList<Dim>();
        var out = new ArrayList<Dim>();
        for (int i = 0; i < n; i++) {
            var stride = Dim.of(strides.get(i));
            var span = kernel.get(i).minus(Dim.ONE).times(Dim.of(dilations.get(i))).plus(Dim.ONE);
            var full = in.get(i).minus(Dim.ONE).times(stride).plus(span)
                    .plus(Dim.of(more == null || more.length == 0 ? 0 : more[i]));
            if (given != null && given.length > 0 || mode.startsWith("SAME")) {
                // some exporters give batch and channels, too
                var size = given != null && given.length > 0
                        ? Dim.of(given[i + given.length - n]) : in.get(i).times(stride);
                var total = node.symbols().simplify(full.minus(size).max(Dim.ZERO));
                var half = total.floorDiv(Dim.of(2));
                begin.add(mode.equals("SAME_UPPER") ? half : total.minus(half));
                out.add(size);
            } else {
                boolean valid = mode.equals("VALID");
                begin.add(valid ? Dim.ZERO : pads.get(i));
                out.add(valid ? full : full.minus(pads.get(i)).minus(pads.get(i + n)));
            }
        }
        return new Layout(kernel, in, strides, dilations, begin, out);
    }

    /** {@code [N, C * K.., L]}, image and block shape as inputs. */
    static List<Operand> colToIm(NodeContext node) {
        var x = node.simplify(node.shape(0));
        var image = node.content(1);
        var block = node.content(2);
        int n = image.size();
        var strides = Window.each(node, "strides", n);
        var dilations = Window.each(node, "dilations", n);
        var pads = Window.pads(node, n);
        var blocks = IntStream.range(0, n).<Dim>mapToObj(i -> image.get(i).plus(pads.get(i)).plus(pads.get(i + n))
                .minus(block.get(i).minus(Dim.ONE).times(Dim.of(dilations.get(i)))).minus(Dim.ONE)
                .floorDiv(Dim.of(strides.get(i))).plus(Dim.ONE)).toList();
        var layout = new Layout(block, blocks, strides, dilations, pads.subList(0, n), image);
        var channels = x.dim(1).floorDiv(new Shape(block).size());
        var wide = NodeContext.wide(node.type(0).dtype());
        var laid = overlaid(node, node.cast(node.value(0), wide), x.dim(0), channels, layout, null);
        return node.results(node.cast(laid, node.type(0).dtype()));
    }

    /** Sums of blocks where they lie over each other: each element of the image looks for the taps that meet it. */
    private static Value overlaid(NodeContext node, Value columns, Dim batch, Dim channels, Layout layout,
            @Nullable Value bias) {
        var apart = new ArrayList<>(List.of(batch, channels));
        apart.addAll(layout.kernel());
        apart.addAll(layout.blocks());
        var shape = new ArrayList<>(List.of(batch, channels));
        shape.addAll(layout.out());
        var f = new Formula();
        var source = f.operand(0, columns.dtype());
        var zero = Formula.literal(0, columns.dtype());
        var init = bias == null ? zero : f.operand(1, bias.dtype()).at(Formula.axis(1));
        var counts = layout.kernel().stream().map(Formula::size).toList();
        var expr = f.nest(counts, init, (ks, sum) -> {
            var at = new ArrayList<Expr>(List.of(Formula.axis(0), Formula.axis(1)));
            at.addAll(ks);
            for (int i = 0; i < ks.size(); i++) {
                at.add(block(f, layout, i, ks.get(i)));
            }
            return Formula.add(sum, source.or(zero, at));
        });
        var laid = node.reshape(columns, new Shape(apart));
        return bias == null ? node.compute(new Shape(shape), expr, laid)
                : node.compute(new Shape(shape), expr, laid, bias);
    }

    /** The block whose tap meets the element, or -1 where there is none. */
    private static Expr block(Formula f, Layout layout, int i, Expr tap) {
        var at = Formula.sub(Formula.add(Formula.axis(i + 2), Formula.size(layout.begin().get(i))),
                Formula.mul(tap, Formula.number(layout.dilations().get(i))));
        long stride = layout.strides().get(i);
        if (stride == 1) {
            return at;
        }
        return f.let(at, t -> Formula.select(
                Formula.eq(Formula.mod(t, Formula.number(stride)), Formula.number(0)),
                Formula.div(t, Formula.number(stride)), Formula.number(-1)));
    }
}
