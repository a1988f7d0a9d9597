package dev.sinter.codegen.kernel;

import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Conv;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChannelsLastConvTest {
    private static final Tolerance LONG = new Tolerance(1e-4, 2e-5);
    private static final Expr SUM = Expr.arg(0, DType.F32);
    private static final Expr RELU = Expr.apply(Fn.MAX, SUM, Expr.literal(0, DType.F32));
    /** A residual and an activation. */
    private static final Expr RESIDUAL =
            Expr.apply(Fn.MAX, Expr.apply(Fn.ADD, SUM, Expr.arg(1, DType.F32)), Expr.literal(0, DType.F32));

    private static List<Integer> same(int axes, int value) {
        return Collections.nCopies(axes, value);
    }

    private static Conv image(int groups, int stride, int dilation, int pad, boolean bias) {
        return new Conv(groups, same(2, stride), same(2, dilation), same(2, pad), same(2, pad), bias)
                .in(Conv.Layout.CHANNELS_LAST);
    }

    /** window, stride, dilation, pad, groups, channels, results: windows of all kinds, tails of channels. */
    @ParameterizedTest
    @CsvSource({"1,1,1,0,1,16,20", "3,1,1,1,1,16,20", "3,2,1,1,1,3,64", "7,2,1,3,1,3,10", "1,2,1,0,1,5,8",
            "3,1,2,2,1,4,90", "3,1,1,1,8,16,16", "3,2,1,1,12,12,12", "3,1,1,1,40,40,40", "5,1,1,2,17,17,17",
            "2,3,1,0,1,2,3", "3,1,1,0,2,6,4", "3,1,1,1,2,40,36", "3,1,1,1,4,4,8"})
    void images(int window, int stride, int dilation, int pad, int groups, int channels, int results) {
        for (boolean symbolic : new boolean[]{true, false}) {
            var s = new Samples(window * 31L + stride, symbolic);
            var x = s.input(DType.F32, 2, 15, 13, channels);
            var w = s.constant(DType.F32, results, channels / groups, window, window);
            var b = s.constant(DType.F32, results);
            var op = image(groups, stride, dilation, pad, true);
            s.check(LONG, s.add(op, x, w, b), s.add(op.with(RELU), x, w, b));
        }
    }

    /** Windows of few channels, which are read where they lie: lines of one block, of several, and several in one. */
    @ParameterizedTest
    @CsvSource({"3,2,1,3,16,5,31", "6,2,2,3,16,4,330", "7,2,3,3,64,9,40", "5,1,2,1,32,3,149", "3,1,1,5,48,7,13",
            "4,3,0,8,96,21,22", "1,1,0,20,32,6,50", "1,2,0,32,16,9,30", "3,1,1,1,16,150,1", "2,2,0,3,12,4,300"})
    void fewChannels(int window, int stride, int pad, int channels, int results, int height, int width) {
        for (boolean symbolic : new boolean[]{true, false}) {
            var s = new Samples(window * 37L + width, symbolic);
            var x = s.input(DType.F32, 2, height, width, channels);
            var w = s.constant(DType.F32, results, channels, window, window);
            var b = s.constant(DType.F32, results);
            var op = image(1, stride, 1, pad, true);
            s.check(LONG, s.add(op, x, w, b), s.add(op.with(RELU), x, w, b),
                    s.add(op.with(Expr.apply(Fn.MUL, SUM, Expr.apply(Fn.SIGMOID, SUM))), x, w, b));
        }
    }

    /** Rows of results that tiles divide, so that windows of a tile have one distance; of several images. */
    @ParameterizedTest
    @CsvSource({"14,1,1", "14,2,1", "21,1,2", "7,1,3"})
    void rowsThatTilesDivide(int width, int stride, int groups) {
        for (boolean symbolic : new boolean[]{true, false}) {
            var s = new Samples(width, symbolic);
            var data = s.data(DType.F32, 3, 9, width, 4 * groups);
            var x = s.input(data, Shape.of(s.dim(3), Dim.of(9), Dim.of(width), Dim.of(4L * groups)));
            s.check(LONG, s.add(image(groups, stride, 1, 1, false).with(RELU), x,
                    s.constant(DType.F32, 34L * groups, 4, 3, 3)));
        }
    }

    /** window, stride, dilation, channels, width: tiles of one and two widths, tails of channels, windows of all sizes. */
    @ParameterizedTest
    @CsvSource({"3,1,1,32,14", "3,2,1,48,13", "5,1,1,40,9", "3,1,2,16,23", "7,1,1,16,8", "1,1,1,33,5", "13,1,1,20,15",
            "3,1,1,7,3"})
    void depthwise(int window, int stride, int dilation, int channels, int width) {
        for (boolean symbolic : new boolean[]{true, false}) {
            var s = new Samples(window * 31L + stride, symbolic);
            var x = s.input(DType.F32, 2, 6, width, channels);
            var w = s.constant(DType.F32, channels, 1, window, window);
            var op = image(channels, stride, dilation, window / 2 * dilation, true);
            var long18 = Expr.apply(Fn.GELU, Expr.apply(Fn.GELU, Expr.apply(Fn.GELU, SUM)));
            var b = s.constant(DType.F32, channels);
            s.check(LONG, s.add(op, x, w, b), s.add(op.with(RELU), x, w, b), s.add(op.with(long18), x, w, b));
        }
    }

    /** An epilogue with operands of the whole result, of each channel, and of one element; its type may differ. */
    @Test
    void epilogues() {
        var s = new Samples(5, true);
        var x = s.input(DType.F32, 2, 9, 8, 6);
        var w = s.constant(DType.F32, 20, 6, 3, 3);
        var op = image(1, 1, 1, 1, false);
        var cast = Expr.cast(Expr.apply(Fn.MUL, SUM, Expr.literal(9, DType.F32)), DType.I32);
        s.check(LONG, s.add(op.with(RESIDUAL), x, w, s.input(DType.F32, 2, 9, 8, 20)),
                s.add(op.with(RESIDUAL), x, w, s.constant(DType.F32, 20)),
                s.add(op.with(RESIDUAL), x, w, s.input(DType.F32, 2, 1, 1, 20)),
                s.add(op.with(RESIDUAL), x, w, s.input(DType.F32, 9, 8, 1)),
                s.add(op.with(RESIDUAL), x, w, s.constant(DType.F32)),
                s.add(op.with(cast), x, w));
    }

    /** Results that are stored where they are concatenated, rows apart; of one channel, too. */
    @Test
    void partsOfAConcatenation() {
        var s = new Samples(7, false);
        var x = s.input(DType.F32, 2, 5, 6, 20);
        var one = s.input(DType.F32, 2, 5, 6, 1);
        var op = image(1, 1, 1, 0, false);
        s.check(LONG, s.add(new Concat(3), s.add(op, one, s.constant(DType.F32, 1, 1, 1, 1)),
                s.add(op.with(RELU), x, s.constant(DType.F32, 18, 20, 1, 1)),
                s.add(image(1, 1, 1, 1, false), x, s.constant(DType.F32, 3, 20, 3, 3))));
    }

    /** Operands that are views, weights that are computed, nothing to do, and 64-bit numbers. */
    @Test
    void operands() {
        var s = new Samples(3, true);
        var turned = s.add(new dev.sinter.ir.op.View(new dev.sinter.ir.op.IndexMap.Permute(List.of(0, 2, 3, 1))),
                s.input(DType.F32, 2, 4, 9, 8));
        var op = image(1, 1, 1, 1, false);
        var w = s.input(s.data(DType.F32, 5, 4, 3, 3));
        var constant = s.constant(DType.F32, 5, 4, 3, 3);
        s.check(LONG, s.add(op, turned, w), s.add(op, turned, constant),
                s.add(op, s.input(DType.F32, 0, 9, 8, 4), w), s.add(op, s.input(DType.F32, 0, 7, 8, 4), constant),
                s.add(op.with(Expr.apply(Fn.NEG, Expr.arg(0, DType.F64))), s.input(DType.F64, 1, 5, 6, 4),
                        s.constant(DType.F64, 5, 4, 3, 3)));
    }

    /** Any number of axes, uneven strides, dilations and pads. */
    @Property(tries = 40)
    void random(@ForAll long seed) {
        var s = new Samples(seed, seed % 3 != 0);
        var conv = RandomConv.of(s, s.random().nextBoolean() ? 3 : 40, Conv.Layout.CHANNELS_LAST);
        s.check(LONG, s.add(conv.op(), conv.operands()), s.add(conv.op().with(RELU), conv.operands()));
    }
}
