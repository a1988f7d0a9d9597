package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.microsoft;
import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Recurrence;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * RNN, GRU and LSTM (1, 3, 7, 14 layout, 22): the part of the inputs is one matrix product over all steps, the rest a
 * recurrence for each direction. Small floats are computed in f32, and so are the quantized weights of ONNX Runtime's
 * DynamicQuantizeLSTM.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__LSTM.html">LSTM</a>
 */
final class Recurrences {
    static final List<OnnxOp> OPS = List.of(
            onnx("RNN", 1, node -> new Recurrences(node, Recurrence.Kind.RNN, 1, List.of("Tanh")).run()),
            onnx("GRU", 1, node -> new Recurrences(node, Recurrence.Kind.GRU, 3, List.of("Sigmoid", "Tanh")).run()),
            onnx("LSTM", 1, Recurrences::lstm),
            microsoft("DynamicQuantizeLSTM", Recurrences::lstm));

    private static final List<String> KNOWN = List.of("Relu", "Tanh", "Sigmoid", "Affine", "LeakyRelu",
            "ThresholdedRelu", "ScaledTanh", "HardSigmoid", "Elu", "Softsign", "Softplus");
    private static final Set<String> SCALED = Set.of("Affine", "LeakyRelu", "ThresholdedRelu", "ScaledTanh",
            "HardSigmoid", "Elu");
    private static final Set<String> SHIFTED = Set.of("Affine", "ScaledTanh", "HardSigmoid");

    private final NodeContext node;
    private final Recurrence.Kind kind;
    private final long gates;
    private final List<String> names;
    private final DType type;
    private final int directions;
    private final boolean batchFirst;
    /** {@code [T,B,I]}. */
    private final Value x;
    private final Dim hidden;
    /** {@code [D,G*H,I]} and {@code [D,G*H,H]}. */
    private final List<Value> weights;

    private static List<Operand> lstm(NodeContext node) {
        return new Recurrences(node, Recurrence.Kind.LSTM, 4, List.of("Sigmoid", "Tanh", "Tanh")).run();
    }

    private Recurrences(NodeContext node, Recurrence.Kind kind, long gates, List<String> names) {
        this.node = node;
        this.kind = kind;
        this.gates = gates;
        this.names = names;
        this.type = NodeContext.wide(node.type(0).dtype());
        this.batchFirst = node.attributes().flag("layout", false);
        var given = node.cast(node.value(0), type);
        this.x = batchFirst ? node.permute(given, List.of(1, 0, 2)) : given;
        this.weights = List.of(weights(1), weights(2));
        this.hidden = weights.get(1).shape().dim(2);
        var direction = node.attributes().text("direction", "forward");
        this.directions = direction.equals("bidirectional") ? 2 : 1;
        if (!List.of("forward", "reverse", "bidirectional").contains(direction)) {
            throw node.error("direction forward, reverse or bidirectional was expected, not '" + direction + "'");
        }
        node.symbols().requireEqual(node.shape(1).dim(0), Dim.of(directions), "weights of " + node.type(1) + ", "
                + direction);
    }

    /** Weights as they are, or quantized ones as real numbers; those have the gates last, and a scale for all or each. */
    private Value weights(int i) {
        if (node.type(i).dtype().isFloat()) {
            return node.cast(node.value(i), type);
        }
        int scale = 6 + 2 * i;
        var operands = new ArrayList<>(List.of(node.value(i), perGate(scale)));
        var zero = node.has(scale + 1) ? Expr.arg(2, node.type(scale + 1).dtype()) : null;
        if (zero != null) {
            operands.add(perGate(scale + 1));
        }
        var real = Quantizations.real(Expr.arg(0, node.type(i).dtype()), Expr.arg(1, node.type(scale).dtype()), zero);
        return node.permute(node.map(Expr.cast(real, type), operands.toArray(Value[]::new)), List.of(0, 2, 1));
    }

    private Value perGate(int i) {
        var value = node.value(i);
        var shape = value.shape();
        return shape.rank() == 0 ? value : node.reshape(value, Shape.of(shape.dim(0), Dim.ONE,
                shape.rank() == 1 ? Dim.ONE : shape.dim(1)));
    }

    private List<Operand> run() {
        int states = kind == Recurrence.Kind.LSTM ? 2 : 1;
        var sequences = new ArrayList<Value>();
        var lasts = new ArrayList<List<Value>>();
        for (int direction = 0; direction < directions; direction++) {
            var made = direction(direction);
            var shape = made.getFirst().shape();
            sequences.add(node.reshape(made.getFirst(), Shape.of(shape.dim(0), Dim.ONE, shape.dim(1), shape.dim(2))));
            lasts.add(made.subList(1, 1 + states));
        }
        var all = joined(1, sequences);
        var results = new ArrayList<Value>();
        results.add(batchFirst ? node.permute(all, List.of(2, 0, 1, 3)) : all);
        for (int i = 0; i < states; i++) {
            var of = new ArrayList<Value>();
            for (var last : lasts) {
                var shape = last.get(i).shape();
                of.add(node.reshape(last.get(i), Shape.of(Dim.ONE, shape.dim(0), shape.dim(1))));
            }
            var last = joined(0, of);
            results.add(batchFirst ? node.permute(last, List.of(1, 0, 2)) : last);
        }
        return results.stream().map(v -> Operand.of(node.cast(v, node.type(0).dtype()))).toList();
    }

