package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;
import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pools over windows: MaxPool (1, 8 indices, 10 ceil_mode and dilations, 11, 12 8-bit integers, 22), AveragePool (1, 7
 * count_include_pad, 10 ceil_mode, 11, 19 dilations, 22), LpPool (1, 2, 11, 18 ceil_mode and dilations, 22), and
 * com.microsoft's QLinearAveragePool.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__MaxPool.html">MaxPool</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__AveragePool.html">AveragePool</a>
 */
final class Pools {
    static final List<OnnxOp> OPS = List.of(
            onnx("MaxPool", 1, Pools::max),
            onnx("AveragePool", 1, Pools::average),
            onnx("LpPool", 1, Pools::lp),
            microsoft("QLinearAveragePool", Pools::quantizedAverage));

    private Pools() {
    }

    private static Window window(NodeContext node, Value x) {
        var kernel = node.attributes().integers("kernel_shape");
        if (kernel == null) {
            throw node.error("attribute 'kernel_shape' was expected, it is missing");
        }
        return Window.of(node, node.simplify(x.shape()), Arrays.stream(kernel).<Dim>mapToObj(Dim::of).toList(),
                node.attributes().flag("ceil_mode", false));
    }

    private static Shape shape(Value x, Window window) {
        return window.result(x.shape().dim(0), x.shape().dim(1));
    }

    private static List<Expr> at(Window window, List<Expr> taps) {
        var at = new ArrayList<Expr>(List.of(Formula.axis(0), Formula.axis(1)));
        at.addAll(window.taps(taps));
        return at;
    }

    static List<Operand> max(NodeContext node) {
        var type = node.type(0).dtype();
        var x = node.cast(node.value(0), NodeContext.wide(type));
        var window = window(node, x);
        var f = new Formula();
        var source = f.operand(0, x.dtype());
        var lowest = lowest(x.dtype());
        var expr = f.nest(window.counts(), lowest,
                (ks, best) -> Formula.max(best, source.or(lowest, at(window, ks))));
        var largest = node.cast(node.compute(shape(x, window), expr, x), type);
        return node.wants(1) ? node.results(largest, indices(node, x, window)) : node.results(largest);
    }

    private static Expr lowest(DType type) {
        return type.isFloat() ? Expr.literal(Double.NEGATIVE_INFINITY, type) : Expr.integer(type.minInteger(), type);
    }

    /** Where each window's first largest element is, counted over the whole tensor without padding. */
    private static Value indices(NodeContext node, Value x, Window window) {
        var f = new Formula();
        var source = f.operand(0, x.dtype());
        var sizes = window.counts();
        var all = sizes.stream().reduce(Formula.number(1), Formula::mul);
        var zero = Formula.number(0);
        var expr = f.loop(all, List.of(lowest(x.dtype()), Formula.number(-1)), (k, best) -> {
            var at = at(window, apart(k, sizes));
            var inside = IntStream.range(0, window.rank()).mapToObj(i -> Formula.and(Formula.le(zero, at.get(i + 2)),
                    Formula.lt(at.get(i + 2), Formula.size(window.in().get(i))))).reduce(Formula::and).orElseThrow();
            // outside of the tensor the read gives the lowest value, which is below nothing
            var value = source.or(lowest(x.dtype()), at);
            var better = Formula.and(inside,
                    Formula.or(Formula.lt(best.get(1), zero), Formula.lt(best.get(0), value)));
            return List.of(Formula.select(better, value, best.get(0)), Formula.select(better, k, best.get(1)));
        }, best -> f.let(best.get(1),
                tap -> flat(node, window, x.shape(), at(window, apart(tap, sizes)))));
        return node.compute(shape(x, window), expr, x);
    }

    /** A count over all taps as one for each axis, the last fastest. */
    private static List<Expr> apart(Expr k, List<Expr> sizes) {
        var apart = new ArrayList<Expr>();
        var rest = k;
        for (int i = sizes.size() - 1; i > 0; i--) {
            apart.addFirst(Formula.mod(rest, sizes.get(i)));
            rest = Formula.div(rest, sizes.get(i));
        }
        apart.addFirst(rest);
        return apart;
    }

