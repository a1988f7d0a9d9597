package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
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
import org.jspecify.annotations.Nullable;

/**
 * Convolution (cross-correlation) with zero padding: {@code x[N,C,S…], w[M,C/groups,K…], bias[M] -> y[N,M,O…]} with
 * {@code O = (S + begin + end - dilation * (K - 1) - 1) / stride + 1}, rounded down.
 * With {@linkplain Layout#CHANNELS_LAST channels last}, x is {@code [N,S…,C]} and y {@code [N,O…,M]}; weights stay as
 * they are. Its epilogue is, as that of a {@link MatMul}, an expression over the sum with its bias ({@code $0}) and
 * further operands ({@code $1}, …, the inputs behind the bias) that broadcast to the result's shape: activation,
 * residual, scale and shift of each channel.
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
 * @param layout
 *            where the channels are in x and y
 * @param epilogue
 *            what is done with the sums; null where they are the result
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Conv.html">Conv</a>
 */
public record Conv(int groups, List<Integer> strides, List<Integer> dilations, List<Integer> begin,
        List<Integer> end, boolean bias, Layout layout, @Nullable Expr epilogue) implements Op {
    /** Orders of axes. */
    public enum Layout {
        /** Batch, channels, spatial axes: as in ONNX. */
        CHANNELS_FIRST,
        /** Batch, spatial axes, channels. */
        CHANNELS_LAST
    }

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

    /**
     * A convolution as ONNX has it: channels first, no epilogue.
     *
     * @param groups
     *            parts that do not see each other
     * @param strides
     *            along each spatial axis
     * @param dilations
     *            along each spatial axis
     * @param begin
     *            zeros before each spatial axis
     * @param end
     *            zeros behind each spatial axis
     * @param bias
     *            whether there is a third operand that is added
     */
    public Conv(int groups, List<Integer> strides, List<Integer> dilations, List<Integer> begin, List<Integer> end,
            boolean bias) {
        this(groups, strides, dilations, begin, end, bias, Layout.CHANNELS_FIRST, null);
    }

    /**
     * The same convolution in another layout.
     *
     * @param other
     *            the layout
     * @return the convolution
     */
    public Conv in(Layout other) {
        return new Conv(groups, strides, dilations, begin, end, bias, other, epilogue);
    }

    /**
     * The same convolution with another epilogue.
     *
     * @param other
     *            the epilogue, or null for none
     * @return the convolution
     */
    public Conv with(@Nullable Expr other) {
        return new Conv(groups, strides, dilations, begin, end, bias, layout, other);
    }

    /** {@return whether the channels are the last axis} */
    public boolean channelsLast() {
        return layout == Layout.CHANNELS_LAST;
    }

    /** {@return the input that is {@code $1} of the epilogue} */
    public int firstExtra() {
        return bias ? 3 : 2;
    }

    @Override
    public String mnemonic() {
        return "conv";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("groups", groups, "strides", strides, "dilations", dilations, "begin", begin, "end", end,
                "bias", bias, "layout", channelsLast() ? layout.name().toLowerCase(Locale.ROOT) : null,
                "epilogue", epilogue);
    }

    static Conv of(Attributes a) {
        return new Conv(a.integer("groups"), a.integers("strides"), a.integers("dilations"), a.integers("begin"),
                a.integers("end"), a.truth("bias"), layout(a),
                a.has("epilogue") ? Notation.expr(a.get("epilogue")) : null);
    }

    private static Layout layout(Attributes a) {
        if (!a.has("layout")) {
            return Layout.CHANNELS_FIRST;
        }
        for (var layout : Layout.values()) {
            if (layout.name().toLowerCase(Locale.ROOT).equals(a.get("layout"))) {
                return layout;
            }
        }
        throw new IrException("attribute layout: channels_first or channels_last was expected, not '"
                + a.get("layout") + "'");
    }

    /** {@return number of spatial axes} */
    public int axes() {
        return strides.size();
    }

    /** {@return the axis of x and y that counts channels} */
    public int channelAxis() {
        return channelsLast() ? axes() + 1 : 1;
    }

    /**
     * A spatial axis of x and y.
     *
     * @param i
     *            counted from 0
     * @return which axis of the operand it is
     */
    public int spatialAxis(int i) {
        return i + (channelsLast() ? 1 : 2);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var x = inputs.get(0).tensor();
        var w = inputs.get(1).tensor();
        boolean fits = x.shape().rank() == axes() + 2 && w.shape().rank() == axes() + 2 && x.dtype() == w.dtype()
                && (x.dtype() == DType.F32 || x.dtype() == DType.F64)
                && mayEqual(x.shape().dim(channelAxis()), w.shape().dim(1).times(Dim.of(groups)))
                && w.shape().dim(0).floorDiv(Dim.of(groups)).times(Dim.of(groups)).equals(w.shape().dim(0));
        if (!fits || bias && !(inputs.get(2).dtype() == x.dtype() && inputs.get(2).shape().rank() == 1
                && mayEqual(inputs.get(2).shape().dim(0), w.shape().dim(0)))) {
            throw new IrException("conv: x" + (channelsLast() ? "[N,S…,C]" : "[N,C,S…]") + " and w[M,C/" + groups
                    + ",K…] with " + axes()
                    + " spatial axes were expected, not " + inputs.stream().map(Value::type).toList());
        }
        var shape = shape(x.shape(), w.shape());
        if (epilogue == null) {
            return List.of(Result.of(new TensorType(x.dtype(), shape)));
        }
        var operands = new ArrayList<>(inputs.subList(0, 2));
        operands.addAll(inputs.subList(firstExtra(), inputs.size()));
        return List.of(MatMul.withEpilogue("conv", epilogue, x.dtype(), shape, operands, symbols));
    }

    private static boolean mayEqual(Dim a, Dim b) {
        return a.equals(b) || !(a.isConst() && b.isConst());
    }

    private Shape shape(Shape x, Shape w) {
        var dims = new ArrayList<Dim>(List.of(x.dim(0)));
        for (int i = 0; i < axes(); i++) {
            var span = w.dim(i + 2).minus(Dim.ONE).times(Dim.of(dilations.get(i)));
            var room = x.dim(spatialAxis(i)).plus(Dim.of((long) begin.get(i) + end.get(i) - 1)).minus(span);
            dims.add(room.floorDiv(Dim.of(strides.get(i))).plus(Dim.ONE));
        }
        dims.add(channelAxis(), w.dim(0));
        return new Shape(dims);
    }

    /**
     * The sums and their bias, without the epilogue, said element by element. Channels first takes the channels in order,
     * then the window's elements; channels last the window's elements, then the channels. Each is added by fma, the bias
     * last.
     *
     * @param inputs
     *            types of the operands
     * @return a comprehension over the same operands
     */
    public Compute comprehension(List<TensorType> inputs) {
        var x = inputs.get(0);
        var w = inputs.get(1);
        var f = new Formula();
        var m = Formula.axis(channelAxis());
        var counts = new ArrayList<Expr>();
        for (int i = 2; i < w.shape().rank(); i++) {
            counts.add(Formula.size(w.shape().dim(i)));
        }
        int channel = channelsLast() ? axes() : 0;
        counts.add(channel, Formula.size(w.shape().dim(1)));
        var sum = f.nest(counts, Formula.literal(0, x.dtype()), (k, sofar) -> {
            var window = new ArrayList<>(k);
            var c = window.remove(channel);
            var weight = new ArrayList<Expr>(List.of(m, c));
            weight.addAll(window);
            return Expr.apply(Fn.FMA, element(f, x, first(w.shape(), m, c), window),
                    f.operand(1, w.dtype()).at(weight), sofar);
        });
        var result = bias ? Formula.add(sum, f.operand(2, x.dtype()).at(m)) : sum;
        return new Compute(shape(x.shape(), w.shape()), result);
    }

    /** Channel c of the group that result m belongs to. */
    private Expr first(Shape w, Expr m, Expr c) {
        return groups == 1 ? c
                : Formula.add(Formula.mul(Formula.div(m, Formula.size(w.dim(0).floorDiv(Dim.of(groups)))),
                        Formula.size(w.dim(1))), c);
    }

    /** An element of the window at the indices of a result. */
    private Expr element(Formula f, TensorType x, Expr channel, List<Expr> window) {
        var at = new ArrayList<Expr>(List.of(Formula.axis(0)));
        boolean within = true;
        for (int i = 0; i < axes(); i++) {
            var begins = Formula.sub(Formula.mul(Formula.axis(spatialAxis(i)), Formula.number(strides.get(i))),
                    Formula.number(begin.get(i)));
            at.add(Formula.add(begins, Formula.mul(window.get(i), Formula.number(dilations.get(i)))));
            within &= begin.get(i) == 0 && end.get(i) == 0;
        }
        at.add(channelAxis(), channel);
        var source = f.operand(0, x.dtype());
        return within ? source.at(at) : source.or(Formula.literal(0, x.dtype()), at);
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        var sums = comprehension(inputs.stream().map(d -> new TensorType(d.dtype(), d.shape())).toList())
                .evaluate(inputs);
        if (epilogue == null) {
            return sums;
        }
        var operands = new ArrayList<>(sums);
        operands.addAll(inputs.subList(firstExtra(), inputs.size()));
        return List.of(Elementwise.evaluate(epilogue, operands));
    }
}