    private Value joined(int axis, List<Value> parts) {
        return parts.size() == 1 ? parts.getFirst()
                : node.apply(new Concat(axis), parts.toArray(Value[]::new));
    }

    private List<Value> direction(int direction) {
        var rows = Dim.of(gates).times(hidden);
        var bias = node.has(3) ? part(3, direction) : null;
        var batch = x.shape().dim(1);
        var operands = new ArrayList<Value>();
        operands.add(projected(direction, bias == null ? null : half(bias, Dim.ZERO, rows)));
        operands.add(node.permute(without(weights.get(1), direction), List.of(1, 0)));
        operands.add(bias == null ? zeros(Shape.of(rows)) : half(bias, rows, rows));
        operands.add(state(5, direction, batch));
        boolean lstm = kind == Recurrence.Kind.LSTM;
        if (lstm) {
            operands.add(state(6, direction, batch));
        }
        boolean peephole = lstm && node.has(7);
        if (peephole) {
            operands.add(part(7, direction));
        }
        if (node.has(4)) {
            operands.add(node.value(4));
        }
        boolean reverse = direction == 1 || node.attributes().text("direction", "forward").equals("reverse");
        var op = new Recurrence(kind, reverse, activations(direction),
                kind == Recurrence.Kind.GRU && node.attributes().flag("linear_before_reset", false),
                lstm && node.attributes().flag("input_forget", false), peephole, node.has(4));
        return node.applyAll(op, operands);
    }

    /** {@code X W' + Wb}. */
    private Value projected(int direction, @Nullable Value bias) {
        var product = node.apply(MatMul.plain(type), x,
                node.permute(without(weights.get(0), direction), List.of(1, 0)));
        return bias == null ? product
                : node.map(Expr.apply(Fn.ADD, Expr.arg(0, type), Expr.arg(1, type)), product, bias);
    }

    /** A direction's part of an operand, without the axis of directions. */
    private Value part(int i, int direction) {
        return without(node.cast(node.value(i), type), direction);
    }

    private Value without(Value all, int direction) {
        var dims = new ArrayList<>(all.shape().dims());
        var begins = new ArrayList<Dim>();
        var steps = new ArrayList<Long>();
        dims.forEach(d -> {
            begins.add(Dim.ZERO);
            steps.add(1L);
        });
        begins.set(0, Dim.of(direction));
        dims.set(0, Dim.ONE);
        var one = directions == 1 ? all : node.apply(new View(new IndexMap.Slice(begins, steps, dims)), all);
        return node.reshape(one, new Shape(dims.subList(1, dims.size())));
    }

    private Value half(Value bias, Dim begin, Dim count) {
        return node.apply(new View(new IndexMap.Slice(List.of(begin), List.of(1L), List.of(count))), bias);
    }

    private Value zeros(Shape shape) {
        return node.expand(node.scalar(type, 0), shape);
    }

    /** What a direction begins with {@code [B,H]}. */
    private Value state(int i, int direction, Dim batch) {
        if (!node.has(i)) {
            return zeros(Shape.of(batch, hidden));
        }
        var given = node.cast(node.value(i), type);
        return without(batchFirst ? node.permute(given, List.of(1, 0, 2)) : given, direction);
    }

    /** The direction's activations; parameters are listed for those that have any, or for all. */
    private List<Expr> activations(int direction) {
        var given = node.attributes().texts("activations");
        int each = names.size();
        if (given != null && given.length != each * directions && given.length != 0) {
            throw node.error(each * directions + " activations were expected, not " + given.length);
        }
        var alphas = node.attributes().reals("activation_alpha");
        var betas = node.attributes().reals("activation_beta");
        int all = each * directions;
        int alpha = 0;
        int beta = 0;
        var expressions = new ArrayList<Expr>();
        for (int i = 0; i < each * (direction + 1); i++) {
            var name = known(given == null || given.length == 0 ? names.get(i % each) : given[i]);
            int atAlpha = alphas != null && alphas.length == all ? i : SCALED.contains(name) ? alpha++ : -1;
            int atBeta = betas != null && betas.length == all ? i : SHIFTED.contains(name) ? beta++ : -1;
            if (i >= each * direction) {
                expressions.add(Activations.of(node, name, clipped(),
                        chosen(alphas, atAlpha, Activations.alpha(name)),
                        chosen(betas, atBeta, Activations.beta(name))));
            }
        }
        return expressions;
    }

    private static float chosen(float @Nullable [] values, int at, float otherwise) {
        return values == null || at < 0 || at >= values.length ? otherwise : values[at];
    }

    /** Writers do not agree on capitals. */
    private String known(String name) {
        return KNOWN.stream().filter(name::equalsIgnoreCase).findFirst()
                .orElseThrow(() -> node.error("activation '" + name + "' is not known"));
    }

    private Expr clipped() {
        var x = Expr.arg(0, type);
        if (!node.attributes().has("clip")) {
            return x;
        }
        float limit = node.attributes().real("clip", 0);
        return Expr.apply(Fn.MAX, Expr.apply(Fn.MIN, x, Expr.literal(limit, type)), Expr.literal(-limit, type));
    }
}
