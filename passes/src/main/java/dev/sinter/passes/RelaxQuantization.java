package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A real number that is quantized and dequantized at once stays as it is, within the limits of the integers:
 * {@code scale * (q - zero)} with {@code q = clip(round(x / scale) + zero)} becomes a clip of x, which is at most half a
 * scale away. Products of such operands are then products of real numbers, with their weights in f32. Only where exact
 * integers are not wanted.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html">QuantizeLinear</a>
 */
final class RelaxQuantization implements Rule {
    @Override
    public String name() {
        return "relax-quantization";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Map.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        var integers = Dequantized.of(node.output(), graph);
        if (integers == null || !integers.isUniform() || integers.scale().dtype() != DType.F32) {
            return Optional.empty();
        }
        var rounded = Rounded.of(Term.of(integers.quantized(), graph));
        if (rounded == null || rounded.x.dtype() != DType.F32 || !isAll(rounded.scale, integers.scale(), graph)
                || !(rounded.zero == null ? integers.zero().getLong(0) == 0
                        : isAll(rounded.zero, integers.zero(), graph))) {
            return Optional.empty();
        }
        var patch = graph.patch("a value quantized to " + integers.quantized().dtype() + " and back is only limited");
        var x = rounded.x.materialize(patch, node.origin());
        if (!x.shape().equals(node.output().shape())) {
            return Optional.empty();
        }
        float scale = (float) integers.scale().getDouble(0);
        long zero = integers.zero().getLong(0);
        var limited = Expr.apply(Fn.MIN,
                Expr.apply(Fn.MAX, Expr.arg(0, DType.F32), limit(rounded.least - zero, scale)),
                limit(rounded.most - zero, scale));
        return Optional.of(patch.replace(node.output(), patch.map(limited, node.origin(), List.of(x))).build());
    }

    private static Expr limit(double integer, float scale) {
        return Expr.literal((float) integer * scale, DType.F32);
    }

    /** Whether a term is one number everywhere, that of all elements of the data. */
    private static boolean isAll(Term term, TensorData data, GraphIndex graph) {
        var bare = term.is(Fn.CAST) ? term.arg(0) : term;
        if (bare.number() != null) {
            return bare.isNumber(data.getDouble(0), 0);
        }
        var known = bare.value() == null ? null : Known.of(bare.value(), graph);
        return known != null && Known.isUniform(known) && known.getDouble(0) == data.getDouble(0);
    }

    /**
     * {@code cast(min(max(round(x / scale) + zero, least), most))}.
     *
     * @param x
     *            what is quantized
     * @param zero
     *            null where none is added
     */
    private record Rounded(Term x, Term scale, @Nullable Term zero, double least, double most) {
        static @Nullable Rounded of(Term quantized) {
            var limited = quantized.is(Fn.CAST) ? quantized.arg(0) : null;
            if (limited == null || !limited.is(Fn.MIN) || !limited.arg(0).is(Fn.MAX)) {
                return null;
            }
            var most = limited.arg(1).number();
            var least = limited.arg(0).arg(1).number();
            var shifted = limited.arg(0).arg(0);
            boolean moved = shifted.is(Fn.ADD);
            var round = moved ? shifted.arg(0) : shifted;
            if (most == null || least == null || !round.is(Fn.ROUND) || !round.arg(0).is(Fn.DIV)) {
                return null;
            }
            var quotient = round.arg(0);
            return new Rounded(quotient.arg(0), quotient.arg(1), moved ? shifted.arg(1) : null, least, most);
        }
    }
}
