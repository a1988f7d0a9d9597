package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.Epilogue;
import dev.sinter.codegen.kernel.SparseKernel;
import dev.sinter.codegen.kernel.TurnedRows;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.MatMul;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Plans products with sparse constant weights. Their factors are turned, those that several products share once, and
 * results that only such products use are never turned back.
 */
final class SparsePlanner {
    private final PlanBuilder plan;
    private final UnaryOperator<Operand> lines;
    private final Map<Turned, Operand> turned = new HashMap<>();
    private final Map<Node, Integer> groups = new HashMap<>();
    private @Nullable Map<Value, List<Node>> users;

    /** A value turned in some way. */
    private record Turned(Value value, TurnedRows.Layout layout) {
    }

    /**
     * Begins.
     *
     * @param lines
     *            makes rows, contiguous each and one behind the other, of an operand
     */
    SparsePlanner(PlanBuilder plan, UnaryOperator<Operand> lines) {
        this.plan = plan;
        this.lines = lines;
    }

    /** Neighbouring columns that keep the same inputs if a node is such a product, else 0. */
    int group(Node node) {
        return groups.computeIfAbsent(node, n -> {
            if (!(n.op() instanceof MatMul) || n.input(0).dtype() != DType.F32 || n.input(0).shape().rank() < 2) {
                return 0;
            }
            var weights = n.input(1).constant();
            return weights == null || weights.dims().length != 2 ? 0 : SparseChoice.group(n, weights, plan);
        });
    }

    /**
     * Plans a product.
     *
     * @param node
     *            a product of a {@link #group} above 0
     * @param epilogue
     *            {@code $0} is the product
     * @param operands
     *            the epilogue's others
     */
    void product(Node node, Expr epilogue, List<Operand> operands) {
        var dims = node.output().shape().dims();
        var rows = new Shape(dims.subList(0, dims.size() - 1)).size();
        var finished = new Finished(node, epilogue, operands);
        var fused = finished.epilogue();
        if (fused == null || !staysTurned(node, rows, fused)) {
            finished.plan(plan, (output, last) -> of(node, rows, output, last, false), SparseKernel::fits,
                    SparseKernel::of);
        }
    }

    private SparseKernel.Product of(Node node, Dim rows, Operand output, Epilogue epilogue, boolean staysTurned) {
        int group = group(node);
        var matrix = node.input(1).constant();
        var weights = SparseWeights.of(matrix, group, plan::constant);
        var memory = new SparseKernel.Memory(
                staysTurned ? null : scratch(DType.F32, SparseKernel.sums(weights)),
                scratch(DType.I32, SparseKernel.inputs(weights)), scratch(DType.F32, SparseKernel.weights(weights)));
        return new SparseKernel.Product(factors(node.input(0), rows, matrix.dims()[0], group), rows, weights, output,
                epilogue, memory, shuffles());
    }

    private @Nullable Place scratch(DType type, int elements) {
        return elements == 0 ? null : plan.scratch(type, Dim.of(elements));
    }

    /** A value's rows turned, which a step does unless it was done before. */
    private Operand factors(Value value, Dim rows, long columns, int group) {
        var key = new Turned(value, TurnedRows.Layout.of(group));
        var known = turned.get(key);
        if (known != null) {
            return known;
        }
        var matrix = lines.apply(plan.operand(value));
        var memory = memory(rows, columns);
        plan.step(TurnedRows.turn(matrix, memory, shuffles(), key.layout));
        turned.put(key, memory);
        return memory;
    }

    private Operand memory(Dim rows, long columns) {
        return plan.temporary(DType.F32, List.of(TurnedRows.elements(rows, columns)));
    }

    // ---- results that are not turned back

    private boolean staysTurned(Node node, Dim rows, Epilogue epilogue) {
        var layout = TurnedRows.Layout.of(group(node));
        if (!layout.equals(wanted(node.output())) || !epilogue.sameInEveryRow()) {
            return false;
        }
        var memory = memory(rows, node.input(1).constant().dims()[1]);
        var product = of(node, rows, memory, epilogue, true);
        if (!SparseKernel.fits(product)) {
            return false;
        }
        plan.step(SparseKernel.of(product));
        turned.put(new Turned(node.output(), layout), memory);
        return true;
    }

    /** How all users of a value want it turned; null if one of them wants it otherwise. */
    private TurnedRows.@Nullable Layout wanted(Value value) {
        if (plan.graph().outputs().stream().anyMatch(o -> o.value().equals(value))) {
            return null;
        }
        TurnedRows.Layout layout = null;
        for (var user : users().getOrDefault(value, List.of())) {
            int group = group(user);
            boolean only = user.inputs().subList(1, user.inputs().size()).stream().noneMatch(value::equals);
            var wanted = group > 0 && only ? TurnedRows.Layout.of(group) : null;
            if (wanted == null || layout != null && !layout.equals(wanted)) {
                return null;
            }
            layout = wanted;
        }
        return layout;
    }

    private Map<Value, List<Node>> users() {
        if (users == null) {
            users = new HashMap<>();
            for (var node : plan.graph().nodes()) {
                for (var value : Uses.values(node)) {
                    users.computeIfAbsent(value, v -> new ArrayList<>()).add(node);
                }
            }
        }
        return users;
    }

    private Operand shuffles() {
        return plan.constant(TurnedRows.shuffles());
    }
}
