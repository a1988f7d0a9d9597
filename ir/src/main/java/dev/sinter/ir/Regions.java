package dev.sinter.ir;

import dev.sinter.ir.op.If;
import dev.sinter.ir.op.Loop;
import java.util.List;

/** What the regions of a node must take and give. */
final class Regions {
    private Regions() {
    }

    /** Checks number, inputs and outputs of a node's regions. */
    static void check(Node node, String where) {
        switch (node.op()) {
            case If(var results) -> {
                count(node, 2, where);
                for (int i = 0; i < 2; i++) {
                    var region = node.regions().get(i);
                    inputs(region, 0, where + ", region " + i);
                    outputs(region, 0, results, where + ", region " + i);
                }
            }
            case Loop loop -> loop(node, loop, where);
            default -> count(node, 0, where);
        }
    }

    private static void loop(Node node, Loop loop, String where) {
        count(node, 1, where);
        var region = node.regions().getFirst();
        inputs(region, 2 + loop.carried(), where + ", region 0");
        if (loop.results().size() < loop.carried()) {
            throw new IrException(where + ": " + loop.carried() + " carried values were expected among "
                    + loop.results().size() + " results");
        }
        for (int i = 0; i < loop.carried(); i++) {
            fit(node.input(2 + i).type(), region.inputs().get(2 + i).value().type(),
                    where + ", carried value " + i + " at first");
            fit(region.outputs().size() > 1 + i ? region.outputs().get(1 + i).value().type() : loop.results().get(i),
                    region.inputs().get(2 + i).value().type(), where + ", carried value " + i);
        }
        var types = loop.results().subList(0, loop.carried());
        outputs(region, 1, types, loop.results().size() - types.size(), where + ", region 0");
        for (int i = loop.carried(); i < loop.results().size(); i++) {
            collected(region.outputs().get(1 + i).value().type(), loop.results().get(i),
                    where + ", region 0, collected result " + (i - loop.carried()));
        }
    }

    private static void count(Node node, int wanted, String where) {
        if (node.regions().size() != wanted) {
            throw new IrException(where + ": " + wanted + " regions were expected, not " + node.regions().size());
        }
    }

    private static void inputs(Graph region, int wanted, String where) {
        if (region.inputs().size() != wanted) {
            throw new IrException(where + ": " + wanted + " inputs were expected, not " + region.inputs().size());
        }
    }

    private static void outputs(Graph region, int first, List<Type> types, String where) {
        outputs(region, first, types, 0, where);
    }

    private static void outputs(Graph region, int first, List<Type> types, int more, String where) {
        int wanted = first + types.size() + more;
        if (region.outputs().size() != wanted) {
            throw new IrException(where + ": " + wanted + " outputs were expected, not " + region.outputs().size());
        }
        for (int i = 0; i < types.size(); i++) {
            fit(region.outputs().get(first + i).value().type(), types.get(i), where + ", output " + (first + i));
        }
    }

    private static void collected(Type slice, Type all, String where) {
        if (slice instanceof TensorType(var dtype, var shape) && all instanceof TensorType(var wanted, var stacked)
                && shape.isRanked() && stacked.isRanked()) {
            if (stacked.rank() == 0) {
                throw new IrException(where + ": an axis of rounds was expected in " + all);
            }
            var rest = new TensorType(wanted, new Shape(stacked.dims().subList(1, stacked.rank())));
            fit(new TensorType(dtype, shape), rest, where);
        }
    }

    /** Sizes that are symbols may turn out to be equal. */
    private static void fit(Type came, Type wanted, String where) {
        boolean fits = came instanceof TensorType(var dtype, var shape)
                ? wanted instanceof TensorType(var other, var sizes) && dtype == other && fit(shape, sizes)
                : came.getClass() == wanted.getClass();
        if (!fits) {
            throw new IrException(where + ": " + wanted + " was expected, not " + came);
        }
    }

    private static boolean fit(Shape came, Shape wanted) {
        if (!came.isRanked() || !wanted.isRanked()) {
            return true;
        }
        if (came.rank() != wanted.rank()) {
            return false;
        }
        for (int axis = 0; axis < came.rank(); axis++) {
            if (came.dim(axis).isConst() && wanted.dim(axis).isConst()
                    && came.dim(axis).value() != wanted.dim(axis).value()) {
                return false;
            }
        }
        return true;
    }
}
