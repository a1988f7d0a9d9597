package dev.sinter.passes;

import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Op;
import java.util.ArrayList;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A zero point that is 0 everywhere is none. */
final class DropZeroPoint implements Rule {
    @Override
    public String name() {
        return "drop-zero-point";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return MatMulInteger.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof MatMulInteger(var zeroA, var zeroB, var epilogue))) {
            return Optional.empty();
        }
        boolean dropA = zeroA && isZero(node.input(2).constant());
        boolean dropB = zeroB && isZero(node.input(zeroA ? 3 : 2).constant());
        if (!dropA && !dropB) {
            return Optional.empty();
        }
        var operands = new ArrayList<>(node.inputs());
        if (dropB) {
            operands.remove(zeroA ? 3 : 2);
        }
        if (dropA) {
            operands.remove(2);
        }
        var patch = graph.patch("a zero point of 0");
        var op = new MatMulInteger(zeroA && !dropA, zeroB && !dropB, epilogue);
        return Optional.of(patch.replace(node.output(), patch.addAll(op, node.origin(), operands).getFirst()).build());
    }

    private static boolean isZero(@Nullable TensorData data) {
        return data != null && IntStream.range(0, data.size()).allMatch(i -> data.getLong(i) == 0);
    }
}
