package dev.sinter.ir.cost;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attention;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.Cumulate;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Normalize;
import dev.sinter.ir.op.QuantizeDynamic;
import dev.sinter.ir.op.Recurrence;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.ScaledMatMul;
import dev.sinter.ir.op.Scatter;
import dev.sinter.ir.op.Softmax;
import java.util.HashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much a node has to do, whatever computes it.
 *
 * @param operations
 *            arithmetic operations by the definition: a multiplication with addition counts two, any function one;
 *            sorting, text, decision trees and what is only moved count none; NaN where data decides on a size
 * @param bytes
 *            of all operands read once and all results written once; of a gather's table only what is gathered; NaN
 *            where data decides on a size
 */
public record Work(double operations, double bytes) {
    /** Maximum, difference, exponential, sum, quotient. */
    private static final int SOFTMAX = 5;
    /** Mean, difference, square, sum, scaling twice; and the bias. */
    private static final int NORMALIZE = 7;
    /** Minimum, maximum, scaling, rounding, zero point. */
    private static final int QUANTIZE = 5;

    /**
     * The work of a node, without what is in its regions.
     *
     * @param node
     *            the node
     * @param sizes
     *            values of symbols
     * @return its work
     */
    public static Work of(Node node, Map<String, Long> sizes) {
        return new Work(operations(node, sizes), bytes(node, sizes));
    }

    /**
     * Bytes of a type's elements, each row of bits packed.
     *
     * @param type
     *            any type
     * @param sizes
     *            values of symbols
     * @return bytes; NaN where they are not known
     */
    public static double bytes(Type type, Map<String, Long> sizes) {
        return type instanceof TensorType(var dtype, var shape) && dtype != DType.STRING
                ? Math.ceil(elements(shape, sizes) * dtype.bits() / 8)
                : Double.NaN;
    }

    private static double elements(Shape shape, Map<String, Long> sizes) {
        if (!shape.isRanked()) {
            return Double.NaN;
        }
        double elements = 1;
        for (var dim : shape.dims()) {
            elements *= extent(dim, sizes);
        }
        return elements;
    }

    private static double extent(Dim dim, Map<String, Long> sizes) {
        return sizes.keySet().containsAll(dim.symbols()) ? dim.evaluate(sizes) : Double.NaN;
    }

    private static double elements(Value value, Map<String, Long> sizes) {
        return value.type() instanceof TensorType(var dtype, var shape) ? elements(shape, sizes) : Double.NaN;
    }

    private static double bytes(Node node, Map<String, Long> sizes) {
        double sum = 0;
        for (var output : node.outputs()) {
            sum += bytes(output.type(), sizes);
        }
        double written = sum;
        for (var input : new HashSet<>(node.inputs())) {
            boolean table = node.op() instanceof Gather && input.equals(node.input(0));
            sum += table ? Math.min(written, bytes(input.type(), sizes)) : bytes(input.type(), sizes);
        }
        return sum;
    }

    private static double operations(Node node, Map<String, Long> sizes) {
        if (node.outputs().isEmpty()) {
            return 0;
        }
        double results = elements(node.outputs().getFirst(), sizes);
        return switch (node.op()) {
            case dev.sinter.ir.op.Map(var expr) -> results * expr.cost();
            case MatMul(var epilogue) -> results * (2 * inner(node, sizes) + epilogue.cost());
            case ScaledMatMul m -> results * (2 * inner(node, sizes) + m.epilogue().cost());
            case MatMulInteger m -> results * (2 * inner(node, sizes) + m.epilogue().cost());
            case Conv conv -> results * conv(conv, node, sizes);
            case Attention a -> attention(node, sizes);
            case Softmax s -> SOFTMAX * results;
            case Normalize(var epsilon, var bias) -> (NORMALIZE + (bias ? 1 : 0)) * results;
            case QuantizeDynamic q -> QUANTIZE * results;
            case Reduce r -> elements(node.input(0), sizes);
            case Cumulate c -> results;
            case Compute(var shape, var expr) -> results * applications(expr, sizes);
            case Scatter(var domain, var index, var value) -> elements(domain, sizes) * applications(value, sizes);
            case Recurrence r -> recurrence(r, node, sizes);
            default -> 0;
        };
    }

