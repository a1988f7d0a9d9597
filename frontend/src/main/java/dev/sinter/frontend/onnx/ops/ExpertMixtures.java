package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Softmax;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's mixtures of experts, MoE and QMoE: each token {@code [T,H]} goes through the k experts that its
 * router's scores {@code [T,E]} are highest for, and their results are added by weight. An expert is
 * {@code fc2(activation(fc1(x)))}, or with a third matrix {@code fc2(activation(fc1(x)) * fc3(x))}. Only chosen experts
 * are computed.
 *
 * @see <a href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MoE">MoE</a>
 * @see <a href="https://arxiv.org/abs/2101.03961">Switch Transformers</a>
 */
final class ExpertMixtures {
    static final List<OnnxOp> OPS = List.of(
            microsoft("MoE", node -> new ExpertMixtures(node, new ExpertWeights(node, 2, 3, -1, -1),
                    new ExpertWeights(node, 4, 5, -1, -1), new ExpertWeights(node, 6, 7, -1, -1), false).run()),
            microsoft("QMoE", node -> new ExpertMixtures(node, new ExpertWeights(node, 2, 4, 3, 11),
                    new ExpertWeights(node, 5, 7, 6, 12), new ExpertWeights(node, 8, 10, 9, 13), true).run()));
    /** QMoE's weights of the chosen experts, where they are not the router's scores. */
    private static final int MIXING = 14;
    /** How far below the best a score may be, relative to their size, to count for the sparse mixer. */
    private static final double NEAR = 0.02;

    private final NodeContext node;
    private final ExpertWeights first;
    private final ExpertWeights second;
    private final ExpertWeights third;
    private final boolean quantized;
    private final boolean sparse;
    private final Dim tokens;
    private final Dim experts;
    private final Dim chosen;

    private ExpertMixtures(NodeContext node, ExpertWeights first, ExpertWeights second, ExpertWeights third,
            boolean quantized) {
        this.node = node;
        this.first = first;
        this.second = second;
        this.third = third;
        this.quantized = quantized;
        this.tokens = node.shape(1).dim(0);
        this.experts = node.shape(1).dim(1);
        long k = node.attributes().integer("k", 1);
        this.chosen = Dim.of(k);
        if (k < 1 || experts instanceof Dim.Const(long all) && k > all) {
            throw node.error("k from 1 to " + experts + " was expected, not " + k);
        }
        long bits = node.attributes().integer("expert_weight_bits", 4);
        var format = node.attributes().text("quant_type", "int");
        if (bits != 2 && bits != 4 && bits != 8 || !format.equals("int")) {
            throw node.error("integers of 2, 4 or 8 bits were expected as weights, not " + format + " of " + bits);
        }
        this.sparse = node.attributes().flag("use_sparse_mixer", false);
        if (sparse && k != 2) {
            throw node.error("k = 2 was expected where use_sparse_mixer is set, not " + k);
        }
    }

    private List<Operand> run() {
        var shape = node.shape(0);
        var x = node.reshape(node.cast(node.value(0), DType.F32), Shape.of(tokens, shape.dim(-1)));
        var scores = node.cast(node.value(1), DType.F32);
        var choice = choice(scores);
        var hidden = activated(first.applied(x, choice),
                third.isGiven() ? third.applied(x, choice) : null);
        var results = second.applied(hidden, choice);
        var f = new Formula();
        var weight = f.operand(0, DType.F32);
        var result = f.operand(1, DType.F32);
        var mixed = f.sum(Formula.size(chosen), j -> Formula.mul(weight.at(Formula.axis(0), j),
                result.at(Formula.axis(0), j, Formula.axis(1))));
        var sum = node.compute(Shape.of(tokens, second.rows()), mixed,
                sparse ? separateWeights(scores, choice) : weights(scores, choice), results);
        return node.results(node.cast(node.reshape(sum, shape), node.type(0).dtype()));
    }

    /** The k best experts of each token, best first; of equal ones the last {@code [T,E] -> [T,k]}. */
    private Value choice(Value scores) {
        var f = new Formula();
        var score = f.operand(0, DType.F32);
        var token = Formula.axis(0);
        var expert = Formula.axis(1);
        var rank =
                f.let(score.at(token, expert),
                        own -> f.sum(Formula.size(experts),
                                other -> f.let(score.at(token, other),
                                        value -> Expr.cast(Formula.or(Formula.lt(own, value),
                                                Formula.and(Formula.eq(own, value), Formula.lt(expert, other))),
                                                DType.I64))));
        var ranks = node.compute(scores.shape(), rank, scores);
        var g = new Formula();
        var place = g.operand(0, DType.I64);
        var found = g.loop(Formula.size(experts), List.of(Formula.number(0)), (e, carried) -> List.of(
                Formula.select(Formula.eq(place.at(Formula.axis(0), e), Formula.axis(1)), e, carried.getFirst())),
                List::getFirst);
        return node.compute(Shape.of(tokens, chosen), found, ranks);
    }

