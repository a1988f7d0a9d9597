package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.Epilogue;
import dev.sinter.codegen.kernel.ScaledKernel;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.ScaledMatMul;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Products with weights that are quantized in blocks. */
final class ScaledPlanner {
    private static final int A = 0;
    private static final int Q = 1;
    private static final int SCALE = 2;
    private static final int ZERO = 3;
    /** Integers below it are exact in f32. */
    private static final long EXACT = 1 << 24;

    private final PlanBuilder plan;
    private final ProductPlanner products;
    private final ComputePlanner computes;
    private final LookupPlanner lookups;

    ScaledPlanner(PlanBuilder plan, ProductPlanner products, ComputePlanner computes) {
        this.plan = plan;
        this.products = products;
        this.computes = computes;
        this.lookups = new LookupPlanner(plan, products::lines);
    }

    void scaledMatmul(ScaledMatMul op, Node node) {
        if (lookups.takes(op, node)) {
            var extras = node.inputs().subList(op.firstExtra(), node.inputs().size());
            var others = new ArrayList<Operand>();
            lookups.product(op, node, products.literals(op.epilogue(), extras, others), others);
            return;
        }
        if (isOfBytes(op, node)) {
            products.ofBytes(op, node);
            return;
        }
        var weights = node.input(A).shape().rank() < 2 ? null : ScaledWeights.of(op, node);
        var left = weights == null ? null : factors(op, weights, node);
        var output = plan.result(node.output());
        var operands = new ArrayList<Operand>();
        var extras = node.inputs().subList(op.firstExtra(), node.inputs().size());
        var epilogue = products.literals(op.epilogue(), extras, operands);
        boolean plain = op.isPlain();
        if (weights != null && left != null) {
            var matrices = ProductPlanner.matrices(operands, output.dims(), left.a.dims().getFirst());
            if (matrices != null && epilogue.dtype() == DType.F32 && Epilogue.fits(epilogue, matrices)) {
                var whole = product(left, weights, output, new Epilogue(epilogue, matrices));
                if (ScaledKernel.fits(whole)) {
                    plan.step(ScaledKernel.of(whole, plan.kernels()));
                    return;
                }
            }
        }
        var product = plain ? output : plan.temporary(DType.F32, output.dims());
        if (weights != null && left != null) {
            var alone = new Epilogue(Expr.arg(0, DType.F32), List.of());
            plan.step(ScaledKernel.of(product(left, weights, product, alone), plan.kernels()));
        } else {
            elementwise(op, node, product);
        }
        if (!plain) {
            operands.addFirst(product);
            plan.map(epilogue, operands, output);
        }
    }

    /**
     * Whether weights of eight bits have one scale a column and several rows share them: then the columns' sums are an
     * ordinary product, whose tiles widen bytes on their way, and the scale is the first thing that happens to them.
     */
    private static boolean isOfBytes(ScaledMatMul op, Node node) {
        var dims = node.input(A).shape().dims();
        var q = node.input(Q).constant();
        var zero = op.zero() ? node.input(ZERO).constant() : null;
        return !op.roundsA() && dims.size() >= 2 && q != null && q.size() > 0 && q.dtype().bits() == 8
                && q.dims()[0] <= op.block() && (!op.zero() || zero != null && zero.dtype().isInteger())
                && !new Shape(dims.subList(0, dims.size() - 1)).size().equals(Dim.ONE);
    }

    /**
     * Rows to be multiplied.
     *
     * @param a
     *            the rows; integers where they are rounded
     * @param factors
     *            what each of their blocks is multiplied by; null for nothing
     */
    private record Left(Operand a, @Nullable Operand factors) {
    }

    /** The rows; null where sums of rounded ones would not be exact in f32. */
    private @Nullable Left factors(ScaledMatMul op, ScaledWeights weights, Node node) {
        var a = products.lines(plan.operand(node.input(A)));
        if (!op.roundsA()) {
            return new Left(a, null);
        }
        if ((long) weights.block() * (long) ScaledMatMul.MOST * weights.largest() >= EXACT) {
            return null;
        }
        var what = op.mnemonic() + " '" + node.origin().first() + "'";
        var rows = a.dims().getFirst();
        var most = plan.temporary(DType.F32, List.of(rows, Dim.of(weights.blocks())));
        var codes = plan.temporary(DType.F32, a.dims());
        var factors = plan.temporary(DType.F32, most.dims());
        var rounding = new Rounding(weights.block(), weights.k());
        computes.compute(rounding.most(), new ArrayList<>(List.of(a)), most, what);
        computes.compute(rounding.codes(), new ArrayList<>(List.of(a, most)), codes, what);
        plan.map(Expr.apply(Fn.DIV, Expr.arg(0, DType.F32), Expr.literal(ScaledMatMul.MOST, DType.F32)),
                List.of(most), factors);
        return new Left(codes, factors);
    }

    /**
     * Rows of k elements rounded by blocks.
     */
    private record Rounding(int block, int k) {
        /** The greatest magnitude of a block. */
        Expr most() {
            var f = new Formula();
            var begin = Formula.mul(Formula.axis(1), Formula.number(block));
            var length = Formula.min(Formula.number(block), Formula.sub(Formula.number(k), begin));
            return f.largest(length, Formula.literal(0, DType.F32), i -> Expr.apply(Fn.ABS,
                    f.operand(0, DType.F32).at(Formula.axis(0), Formula.add(begin, i))));
        }

