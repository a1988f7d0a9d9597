package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Convolution (cross-correlation) with zero padding: {@code x[N,C,S…], w[M,C/groups,K…], bias[M] -> y[N,M,O…]} with
 * {@code O = (S + begin + end - dilation * (K - 1) - 1) / stride + 1}, rounded down.
 *
 * @param groups
 *            channels and results are divided into so many parts that do not see each other
 * @param strides
 *            distance of neighbouring windows along each spatial axis, positive
 * @param dilations
 *            distance of neighbouring elements within a window, positive
 * @param begin
 *            zeros before each spatial axis
 * @param end
 *            zeros behind each spatial axis
 * @param bias
 *            whether there is a third operand that is added
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Conv.html">Conv</a>
 */
public record Conv(int groups, List<Integer> strides, List<Integer> dilations, List<Integer> begin,
        List<Integer> end, boolean bias) implements Op {
    /** Copies the lists. */
    public Conv {
        strides = List.copyOf(strides);
        dilations = List.copyOf(dilations);
        begin = List.copyOf(begin);
        end = List.copyOf(end);
        int n = strides.size();
        if (groups < 1 || n < 1 || dilations.size() != n || begin.size() != n || end.size() != n
                || strides.stream().anyMatch(s -> s < 1) || dilations.stream().anyMatch(d -> d < 1)) {
            throw new IrException("conv: positive groups, strides, dilations and as many pads were expected,"
                    + " not groups " + groups + ", strides " + strides + ", dilations " + dilations + ", pads "
                    + begin + " " + end);
        }
    }

    @Override
    public String mnemonic() {
        return "conv";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("groups", groups, "strides", strides, "dilations", dilations, "begin", begin, "end", end,
                "bias", bias);
    }

    static Conv of(Attributes a) {
        return new Conv(a.integer("groups"), a.integers("strides"), a.integers("dilations"), a.integers("begin"),
                a.integers("end"), a.truth("bias"));
    }

    /** {@return number of spatial axes} */
    public int axes() {
        return strides.size();
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var x = inputs.get(0).tensor();
        var w = inputs.get(1).tensor();
        boolean fits = x.shape().rank() == axes() + 2 && w.shape().rank() == axes() + 2 && x.dtype() == w.dtype()
                && (x.dtype() == DType.F32 || x.dtype() == DType.F64)
                && mayEqual(x.shape().dim(1), w.shape().dim(1).times(Dim.of(groups)))
                && w.shape().dim(0).floorDiv(Dim.of(groups)).times(Dim.of(groups)).equals(w.shape().dim(0));
        if (!fits || bias && !(inputs.get(2).dtype() == x.dtype() && inputs.get(2).shape().rank() == 1
                && mayEqual(inputs.get(2).shape().dim(0), w.shape().dim(0)))) {
            throw new IrException("conv: x[N,C,S…] and w[M,C/" + groups + ",K…] with " + axes()
                    + " spatial axes were expected, not " + inputs.stream().map(Value::type).toList());
        }
        return List.of(Result.of(new TensorType(x.dtype(), shape(x.shape(), w.shape()))));
    }

    private static boolean mayEqual(Dim a, Dim b) {
        return a.equals(b) || !(a.isConst() && b.isConst());
    }

    private Shape shape(Shape x, Shape w) {
        var dims = new ArrayList<Dim>(List.of(x.dim(0), w.dim(0)));
        for (int i = 0; i < axes(); i++) {
            var span = w.dim(i + 2).minus(Dim.ONE).times(Dim.of(dilations.get(i)));
            var room = x.dim(i + 2).plus(Dim.of((long) begin.get(i) + end.get(i) - 1)).minus(span);
            dims.add(room.floorDiv(Dim.of(strides.get(i))).plus(Dim.ONE));
        }
        return new Shape(dims);
    }

    /**
     * The same said element by element: channels in order, then the window's elements in order, each added by fma, the
     * bias last.
     *
     * @param inputs
     *            operands
     * @return a comprehension over the same operands
     */
    public Compute comprehension(List<TensorType> inputs) {
        var x = inputs.get(0);
        var w = inputs.get(1);
        var f = new Formula();
        var zero = Formula.literal(0, x.dtype());
        var m = Formula.axis(1);
        var channels = w.shape().dim(1);
        var counts = new ArrayList<Expr>();
        for (int i = 1; i < w.shape().rank(); i++) {
            counts.add(Formula.size(w.shape().dim(i)));
        }
        var first = groups == 1 ? Formula.number(0)
                : Formula.mul(Formula.div(m, Formula.size(w.shape().dim(0).floorDiv(Dim.of(groups)))),
                        Formula.size(channels));
        var sum = f.nest(counts, zero, (k, sofar) -> {
            var at = new ArrayList<Expr>(List.of(Formula.axis(0), Formula.add(first, k.getFirst())));
            var weight = new ArrayList<Expr>(List.of(m));
            weight.addAll(k);
            boolean within = true;
            for (int i = 0; i < axes(); i++) {
                var window = Formula.sub(Formula.mul(Formula.axis(i + 2), Formula.number(strides.get(i))),
                        Formula.number(begin.get(i)));
                at.add(Formula.add(window, Formula.mul(k.get(i + 1), Formula.number(dilations.get(i)))));
                within &= begin.get(i) == 0 && end.get(i) == 0;
            }
            var source = f.operand(0, x.dtype());
            return Expr.apply(Fn.FMA, within ? source.at(at) : source.or(zero, at),
                    f.operand(1, w.dtype()).at(weight), sofar);
        });
        var result = bias ? Formula.add(sum, f.operand(2, x.dtype()).at(m)) : sum;
        return new Compute(shape(x.shape(), w.shape()), result);
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return comprehension(inputs.stream().map(d -> new TensorType(d.dtype(), d.shape())).toList()).evaluate(inputs);
    }
}
