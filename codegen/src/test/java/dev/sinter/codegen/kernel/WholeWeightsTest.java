package dev.sinter.codegen.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.codegen.Compiled;
import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.MatMul;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions and products in f32 of whole numbers of eight bits: kept in a byte each, with exact sums. */
class WholeWeightsTest {
    private static final Expr SUM = Expr.arg(0, DType.F32);
    /** As a layer that quantizes its result ends. */
    private static final Expr CODES = Expr.cast(Expr.cast(
            Expr.apply(Fn.MIN, Expr.apply(Fn.MAX, Expr.apply(Fn.ROUND,
                    Expr.apply(Fn.MUL, SUM, Expr.literal(0.01, DType.F32))), Expr.literal(0, DType.F32)),
                    Expr.literal(255, DType.F32)),
            DType.U8), DType.F32);

    private static TensorData whole(Samples s, int least, int most, long... dims) {
        var data = TensorData.zeros(DType.F32, dims);
        for (int i = 0; i < data.size(); i++) {
            data.set(i, least + s.random().nextInt(most - least + 1));
        }
        return data;
    }

    private static Conv conv(int groups, int stride, int dilation, int pad) {
        return new Conv(groups, pair(stride), pair(dilation), pair(pad), pair(pad), false)
                .in(Conv.Layout.CHANNELS_LAST);
    }

    private static List<Integer> pair(int value) {
        return Collections.nCopies(2, value);
    }

    private static long weightBytes(Samples s, dev.sinter.ir.Value... outputs) {
        try (var compiled = Compiled.of(s.graph(outputs))) {
            compiled.check(s.inputs(), Tolerance.EXACT);
            return compiled.generated().plan().weightBytes();
        }
    }

    /** Windows of all kinds, tails of channels, sizes for which other weights would be transformed. */
    @ParameterizedTest
    @CsvSource({"3,1,1,1,1,64,64", "3,1,1,1,1,16,20", "1,1,1,0,1,130,50", "3,2,1,1,1,3,64", "1,2,1,0,1,5,8",
            "3,1,2,2,1,4,90", "3,1,1,1,2,40,36", "3,1,1,1,40,40,40", "7,2,1,3,1,3,10"})
    void convolutions(int window, int stride, int dilation, int pad, int groups, int channels, int results) {
        for (boolean symbolic : new boolean[]{true, false}) {
            var s = new Samples(window * 31L + channels, symbolic);
            var x = s.input(whole(s, -255, 255, 1, 14, 13, channels));
            var w = s.constant(whole(s, -128, 127, results, channels / groups, window, window));
            var op = conv(groups, stride, dilation, pad);
            s.check(Tolerance.EXACT, s.add(op, x, w), s.add(op.with(CODES), x, w));
        }
    }

    @Property(tries = 30)
    void products(@ForAll @IntRange(min = 0, max = 40) int m, @ForAll @IntRange(max = 70) int k,
            @ForAll @IntRange(max = 70) int n, @ForAll boolean symbolic) {
        var s = new Samples(m * 71L + k * 3L + n, symbolic);
        var x = s.input(whole(s, -255, 255, m, k));
        var w = s.constant(whole(s, -128, 127, k, n));
        s.check(Tolerance.EXACT, s.add(new MatMul(SUM), x, w), s.add(new MatMul(CODES), x, w));
    }

    /** Whole weights take a byte each, others four; one fraction or one number of nine bits is enough. */
    @ParameterizedTest
    @CsvSource({"7,1", "7.5,4", "128,4", "-128,1", "-129,4", "NaN,4"})
    void memory(double last, int bytes) {
        var s = new Samples(1, false);
        var x = s.input(whole(s, -255, 255, 1, 6, 6, 64));
        var data = whole(s, -100, 100, 64, 64, 1, 1);
        data.set(data.size() - 1, last);
        long slack = 40_000;
        assertThat(weightBytes(s, s.add(conv(1, 1, 1, 0), x, s.constant(data))))
                .isBetween(4096L * bytes, 4096L * bytes + slack);
        var square = whole(s, -100, 100, 256, 256);
        square.set(0, last);
        var t = new Samples(2, false);
        assertThat(weightBytes(t, t.add(new MatMul(SUM), t.input(whole(t, -9, 9, 3, 256)), t.constant(square))))
                .isBetween(65536L * bytes, 65536L * bytes + slack);
    }
}
