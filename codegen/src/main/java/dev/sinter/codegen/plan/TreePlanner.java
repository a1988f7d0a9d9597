package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.TreeKernel;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Trees;
import java.util.List;
import java.util.function.UnaryOperator;

/** Plans decision trees: their tables become blocks among the weights. */
final class TreePlanner {
    private TreePlanner() {
    }

    static void plan(PlanBuilder plan, UnaryOperator<Operand> contiguous, Trees op, Node node) {
        var given = plan.operand(node.input(Trees.X));
        var x = given.strides().getLast().equals(Dim.ONE) ? given : contiguous.apply(given);
        var constants = node.inputs().stream().map(Value::constant).toList();
        int count = Math.toIntExact(x.dims().get(1).value());
        int padded = Math.max(1, (count + VType.LANES - 1) / VType.LANES) * VType.LANES;
        int missing = TreeBlocks.tracksMissing(constants.get(Trees.MISSING)) ? padded : 0;
        var blocks = new TreeBlocks(constants, missing);
        var chain = blocks.filled() ? null
                : new TreeKernel.Chain(plan.constant(blocks.exits()), plan.constant(blocks.trees()), blocks.blocks());
        int keys = padded + missing;
        var scratch = new Operand(plan.scratch(DType.I32, Dim.of(keys)), DType.I32, Dim.ZERO, List.of(Dim.of(keys)),
                List.of(Dim.ONE));
        plan.step(TreeKernel.of(new TreeKernel.Forest(op, x, plan.result(node.output()),
                plan.constant(blocks.limits()), plan.constant(blocks.features()), plan.constant(TreeBlocks.ways()),
                plan.constant(blocks.votes(constants.get(Trees.VOTES))), plan.constant(first(constants)), chain,
                constants.get(Trees.ROOTS).size(), blocks.height(), keys, missing, scratch)));
    }

    private static TensorData first(List<TensorData> constants) {
        var wide = constants.get(Trees.FIRST);
        var first = TensorData.zeros(DType.I32, wide.size());
        for (int i = 0; i < wide.size(); i++) {
            first.set(i, wide.getLong(i));
        }
        return first;
    }
}
