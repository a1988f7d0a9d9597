package dev.sinter.passes;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rows taken from what a map makes of constants, such as an embedding of a dequantized table, are taken from the
 * constants, and the map is done for these rows only. So the table stays as it was, a byte an element.
 */
final class GatherFirst implements Rule {
    @Override
    public String name() {
        return "gather-first";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return Gather.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        var map = graph.producer(node.input(0), Map.class);
        if (!(node.op() instanceof Gather(var axis)) || axis != 0 || map == null
                || !(map.op() instanceof Map(var expr)) || !map.inputs().stream().allMatch(Value::isConstant)
                || map.inputs().stream().noneMatch(v -> isSmaller(v, map.output()))) {
            return Optional.empty();
        }
        var patch = graph.patch("rows of " + map.inputs());
        var operands = new ArrayList<Value>();
        for (var operand : map.inputs()) {
            var rows = rows(operand, node, map.output().shape(), patch);
            if (rows == null) {
                return Optional.empty();
            }
            operands.add(rows);
        }
        var result = patch.map(expr, node.origin().plus(map.origin()), operands);
        return result.shape().equals(node.output().shape())
                ? Optional.of(patch.replace(node.output(), result).build()) : Optional.empty();
    }

    private static boolean isSmaller(Value table, Value made) {
        return table.shape().equals(made.shape()) && table.dtype().bits() < made.dtype().bits();
    }

    /** The rows of an operand of the map: of one that is the same for all rows this one row. */
    private static @Nullable Value rows(Value operand, Node gather, Shape whole, Patch.Builder patch) {
        var shape = operand.shape();
        if (shape.rank() < whole.rank()) {
            return operand;
        }
        if (shape.dim(0).equals(whole.dim(0))) {
            return patch.add(new Gather(0), gather.origin(), operand, gather.input(1));
        }
        if (!shape.dim(0).equals(Dim.ONE)) {
            return null;
        }
        return patch.add(new View(new IndexMap.Reshape(new Shape(shape.dims().subList(1, shape.rank())))),
                gather.origin(), operand);
    }
}
