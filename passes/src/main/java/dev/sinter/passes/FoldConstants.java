package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Dims;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Op;
import java.util.Optional;

/**
 * Evaluates nodes of constant operands, by the ops' reference evaluation. Left alone where the result would be much
 * larger than the operands (a broadcast, a dequantized embedding table) or where evaluating would take long.
 */
final class FoldConstants implements Rule {
    private static final long SMALL_BYTES = 64 << 10;
    private static final long LARGE_BYTES = 16 << 20;
    private static final long MOST_PRODUCTS = 1L << 26;

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
        boolean known = node.op() instanceof Dims dims
                ? dims.elements().stream().allMatch(d -> d.isConst())
                : !node.inputs().isEmpty() && node.inputs().stream().allMatch(Value::isConstant);
        if (!known || node.op() instanceof Constant || !node.regions().isEmpty() || !worthIt(node)) {
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
        return (out <= SMALL_BYTES || out <= in || out <= 4 * in && out <= LARGE_BYTES)
                && products(node) <= MOST_PRODUCTS;
    }

    private static long bytes(TensorType type) {
        return type.shape().size().value() * Math.max(8, type.dtype().bits()) / 8;
    }

    private static long products(Node node) {
        return switch (node.op()) {
            case MatMul m -> node.output().shape().size().value() * node.input(0).shape().dim(-1).value();
            case MatMulInteger m -> node.output().shape().size().value() * node.input(0).shape().dim(-1).value();
            default -> 0;
        };
    }
}