        /** The integers, as f32. */
        Expr codes() {
            var f = new Formula();
            var zero = Formula.literal(0, DType.F32);
            var place = Formula.div(Formula.axis(1), Formula.number(block));
            var x = f.operand(0, DType.F32).at(Formula.axis(0), Formula.axis(1));
            return f.let(f.operand(1, DType.F32).at(Formula.axis(0), place), most -> Expr.apply(Fn.ROUND,
                    Formula.mul(x, Formula.select(isNothing(most), zero,
                            Expr.apply(Fn.DIV, Formula.literal(ScaledMatMul.MOST, DType.F32), most)))));
        }
    }

    /** Whether a block whose greatest magnitude is this one is rounded to zeros. */
    private static Expr isNothing(Expr most) {
        return Formula.lt(most, Formula.literal(ScaledMatMul.LEAST, DType.F32));
    }

    private ScaledKernel.Product product(Left left, ScaledWeights weights, Operand c, Epilogue epilogue) {
        var zeros = weights.zeros();
        var packed = new ScaledKernel.Weights(weights.form(), plan.constant(weights.words(), WeightItem.Form.PLAIN),
                plan.constant(weights.scales(), WeightItem.Form.PANEL16), null,
                zeros == null ? null : plan.constant(zeros, WeightItem.Form.PANEL16), weights.block(), weights.k(),
                weights.n());
        return new ScaledKernel.Product(left.a, packed, c.collapseLeading(1), epilogue, left.factors,
                plan.scratch(DType.F32, ScaledKernel.decoded(weights.k())),
                plan.scratch(DType.F32, Dim.of(ScaledKernel.TILE)));
    }

    /** Any product, each element by itself. */
    private void elementwise(ScaledMatMul op, Node node, Operand product) {
        var factors = node.inputs().subList(0, op.firstExtra());
        var operands = new ArrayList<Operand>();
        factors.forEach(v -> operands.add(plan.operand(v)));
        var what = op.mnemonic() + " '" + node.origin().first() + "'";
        computes.compute(new Element(op, factors).value(), operands, product, what);
    }

    /** What an element of a product is. */
    private static final class Element {
        private final ScaledMatMul op;
        private final List<Value> factors;
        private final Formula f = new Formula();
        private final List<Expr> row;
        private final Expr column;
        private final Dim depth;

        Element(ScaledMatMul op, List<Value> factors) {
            this.op = op;
            this.factors = factors;
            int last = factors.get(A).shape().rank() - 1;
            this.row = Formula.axes(last);
            this.column = Formula.axis(last);
            this.depth = factors.get(Q).shape().dim(0);
        }

        Expr value() {
            var count = Formula.size(depth.ceilDiv(op.block()));
            return f.loop(count, List.of(Formula.literal(0, DType.F32)), (g, sum) -> {
                var begin = Formula.mul(g, Formula.number(op.block()));
                var length = Formula.min(Formula.number(op.block()), Formula.sub(Formula.size(depth), begin));
                var scale = f.operand(SCALE, DType.F32).at(g, column);
                var next = op.roundsA() ? rounded(g, begin, length, scale, sum.getFirst())
                        : Expr.apply(Fn.FMA, real(g, begin, length), scale, sum.getFirst());
                return List.of(next);
            }, sum -> sum.getFirst());
        }

        private Expr a(Expr k) {
            var index = new ArrayList<>(row);
            index.add(k);
            return f.operand(A, DType.F32).at(index);
        }

        /** A weight less its zero point. */
        private Expr weight(Expr g, Expr k, DType type) {
            var q = Expr.cast(f.operand(Q, factors.get(Q).dtype()).at(k, column), type);
            return op.zero()
                    ? Formula.sub(q, Expr.cast(f.operand(ZERO, factors.get(ZERO).dtype()).at(g, column), type))
                    : q;
        }

        /** A block's sum. */
        private Expr real(Expr g, Expr begin, Expr length) {
            return f.loop(length, List.of(Formula.literal(0, DType.F32)), (i, sum) -> {
                var k = Formula.add(begin, i);
                return List.of(Expr.apply(Fn.FMA, a(k), weight(g, k, DType.F32), sum.getFirst()));
            }, sum -> sum.getFirst());
        }

        /** The sum with a block's, whose part of the row is rounded. */
        private Expr rounded(Expr g, Expr begin, Expr length, Expr scale, Expr sum) {
            var zero = Formula.literal(0, DType.F32);
            var most = Formula.literal(ScaledMatMul.MOST, DType.F32);
            Function<Expr, Expr> magnitude = i -> Expr.apply(Fn.ABS, a(Formula.add(begin, i)));
            return f.let(f.largest(length, zero, magnitude), largest -> f.let(
                    Formula.select(isNothing(largest), zero,
                            Expr.apply(Fn.DIV, most, largest)),
                    inverse -> {
                        var integers = f.sum(length, i -> {
                            var k = Formula.add(begin, i);
                            var code = Expr.apply(Fn.ROUND, Formula.mul(a(k), inverse));
                            return Formula.mul(Expr.cast(code, DType.I32), weight(g, k, DType.I32));
                        });
                        var factor = Formula.mul(Expr.apply(Fn.DIV, largest, most), scale);
                        return Expr.apply(Fn.FMA, Expr.cast(integers, DType.F32), factor, sum);
                    }));
        }
    }
}
