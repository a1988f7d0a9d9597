package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.Dims;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.Ops;
import dev.sinter.ir.op.ScaledMatMul;
import dev.sinter.ir.op.Scatter;
import java.util.Optional;

/**
 * Evaluates nodes of constant operands, by the ops' reference evaluation. Left alone where the result would be much
 * larger than the operands (a broadcast, a dequantized embedding table) or where evaluating would take long.
 */
final class FoldConstants implements Rule {
    private static final long SMALL_BYTES = 64 << 10;
    private static final long LARGE_BYTES = 16 << 20;
    private static final double MOST_STEPS = 1L << 26;
    private static final double UNKNOWN_ROUNDS = 1 << 10;
    /** How much longer a function takes that is interpreted than one of a loop made for it. */
    private static final double INTERPRETED = 8;

    @Override
    public String name() {
        return "fold-constants";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Op.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        boolean known = node.op() instanceof Dims || node.op() instanceof Compute || !node.inputs().isEmpty();
        if (!known || node.op() instanceof Constant || Ops.definesSymbols(node.op())
                || !node.inputs().stream().allMatch(Value::isConstant) || !Ops.symbols(node.op()).isEmpty()
                || !worthIt(node)) {
            return Optional.empty();
        }
        var results = node.op().evaluate(node.inputs().stream().map(Value::constant).toList());
        var patch = graph.patch("its operands are constant");
        for (int i = 0; i < results.size(); i++) {
            patch.replace(node.outputs().get(i), patch.constant(results.get(i), node.origin().first()));
        }
        return Optional.of(patch.build());
    }

    private static boolean worthIt(Node node) {
        long in = 0;
        for (var input : node.inputs()) {
            in += bytes(input.tensor());
        }
        long out = 0;
        for (var output : node.outputs()) {
            if (!(output.type() instanceof TensorType t) || !t.shape().isConst() || t.dtype() == DType.STRING) {
                return false;
            }
            out += bytes(t);
        }
        return (out <= SMALL_BYTES || out <= in || out <= 4 * in && out <= LARGE_BYTES) && steps(node) <= MOST_STEPS;
    }

    private static long bytes(TensorType type) {
        return type.shape().size().value() * Math.max(8, type.dtype().bits()) / 8;
    }

    /** About how many operations an evaluation takes. */
    private static double steps(Node node) {
        return switch (node.op()) {
            case MatMul m -> (double) node.output().shape().size().value() * node.input(0).shape().dim(-1).value();
            case MatMulInteger m ->
                    (double) node.output().shape().size().value() * node.input(0).shape().dim(-1).value();
            case ScaledMatMul m ->
                    (double) node.output().shape().size().value() * node.input(0).shape().dim(-1).value();
            case Conv c -> (double) node.output().shape().size().value() * elements(node.input(1))
                    / Math.max(1, node.input(1).shape().dim(0).value());
            case Compute(var shape, var expr) -> (double) shape.size().value() * rounds(expr) * INTERPRETED;
            case Scatter(var domain, var index, var value) -> (double) domain.size().value() * INTERPRETED
                    * (rounds(value) + index.stream().mapToDouble(FoldConstants::rounds).sum());
            default -> 0;
        };
    }

    private static double elements(Value value) {
        return value.shape().size().value();
    }

    /** How many functions are evaluated; loops of unknown length count as long ones. */
    private static double rounds(Expr expr) {
        if (!(expr instanceof Expr.Fold(var counter, var count, var carries, var result))) {
            return 1 + expr.children().stream().mapToDouble(FoldConstants::rounds).sum();
        }
        double times = switch (count) {
            case Expr.Literal(var v, long n, var t) -> Math.max(0, n);
            case Expr.Size(Dim.Const(long n)) -> Math.max(0, n);
            default -> UNKNOWN_ROUNDS;
        };
        double once = carries.stream().mapToDouble(c -> rounds(c.init())).sum();
        double each = carries.stream().mapToDouble(c -> rounds(c.next())).sum();
        return rounds(count) + once + times * each + rounds(result);
    }
}
