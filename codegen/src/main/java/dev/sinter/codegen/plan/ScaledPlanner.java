package dev.sinter.codegen.plan;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Node;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.ScaledMatMul;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Products with weights that are quantized in blocks. */
final class ScaledPlanner {
    private static final int A = 0;
    private static final int Q = 1;
    private static final int SCALE = 2;
    private static final int ZERO = 3;

    private final PlanBuilder plan;
    private final ProductPlanner products;
    private final ComputePlanner computes;

    ScaledPlanner(PlanBuilder plan, ProductPlanner products, ComputePlanner computes) {
        this.plan = plan;
        this.products = products;
        this.computes = computes;
    }

    void scaledMatmul(ScaledMatMul op, Node node) {
        var output = plan.result(node.output());
        var operands = new ArrayList<Operand>();
        var extras = node.inputs().subList(op.firstExtra(), node.inputs().size());
        var epilogue = products.literals(op.epilogue(), extras, operands);
        boolean plain = op.isPlain();
        var product = plain ? output : plan.temporary(DType.F32, output.dims());
        elementwise(op, node, product);
        if (!plain) {
            operands.addFirst(product);
            plan.map(epilogue, operands, output);
        }
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
                    Formula.select(Formula.eq(largest, zero), zero, Expr.apply(Fn.DIV, most, largest)), inverse -> {
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
