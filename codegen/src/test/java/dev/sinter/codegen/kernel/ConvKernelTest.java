package dev.sinter.codegen.kernel;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.IrException;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConvKernelTest {
    private static final Tolerance LONG = new Tolerance(2e-5, 2e-5);

    private static final Expr HALF =
            Expr.apply(Fn.MUL, Expr.arg(0, DType.F32), Expr.literal(0.5, DType.F32));

    private static List<Integer> same(int axes, int value) {
        return Collections.nCopies(axes, value);
    }

    @ParameterizedTest
    @CsvSource({"1,1,1,0,1,16,20", "3,1,1,1,1,16,20", "3,2,1,1,1,3,64", "7,2,1,3,1,3,10", "1,2,1,0,1,5,8",
            "3,1,2,2,1,4,90", "3,1,1,1,8,16,16", "3,2,1,1,12,12,12", "2,3,1,0,1,2,3", "3,1,1,0,2,6,4"})
    void images(int window, int stride, int dilation, int pad, int groups, int channels, int results) {
        for (boolean symbolic : new boolean[]{true, false}) {
            var s = new Samples(window * 31L + stride, symbolic);
            var x = s.input(DType.F32, 2, channels, 15, 13);
            var w = s.constant(DType.F32, results, channels / groups, window, window);
            var b = s.constant(DType.F32, results);
            var op = new Conv(groups, same(2, stride), same(2, dilation), same(2, pad), same(2, pad), true);
            s.check(LONG, s.add(op, x, w, b));
        }
    }

    @Test
    void planesWiderThanATask() {
        var s = new Samples(3, false);
        var x = s.input(DType.F32, 1, 2, 30, 40);
        s.check(LONG, s.add(new Conv(1, same(2, 1), same(2, 1), same(2, 1), same(2, 1), false), x,
                s.constant(DType.F32, 9, 2, 3, 3)),
                s.add(new Conv(1, same(2, 1), same(2, 1), same(2, 0), same(2, 0), false), x,
                        s.constant(DType.F32, 9, 2, 1, 1)));
    }

    /** Operands that are views, weights that are computed, nothing to do, and 64-bit numbers. */
    @Test
    void operands() {
        var s = new Samples(3, true);
        var turned = s.add(new View(new IndexMap.Permute(List.of(0, 3, 1, 2))), s.input(DType.F32, 2, 9, 8, 4));
        var op = new Conv(1, same(2, 1), same(2, 1), same(2, 1), same(2, 0), false);
        var w = s.input(s.data(DType.F32, 5, 4, 3, 3));
        s.check(LONG, s.add(op, turned, w), s.add(op, s.input(DType.F32, 0, 4, 9, 8), w),
                s.add(op, s.input(DType.F64, 1, 4, 5, 6), s.constant(DType.F64, 5, 4, 3, 3)));
    }

    /** Any number of axes, uneven strides, dilations and pads. */
    @Property(tries = 40)
    void random(@ForAll long seed) {
        var s = new Samples(seed, seed % 3 != 0);
        var conv = RandomConv.of(s, 3, Conv.Layout.CHANNELS_FIRST);
        s.check(LONG, s.add(conv.op(), conv.operands()), s.add(conv.op().with(HALF), conv.operands()));
    }

    @Test
    void operandsThatDoNotFit() {
        var s = new Samples(3, false);
        var op = new Conv(1, same(2, 1), same(2, 1), same(2, 0), same(2, 0), false);
        assertThatThrownBy(() -> s.add(op, s.input(DType.F32, 1, 4, 9, 8), s.constant(DType.F32, 6, 3, 3, 3)))
                .isInstanceOf(IrException.class).hasMessageContaining("conv");
    }
}
