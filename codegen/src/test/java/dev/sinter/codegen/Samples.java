package dev.sinter.codegen;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Op;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A graph in the making together with the inputs it is to be tested with. */
public final class Samples {
    /** Numbers at which functions are known to break. */
    private static final double[] SPECIAL =
            {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5,
                    -2.5, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, 88.7,
                    88.8, -87.3, -87.4, -103.9, -104.1,
                    0x1p23, -0x1p23, 0x1p23 - 0.5, 0x1p24 + 2, 1e-20, -1e-20, 7.9, -7.91, 4.01, 1e10, -1e10};

    private final GraphBuilder builder = new GraphBuilder("tested");
    private final Map<String, TensorData> inputs = new LinkedHashMap<>();
    private final Random random;
    private final boolean symbolic;

    /**
     * Starts.
     *
     * @param seed
     *            of the inputs' elements
     * @param symbolic
     *            whether sizes become symbols where {@link #input} may choose
     */
    public Samples(long seed, boolean symbolic) {
        this.random = new Random(seed);
        this.symbolic = symbolic;
    }

    /** The graph in the making. */
    public GraphBuilder builder() {
        return builder;
    }

    /** The source of random numbers. */
    public Random random() {
        return random;
    }

    /** The inputs so far. */
    public Map<String, TensorData> inputs() {
        return inputs;
    }

    /** Size as a symbol {@code n<size>}, so that equal sizes are known to be equal, or as a constant. */
    public Dim dim(long size) {
        return symbolic && size != 1 ? Dim.sym("n" + size) : Dim.of(size);
    }

    /** Sizes, symbolic or not. */
    public Shape shape(long... dims) {
        var all = new ArrayList<Dim>();
        for (long d : dims) {
            all.add(dim(d));
        }
        return new Shape(all);
    }

    /** An input of random elements. */
    public Value input(DType dtype, long... dims) {
        return input(data(dtype, dims), shape(dims));
    }

    /** An input of these elements with constant sizes. */
    public Value input(TensorData data) {
        return input(data, data.shape());
    }

    /** An input of these elements, its sizes declared as given. */
    public Value input(TensorData data, Shape shape) {
        var name = "x" + inputs.size();
        inputs.put(name, data);
        return builder.input(name, new TensorType(data.dtype(), shape));
    }

    /** A constant of random elements. */
    public Value constant(DType dtype, long... dims) {
        return builder.constant(data(dtype, dims), "");
    }

    /** A constant. */
    public Value constant(TensorData data) {
        return builder.constant(data, "");
    }

    /** Adds a node with one result. */
    public Value add(Op op, Value... operands) {
        return builder.apply(op, Origin.of("/tested/node" + builder.nodes().size()), operands);
    }

    /** A node that computes a value which is neither constant nor an input: a copy of one. */
    public Value computed(Value value) {
        return add(new dev.sinter.ir.op.Map(Expr.arg(0, value.dtype())), value);
    }

    /** Random elements: small integers, or floats of both signs around 1. */
    public TensorData data(DType dtype, long... dims) {
        var data = TensorData.zeros(dtype, dims);
        for (int i = 0; i < data.size(); i++) {
            if (dtype == DType.STRING) {
                ((String[]) data.array())[i] = random.nextInt(4) == 0 ? "" : "s" + random.nextInt(5) + "\u00e9";
            } else if (dtype.isFloat()) {
                data.set(i, random.nextGaussian());
            } else if (dtype == DType.BOOL) {
                data.set(i, (long) random.nextInt(2));
            } else {
                long most = dtype == DType.U64 ? 100 : Math.min(100, dtype.maxInteger());
                data.set(i, random.nextLong(Math.max(-100, dtype.minInteger()), most + 1));
            }
        }
        return data;
    }

    /** Random elements of the whole range of a type, with those at which functions break. */
    public TensorData wild(DType dtype, long... dims) {
        var data = TensorData.zeros(dtype, dims);
        for (int i = 0; i < data.size(); i++) {
            if (dtype.isFloat()) {
                data.set(i, random.nextBoolean() ? SPECIAL[random.nextInt(SPECIAL.length)]
                        : random.nextGaussian() * Math.exp(random.nextGaussian() * 3));
            } else {
                data.set(i, dtype.wrap(random.nextLong() >> random.nextInt(64)));
            }
        }
        return data;
    }

    /** Finishes the graph. */
    public Graph graph(Value... outputs) {
        for (int i = 0; i < outputs.length; i++) {
            builder.output("y" + i, outputs[i]);
        }
        return builder.build();
    }

    /** Finishes the graph, compiles it and checks it in every form. */
    public Map<String, TensorData> check(Compiled.Tolerance tolerance, Value... outputs) {
        return Compiled.checked(graph(outputs), inputs, tolerance);
    }

    /** A few sizes at which loops end differently. */
    public static List<Integer> sizes() {
        return List.of(0, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 48, 50);
    }
}
