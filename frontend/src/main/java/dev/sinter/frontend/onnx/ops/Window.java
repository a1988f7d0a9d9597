package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Windows that slide over the axes behind batch and channel, as the attributes auto_pad, pads, strides and dilations
 * say for convolutions and pools. All lists have one element for each of those axes.
 *
 * @param in
 *            sizes of what they slide over
 * @param kernel
 *            taps of a window
 * @param strides
 *            distance of windows
 * @param dilations
 *            distance of taps
 * @param begin
 *            padding before the first element
 * @param end
 *            padding behind the last one
 * @param out
 *            number of windows
 */
record Window(List<Dim> in, List<Dim> kernel, List<Long> strides, List<Long> dilations, List<Dim> begin,
        List<Dim> end, List<Dim> out) {
    /** No more elements along an axis: a window is visited for every element of the result. */
    private static final long LARGEST = 1 << 20;

    /** Windows of a node over all axes of a tensor but the first two. */
    static Window of(NodeContext node, Shape x, List<Dim> kernel, boolean ceil) {
        int n = x.rank() - 2;
        if (n < 1 || kernel.size() != n) {
            throw node.error("windows of " + kernel.size() + " axes and an input of " + (kernel.size() + 2)
                    + " axes were expected, not " + x);
        }
        if (kernel.stream().anyMatch(k -> k instanceof Dim.Const(long size) && (size < 1 || size > LARGEST))) {
            throw node.error("windows of 1 to " + LARGEST + " elements along each axis were expected, not " + kernel);
        }
        var in = x.dims().subList(2, n + 2);
        var strides = each(node, "strides", n);
        var dilations = each(node, "dilations", n);
        var pads = pads(node, n);
        var begin = new ArrayList<Dim>();
        var end = new ArrayList<Dim>();
        var out = new ArrayList<Dim>();
        var mode = node.attributes().text("auto_pad", "NOTSET");
        for (int i = 0; i < n; i++) {
            var span = kernel.get(i).minus(Dim.ONE).times(Dim.of(dilations.get(i))).plus(Dim.ONE);
            long stride = strides.get(i);
            if (mode.startsWith("SAME")) {
                var count = in.get(i).ceilDiv(stride);
                var total = count.minus(Dim.ONE).times(Dim.of(stride)).plus(span).minus(in.get(i)).max(Dim.ZERO);
                var half = node.symbols().simplify(total).floorDiv(Dim.of(2));
                var rest = node.symbols().simplify(total).minus(half);
                begin.add(mode.equals("SAME_LOWER") ? rest : half);
                end.add(mode.equals("SAME_LOWER") ? half : rest);
                out.add(count);
            } else {
                boolean valid = mode.equals("VALID");
                begin.add(valid ? Dim.ZERO : pads.get(i));
                end.add(valid ? Dim.ZERO : pads.get(i + n));
                out.add(count(in.get(i), begin.get(i), end.get(i), span, stride, ceil && !valid));
            }
        }
        return new Window(in, kernel, strides, dilations, begin, end,
                out.stream().map(node.symbols()::simplify).toList());
    }

    private static Dim count(Dim in, Dim begin, Dim end, Dim span, long stride, boolean ceil) {
        var room = in.plus(begin).plus(end).minus(span);
        if (!ceil) {
            return room.floorDiv(Dim.of(stride)).plus(Dim.ONE);
        }
        // a window that would begin in the padding behind the last element is left out
        var last = in.plus(begin).minus(Dim.ONE).floorDiv(Dim.of(stride));
        return room.ceilDiv(stride).min(last).plus(Dim.ONE);
    }

    /** A number for each axis, 1 where the attribute is left out. */
    static List<Long> each(NodeContext node, String attribute, int n) {
        var given = node.attributes().integers(attribute);
        if (given == null || given.length == 0) {
            return IntStream.range(0, n).mapToObj(i -> 1L).toList();
        }
        if (given.length != n) {
            throw node.error(attribute + " of " + n + " axes were expected, not of " + given.length);
        }
        return Arrays.stream(given).boxed().toList();
    }

    /** Paddings before and then behind each axis, 0 where the attribute is left out. */
    static List<Dim> pads(NodeContext node, int n) {
        var given = node.attributes().integers("pads");
        if (given != null && given.length != 0 && given.length != 2 * n) {
            throw node.error(2 * n + " pads were expected, not " + given.length);
        }
        boolean none = given == null || given.length == 0;
        return IntStream.range(0, 2 * n).mapToObj(i -> none ? Dim.ZERO : Dim.of(given[i])).toList();
    }

    int rank() {
        return in.size();
    }

    /** Whether windows stay within the elements, so that no tap meets padding. */
    boolean isInside() {
        return IntStream.range(0, rank()).allMatch(i -> begin.get(i).equals(Dim.ZERO) && end.get(i).equals(Dim.ZERO)
                && out.get(i).equals(count(in.get(i), Dim.ZERO, Dim.ZERO, span(i), strides.get(i), false)));
    }

    /** Elements a window reaches over. */
    Dim span(int i) {
        return kernel.get(i).minus(Dim.ONE).times(Dim.of(dilations.get(i))).plus(Dim.ONE);
    }

    /** The index of a window's first tap; negative in the padding. */
    Expr start(int i, Expr window) {
        return Formula.sub(Formula.mul(window, Formula.number(strides.get(i))), Formula.size(begin.get(i)));
    }

    /** The index of a tap of the window of the result's element. */
    Expr tap(int i, Expr tap) {
        return Formula.add(start(i, Formula.axis(i + 2)), Formula.mul(tap, Formula.number(dilations.get(i))));
    }

    /** The indices of taps along all axes. */
    List<Expr> taps(List<Expr> taps) {
        return IntStream.range(0, rank()).mapToObj(i -> tap(i, taps.get(i))).toList();
    }

    /** Taps of each axis as loop counts. */
    List<Expr> counts() {
        return kernel.stream().map(Formula::size).toList();
    }

    /** A shape of batch, channels and the windows. */
    Shape result(Dim batch, Dim channels) {
        var dims = new ArrayList<>(List.of(batch, channels));
        dims.addAll(out);
        return new Shape(dims);
    }
}
