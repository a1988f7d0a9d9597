package dev.sinter.frontend.onnx.ops;

import dev.sinter.frontend.onnx.proto.GraphProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Scan: a loop over the slices of its operands, whose body also makes slices.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Scan.html">Scan</a>
 */
final class Scans {
    private final NodeContext node;
    private final GraphProto body;
    private final int scanned;
    private final int states;

    private Scans(NodeContext node, int first) {
        this.node = node;
        this.body = node.attributes().graph("body");
        this.scanned = Math.toIntExact(node.attributes().integer("num_scan_inputs", 0));
        this.states = node.inputCount() - first - scanned;
        if (scanned < 1 || states < 0 || body.getInputCount() != states + scanned) {
            throw node.error("at least one of " + (node.inputCount() - first)
                    + " operands was expected to be scanned by a body of as many inputs, not " + scanned);
        }
    }

    static List<Operand> scan(NodeContext node) {
        var scan = new Scans(node, 0);
        var operands = new ArrayList<Operand>();
        for (int i = 0; i < node.inputCount(); i++) {
            operands.add(node.input(i));
        }
        return scan.run(node, operands, scan.list("scan_input_axes"), scan.list("scan_input_directions"),
                scan.list("scan_output_axes"), scan.list("scan_output_directions"));
    }

    private long[] list(String attribute) {
        var given = node.attributes().integers(attribute);
        return given == null ? new long[0] : given;
    }

    private static long at(long[] list, int i) {
        return i < list.length ? list[i] : 0;
    }

    /** Opset 8: all operands have a leading batch axis, each of whose elements is scanned for itself. */
    static List<Operand> batched(NodeContext node) {
        var scan = new Scans(node, 1);
        var batch = node.symbols().simplify(node.shape(1).dim(0));
        var directions = scan.list("directions");
        var lengths = node.has(0) ? node.integers(0) : null;
        var count = Operand.ofContent(Control.scalar(DType.I64), List.of(batch));
        return Loops.repeat(node, count, null, List.of(), (inner, inputs) -> {
            var round = inputs.getFirst().value(inner.builder(), inner.origin());
            var slices = new ArrayList<Operand>();
            for (int i = 1; i < node.inputCount(); i++) {
                slices.add(Operand.of(inner.apply(new Gather(0), node.value(i), round)));
            }
            var made = new ArrayList<@Nullable Operand>();
            made.add(null);
            if (lengths == null) {
                made.addAll(scan.run(inner, slices, new long[0], directions, new long[0], new long[0]));
            } else {
                made.addAll(scan.shorter(inner, slices, inner.apply(new Gather(0), lengths, round), directions));
            }
            return made;
        });
    }

    /** A scan of the first elements only, so many as data says; the results are filled up with zeros. */
    private List<Operand> shorter(NodeContext at, List<Operand> operands, Value length, long[] directions) {
        var steps = at.define(at.reshape(length, Shape.of(1)), "length").getFirst();
        var parts = new ArrayList<Operand>(operands.subList(0, states));
        var whole = Dim.ZERO;
        for (var operand : operands.subList(states, operands.size())) {
            var value = operand.value(at.builder(), at.origin());
            var shape = value.shape();
            whole = shape.dim(0);
            parts.add(Operand.of(at.apply(new View(new IndexMap.Slice(Collections.nCopies(shape.rank(), Dim.ZERO),
                    Collections.nCopies(shape.rank(), 1L), shape.with(0, steps).dims())), value)));
        }
        var results = new ArrayList<Operand>();
        for (var result : run(at, parts, new long[0], directions, new long[0], new long[0])) {
            var value = result.value(at.builder(), at.origin());
            var filled = new Formula().operand(0, value.dtype());
            results.add(results.size() < states ? result : Operand.of(at.compute(value.shape().with(0, whole),
                    filled.or(Expr.literal(0, value.dtype()), Formula.axes(value.shape().rank())), value)));
        }
        return results;
    }

    private List<Operand> run(NodeContext at, List<Operand> operands, long[] axes, long[] directions,
            long[] outputAxes, long[] outputDirections) {
        var inputs = new ArrayList<Value>();
        var along = new ArrayList<Integer>();
        Dim length = null;
        for (int i = 0; i < scanned; i++) {
            var value = operands.get(states + i).value(at.builder(), at.origin());
            int axis = at.axis(at(axes, i), value.shape().rank());
            var size = at.symbols().simplify(value.shape().dim(axis));
            if (length == null) {
                length = size;
            }
            at.symbols().requireEqual(length, size, "scan of operands of one length");
            inputs.add(value);
            along.add(axis);
        }
        var steps = length == null ? Dim.ZERO : length;
        var count = Operand.ofContent(Control.scalar(DType.I64), List.of(steps));
        var made = Loops.repeat(at, count, null, operands.subList(0, states), (inner, given) -> {
            var round = given.getFirst().value(inner.builder(), inner.origin());
            var slices = new ArrayList<Operand>(given.subList(2, given.size()));
            for (int i = 0; i < scanned; i++) {
                var index = at(directions, i) == 0 ? round : backward(inner, steps, round);
                slices.add(Operand.of(inner.apply(new Gather(along.get(i)), inputs.get(i), index)));
            }
            var results = new ArrayList<@Nullable Operand>();
            results.add(null);
            results.addAll(inner.body(body, inner.builder(), slices));
            return results;
        });
        var results = new ArrayList<Operand>(made.subList(0, states));
        for (int i = 0; states + i < made.size(); i++) {
            var collected = made.get(states + i).value(at.builder(), at.origin());
            results.add(Operand.of(arranged(at, collected, at(outputAxes, i), at(outputDirections, i) != 0)));
        }
        return results;
    }

    private static Value backward(NodeContext inner, Dim steps, Value round) {
        var last = Operand.ofContent(Control.scalar(DType.I64), List.of(steps.minus(Dim.ONE)))
                .value(inner.builder(), inner.origin());
        return inner.map(Formula.sub(Expr.arg(0, DType.I64), Expr.arg(1, DType.I64)), last, round);
    }

    /** The slices, collected along the first axis, in the order and along the axis wanted. */
    private static Value arranged(NodeContext at, Value collected, long wanted, boolean backward) {
        var value = collected;
        var type = (TensorType) value.type();
        int rank = type.shape().rank();
        if (backward) {
            var begins = new ArrayList<Dim>(Collections.nCopies(rank, Dim.ZERO));
            begins.set(0, type.shape().dim(0).minus(Dim.ONE));
            var strides = new ArrayList<>(Collections.nCopies(rank, 1L));
            strides.set(0, -1L);
            value = at.apply(new View(new IndexMap.Slice(begins, strides, type.shape().dims())), value);
        }
        int axis = at.axis(wanted, rank);
        if (axis == 0) {
            return value;
        }
        var perm = new ArrayList<>(IntStream.range(1, rank).boxed().toList());
        perm.add(axis, 0);
        return at.permute(value, perm);
    }
}
