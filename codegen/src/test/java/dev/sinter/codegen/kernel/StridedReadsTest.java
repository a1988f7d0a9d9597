package dev.sinter.codegen.kernel;

import static dev.sinter.codegen.Compiled.Tolerance.EXACT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.codegen.Samples;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.op.Compute;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Windows that are some elements apart along the last axis, channels first. */
class StridedReadsTest {
    private static final Expr LEAST = Formula.literal(Double.NEGATIVE_INFINITY, DType.F32);

    /** Pooling of an image: the largest elements, or, with a weight for each, sums. */
    private static Compute pool(List<Dim> dims, int height, int width, int window, int stride, int pad, boolean sum) {
        var f = new Formula();
        var value = f.nest(List.of(Formula.number(window), Formula.number(window)),
                sum ? Formula.literal(0, DType.F32) : LEAST, (k, sofar) -> {
                    var at = List.of(Formula.axis(0), Formula.axis(1), tap(2, stride, pad, k.get(0)),
                            tap(3, stride, pad, k.get(1)));
                    var source = f.operand(0, DType.F32);
                    var read = pad == 0 ? source.at(at)
                            : source.or(sum ? Formula.literal(0, DType.F32) : LEAST, at);
                    return sum ? Formula.add(read, sofar) : Formula.max(sofar, read);
                });
        var shape = new ArrayList<>(dims.subList(0, 2));
        shape.add(Dim.of((height + 2 * pad - window) / stride + 1));
        shape.add(Dim.of((width + 2 * pad - window) / stride + 1));
        return new Compute(new Shape(shape), value);
    }

    private static Expr tap(int axis, int stride, int pad, Expr k) {
        return Formula.add(Formula.sub(Formula.mul(Formula.axis(axis), Formula.number(stride)), Formula.number(pad)),
                k);
    }

    private static Operand operand(long... dims) {
        return Operand.rowMajor(new Place.Arena(0), DType.F32, Shape.of(dims));
    }

    @ParameterizedTest
    @CsvSource({"3,2,1,112", "3,2,0,67", "2,2,0,64", "2,2,0,65", "3,3,1,50", "5,2,2,41", "1,2,0,33", "3,4,1,100",
            "3,1,1,40"})
    void pools(int window, int stride, int pad, int width) {
        for (boolean sum : new boolean[]{true, false}) {
            var s = new Samples(width, true);
            var x = s.input(DType.F32, 2, 3, 9, width);
            var y = pool(x.shape().dims(), 9, width, window, stride, pad, sum);
            s.check(EXACT, s.add(y, s.input(s.data(DType.F32, 2, 3, 9, width))), s.add(y, x));
        }
    }

    @Property(tries = 30)
    void everySize(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, false);
        int height = 5 + random.nextInt(20);
        int width = 8 + random.nextInt(140);
        int window = 1 + random.nextInt(5);
        var x = s.input(DType.F32, 1 + random.nextInt(2), 1 + random.nextInt(5), height, width);
        s.check(EXACT, s.add(pool(x.shape().dims(), height, width, window, 1 + random.nextInt(4),
                random.nextInt(window + 1) / 2, random.nextBoolean()), x));
    }

    /** What is rewritten, and what is not. */
    @Test
    void onlyWhatIsApart() {
        var x = operand(1, 3, 9, 67);
        var pooled = pool(List.of(Dim.ONE, Dim.of(3)), 9, 67, 3, 2, 1, false);
        var reads = StridedReads.of(pooled.expr(), List.of(x), operand(1, 3, 5, 34));
        assertThat(reads.stride()).isEqualTo(2);
        assertThat(reads.beyond()).isEqualTo(LEAST);
        assertThat(reads.expr().toString()).contains("add(i3:i64, -1:i64)").contains(", 1:i64, ");
        assertThat(StridedReads.of(pooled.expr(), List.of(x), operand(1, 3, 5, 12))).isNull();
        var dense = pool(List.of(Dim.ONE, Dim.of(3)), 9, 67, 3, 1, 1, false);
        assertThat(StridedReads.of(dense.expr(), List.of(x), operand(1, 3, 9, 67))).isNull();
    }
}
