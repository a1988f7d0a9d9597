package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.Epilogue;
import dev.sinter.codegen.kernel.LookupFactors;
import dev.sinter.codegen.kernel.LookupKernel;
import dev.sinter.codegen.kernel.LookupRows;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.cost.Question;
import dev.sinter.ir.cost.Sample;
import dev.sinter.ir.cost.Way;
import dev.sinter.ir.op.ScaledMatMul;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Plans products of rounded activations with constant weights of few bits whose sums are looked up. Rows that several
 * products take are rounded once.
 */
final class LookupPlanner {
    private static final int COLUMNS = 64;
    private static final String GENERAL = "general";
    private static final String LOOKUP = "lookup";
    /** Products of a nanosecond in other ways, which take weights apart for another row's time. */
    private static final double PRODUCTS = 55;
    /** Products of a nanosecond with one bit of a weight, looked up: of few rows, and of many. */
    private static final double LOOKED_UP = 240;
    private static final double MANY_LOOKED_UP = 430;
    /** Nanoseconds for an element of a row: rounding, and its part of a table. */
    private static final double ELEMENT = 1.2;
    /** Nanoseconds for a block of a column and row, and for each plane of it. */
    private static final double BLOCK = 0.1;
    private static final double BLOCK_PLANE = 0.03;
    private static final double GAIN = 0.05;

    private final PlanBuilder plan;
    private final UnaryOperator<Operand> lines;
    private final Map<Rows, LookupRows> rounded = new HashMap<>();

    /** A value rounded in blocks of so many elements. */
    private record Rows(Value value, int block) {
    }

    /**
     * Begins.
     *
     * @param lines
     *            makes rows, contiguous each and one behind the other, of an operand
     */
    LookupPlanner(PlanBuilder plan, UnaryOperator<Operand> lines) {
        this.plan = plan;
        this.lines = lines;
    }

    /** Whether a product is computed so. */
    boolean takes(ScaledMatMul op, Node node) {
        var a = node.input(0).shape();
        var q = node.input(1).constant();
        boolean constant = q != null && node.input(2).isConstant() && (!op.zero() || node.input(3).isConstant());
        if (!op.roundsA() || !constant || a.rank() < 2 || q.size() == 0) {
            return false;
        }
        int k = (int) q.dims()[0];
        if (op.block() < k && op.block() % 32 != 0 || op.zero() && node.input(3).dtype() == DType.F32) {
            return false;
        }
        int planes = LookupWeights.planes(q);
        return planes > 0 && LOOKUP.equals(plan.choices().pick(question(op, node, planes), node.origin()));
    }

    private static Question question(ScaledMatMul op, Node node, int planes) {
        var q = node.input(1).shape();
        double k = q.dim(0).value();
        double n = q.dim(1).value();
        double rows = Sample.elements(node.input(0).shape()) / k;
        var sample = Sample.of(node);
        double blocks = Math.ceil(k / op.block());
        // where nobody knows how many rows there are, one is as likely as many
        boolean known = node.input(0).shape().dims().stream().allMatch(Dim::isConst);
        double general = (rows + (known ? 1 : (1 + rows) / 2)) * k * n / PRODUCTS;
        double lookedUp = rows < LookupKernel.MANY_ROWS ? LOOKED_UP : MANY_LOOKED_UP;
        return new Question("lookup", List.of(new Way(GENERAL, general, sample),
                new Way(LOOKUP, rows * (planes * k * n / lookedUp + k * ELEMENT
                        + blocks * n * (BLOCK + BLOCK_PLANE * planes)), sample)),
                GAIN);
    }

    /**
     * Plans a product.
     *
     * @param node
     *            a product it {@link #takes}
     * @param epilogue
     *            {@code $0} is the product
     * @param operands
     *            the epilogue's others
     */
    void product(ScaledMatMul op, Node node, Expr epilogue, List<Operand> operands) {
        var weights = weights(op, node);
        new Finished(node, epilogue, operands).plan(plan, (output, last) -> of(op, node, weights, output, last),
                LookupKernel::fits, LookupKernel::of);
    }

    private LookupKernel.Product of(ScaledMatMul op, Node node, LookupFactors weights, Operand output,
            Epilogue epilogue) {
        var m = output.dims().getFirst();
        var scratch = new LookupKernel.Scratch(plan.scratch(DType.F32, Dim.of(LookupKernel.tables(weights, m))),
                plan.scratch(DType.I32, Dim.of(LookupKernel.sums(weights, m))),
                plan.scratch(DType.F32, Dim.of(LookupKernel.results(weights, m))),
                plan.scratch(DType.F32, Dim.of(LookupKernel.indices(weights, m))));
        return new LookupKernel.Product(rows(node.input(0), weights.k(), op.block()), weights, output, epilogue,
                scratch, plan.constant(LookupKernel.masks()));
    }

    /** A value's rows rounded, which a step does unless it was done before. */
    private LookupRows rows(Value value, int k, int block) {
        var key = new Rows(value, Math.min(block, k));
        var known = rounded.get(key);
        if (known != null) {
            return known;
        }
        var a = lines.apply(plan.operand(value));
        var m = a.dims().getFirst();
        var blocks = List.of(m, Dim.of((k + key.block - 1) / key.block));
        var rows = new LookupRows(plan.temporary(DType.I32, LookupRows.integers(m, k)),
                plan.temporary(DType.F32, blocks), plan.temporary(DType.I32, blocks));
        plan.step(rows.of(a, k, block));
        rounded.put(key, rows);
        return rows;
    }

    // ---- weights

    private LookupFactors weights(ScaledMatMul op, Node node) {
        var q = node.input(1).constant();
        var weights = LookupWeights.of(q);
        var zeros = op.zero() ? node.input(3).constant() : null;
        var one = zeros == null ? (Long) 0L : same(zeros);
        return new LookupFactors(weights.planes(), weights.step(),
                weights.least() - (one == null ? 0 : one.intValue()), plan.constant(weights.bits()),
                plan.constant(padded(node.input(2).constant())), one != null ? null : plan.constant(padded(zeros)),
                op.block(),
                (int) q.dims()[0], (int) q.dims()[1]);
    }

    /** The one value that all elements have, or null. */
    private static @Nullable Long same(TensorData data) {
        for (int i = 1; i < data.size(); i++) {
            if (data.getLong(i) != data.getLong(0)) {
                return null;
            }
        }
        return data.size() == 0 ? (Long) 0L : (Long) data.getLong(0);
    }

    /** Rows made as long as whole panels. */
    private static TensorData padded(TensorData data) {
        int n = (int) data.dims()[1];
        int width = (n + COLUMNS - 1) / COLUMNS * COLUMNS;
        if (width == n) {
            return data;
        }
        var out = TensorData.zeros(data.dtype(), data.dims()[0], width);
        for (int i = 0; i < data.size(); i++) {
            if (data.dtype() == DType.F32) {
                out.set(i / n * width + i % n, data.getDouble(i));
            } else {
                out.set(i / n * width + i % n, data.getLong(i));
            }
        }
        return out;
    }
}
