package dev.sinter.codegen.kernel;

import dev.sinter.codegen.Compiled.Tolerance;
import dev.sinter.codegen.Samples;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.ScaledMatMul;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

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
