package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Notation;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One direction of a recurrent network over all its steps. Operands, all of one type, f32 or f64: the inputs' part of
 * the gates {@code [T,B,G*H]}, weights {@code [H,G*H]}, biases {@code [G*H]}, the first hidden state {@code [B,H]}; for
 * an LSTM its first cell state {@code [B,H]}; peephole weights {@code [3*H]} for input, output and forget gate if
 * {@code peephole}; each row's number of steps {@code [B]}, integers, if {@code lengths}. Results: every hidden state
 * {@code [T,B,H]}, 0 beyond a row's steps; the last hidden state {@code [B,H]}; for an LSTM the last cell state.
 *
 * @param kind
 *            which cell
 * @param reverse
 *            whether it begins at each row's last step
 * @param activations
 *            of one operand {@code $0} each: an RNN has f, a GRU f and g, an LSTM f, g and h
 * @param linear
 *            whether a GRU's reset gate applies behind the product (ONNX linear_before_reset)
 * @param coupled
 *            whether an LSTM forgets what the input gate leaves (ONNX input_forget)
 * @param peephole
 *            whether an LSTM's gates see the cell state
 * @param lengths
 *            whether rows have numbers of steps
 * @see <a href="https://onnx.ai/onnx/operators/onnx__LSTM.html">LSTM</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__GRU.html">GRU</a>
 * @see <a href="https://onnx.ai/onnx/operators/onnx__RNN.html">RNN</a>
 */