    private static double inner(Node product, Map<String, Long> sizes) {
        var left = product.input(0).shape();
        return left.isRanked() ? extent(left.dim(-1), sizes) : Double.NaN;
    }

    /** Of one result: the window over a group's channels, the bias, what is done with the sum. */
    private static double conv(Conv conv, Node node, Map<String, Long> sizes) {
        var weights = node.input(1).shape();
        double window = elements(weights, sizes) / extent(weights.dim(0), sizes);
        return 2 * window + (conv.bias() ? 1 : 0) + (conv.epilogue() == null ? 0 : conv.epilogue().cost());
    }

    /** Scores of all queries and keys, softmax, weighted sums; operands have their heads side by side or apart. */
    private static double attention(Node node, Map<String, Long> sizes) {
        var op = (Attention) node.op();
        var queries = node.input(0).shape();
        var keys = node.input(1).shape();
        double width = elements(queries, sizes) / extent(queries.dim(0), sizes) / extent(queries.dim(-2), sizes);
        double scores = extent(queries.dim(0), sizes) * extent(queries.dim(-2), sizes)
                * extent(keys.dim(-2), sizes);
        double values = elements(node.output(), sizes) / extent(queries.dim(0), sizes)
                / extent(queries.dim(-2), sizes);
        return scores * (2 * width + 2 * values + op.heads() * (SOFTMAX + 1 + (op.mask() ? 1 : 0)));
    }

    /** In each step each row: a product with the hidden state, the sum of the parts, an activation and the cell. */
    private static double recurrence(Recurrence op, Node node, Map<String, Long> sizes) {
        var gates = node.input(0).shape();
        double hidden = extent(node.input(1).shape().dim(0), sizes);
        return elements(gates, sizes) * (2 * hidden + 2) + elements(gates, sizes) / op.kind().gates() * 4;
    }

    /** Functions applied for one element, not those that compute indices. */
    private static double applications(Expr expr, Map<String, Long> sizes) {
        return switch (expr) {
            case Expr.Apply(var fn, var args, var dtype) -> {
                double sum = dtype == DType.I64 ? 0 : 1;
                for (var arg : args) {
                    sum += applications(arg, sizes);
                }
                yield sum;
            }
            case Expr.Read(var operand, var index, var otherwise, var dtype) ->
                    otherwise == null ? 0 : applications(otherwise, sizes);
            case Expr.Let(var name, var value, var body) -> applications(value, sizes) + applications(body, sizes);
            case Expr.Fold(var name, var count, var carries, var result) -> {
                double round = 0;
                for (var carry : carries) {
                    round += applications(carry.next(), sizes);
                }
                var rounds = number(count, sizes);
                yield (rounds == null ? 1 : Math.max(0, rounds)) * round + applications(result, sizes);
            }
            case Expr.Arg a -> 0;
            case Expr.Literal l -> 0;
            case Expr.Var v -> 0;
            case Expr.Size s -> 0;
        };
    }

    /** A loop's count, where it is the same for every element. */
    private static @Nullable Double number(Expr expr, Map<String, Long> sizes) {
        return switch (expr) {
            case Expr.Literal(var value, var bits, var dtype) -> value;
            case Expr.Size(var dim) -> extent(dim, sizes);
            case Expr.Apply(var fn, var args, var dtype) when args.size() == 2 -> {
                var left = number(args.get(0), sizes);
                var right = number(args.get(1), sizes);
                yield left == null || right == null ? null : number(fn, left, right);
            }
            default -> null;
        };
    }

    private static @Nullable Double number(Fn fn, double left, double right) {
        return switch (fn) {
            case ADD -> left + right;
            case SUB -> left - right;
            case MUL -> left * right;
            case DIV -> Math.floor(left / right);
            case MIN -> Math.min(left, right);
            case MAX -> Math.max(left, right);
            default -> null;
        };
    }
}
