package dev.sinter.frontend.onnx.ops;

import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attributes;
import dev.sinter.ir.op.Loop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Bodies repeated: Loop and SequenceMap, and what Scan becomes. */
final class Loops {
    /** So many times at most a body's types are widened; each time a size less is fixed. */
    private static final int LARGEST_WIDENING = 64;

    /** Makes the nodes of a body; the node given collects them and has the body's inputs as operands. */
    @FunctionalInterface
    interface Body {
        /** The condition to go on (null for always), the carried values, then the collected ones. */
        List<@Nullable Operand> lower(NodeContext inner, List<Operand> inputs);
    }

    private final NodeContext node;
    private final Body body;
    private final int carried;
    /** Sizes that change from round to round. */
    private final Set<Dim> widened = new HashSet<>();

    private Loops(NodeContext node, Body body, int carried) {
        this.node = node;
        this.body = body;
        this.carried = carried;
    }

    static List<Operand> loop(NodeContext node) {
        var body = node.attributes().graph("body");
        var rounds = node.has(0) ? node.input(0) : null;
        var start = node.has(1) ? node.input(1) : null;
        var initial = new ArrayList<Operand>();
        for (int i = 2; i < node.inputCount(); i++) {
            initial.add(node.input(i));
        }
        return repeat(node, rounds, start, initial, (inner, inputs) -> lower(inner, body, inputs));
    }

    /** A body of the file; writers give the round's number and the condition as scalars or as tensors of one axis. */
    private static List<@Nullable Operand> lower(NodeContext inner, GraphProto body, List<Operand> inputs) {
        var given = new ArrayList<Operand>();
        for (int i = 0; i < inputs.size(); i++) {
            var declared = i < 2 && i < body.getInputCount() ? body.getInput(i).getType().getTensorType() : null;
            boolean axis = declared != null && declared.hasShape() && declared.getShape().getDimCount() == 1;
            given.add(axis ? Operand.of(inner.reshape(inputs.get(i).value(inner.builder(), inner.origin()),
                    Shape.of(1))) : inputs.get(i));
        }
        return new ArrayList<>(inner.body(body, inner.builder(), given));
    }

    /**
     * Repeats a body.
     *
     * @param rounds
     *            at most so many times, or null
     * @param start
     *            whether to begin, or null for yes
     * @param initial
     *            the carried values
     * @return carried values behind the last round, then the collected ones
     */
    static List<Operand> repeat(NodeContext node, @Nullable Operand rounds, @Nullable Operand start,
            List<Operand> initial, Body body) {
        return new Loops(node, body, initial.size()).build(rounds, start, initial);
    }

    private List<Operand> build(@Nullable Operand rounds, @Nullable Operand start, List<Operand> initial) {
        var operands = new ArrayList<Value>();
        operands.add(rounds == null ? node.constant(TensorData.longs(new long[]{Long.MAX_VALUE}))
                : Control.scalar(node, node.cast(rounds.value(node.builder(), node.origin()), DType.I64)));
        operands.add(start == null ? truth() : Control.scalar(node, start.value(node.builder(), node.origin())));
        initial.forEach(o -> operands.add(o.value(node.builder(), node.origin())));
        var types = new ArrayList<Type>();
        operands.subList(2, operands.size()).forEach(v -> types.add(v.type()));
        var outer = Set.copyOf(node.symbols().bounds().keySet());
        var region = stable(types);
        region.tell(node);
        boolean counts = start == null || isTrue(start);
        counts &= isTrue(Operand.of(region.results().getFirst()));
        var results = resultTypes(types, region, outer, counts ? rounds : null);
        Graph graph = region.graph();
        var made = node.builder().add(new Loop(carried, results), operands, List.of(graph), node.origin());
        return node.results(made.toArray(Value[]::new));
    }

    private Value truth() {
        return node.constant(TensorData.scalar(DType.BOOL, 1));
    }

    private static boolean isTrue(Operand condition) {
        var data = condition.constant();
        return data != null && data.size() == 1 && data.getLong(0) != 0;
    }

    private List<Type> resultTypes(List<Type> types, Control.Region region, Set<String> outer,
            @Nullable Operand rounds) {
        var results = new ArrayList<Type>();
        for (var type : types) {
            results.add(Joins.seenOutside(type, outer, node::fresh));
        }
        var count = rounds == null || rounds.content() == null ? null
                : node.symbols().simplify(rounds.content().getFirst());
        var length = count == null ? node.fresh("rounds")
                : Signs.notNegative(count, node.symbols()) ? count : node.symbols().simplify(count.max(Dim.ZERO));
        for (var value : region.results().subList(1 + carried, region.results().size())) {
            var slice = (TensorType) Joins.seenOutside(value.tensor(), outer, node::fresh);
            var dims = new ArrayList<Dim>(List.of(length));
            dims.addAll(slice.shape().dims());
            results.add(new TensorType(slice.dtype(), new Shape(dims)));
        }
        return results;
    }

    /** Lowers the body again and again, sizes that change from round to round made symbols, until none changes. */
    private Control.Region stable(List<Type> types) {
        for (int i = 0; i < LARGEST_WIDENING; i++) {
            Control.Region region;
            try {
                region = attempt(types);
            } catch (IrException e) {
                // the first round's sizes may not fit a body whose sizes grow; none of them is sure then
                if (i > 0 || !loosen(types)) {
                    throw e;
                }
                region = attempt(types);
            }
            if (!widen(types, region)) {
                return region;
            }
        }
        throw node.error("carried values of a stable type were expected, not " + types);
    }

