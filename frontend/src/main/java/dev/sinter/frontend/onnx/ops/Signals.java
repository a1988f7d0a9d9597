package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Windows and filter banks: HannWindow, HammingWindow, BlackmanWindow (17), MelWeightMatrix (17). They are computed in
 * f64 and rounded once.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__HannWindow.html">HannWindow</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__MelWeightMatrix.html">MelWeightMatrix</a>
 */
final class Signals {
    static final List<OnnxOp> OPS = List.of(
            onnx("HannWindow", 17, window(0.5, -0.5, 0)),
            onnx("HammingWindow", 17, window(25.0 / 46, -21.0 / 46, 0)),
            onnx("BlackmanWindow", 17, window(0.42, -0.5, 0.08)),
            onnx("MelWeightMatrix", 17, Signals::mel));

    private Signals() {
    }

    private static Expr real(Expr x) {
        return Expr.cast(x, DType.F64);
    }

    private static Expr real(double value) {
        return Expr.literal(value, DType.F64);
    }

    private static DType output(NodeContext node) {
        return OnnxTypes.dtype(node.attributes().integer("output_datatype", 1), "attribute 'output_datatype'");
    }

    /** {@code a + b cos(2 pi n / N) + c cos(4 pi n / N)}, where N is the length, or one less for a symmetric window. */
    private static OpLowering window(double a, double b, double c) {
        return node -> {
            var length = Sizes.of(node, 0);
            boolean periodic = node.attributes().flag("periodic", true);
            // a symmetric window of one element is 1: its period is kept from being 0
            var period = periodic ? length : length.minus(Dim.ONE).max(Dim.ONE);
            var f = new Formula();
            var turn = Formula.div(Formula.mul(real(Formula.axis(0)), real(2 * Math.PI)), real(Formula.size(period)));
            var wave = f.let(turn, t -> {
                var first = Formula.add(real(a), Formula.mul(real(b), Expr.apply(Fn.COS, t)));
                return c == 0 ? first
                        : Formula.add(first, Formula.mul(real(c), Expr.apply(Fn.COS, Formula.mul(real(2), t))));
            });
            return node.results(node.compute(Shape.of(length), Expr.cast(wave, output(node))));
        };
    }

    /** {@code [dft_length / 2 + 1, num_mel_bins]}: triangles between neighbouring edges, which are even in mels. */
    private static List<Operand> mel(NodeContext node) {
        var bands = Sizes.of(node, 0);
        var length = Sizes.of(node, 1);
        var edges = edges(node, bands, length);
        var f = new Formula();
        var source = f.operand(0, DType.I64);
        var j = Formula.axis(0);
        var band = Formula.axis(1);
        var low = source.at(band);
        var weight = f.let(low, l -> f.let(source.at(Formula.add(band, Formula.number(1))),
                c -> f.let(source.at(Formula.add(band, Formula.number(2))), h -> {
                    var falling = Formula.div(real(Formula.sub(h, j)), real(Formula.sub(h, c)));
                    var rising = Formula.div(real(Formula.sub(j, l)), real(Formula.sub(c, l)));
                    var peak = Formula.select(Formula.eq(j, c), real(1), real(0));
                    var left = Formula.select(Formula.eq(l, c), peak, Formula.select(
                            Formula.and(Formula.le(l, j), Formula.le(j, c)), rising, real(0)));
                    return Formula.select(Formula.and(Formula.le(c, j), Formula.lt(j, h)), falling, left);
                })));
        var bins = length.floorDiv(Dim.of(2)).plus(Dim.ONE);
        return node.results(node.compute(Shape.of(bins, bands), Expr.cast(weight, output(node)), edges));
    }

    /** The spectrogram's bin at each edge, two more than bands. */
    private static Value edges(NodeContext node, Dim bands, Dim length) {
        var operands = new ArrayList<Value>();
        for (int i = 2; i < 5; i++) {
            operands.add(node.reshape(node.value(i), Shape.SCALAR));
        }
        var f = new Formula();
        var rate = real(f.operand(0, operands.get(0).dtype()).at());
        var low = mels(real(f.operand(1, operands.get(1).dtype()).at()));
        var high = mels(real(f.operand(2, operands.get(2).dtype()).at()));
        var count = bands.plus(Dim.of(2));
        var edge = f.let(low, first -> {
            var step = Formula.div(Formula.sub(high, first), real(Formula.size(count)));
            var mel = Formula.add(Formula.mul(real(Formula.axis(0)), step), first);
            var power = Expr.apply(Fn.POW, real(10), Formula.div(mel, real(2595)));
            var hertz = Formula.mul(real(700), Formula.sub(power, real(1)));
            var bin = Formula.div(Formula.mul(real(Formula.size(length.plus(Dim.ONE))), hertz), rate);
            return Expr.cast(Expr.apply(Fn.FLOOR, bin), DType.I64);
        });
        return node.compute(Shape.of(count), edge, operands.toArray(Value[]::new));
    }

    /** {@code 2595 log10(1 + f / 700)}. */
    private static Expr mels(Expr hertz) {
        var ratio = Formula.add(real(1), Formula.div(hertz, real(700)));
        return Formula.mul(real(2595 / Math.log(10)), Expr.apply(Fn.LOG, ratio));
    }
}