    /** The index in the flattened tensor; with storage_order 1 spatial axes count from the first. */
    private static Expr flat(NodeContext node, Window window, Shape x, List<Expr> at) {
        boolean columnMajor = node.attributes().integer("storage_order", 0) == 1;
        var index = Formula.add(Formula.mul(at.get(0), Formula.size(x.dim(1))), at.get(1));
        Expr inner = Formula.number(0);
        for (int k = 0; k < window.rank(); k++) {
            int i = columnMajor ? window.rank() - 1 - k : k;
            inner = Formula.add(Formula.mul(inner, Formula.size(window.in().get(i))), at.get(i + 2));
        }
        return Formula.add(Formula.mul(index, Formula.size(new Shape(window.in()).size())), inner);
    }

    static List<Operand> average(NodeContext node) {
        var type = node.type(0).dtype();
        var x = node.cast(node.value(0), NodeContext.wide(type));
        return node.results(node.cast(average(node, x), type));
    }

    /** Sums of windows, divided by how many elements they hold, with or without padding. */
    private static Value average(NodeContext node, Value x) {
        var window = window(node, x);
        var f = new Formula();
        var source = f.operand(0, x.dtype());
        var zero = Formula.literal(0, x.dtype());
        boolean padded = node.attributes().flag("count_include_pad", false);
        var sum = f.nest(window.counts(), zero, (ks, all) -> Formula.add(all, source.or(zero, at(window, ks))));
        Expr count = Formula.number(1);
        for (int i = 0; i < window.rank(); i++) {
            count = Formula.mul(count, elements(f, window, i, padded));
        }
        return node.compute(shape(x, window), Formula.div(sum, Expr.cast(count, x.dtype())), x);
    }

    /** How many taps of a window meet elements along an axis; padding that was asked for may count, too. */
    private static Expr elements(Formula f, Window window, int i, boolean padded) {
        var taps = Formula.size(window.kernel().get(i));
        if (window.isInside()) {
            return taps;
        }
        var step = Formula.number(window.dilations().get(i));
        var limit = window.in().get(i).plus(padded ? window.end().get(i) : Dim.ZERO);
        return f.let(window.start(i, Formula.axis(i + 2)), start -> {
            var until = Formula.min(taps, upTo(Formula.sub(Formula.size(limit), start), step));
            if (padded) {
                return until;
            }
            var from = Formula.max(Formula.number(0), upTo(Formula.sub(Formula.number(0), start), step));
            return Formula.max(Formula.number(0), Formula.sub(until, from));
        });
    }

    /** Taps below a distance: the distance over the step, rounded up; 0 where it is not positive. */
    private static Expr upTo(Expr distance, Expr step) {
        var positive = Formula.max(distance, Formula.number(0));
        return Formula.div(Formula.add(positive, Formula.sub(step, Formula.number(1))), step);
    }

    static List<Operand> lp(NodeContext node) {
        var type = node.type(0).dtype();
        var x = node.cast(node.value(0), NodeContext.wide(type));
        var window = window(node, x);
        double p = GlobalPools.p(node);
        var f = new Formula();
        var source = f.operand(0, x.dtype());
        var zero = Formula.literal(0, x.dtype());
        var sum = f.nest(window.counts(), zero, (ks, all) -> Formula.add(all,
                f.let(source.or(zero, at(window, ks)), e -> GlobalPools.power(e, p))));
        return node.results(node.cast(node.compute(shape(x, window), GlobalPools.root(sum, p), x), type));
    }

    /** com.microsoft: x, its scale and zero point, scale and zero point of y; averages in f32. */
    static List<Operand> quantizedAverage(NodeContext node) {
        boolean last = node.attributes().flag("channels_last", false);
        int rank = node.shape(0).rank();
        var x = last ? node.permute(node.value(0), Convolutions.channelsSecond(rank)) : node.value(0);
        var real = GlobalPools.dequantized(node, x);
        var y = GlobalPools.quantized(node, average(node, real), x.dtype());
        return node.results(last ? node.permute(y, Convolutions.channelsBehind(rank)) : y);
    }
}
