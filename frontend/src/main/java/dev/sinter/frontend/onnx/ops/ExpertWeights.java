package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * One layer of all experts: weights {@code [E,N,K]}, plain or quantized, and a bias {@code [E,N]}. Quantized weights
 * are {@code (q - zero) * scale}, several in a byte along K, the low bits first; scales are {@code [E,N]} or
 * {@code [E,N,K/block]}.
 *
 * @param node
 *            the node
 * @param weights
 *            which input
 * @param bias
 *            which input
 * @param scales
 *            which input; -1 for weights that are not quantized
 * @param zeros
 *            which input; -1 for weights that are not quantized
 */
record ExpertWeights(NodeContext node, int weights, int bias, int scales, int zeros) {
    boolean isGiven() {
        return node.has(weights);
    }

    private boolean quantized() {
        return scales >= 0;
    }

    private long bits() {
        return quantized() ? node.attributes().integer("expert_weight_bits", 4) : 8;
    }

    /** Rows of an expert's matrix: how many features come out. */
    Dim rows() {
        return node.shape(weights).dim(1);
    }

    /** How many features go in. */
    private Dim columns() {
        var columns = node.shape(weights).dim(2);
        return node.symbols().simplify(quantized() ? columns.times(Dim.of(8 / bits())) : columns);
    }

    private Dim block() {
        long block = quantized() ? node.attributes().integer("block_size", 0) : 0;
        return block > 0 ? Dim.of(block) : columns();
    }

    /** Operands of one compute and how they are read. */
    private record Terms(Formula f, List<Value> values) {
        Formula.Source add(Value value) {
            values.add(value);
            return f.operand(values.size() - 1, value.dtype());
        }
    }

    /**
     * Features behind the layer, those of each token's chosen experts alone.
     *
     * @param x
     *            {@code [T,K]}, or {@code [T,J,K]}: another row for each chosen expert
     * @param choice
     *            the experts of each token {@code [T,J]}, i64
     * @return {@code [T,J,N]} in f32
     */
    Value applied(Value x, Value choice) {
        var shape = x.shape();
        node.symbols().requireEqual(columns(), shape.dim(-1), "columns of input " + weights + " " + node.type(weights));
        var f = new Formula();
        var terms = new Terms(f, new ArrayList<>());
        var source = terms.add(x);
        var chosen = terms.add(choice);
        var row = Formula.axis(2);
        Function<Expr, Expr> feature = c -> shape.rank() == 2 ? source.at(Formula.axis(0), c)
                : source.at(Formula.axis(0), Formula.axis(1), c);
        var expr = f.let(chosen.at(Formula.axis(0), Formula.axis(1)), expert -> {
            var sum = product(terms, feature, expert, row);
            return node.has(bias)
                    ? Formula.add(sum, terms.add(node.cast(node.value(bias), DType.F32)).at(expert, row)) : sum;
        });
        return node.compute(Shape.of(choice.shape().dim(0), choice.shape().dim(1), rows()), expr,
                terms.values().toArray(Value[]::new));
    }

    /** The sum over all columns of feature by weight: block by block, each of one scale. */
    private Expr product(Terms terms, Function<Expr, Expr> feature, Expr expert, Expr row) {
        var f = terms.f();
        if (!quantized()) {
            var matrix = terms.add(node.value(weights));
            return f.sum(Formula.size(columns()),
                    c -> Formula.mul(feature.apply(c), Expr.cast(matrix.at(expert, row, c), DType.F32)));
        }
        var bytes = terms.add(node.value(weights));
        var scale = scale(terms, expert, row);
        var zero = zero(terms, expert, row);
        var size = Formula.size(block());
        var blocks = node.symbols().simplify(columns().floorDiv(block()));
        return f.sum(Formula.size(blocks), b -> f.let(zero.apply(b), z -> Formula.mul(scale.apply(b),
                f.sum(size, i -> f.let(Formula.add(Formula.mul(b, size), i), c -> {
                    var number = FusedMatrices.unpacked(f, bytes, List.of(expert, row), c, bits());
                    return Formula.mul(feature.apply(c), Formula.sub(number, z));
                })))));
    }

    /** A block's scale by its number. */
    private Function<Expr, Expr> scale(Terms terms, Expr expert, Expr row) {
        var source = terms.add(node.cast(node.value(scales), DType.F32));
        return b -> node.shape(scales).rank() == 3 ? source.at(expert, row, b) : source.at(expert, row);
    }

    /** A block's zero point by its number; packed along the blocks, or along the rows where there are none. */
    private Function<Expr, Expr> zero(Terms terms, Expr expert, Expr row) {
        if (!node.has(zeros)) {
            return b -> Expr.literal(1L << (bits() - 1), DType.F32);
        }
        var source = terms.add(node.value(zeros));
        boolean blocks = node.shape(zeros).rank() == 3;
        return b -> blocks ? FusedMatrices.unpacked(terms.f(), source, List.of(expert, row), b, bits())
                : FusedMatrices.unpacked(terms.f(), source, List.of(expert), row, bits());
    }
}
