package dev.sinter.passes;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;

/** Numpy's broadcasting, by what is certain: unlike the type rules it learns nothing and gives up instead. */
final class Broadcast {
    private Broadcast() {
    }

    /** The common shape, or the unknown shape where it is not certain. */
    private static Shape of(List<Shape> shapes) {
        if (shapes.stream().anyMatch(s -> !s.isRanked())) {
            return Shape.UNKNOWN;
        }
        int rank = shapes.stream().mapToInt(Shape::rank).max().orElse(0);
        var dims = new ArrayList<Dim>();
        for (int i = 0; i < rank; i++) {
            var dim = Dim.ONE;
            for (var shape : shapes) {
                int axis = i - rank + shape.rank();
                var next = axis < 0 ? Dim.ONE : shape.dim(axis);
                if (dim.equals(Dim.ONE)) {
                    dim = next;
                } else if (!next.equals(Dim.ONE) && !next.equals(dim)) {
                    return Shape.UNKNOWN;
                }
            }
            dims.add(dim);
        }
        return new Shape(dims);
    }

    /** Whether operands certainly broadcast to a shape. */
    static boolean gives(List<Value> operands, Shape wanted) {
        return wanted.isRanked() && of(operands.stream().map(Value::shape).toList()).equals(wanted);
    }

    /**
     * Whether a shape that is known to fit (some node broadcast it to {@code target} or a type rule required it) adds
     * nothing to the target: no axis more, and no axis larger. Two symbolic sizes were required to agree.
     */
    static boolean fits(Shape shape, Shape target) {
        if (!shape.isRanked() || !target.isRanked() || shape.rank() > target.rank()) {
            return false;
        }
        for (int i = 1; i <= shape.rank(); i++) {
            var dim = shape.dim(-i);
            var wanted = target.dim(-i);
            boolean ok = dim.equals(Dim.ONE) || dim.equals(wanted)
                    || !dim.isConst() && !wanted.equals(Dim.ONE) && !(wanted instanceof Dim.Min);
            if (!ok) {
                return false;
            }
        }
        return true;
    }
}
