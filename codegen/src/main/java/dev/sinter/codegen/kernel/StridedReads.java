package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An expression whose neighbouring results read elements that are a few apart, such as pooling with strides. Written
 * anew, it reads neighbours of a copy that is divided: element x of the operand's last axis is element
 * {@code [x mod s, x / s]} of the copy's last two ({@link DivideKernel}). Then it can be computed in vectors.
 *
 * @param expr
 *            over the same operands, of which one is the copy
 * @param operand
 *            number of that one
 * @param stride
 *            s
 * @param beyond
 *            what elements of the copy are that the operand does not have; null if there are none, or nobody reads them
 */
public record StridedReads(Expr expr, int operand, long stride, Expr.@Nullable Literal beyond) {
    /** Rounds of a loop that is written out at most. */
    private static final long ROUNDS = 9;

    /**
     * Looks at an expression.
     *
     * @param expr
     *            element at the indices i0, i1, …
     * @param inputs
     *            what it reads
     * @param output
     *            where the result goes
     * @return null unless all it reads of some operand along the last axis are elements evenly apart
     */
    public static @Nullable StridedReads of(Expr expr, List<Operand> inputs, Operand output) {
        int lane = output.rank() - 1;
        if (lane < 0 || !output.dims().get(lane).isConst() || output.dims().get(lane).value() < VType.LANES
                || !output.strides().get(lane).equals(Dim.ONE) || expr.dtype() != DType.F32) {
            return null;
        }
        var name = "i" + lane;
        var strided = reads(expr).stream().filter(r -> apart(r, name) > 1).findFirst().orElse(null);
        if (strided == null || !divides(inputs.get(strided.operand()))) {
            return null;
        }
        return new Rewriting(name, output.dims().get(lane).value(), strided.operand(), apart(strided, name),
                inputs.get(strided.operand()).dims().getLast().value()).of(expr);
    }

    private static boolean divides(Operand operand) {
        return operand.dtype() == DType.F32 && operand.rank() <= 4 && operand.dims().getLast().isConst()
                && operand.strides().getLast().equals(Dim.ONE) && !operand.isWeight();
    }

    private static List<Expr.Read> reads(Expr expr) {
        var found = new ArrayList<Expr.Read>();
        collect(expr, found);
        return found;
    }

    private static void collect(Expr expr, List<Expr.Read> found) {
        if (expr instanceof Expr.Read read) {
            found.add(read);
        }
        expr.children().forEach(c -> collect(c, found));
    }

    /** How far apart elements are that neighbouring results read, if only the last index tells them apart; else 0. */
    private static long apart(Expr.Read read, String name) {
        int last = read.index().size() - 1;
        for (int axis = 0; axis < last; axis++) {
            if (!Objects.equals(Affine.factor(read.index().get(axis), name), 0L)) {
                return 0;
            }
        }
        var factor = last < 0 ? null : Affine.factor(read.index().get(last), name);
        return factor == null ? 0 : factor;
    }

    /** Writes an expression anew. */
    private record Rewriting(String name, long results, int operand, long stride, long size) {
        @Nullable
        StridedReads of(Expr expr) {
            var flat = expr.transform(e -> e instanceof Expr.Fold fold ? unrolled(fold) : e);
            Expr.Literal beyond = null;
            for (var read : reads(flat)) {
                if (read.operand() != operand) {
                    continue;
                }
                var first = apart(read, name) == stride ? number(Affine.without(read.index().getLast(), name)) : null;
                if (first == null) {
                    return null;
                }
                boolean inside = first >= 0 && first + (results - 1) * stride < size;
                if (!inside && (!(read.otherwise() instanceof Expr.Literal other)
                        || beyond != null && !beyond.equals(other))) {
                    return null;
                }
                beyond = !inside && read.otherwise() instanceof Expr.Literal other ? other : beyond;
            }
            return new StridedReads(flat.transform(e -> e instanceof Expr.Read r && r.operand() == operand
                    ? divided(r) : e), operand, stride, beyond);
        }

        private Expr divided(Expr.Read read) {
            long first = Objects.requireNonNull(number(Affine.without(read.index().getLast(), name)));
            var index = new ArrayList<>(read.index().subList(0, read.index().size() - 1));
            index.add(Formula.number(Math.floorMod(first, stride)));
            index.add(Formula.add(new Expr.Var(name, DType.I64), Formula.number(Math.floorDiv(first, stride))));
            return new Expr.Read(read.operand(), index, read.otherwise(), read.dtype());
        }

        /** A loop over elements along the last axis, written out if it is short and carries one value that is used once. */
        private Expr unrolled(Expr.Fold fold) {
            boolean along = reads(fold).stream().anyMatch(r -> r.operand() == operand
                    && !Objects.equals(Affine.factor(r.index().getLast(), fold.var()), 0L));
            if (!along || fold.carries().size() != 1 || !(fold.count() instanceof Expr.Literal count)
                    || count.bits() < 1 || count.bits() > ROUNDS) {
                return fold;
            }
            var carry = fold.carries().getFirst();
            if (uses(carry.next(), carry.name()) > 1 || uses(fold.result(), carry.name()) > 1) {
                return fold;
            }
            var value = carry.init();
            for (long round = 0; round < count.bits(); round++) {
                value = replaced(replaced(carry.next(), fold.var(), Formula.number(round)), carry.name(), value);
            }
            return replaced(fold.result(), carry.name(), value);
        }

        private static long uses(Expr expr, String name) {
            return (expr instanceof Expr.Var(var n, var t) && n.equals(name) ? 1 : 0)
                    + expr.children().stream().mapToLong(c -> uses(c, name)).sum();
        }

        private static Expr replaced(Expr expr, String name, Expr value) {
            return expr.transform(e -> e instanceof Expr.Var(var n, var t) && n.equals(name) ? value : e);
        }

        /** The value of an index that is constant; null if it is not. */
        private static @Nullable Long number(Expr index) {
            if (index instanceof Expr.Literal(var value, var bits, var dtype) && dtype == DType.I64) {
                return bits;
            }
            if (!(index instanceof Expr.Apply(var fn, var args, var dtype)) || args.size() != 2) {
                return null;
            }
            var a = number(args.get(0));
            var b = number(args.get(1));
            if (a == null || b == null) {
                return null;
            }
            return switch (fn) {
                case ADD -> a + b;
                case SUB -> a - b;
                case MUL -> a * b;
                default -> null;
            };
        }
    }
}
