package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes {@code x * min(max(x + 3, 0), 6) / 6} and multiplies by a sixth instead: a division takes longer than all
 * the rest. Rounding changes within hard swish's definition.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__HardSwish.html">HardSwish</a>
 */
final class RecognizeHardSwish implements Rule {
    @Override
    public String name() {
        return "recognize-hard-swish";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Map.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        var root = Term.of(node.output(), graph);
        var x = node.output().dtype() == DType.F32 ? operand(root) : null;
        if (x == null) {
            return Optional.empty();
        }
        var patch = graph.patch("hard swish written out");
        var value = x.materialize(patch, node.origin());
        if (!value.shape().equals(node.output().shape())) {
            return Optional.empty();
        }
        var swish = patch.map(swish(), node.origin(), List.of(value));
        return Optional.of(patch.replace(node.output(), swish).build());
    }

    private static Expr swish() {
        var x = Expr.arg(0, DType.F32);
        var moved = Expr.apply(Fn.ADD, x, Expr.literal(3, DType.F32));
        var cut = Expr.apply(Fn.MIN, Expr.apply(Fn.MAX, moved, Expr.literal(0, DType.F32)),
                Expr.literal(6, DType.F32));
        return Expr.apply(Fn.MUL, Expr.apply(Fn.MUL, x, cut), Expr.literal(1f / 6, DType.F32));
    }

    /** The x of a hard swish, divided as a whole or in its second factor; else null. */
    private static @Nullable Term operand(Term root) {
        if (root.is(Fn.DIV)) {
            return root.arg(1).isNumber(6, 0) && root.arg(0).is(Fn.MUL) ? either(root.arg(0), false) : null;
        }
        return root.is(Fn.MUL) ? either(root, true) : null;
    }

    private static @Nullable Term either(Term product, boolean divided) {
        for (int i = 0; i < 2; i++) {
            var x = product.arg(i);
            var factor = product.arg(1 - i);
            if (divided) {
                if (!factor.is(Fn.DIV) || !factor.arg(1).isNumber(6, 0)) {
                    continue;
                }
                factor = factor.arg(0);
            }
            if (isCut(factor, x)) {
                return x;
            }
        }
        return null;
    }

    /** Whether a term is x + 3 between 0 and 6. */
    private static boolean isCut(Term term, Term x) {
        boolean upperLast = term.is(Fn.MIN);
        if (!upperLast && !term.is(Fn.MAX)) {
            return false;
        }
        var inner = limited(term, upperLast ? 6 : 0);
        if (inner == null || !inner.is(upperLast ? Fn.MAX : Fn.MIN)) {
            return false;
        }
        var sum = limited(inner, upperLast ? 0 : 6);
        var moved = sum != null && sum.is(Fn.ADD) ? limited(sum, 3) : null;
        return moved != null && moved.same(x);
    }

    /** The operand of a function of two whose other operand is a number. */
    private static @Nullable Term limited(Term term, double number) {
        return term.arg(1).isNumber(number, 0) ? term.arg(0) : term.arg(0).isNumber(number, 0) ? term.arg(1) : null;
    }
}