public record Recurrence(Kind kind, boolean reverse, List<Expr> activations, boolean linear, boolean coupled,
        boolean peephole, boolean lengths) implements Op {
    /** Number in {@link #cell}, {@link #hidden} and {@link #reset} of the hidden state; gates are 0, 1, …. */
    public static final int HIDDEN = 4;
    /** Number of the cell state. */
    public static final int CELL = 5;
    /** Number of the input gate's peephole weight; those of the output and the forget gate follow. */
    public static final int PEEPHOLE = 6;
    /** Number of the inputs' part of a linear GRU's last gate, which is not in gate 2. */
    public static final int PROJECTED = 9;

    /** Which cell. */
    public enum Kind {
        /** One gate. */
        RNN(1, 1),
        /** Update, reset and hidden gate. */
        GRU(3, 2),
        /** Input, output, forget and cell gate. */
        LSTM(4, 3);

        private final int gates;
        private final int activations;

        Kind(int gates, int activations) {
            this.gates = gates;
            this.activations = activations;
        }

        /** {@return number of gates} */
        public int gates() {
            return gates;
        }
    }

    /** Copies the list and checks what fits together. */
    public Recurrence {
        activations = List.copyOf(activations);
        if (activations.size() != kind.activations || linear && kind != Kind.GRU
                || (coupled || peephole) && kind != Kind.LSTM) {
            throw new IrException("recurrence: " + kind + " takes " + kind.activations
                    + " activations; only a GRU is linear, only an LSTM coupled or with peepholes");
        }
    }

    @Override
    public String mnemonic() {
        return "recurrence";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("kind", kind.name().toLowerCase(Locale.ROOT), "reverse", reverse, "activations",
                activations, "linear", linear, "coupled", coupled, "peephole", peephole, "lengths", lengths);
    }

    static Recurrence of(Attributes a) {
        for (var kind : Kind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(a.get("kind"))) {
                return new Recurrence(kind, a.truth("reverse"), Notation.exprs(a.get("activations")),
                        a.truth("linear"), a.truth("coupled"), a.truth("peephole"), a.truth("lengths"));
            }
        }
        throw new IrException("recurrence: unknown kind '" + a.get("kind") + "'");
    }

    /** {@return number of operands} */
    public int operands() {
        return 4 + (kind == Kind.LSTM ? 1 : 0) + (peephole ? 1 : 0) + (lengths ? 1 : 0);
    }

    /** {@return which operand the peephole weights are} */
    public int peepholeOperand() {
        return 5;
    }

    /** {@return which operand the numbers of steps are} */
    public int lengthsOperand() {
        return operands() - 1;
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var p = inputs.get(0).tensor();
        var r = inputs.get(1).tensor();
        var dtype = p.dtype();
        boolean fits = inputs.size() == operands() && p.shape().rank() == 3 && r.shape().rank() == 2
                && (dtype == DType.F32 || dtype == DType.F64);
        for (int i = 1; fits && i < operands(); i++) {
            fits = i == lengthsOperand() && lengths ? inputs.get(i).shape().rank() == 1
                    && (inputs.get(i).dtype() == DType.I32 || inputs.get(i).dtype() == DType.I64)
                    : inputs.get(i).dtype() == dtype
                            && (i < 3 || i >= (kind == Kind.LSTM ? 5 : 4) || inputs.get(i).shape().rank() == 2);
        }
        if (!fits) {
            throw new IrException("recurrence: " + operands() + " operands [T,B,G*H], [H,G*H], [G*H], [B,H]… of one"
                    + " type were expected, not " + inputs.stream().map(Value::type).toList());
        }
        var batch = p.shape().dim(1);
        var size = r.shape().dim(0);
        var reason = "recurrence of " + p + ", " + r;
        var columns = size.times(Dim.of(kind.gates));
        symbols.requireEqual(p.shape().dim(2), columns, reason);
        symbols.requireEqual(r.shape().dim(1), columns, reason);
        for (int i = 3; i < (kind == Kind.LSTM ? 5 : 4); i++) {
            symbols.requireEqual(inputs.get(i).shape().dim(0), batch, reason);
            symbols.requireEqual(inputs.get(i).shape().dim(1), size, reason);
        }
        var results = new ArrayList<Result>();
        results.add(Result.of(new TensorType(dtype, Shape.of(p.shape().dim(0), batch, size))));
        for (int i = 0; i < (kind == Kind.LSTM ? 2 : 1); i++) {
            results.add(Result.of(new TensorType(dtype, Shape.of(batch, size))));
        }
        return results;
    }

    // ---- what a cell computes, element by element

    private Expr activation(int which, Expr x) {
        return activations.get(which).substitute(List.of(x));
    }

    private Expr gate(int gate, int peep, DType dtype) {
        var sum = Expr.arg(gate, dtype);
        return !peephole ? sum : Expr.apply(Fn.ADD, sum,
                Expr.apply(Fn.MUL, Expr.arg(PEEPHOLE + peep, dtype), Expr.arg(CELL, dtype)));
    }

    /**
     * The next cell state of an LSTM.
     *
     * @param dtype
     *            type of the operands
     * @return an expression of the gates' sums and the numbered states
     */
    public Expr cell(DType dtype) {
        var input = activation(0, gate(0, 0, dtype));
        var forget = coupled ? Expr.apply(Fn.SUB, Expr.literal(1, dtype), input) : activation(0, gate(2, 2, dtype));
        return Expr.apply(Fn.ADD, Expr.apply(Fn.MUL, forget, Expr.arg(CELL, dtype)),
                Expr.apply(Fn.MUL, input, activation(1, Expr.arg(3, dtype))));
    }

    /**
     * The next hidden state; of an LSTM from the next cell state.
     *
     * @param dtype
     *            type of the operands
     * @return an expression of the gates' sums and the numbered states
     */
    public Expr hidden(DType dtype) {
        return switch (kind) {
            case RNN -> activation(0, Expr.arg(0, dtype));
            case LSTM -> Expr.apply(Fn.MUL, activation(0, gate(1, 1, dtype)), activation(2, Expr.arg(CELL, dtype)));
            case GRU -> {
                var sum = linear ? Expr.apply(Fn.ADD, Expr.arg(PROJECTED, dtype),
                        Expr.apply(Fn.MUL, activation(0, Expr.arg(1, dtype)), Expr.arg(2, dtype)))
                        : Expr.arg(2, dtype);
                var update = activation(0, Expr.arg(0, dtype));
                yield Expr.apply(Fn.ADD,
                        Expr.apply(Fn.MUL, Expr.apply(Fn.SUB, Expr.literal(1, dtype), update), activation(1, sum)),
                        Expr.apply(Fn.MUL, update, Expr.arg(HIDDEN, dtype)));
            }
        };
    }

    /**
     * What the last gate of a GRU that is not linear sees of the hidden state.
     *
     * @param dtype
     *            type of the operands
     * @return an expression of the gates' sums and the numbered states
     */
    public Expr reset(DType dtype) {
        return Expr.apply(Fn.MUL, activation(0, Expr.arg(1, dtype)), Expr.arg(HIDDEN, dtype));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return new Recurrences(this, inputs).evaluate();
    }
}
