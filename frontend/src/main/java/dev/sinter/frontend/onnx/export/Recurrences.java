package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Recurrence;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code recurrence}: RNN, GRU and LSTM of one direction. They multiply the inputs by weights themselves; where the
 * graph's projection is a product with an added bias, its operands are given to them, else the projection is the input
 * and the weights are the identity.
 */
final class Recurrences {
    private final Recurrence op;
    private final Node node;
    private final Site site;

    private Recurrences(Recurrence op, Node node, Site site) {
        this.op = op;
        this.node = node;
        this.site = site;
    }

    static List<Ref> export(Recurrence op, Node node, Site site) {
        return new Recurrences(op, node, site).write();
    }

    /** What stands before the recurrence: {@code x[T,B,I] w[I,G*H] + bias[G*H]}. */
    private record Projection(Ref x, Ref weights, @Nullable Ref bias) {
    }

    private List<Ref> write() {
        boolean lstm = op.kind() == Recurrence.Kind.LSTM;
        var projection = projection(node.input(0));
        var hidden = node.input(1).shape().dim(0);
        if (!hidden.isConst()) {
            throw new Unexportable("a known number of hidden values was expected, not " + hidden);
        }
        var operands = new ArrayList<@Nullable Ref>(List.of(projection.x(),
                leading(transposed(projection.weights())), leading(transposed(single(node.input(1)))),
                leading(biases(projection.bias(), single(node.input(2))))));
        operands.add(op.lengths() ? site.cast(site.value(node.input(op.lengthsOperand())), DType.I32) : null);
        operands.add(leading(single(node.input(3))));
        if (lstm) {
            operands.add(leading(single(node.input(4))));
            operands.add(op.peephole() ? leading(single(node.input(op.peepholeOperand()))) : null);
        }
        var types = new ArrayList<>(List.of(Types.tensor(DType.F32), Types.tensor(DType.F32)));
        if (lstm) {
            types.add(Types.tensor(DType.F32));
        }
        var made = site.op(op.kind().name(), types, operands, attributes(hidden.value()));
        var results = new ArrayList<Ref>();
        for (int i = 0; i < made.size(); i++) {
            var squeezed = site.op("Squeeze", DType.F32, made.get(i), site.longs(i == 0 ? 1 : 0));
            results.add(site.cast(squeezed, node.outputs().get(i).dtype()));
        }
        return results;
    }

    private AttributeProto[] attributes(long hidden) {
        var all = new ArrayList<>(List.of(Attribute.of("hidden_size", hidden),
                Attribute.of("direction", op.reverse() ? "reverse" : "forward")));
        all.addAll(RecurrentActivations.attributes(op.activations()));
        if (op.linear()) {
            all.add(Attribute.of("linear_before_reset", 1));
        }
        if (op.coupled()) {
            all.add(Attribute.of("input_forget", 1));
        }
        return all.toArray(AttributeProto[]::new);
    }

    private Ref single(Value value) {
        return site.cast(site.value(value), DType.F32);
    }

    /** With an axis for the one direction. */
    private Ref leading(Ref value) {
        var data = site.draft().known(value);
        if (data != null) {
            var dims = new ArrayList<>(data.shape().dims());
            dims.addFirst(Dim.ONE);
            return site.constant(TensorData.of(data.dtype(), data.array(), new Shape(dims).toLongs()));
        }
        return site.op("Unsqueeze", DType.F32, value, site.longs(0));
    }

    private Ref transposed(Ref matrix) {
        return Views.permute(site, matrix, List.of(1, 0));
    }

    /** The biases of inputs and hidden values one after the other. */
    private Ref biases(@Nullable Ref input, Ref own) {
        var second = site.draft().known(own);
        var first = input == null ? second == null ? null : TensorData.zeros(DType.F32, second.size())
                : site.draft().known(input);
        if (first != null && second != null) {
            return site.constant(new Concat(0).evaluate(List.of(first, second)).getFirst());
        }
        return site.op("Concat", DType.F32, Site.list(input != null ? input : site.op("Sub", DType.F32, own, own), own),
                Attribute.of("axis", 0));
    }

    // ---- the projection

    private Projection projection(Value gates) {
        var found = product(gates);
        if (found != null) {
            return found;
        }
        var columns = gates.shape().dim(2);
        if (!columns.isConst()) {
            throw new Unexportable("a known number of gates was expected, not " + columns);
        }
        int n = Math.toIntExact(columns.value());
        var identity = TensorData.zeros(DType.F32, n, n);
        for (int i = 0; i < n; i++) {
            identity.set(i * n + i, 1.0);
        }
        return new Projection(single(gates), site.constant(identity), null);
    }

    /** The operands of a product, or of one with a bias added, that gives the gates. */
    private @Nullable Projection product(Value gates) {
        var node = site.producer(gates);
        if (node == null) {
            return null;
        }
        if (node.op() instanceof Map(Expr.Apply(var fn, var args, var type)) && fn == Fn.ADD
                && args.get(0) instanceof Expr.Arg(var a, var s) && args.get(1) instanceof Expr.Arg(var b, var t)) {
            for (var sides : List.of(List.of(a, b), List.of(b, a))) {
                var bias = node.input(sides.get(1));
                var plain = bias.shape().isRanked() && bias.shape().rank() == 1
                        && bias.shape().dim(0).equals(gates.shape().dim(2)) ? product(node.input(sides.get(0))) : null;
                if (plain != null && plain.bias() == null) {
                    return new Projection(plain.x(), plain.weights(), single(bias));
                }
            }
            return null;
        }
        boolean matrix = node.op() instanceof MatMul m && m.isPlain() && node.input(0).shape().rank() == 3
                && node.input(1).shape().rank() == 2;
        return matrix ? new Projection(single(node.input(0)), single(node.input(1)), null) : null;
    }

}
