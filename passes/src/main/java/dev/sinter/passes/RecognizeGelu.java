package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes {@code x * 0.5 * (1 + erf(x / sqrt 2))} and the tanh form {@code 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715
 * x^3)))}, in every order and association, and makes each one function. Rounding changes within GELU's definition.
 *
 * @see <a href="https://arxiv.org/abs/1606.08415">Gaussian Error Linear Units</a>
 */
final class RecognizeGelu implements Rule {
    /** {@code 0.5 x + 0.5 x y}, y the erf or tanh. */
    private static final Polynomials RESULT = Polynomials.number(0).and(0.5, 1, 0).and(0.5, 1, 1);
    private static final Polynomials ERF_OPERAND = Polynomials.number(0).and(Math.sqrt(0.5), 1, 0);
    private static final Polynomials TANH_OPERAND = Polynomials.number(0).and(Math.sqrt(2 / Math.PI), 1, 0)
            .and(Math.sqrt(2 / Math.PI) * 0.044715, 3, 0);
    private static final int DEPTH = 8;
    private static final int MOST_TERMS = 40;

    @Override
    public String name() {
        return "recognize-gelu";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Map.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        var root = Term.of(node.output(), graph);
        if (node.output().dtype() != DType.F32 || !(root.is(Fn.MUL) || root.is(Fn.ADD) || root.is(Fn.DIV))) {
            return Optional.empty();
        }
        for (var inner : subterms(root, DEPTH)) {
            if (inner.is(Fn.ERF) || inner.is(Fn.TANH)) {
                var x = operand(root, inner);
                if (x != null) {
                    return patch(node, x, inner, graph);
                }
            }
        }
        return Optional.empty();
    }

    /** The x of GELU if the root is GELU with that erf or tanh in it, else null. */
    private static @Nullable Term operand(Term root, Term inner) {
        var wanted = inner.is(Fn.ERF) ? ERF_OPERAND : TANH_OPERAND;
        for (var x : subterms(inner.arg(0), DEPTH)) {
            var scaled = Polynomials.read(inner.arg(0), x, null);
            if (scaled != null && scaled.isNearly(wanted)) {
                var result = Polynomials.read(root, x, inner);
                return result != null && result.isNearly(RESULT) ? x : null;
            }
        }
        return null;
    }

    private static Optional<Patch> patch(Node node, Term x, Term inner, GraphIndex graph) {
        var fn = inner.is(Fn.ERF) ? Fn.GELU : Fn.GELU_TANH;
        var patch = graph.patch(fn.label() + " written out");
        var value = x.materialize(patch, node.origin());
        if (!value.shape().equals(node.output().shape())) {
            return Optional.empty();
        }
        var gelu = patch.map(Expr.apply(fn, Expr.arg(0, DType.F32)), node.origin(), List.of(value));
        return Optional.of(patch.replace(node.output(), gelu).build());
    }

    private static boolean isArithmetic(Term term) {
        return term.is(Fn.MUL) || term.is(Fn.ADD) || term.is(Fn.DIV);
    }

    /** A term and what lies below its products and sums, smaller depth first. */
    private static List<Term> subterms(Term term, int depth) {
        var found = new ArrayList<Term>();
        var level = List.of(term);
        for (int i = 0; i < depth && found.size() < MOST_TERMS; i++) {
            var next = new ArrayList<Term>();
            for (var t : level) {
                if (t.number() == null) {
                    found.add(t);
                    if (isArithmetic(t) || t.is(Fn.POW)) {
                        next.addAll(t.args());
                    }
                }
            }
            level = next;
        }
        return found;
    }
}