    /**
     * By how much each chosen expert counts {@code [T,k]}: its share in the softmax of all experts' scores, or of those
     * chosen where weights are normalized. QMoE's are always normalized, as in ONNX Runtime's CPU build, unless they
     * are an input of their own.
     */
    private Value weights(Value scores, Value choice) {
        boolean given = node.has(MIXING);
        var from = given ? node.cast(node.value(MIXING), DType.F32) : node.apply(new Softmax(1), scores);
        var f = new Formula();
        var source = f.operand(0, DType.F32);
        var expert = f.operand(1, DType.I64);
        var own = source.at(Formula.axis(0), expert.at(Formula.axes(2)));
        if (!node.attributes().flag("normalize_routing_weights", false) && (given || !quantized)) {
            return node.compute(choice.shape(), own, from, choice);
        }
        var sum = f.sum(Formula.size(chosen), j -> source.at(Formula.axis(0), expert.at(Formula.axis(0), j)));
        return node.compute(choice.shape(), Formula.div(own, sum), from, choice);
    }

    /**
     * Weights of two experts as Phi-3.5-MoE has them {@code [T,2]}: each one's share in the softmax of those scores
     * that are hardly below its own; the second one's without the first.
     *
     * @see <a href="https://arxiv.org/abs/2310.00811">SparseMixer</a>
     */
    private Value separateWeights(Value scores, Value choice) {
        var f = new Formula();
        var score = f.operand(0, DType.F32);
        var expert = f.operand(1, DType.I64);
        var token = Formula.axis(0);
        var nothing = Expr.literal(0, DType.F32);
        var expr = f.let(score.at(token, expert.at(token, Formula.axis(1))), own -> {
            var sum = f.sum(Formula.size(experts), e -> f.let(score.at(token, e), other -> {
                var scale = Formula.max(Expr.apply(Fn.ABS, other), own);
                var near = Formula.le(Formula.sub(own, other), Formula.mul(Expr.literal(NEAR, DType.F32), scale));
                var free = Formula.or(Formula.eq(Formula.axis(1), Formula.number(0)),
                        Expr.apply(Fn.NOT, Formula.eq(e, expert.at(token, Formula.number(0)))));
                return Formula.select(Formula.and(near, free), Expr.apply(Fn.EXP, Formula.sub(other, own)), nothing);
            }));
            return Formula.div(Expr.literal(1, DType.F32), sum);
        });
        return node.compute(choice.shape(), expr, scores, choice);
    }

    /** What goes into the second matrix {@code [T,k,N] -> [T,k,I]}. */
    private Value activated(Value x, @Nullable Value factor) {
        var name = node.attributes().text("activation_type", "relu");
        if (name.equals("swiglu")) {
            return gated(x, factor);
        }
        var own = Expr.arg(0, DType.F32);
        var expr = switch (name) {
            case "relu" -> Formula.max(own, Expr.literal(0, DType.F32));
            case "gelu" -> Expr.apply(Fn.GELU_TANH, own);
            case "silu" -> Formula.mul(own, Expr.apply(Fn.SIGMOID, own));
            case "identity" -> own;
            default -> throw node.error("activation_type relu, gelu, silu, swiglu or identity was expected, not '"
                    + name + "'");
        };
        return factor == null ? node.map(expr, x) : node.map(Formula.mul(expr, Expr.arg(1, DType.F32)), x, factor);
    }

    /** {@code g * sigmoid(alpha * g) * (l + beta)}; one matrix gives g and l in turn or in halves, or two do. */
    private Value gated(Value x, @Nullable Value factor) {
        long fusion = node.attributes().integer("swiglu_fusion", 0);
        if (fusion < 0 || fusion > 2 || (fusion == 0) != (factor != null)) {
            throw node.error("swiglu_fusion 0 with fc3, 1 or 2 without it was expected, not " + fusion + " with fc3 "
                    + (factor == null ? "left out" : "given"));
        }
        var f = new Formula();
        var source = f.operand(0, DType.F32);
        var token = Formula.axis(0);
        var expert = Formula.axis(1);
        var i = Formula.axis(2);
        var width = x.shape().dim(2);
        var half = node.symbols().simplify(width.floorDiv(Dim.of(2)));
        var two = Formula.number(2);
        var pair = switch ((int) fusion) {
            case 0 -> List.of(source.at(token, expert, i), f.operand(1, DType.F32).at(token, expert, i));
            case 1 -> List.of(source.at(token, expert, Formula.mul(i, two)),
                    source.at(token, expert, Formula.add(Formula.mul(i, two), Formula.number(1))));
            default -> List.of(source.at(token, expert, i),
                    source.at(token, expert, Formula.add(i, Formula.size(half))));
        };
        var alpha = Expr.literal(node.attributes().real("activation_alpha", 1), DType.F32);
        var beta = Expr.literal(node.attributes().real("activation_beta", 0), DType.F32);
        var limit = Expr.literal(node.attributes().real("swiglu_limit", Double.POSITIVE_INFINITY), DType.F32);
        var least = Expr.literal(-node.attributes().real("swiglu_limit", Double.POSITIVE_INFINITY), DType.F32);
        var expr = f.let(Formula.min(pair.get(0), limit), g -> Formula.mul(
                Formula.mul(g, Expr.apply(Fn.SIGMOID, Formula.mul(alpha, g))),
                Formula.add(Formula.max(least, Formula.min(pair.get(1), limit)), beta)));
        return factor == null ? node.compute(x.shape().with(2, half), expr, x)
                : node.compute(x.shape(), expr, x, factor);
    }
}
