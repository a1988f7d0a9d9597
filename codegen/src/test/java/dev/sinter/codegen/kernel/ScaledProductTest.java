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
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.ScaledMatMul;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products with weights quantized in blocks; the order of evaluation is the reference's. */
class ScaledProductTest {
    private static final Tolerance EXACT = Tolerance.EXACT;
    private static final List<DType> TYPES =
            List.of(DType.I8, DType.U8, DType.I4, DType.U4, DType.I2, DType.U2);
    private static final Expr SUM = Expr.arg(0, DType.F32);

    private static TensorData integers(Random random, DType type, long... dims) {
        var data = TensorData.zeros(type, dims);
        for (int i = 0; i < data.size(); i++) {
            data.set(i, random.nextLong());
        }
        return data;
    }

    /** One row and several, one task and several, by one compiled product of any number of rows. */
    @ParameterizedTest
    @CsvSource({"I4, 96, 200, 32", "I8, 40, 416, 40", "U2, 130, 33, 16", "I2, 64, 64, 64"})
    void everyNumberOfRows(DType type, int k, int n, int block) {
        var random = new Random(k);
        var s = new Samples(k, false);
        var a = s.input(s.data(DType.F32, 1, k), new Shape(List.of(Dim.sym("M"), Dim.of(k))));
        var q = s.constant(integers(random, type, k, n));
        var scale = s.constant(DType.F32, (k + block - 1) / block, n);
        var gelu = Expr.apply(Fn.GELU, Expr.apply(Fn.ADD, SUM, Expr.arg(1, DType.F32)));
        var plain = s.add(new ScaledMatMul(block, false, false, SUM), a, q, scale);
        var biased = s.add(new ScaledMatMul(block, false, false, gelu), a, q, scale, s.constant(DType.F32, n));
        try (var compiled = Compiled.of(s.graph(plain, biased))) {
            IntStream.of(0, 1, 2, 3, 6, 7, 8, 13, 14, 15, 64, 255, 256, 257, 300).forEach(m -> {
                var inputs = new HashMap<>(s.inputs());
                inputs.put("x0", s.data(DType.F32, m, k));
                compiled.check(inputs, new Tolerance(3e-6, 3e-6));
            });
        }
    }

    /** Weights take the bits that their values need, not those of their type. */
    @ParameterizedTest
    @CsvSource({"I8, 1, 0, 1", "U8, 128, 128, 1", "I8, -2, 1, 2", "U4, 6, 9, 2", "I8, -3, 9, 4", "I8, -128, 127, 8"})
    void bitsByValues(DType type, int least, int most, int bits) {
        var random = new Random(bits);
        var s = new Samples(bits, false);
        var q = TensorData.zeros(type, 256, 64);
        for (int i = 0; i < q.size(); i++) {
            q.set(i, (long) Math.min(least, most) + random.nextInt(Math.abs(most - least) + 1));
        }
        var y = s.add(new ScaledMatMul(64, false, false, SUM), s.input(DType.F32, 3, 256), s.constant(q),
                s.constant(DType.F32, 4, 64));
        try (var compiled = Compiled.of(s.graph(y))) {
            compiled.check(s.inputs(), EXACT);
            assertThat(compiled.generated().image().weights().byteSize())
                    .isLessThan(256 * 64 * bits / 8 + 4 * 64 * 4 + 256);
        }
    }

    @Property(tries = 120)
    void anyBlocksTypesAndOperands(@ForAll long seed) {
        var random = new Random(seed);
        var s = new Samples(seed, random.nextBoolean());
        var type = TYPES.get(random.nextInt(TYPES.size()));
        int m = random.nextInt(10);
        int k = List.of(0, 1, 5, 16, 33, 64, 100, 257).get(random.nextInt(8));
        int n = 1 + random.nextInt(random.nextBoolean() ? 20 : 100);
        int block = List.of(1, 7, 16, 32, 64, 300).get(random.nextInt(6));
        int blocks = (k + block - 1) / block;
        var dims = random.nextInt(5) == 0 ? new long[]{k} : random.nextBoolean() ? new long[]{m, k}
                : new long[]{2, m, k};
        boolean rounds = random.nextInt(4) == 0;
        boolean constant = random.nextInt(4) > 0;
        var q = integers(random, type, k, n);
        var operands = new ArrayList<Value>(List.of(s.input(s.data(DType.F32, dims), s.shape(dims)),
                constant ? s.constant(q) : s.input(q), s.constant(DType.F32, blocks, n)));
        boolean zero = random.nextBoolean();
        if (zero) {
            boolean real = !rounds && random.nextBoolean();
            operands.add(s.constant(real ? s.data(DType.F32, blocks, n) : integers(random, type, blocks, n)));
        }
        operands.add(s.constant(DType.F32, n));
        var bias = random.nextBoolean() ? SUM : Expr.apply(Fn.ADD, SUM, Expr.arg(1, DType.F32));
        s.check(EXACT, s.add(new ScaledMatMul(block, zero, rounds, bias), operands.toArray(Value[]::new)));
    }
}
