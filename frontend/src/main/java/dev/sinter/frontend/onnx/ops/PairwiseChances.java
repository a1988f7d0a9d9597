package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Probabilities of classes from those of their pairs, by the iteration libsvm uses.
 *
 * @see <a href="https://www.jmlr.org/papers/v5/wu04a.html">Wu, Lin and Weng: Probability Estimates for Multi-class
 *      Classification by Pairwise Coupling</a>
 */
final class PairwiseChances {
    private static final DType TYPE = DType.F32;
    private static final int ROUNDS = 100;
    private final NodeContext node;
    private final int classes;
    private final Formula f = new Formula();

    PairwiseChances(NodeContext node, int classes) {
        this.node = node;
        this.classes = classes;
    }

    /** {@code [N,P] -> [N,C]}: pairs are (0,1), (0,2), …, (1,2), …; each the chance of the first of the two. */
    Value of(Value pairs) {
        if (classes == 2) {
            var first = f.operand(0, TYPE).at(Formula.axis(0), Formula.number(0));
            var is = Formula.eq(Formula.axis(1), Formula.number(0));
            return node.compute(Shape.of(pairs.shape().dim(0), Dim.of(2)),
                    Formula.select(is, first, Formula.sub(number(1), first)), pairs);
        }
        var matrix = matrix(pairs);
        var start = node.expand(node.scalar(TYPE, 1.0 / classes), Shape.of(pairs.shape().dim(0), Dim.of(classes)));
        var open = node.expand(node.scalar(DType.BOOL, 0), Shape.of(pairs.shape().dim(0), Dim.ONE));
        var rounds = Operand.ofContent(TensorType.of(DType.I64), List.of(Dim.of(ROUNDS)));
        return Loops.repeat(node, rounds, null, node.results(start, open), (inner, inputs) -> {
            var p = inputs.get(2).value(inner.builder(), inner.origin());
            return round(inner, matrix, p, inputs.get(3).value(inner.builder(), inner.origin()));
        }).getFirst().value(node.builder(), node.origin());
    }

    private static Expr number(double value) {
        return Expr.literal(value, TYPE);
    }

    /** {@code [N,C,C]}: what the sum of squares to be made smallest has as coefficients. */
    private Value matrix(Value pairs) {
        var i = Formula.axis(1);
        var j = Formula.axis(2);
        var squares = f.sum(Formula.number(classes), k -> Formula.select(Formula.eq(k, i), number(0),
                f.let(chance(k, i), r -> Formula.mul(r, r))));
        var mixed = Expr.apply(Fn.NEG, Formula.mul(chance(j, i), chance(i, j)));
        var entry = Formula.select(Formula.eq(i, j), squares, mixed);
        var n = Dim.of(classes);
        return node.compute(Shape.of(pairs.shape().dim(0), n, n), entry, pairs);
    }

    /** The chance of class a against class b. */
    private Expr chance(Expr a, Expr b) {
        return Formula.select(Formula.lt(a, b), first(a, b), Formula.sub(number(1), first(b, a)));
    }

    private Expr first(Expr a, Expr b) {
        // pairs before those of class a: (C - 1) + (C - 2) + ... , a of them
        var twice = Formula.mul(a, Formula.sub(Formula.number(2L * classes - 1), a));
        var place = Formula.add(Formula.div(twice, Formula.number(2)),
                Formula.sub(Formula.sub(b, a), Formula.number(1)));
        return f.operand(0, TYPE).at(Formula.axis(0), place);
    }

    /** One round over all classes; a sample whose error is small stays as it is. */
    private List<@Nullable Operand> round(NodeContext at, Value matrix, Value before, Value done) {
        var a = Expr.arg(0, TYPE);
        var b = Expr.arg(1, TYPE);
        var shape = before.shape();
        var column = Shape.of(shape.dim(0), shape.dim(1), Dim.ONE);
        var products = at.reshape(at.apply(MatMul.plain(TYPE), matrix, at.reshape(before, column)), shape);
        var total = at.apply(new Reduce(Reduce.Monoid.SUM, List.of(1), true),
                at.map(Formula.mul(a, b), before, products));
        var error = at.apply(new Reduce(Reduce.Monoid.MAX, List.of(1), true),
                at.map(Expr.apply(Fn.ABS, Formula.sub(a, b)), products, total));
        var small = Formula.or(Expr.arg(0, DType.BOOL), Formula.lt(b, number(0.005 / classes)));
        var finished = at.map(small, done, error);
        var p = before;
        for (int i = 0; i < classes; i++) {
            var row = at.reshape(slice(at, matrix, 1, i), shape);
            var own = slice(at, row, 1, i);
            var product = slice(at, products, 1, i);
            var move = at.map(Formula.div(Formula.sub(a, b), Expr.arg(2, TYPE)), total, product, own);
            var whole = Formula.add(number(1), b);
            var c = Expr.arg(2, TYPE);
            var moved = Formula.mul(b, Formula.add(Formula.mul(b, c), Formula.mul(number(2), Expr.arg(3, TYPE))));
            total = at.map(Formula.div(Formula.div(Formula.add(a, moved), whole), whole), total, move, own, product);
            products = at.map(Formula.div(Formula.add(a, Formula.mul(b, c)), whole), products, move, row);
            p = at.map(Formula.div(Formula.add(a, Formula.mul(b, c)), whole), p, move, at.constant(unit(i)));
        }
        var kept = Formula.select(Expr.arg(0, DType.BOOL), b, Expr.arg(2, TYPE));
        var results = new ArrayList<@Nullable Operand>();
        results.add(null);
        results.addAll(at.results(at.map(kept, finished, before, p), finished));
        return results;
    }

    private TensorData unit(int i) {
        var unit = new float[classes];
        unit[i] = 1;
        return TensorData.floats(unit, classes);
    }

    private static Value slice(NodeContext at, Value x, int axis, int index) {
        var begins = new ArrayList<Dim>(Collections.nCopies(x.shape().rank(), Dim.ZERO));
        begins.set(axis, Dim.of(index));
        return at.apply(new View(new IndexMap.Slice(begins, Collections.nCopies(x.shape().rank(), 1L),
                x.shape().with(axis, Dim.ONE).dims())), x);
    }
}