    private boolean loosen(List<Type> types) {
        boolean changed = false;
        for (int i = 0; i < types.size(); i++) {
            if (types.get(i) instanceof TensorType t && t.shape().isRanked() && t.shape().rank() > 0) {
                types.set(i, Joins.map(t, dim -> node.fresh("carried")));
                changed = true;
            }
        }
        return changed;
    }

    private Dim widened() {
        var dim = node.fresh("carried");
        widened.add(dim);
        return dim;
    }

    private Control.Region attempt(List<Type> types) {
        GraphBuilder region = node.builder().region("body");
        var inputs = new ArrayList<Operand>();
        inputs.add(Operand.of(region.input("round", Control.scalar(DType.I64))));
        inputs.add(Operand.of(region.input("go_on", Control.scalar(DType.BOOL))));
        for (int i = 0; i < types.size(); i++) {
            inputs.add(Operand.of(region.input("carried" + i, types.get(i))));
        }
        var inner = node.with(region, new ArrayList<>(inputs));
        var made = body.lower(inner, inputs);
        if (made.size() < 1 + carried) {
            throw node.error("a body of at least " + (1 + carried) + " outputs was expected, not of " + made.size());
        }
        var results = new ArrayList<Value>();
        for (int i = 0; i < made.size(); i++) {
            var operand = made.get(i);
            var value = operand == null ? truth() : operand.value(region, node.origin());
            results.add(i == 0 ? Control.scalar(inner, value) : value);
        }
        return new Control.Region(region, results);
    }

    /** Sizes that the body changes become symbols of the body's inputs; whether any did. */
    private boolean widen(List<Type> types, Control.Region region) {
        boolean changed = false;
        for (int i = 0; i < types.size(); i++) {
            var was = types.get(i);
            var is = region.results().get(1 + i).type();
            var next = next(was, is);
            if (next == null) {
                throw node.error("a carried value of one type was expected, value " + i + " is " + was
                        + " before the body and " + is + " behind it");
            }
            changed |= !next.equals(was);
            types.set(i, next);
        }
        return changed;
    }

    private @Nullable Type next(Type was, Type is) {
        if (was instanceof TensorType(var dtype, var shape) && is instanceof TensorType(var other, var made)
                && dtype == other && shape.isRanked() && made.isRanked() && shape.rank() == made.rank()) {
            var dims = new ArrayList<Dim>();
            for (int a = 0; a < shape.rank(); a++) {
                var dim = shape.dim(a);
                dims.add(widened.contains(dim) || dim.equals(made.dim(a)) ? dim : widened());
            }
            return new TensorType(dtype, new Shape(dims));
        }
        return Joins.join(was, is, node::fresh);
    }

    /** A body for each element of a sequence: other sequences give theirs, tensors are the same each time. */
    static List<Operand> sequenceMap(NodeContext node) {
        var body = node.attributes().graph("body");
        var sequence = node.value(0);
        var length = node.library("sequence.length", Attributes.NONE, Control.scalar(DType.I64), sequence);
        var empty = new ArrayList<Operand>();
        for (int i = 0; i < body.getOutputCount(); i++) {
            var type = Joins.loose(elementType(node, body, i));
            var dtype = type instanceof TensorType t ? t.dtype() : DType.F32;
            empty.add(Operand.of(node.library("sequence.empty", Attributes.of("dtype", dtype.label()),
                    new Type.Sequence(type))));
        }
        return repeat(node, Operand.of(length), null, empty, (inner, inputs) -> {
            var round = inputs.getFirst().value(inner.builder(), inner.origin());
            var given = new ArrayList<Operand>();
            for (int i = 0; i < node.inputCount(); i++) {
                given.add(node.kind(i) instanceof Type.Sequence(var element)
                        ? Operand.of(Sequences.at(inner, node.value(i), element, round)) : node.input(i));
            }
            var made = new ArrayList<@Nullable Operand>();
            made.add(null);
            var results = inner.body(body, inner.builder(), given);
            for (int i = 0; i < results.size(); i++) {
                var grown = inputs.get(2 + i).value(inner.builder(), inner.origin());
                made.add(Operand.of(inner.library("sequence.insert", Attributes.NONE, grown.type(), grown,
                        results.get(i).value(inner.builder(), inner.origin()))));
            }
            return made;
        });
    }

    /** The type of a body's output, found by lowering the body once for nothing. */
    private static Type elementType(NodeContext node, GraphProto body, int output) {
        Supplier<Type> type = () -> {
            var region = node.builder().region("trial");
            var inner = node.with(region, List.of());
            var given = new ArrayList<Operand>();
            for (int i = 0; i < node.inputCount(); i++) {
                given.add(node.kind(i) instanceof Type.Sequence(var element)
                        ? Operand.of(Sequences.at(inner, node.value(i), element, inner.scalar(DType.I64, 0)))
                        : node.input(i));
            }
            return inner.body(body, region, given).get(output).kind();
        };
        return type.get();
    }
}
