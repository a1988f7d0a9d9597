package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.Epilogue;
import dev.sinter.codegen.kernel.ScaledKernel;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.Value;
import dev.sinter.ir.cost.Question;
import dev.sinter.ir.cost.Sample;
import dev.sinter.ir.cost.Way;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Plans products with constant f32 weights of few different values ({@link FewValues}): kept as the numbers of values where
 * it is memory that dense weights wait for. Estimates are of one core that reads 31 bytes a nanosecond from memory.
 */
final class CodebookPlanner {
    private static final String DENSE = "dense";
    private static final String CODED = "coded";
    /** Bytes of a model's weights from which on they come from memory in each call. */
    private static final long LARGE = 32L << 20;
    /** Products of a nanosecond with weights at hand, of several rows and of one. */
    private static final double PRODUCTS = 58;
    private static final double ONE_ROW = 22;
    /** Nanoseconds for a weight from memory, and where it comes while products are computed. */
    private static final double MEMORY = 4.0 / 31;
    private static final double BESIDE = 4.0 / 60;
    /** Nanoseconds for a number of a value, multiplied by one row, or decoded for several; and their products. */
    private static final double MULTIPLIED = 0.055;
    private static final double DECODED = 0.07;
    private static final double DECODED_PRODUCTS = 56.5;
    private static final double GAIN = 0.03;

    private final PlanBuilder plan;
    private final UnaryOperator<Operand> lines;
    private long bytes = -1;

    /**
     * Begins.
     *
     * @param lines
     *            makes rows, contiguous each and one behind the other, of an operand
     */
    CodebookPlanner(PlanBuilder plan, UnaryOperator<Operand> lines) {
        this.plan = plan;
        this.lines = lines;
    }

    /** A product's weights, if it is to be computed so. */
    @Nullable
    FewValues weights(Node node) {
        var matrix = node.input(1).constant();
        if (matrix == null || matrix.dtype() != DType.F32 || matrix.dims().length != 2 || matrix.size() == 0
                || node.input(0).dtype() != DType.F32 || node.input(0).shape().rank() < 2) {
            return null;
        }
        var weights = FewValues.of(matrix);
        return weights != null && CODED.equals(plan.choices().pick(question(node), node.origin())) ? weights : null;
    }

    /** A sample alone would find its weights in the cache, so that measuring it says nothing of the model. */
    private Question question(Node node) {
        var a = node.input(0).shape();
        double k = node.input(1).shape().dim(0).value();
        double weights = k * node.input(1).shape().dim(1).value();
        double rows = Sample.elements(a) / k;
        boolean known = a.dims().stream().allMatch(Dim::isConst);
        boolean large = bytes() >= LARGE;
        // where nobody knows how many rows there are, one is as likely as many: it is ratios that count then
        double dense = known ? dense(rows, large) : Math.sqrt(dense(1, large) * dense(rows, large));
        double coded = known ? coded(rows) : Math.sqrt(coded(1) * coded(rows));
        return new Question("codebook",
                List.of(new Way(DENSE, weights * dense, null), new Way(CODED, weights * coded, null)), GAIN);
    }

    /** Bytes of all constants. */
    private long bytes() {
        if (bytes < 0) {
            bytes = plan.graph().nodes().stream().flatMap(n -> n.inputs().stream()).distinct()
                    .map(Value::constant).filter(Objects::nonNull)
                    .mapToLong(data -> (long) data.size() * Math.max(1, data.dtype().bits() / Byte.SIZE)).sum();
        }
        return bytes;
    }

    /** Nanoseconds for a dense weight. */
    private static double dense(double rows, boolean large) {
        double computed = rows <= 1 ? 1 / ONE_ROW : rows / PRODUCTS;
        return large ? Math.max(computed + (rows <= 1 ? 0 : BESIDE), MEMORY) : computed;
    }

    private static double coded(double rows) {
        return rows <= 1 ? MULTIPLIED : rows / DECODED_PRODUCTS + DECODED;
    }

    /**
     * Plans a product.
     *
     * @param node
     *            with such {@link #weights}
     * @param epilogue
     *            {@code $0} is the product
     * @param operands
     *            the epilogue's others
     */
    void product(Node node, FewValues weights, Expr epilogue, List<Operand> operands) {
        var a = lines.apply(plan.operand(node.input(0)));
        var packed = ScaledKernel.Weights.ofValues(weights.form(), plan.constant(weights.words()),
                plan.constant(weights.values()), weights.k(), weights.n());
        new Finished(node, epilogue, operands).plan(plan, (output, last) -> of(a, packed, output, last),
                ScaledKernel::fits, product -> ScaledKernel.of(product, plan.kernels()));
    }

    private ScaledKernel.Product of(Operand a, ScaledKernel.Weights weights, Operand output, Epilogue epilogue) {
        return new ScaledKernel.Product(a, weights, output, epilogue, null,
                plan.scratch(DType.F32, ScaledKernel.decoded(weights.k())),
                plan.scratch(DType.F32, Dim.of(ScaledKernel.TILE)));
    }
}
