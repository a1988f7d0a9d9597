package dev.sinter.ir.cost;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Sparsity;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.WeightAnalysis;
import dev.sinter.ir.op.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A node alone, all sizes known: what a cost is the cost of. Its text, {@code conv f32[1,8,9,9], constant f32[4,8,3,3]
 * {groups=1, …}}, names it in caches.
 *
 * @param op
 *            what it does
 * @param operands
 *            what it takes
 */
public record Sample(Op op, List<Operand> operands) {
    /** What a symbol stands for that is not the first axis of an operand. */
    public static final long TYPICAL = 256;

    /**
     * An operand.
     *
     * @param type
     *            its type
     * @param constant
     *            whether its elements are known when compiling
     * @param sparsity
     *            pattern of the zeros of a constant matrix {@code [inputs,outputs]}, or of a convolution's weights; null
     *            where it does not matter
     * @param values
     *            what the constant's elements are
     */
    public record Operand(TensorType type, boolean constant, @Nullable Sparsity sparsity, Values values) {
        /**
         * An operand whose elements are any values.
         *
         * @param type
         *            its type
         * @param constant
         *            whether its elements are known when compiling
         * @param sparsity
         *            pattern of its zeros
         */
        public Operand(TensorType type, boolean constant, @Nullable Sparsity sparsity) {
            this(type, constant, sparsity, Values.ANY);
        }

        /**
         * An operand whose zeros do not matter.
         *
         * @param type
         *            its type
         * @param constant
         *            whether its elements are known when compiling
         */
        public Operand(TensorType type, boolean constant) {
            this(type, constant, null);
        }

        @Override
        public String toString() {
            return (constant ? "constant " : "") + type + (sparsity == null ? "" : " " + sparsity) + values.text;
        }
    }

    /** What f32 weights are, which decides how they are stored, and so how quick they are. */
    public enum Values {
        /** Any numbers. */
        ANY(""),
        /** Numbers that bf16 holds. */
        BF16(" in bf16"),
        /** Integers of 8 bits times a scale of their output. */
        INT8(" in int8");

        private final String text;

        Values(String text) {
            this.text = text;
        }
    }

    /** Copies the list. */
    public Sample {
        operands = List.copyOf(operands);
    }

    /**
     * A node with a size for each symbol: 1 where it is, or is part of, the first axis of an operand, since costs of
     * batches grow alike; {@value #TYPICAL} otherwise.
     *
     * @param op
     *            what the node does
     * @param operands
     *            its operands, of known rank
     * @return the sample
     */
    public static Sample of(Op op, List<Operand> operands) {
        var sizes = new HashMap<String, Dim>();
        for (var operand : operands) {
            typical(operand.type().shape()).forEach((symbol, size) -> sizes.merge(symbol, Dim.of(size),
                    (a, b) -> a.equals(Dim.ONE) ? a : b));
        }
        return new Sample(op, operands.stream().map(o -> new Operand(
                new TensorType(o.type().dtype(), o.type().shape().substitute(sizes)), o.constant(), o.sparsity(),
                o.values()))
                .toList());
    }

    /**
     * A node as it stands.
     *
     * @param node
     *            with operands of known rank
     * @return the sample
     */
    public static Sample of(Node node) {
        return of(node.op(), node.inputs().stream().map(v -> operand(v, v.shape())).toList());
    }

    /**
     * A node that multiplies with constant weights, its second operand, which the sample has by their pattern.
     *
     * @param node
     *            with operands of known rank
     * @return the sample
     */
    public static Sample ofPruned(Node node) {
        return ofPruned(node, Values.ANY);
    }

    /**
     * The same with weights of which more is known than their zeros.
     *
     * @param node
     *            with operands of known rank
     * @param values
     *            what its weights are
     * @return the sample
     */
    public static Sample ofPruned(Node node, Values values) {
        var operands = new ArrayList<>(of(node).operands());
        operands.set(1, new Operand(operands.get(1).type(), true, WeightAnalysis.likeness(node), values));
        return new Sample(node.op(), operands);
    }

    /**
     * A value as operand.
     *
     * @param value
     *            a tensor
     * @param shape
     *            its shape there
     * @return the operand
     */
    public static Operand operand(Value value, Shape shape) {
        return new Operand(new TensorType(value.dtype(), shape), value.isConstant());
    }

    /**
     * How many elements a shape has for such sizes of its symbols.
     *
     * @param shape
     *            of known rank
     * @return elements, at least 1
     */
    public static double elements(Shape shape) {
        var sizes = typical(shape);
        double elements = 1;
        for (var dim : shape.dims()) {
            elements *= Math.max(1, dim.evaluate(sizes));
        }
        return elements;
    }

    private static Map<String, Long> typical(Shape shape) {
        var sizes = new HashMap<String, Long>();
        shape.dims().forEach(d -> d.symbols().forEach(s -> sizes.put(s, TYPICAL)));
        if (shape.rank() > 1) {
            shape.dim(0).symbols().forEach(s -> sizes.put(s, 1L));
        }
        return sizes;
    }

    @Override
    public String toString() {
        var attributes = op.attributes().texts();
        return op.mnemonic() + " " + operands.stream().map(Operand::toString).collect(Collectors.joining(", "))
                + (attributes.isEmpty() ? "" : attributes.entrySet().stream().map(a -> a.getKey() + "=" + a.getValue())
                        .collect(Collectors.joining(", ", " {", "}")));
    }
}
