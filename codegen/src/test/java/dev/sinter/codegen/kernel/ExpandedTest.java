package dev.sinter.codegen.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Conv;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** 1x1 convolutions with the convolution of every channel that reads them. */
class ExpandedTest {
    private static final Tolerance LONG = new Tolerance(1e-4, 2e-5);
    private static final Expr SUM = Expr.arg(0, DType.F32);
    private static final Expr RELU = Expr.apply(Fn.MAX, SUM, Expr.literal(0, DType.F32));
    private static final Expr SILU = Expr.apply(Fn.MUL, SUM, Expr.apply(Fn.SIGMOID, SUM));

    private static Conv conv(int groups, int stride, int dilation, int before, int behind, Expr epilogue) {
        return new Conv(groups, List.of(stride, stride), List.of(dilation, dilation), List.of(before, before),
                List.of(behind, behind), true).in(Conv.Layout.CHANNELS_LAST).with(epilogue);
    }

    private static Value wide(Samples s, Value x, int channels, int more) {
        return s.add(conv(1, 1, 1, 0, 0, RELU), x, s.constant(DType.F32, more, channels, 1, 1),
                s.constant(DType.F32, more));
    }

    private static Value narrow(Samples s, Value wide, int more, int window, Conv op) {
        return s.add(op, wide, s.constant(DType.F32, more, 1, window, window), s.constant(DType.F32, more));
    }

    /** Compares with the reference, and says whether the two convolutions have become one step. */
    private static boolean isOne(Samples s, Value... outputs) {
        try (var compiled = Compiled.of(s.graph(outputs))) {
            compiled.check(s.inputs(), LONG);
            return compiled.generated().kernels().stream().anyMatch(k -> k.name().startsWith("expanded"));
        }
    }

    /**
     * Images that are one block and those of several, chunks of one to six panels and of many, uneven ones, one row and
     * one column, windows that reach beyond, strides that leave rows out.
     */
    @ParameterizedTest
    @CsvSource({"1,9,7,20,96,3,1,1,1,1", "2,14,14,16,112,3,1,1,1,1", "1,60,61,8,48,3,2,1,1,1", "3,5,6,3,16,5,1,1,2,2",
            "1,7,9,33,208,3,2,1,0,1", "1,1,1,4,32,3,1,1,1,1", "2,12,1,5,64,3,1,2,2,2", "1,30,120,5,80,3,1,1,1,1",
            "1,50,40,2,64,5,3,1,2,1", "1,4,255,1,16,1,1,1,0,0", "1,5,4,256,512,3,1,1,0,0", "2,40,30,24,144,3,1,1,1,1"})
    void images(int batch, int height, int width, int channels, int more, int window, int stride, int dilation,
            int before, int behind) {
        for (boolean symbolic : new boolean[]{true, false}) {
            var s = new Samples(width * 31L + more, symbolic);
            var data = s.data(DType.F32, batch, height, width, channels);
            var x = s.input(data, Shape.of(s.dim(batch), Dim.of(height), Dim.of(width), Dim.of(channels)));
            var y = narrow(s, wide(s, x, channels, more), more, window,
                    conv(more, stride, dilation, before, behind, SILU));
            assertThat(isOne(s, y)).isTrue();
        }
    }

    /** What another node reads or the model gives, too. */
    @Test
    void onlyReaders() {
        for (boolean output : new boolean[]{true, false}) {
            var s = new Samples(1, false);
            var wide = wide(s, s.input(DType.F32, 1, 6, 8, 16), 16, 64);
            var one = narrow(s, wide, 64, 3, conv(64, 1, 1, 1, 1, RELU));
            assertThat(isOne(s, one, output ? wide : narrow(s, wide, 64, 3, conv(64, 2, 1, 1, 1, RELU)))).isFalse();
        }
    }

    /** width, channels, more: what isn't wider, has no whole vectors of channels, or has too long rows. */
    @ParameterizedTest
    @CsvSource({"8,16,16", "8,16,40", "300,16,64", "5,257,528"})
    void others(int width, int channels, int more) {
        var s = new Samples(2, false);
        var wide = wide(s, s.input(DType.F32, 1, 2, width, channels), channels, more);
        assertThat(isOne(s, narrow(s, wide, more, 3, conv(more, 1, 1, 1, 1, RELU)))).isFalse();
    }

    /** An epilogue that knows rows is none for a block, whose rows lie elsewhere; that of the second may be any. */
    @Test
    void residuals() {
        var residual = Expr.apply(Fn.ADD, SUM, Expr.arg(1, DType.F32));
        var s = new Samples(3, false);
        var wide = s.add(conv(1, 1, 1, 0, 0, residual), s.input(DType.F32, 2, 9, 7, 16),
                s.constant(DType.F32, 64, 16, 1, 1), s.constant(DType.F32, 64), s.input(DType.F32, 2, 9, 7, 64));
        assertThat(isOne(s, narrow(s, wide, 64, 3, conv(64, 1, 1, 1, 1, RELU)))).isFalse();
        var t = new Samples(4, false);
        var y = t.add(conv(64, 1, 1, 1, 1, residual), wide(t, t.input(DType.F32, 2, 9, 7, 16), 16, 64),
                t.constant(DType.F32, 64, 1, 3, 3), t.constant(DType.F32, 64), t.input(DType.F32, 2, 9, 7, 64));
        assertThat(isOne(t, y)).isTrue();
    }
}
