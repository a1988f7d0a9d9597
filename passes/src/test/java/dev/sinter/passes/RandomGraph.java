package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attributes;
import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.Dims;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.Loop;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.QuantizeDynamic;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Small graphs of everything the rules look for, and of things that only look like it. */
final class RandomGraph {
    private static final List<Fn> CONTINUOUS = List.of(Fn.NEG, Fn.ABS, Fn.TANH, Fn.SIGMOID, Fn.ERF);
    private static final List<Fn> UNARY = List.of(Fn.NEG, Fn.ABS, Fn.TANH, Fn.SIGMOID, Fn.FLOOR, Fn.ERF);
    private static final List<Fn> BINARY = List.of(Fn.ADD, Fn.SUB, Fn.MUL, Fn.MIN, Fn.MAX);
    private static final double[] NUMBERS = {0, -0.0, 1, -1, 0.5, 2, 3, Math.sqrt(2), Math.sqrt(0.5), 1e-5};

    private final Random random;
    private GraphBuilder builder = new GraphBuilder("random");
    private final List<Value> values = new ArrayList<>();
    private final List<Fn> unary;
    private int names;
    private int depth;

    private RandomGraph(long seed, List<Fn> unary) {
        random = new Random(seed);
        this.unary = unary;
    }

    static Graph of(long seed, int steps) {
        return of(seed, steps, UNARY);
    }

    /** A graph without floors, which make 1 of a last bit. */
    static Graph continuous(long seed, int steps) {
        return of(seed, steps, CONTINUOUS);
    }

    private static Graph of(long seed, int steps, List<Fn> unary) {
        var graph = new RandomGraph(seed, unary);
        graph.values.add(
                graph.builder.input("x", new TensorType(DType.F32, Shape.of(Dim.sym("B"), Dim.sym("S"), Dim.of(4)))));
        graph.values
                .add(graph.builder.input("y", new TensorType(DType.F32, Shape.of(Dim.ONE, Dim.sym("S"), Dim.of(4)))));
        graph.values.add(graph.builder.input("z", TensorType.of(DType.F32, 4)));
        for (int i = 0; i < steps; i++) {
            graph.step();
        }
        for (int i = 0; i < 3; i++) {
            graph.builder.output("out" + i, graph.values.get(graph.values.size() - 1 - i));
        }
        return graph.builder.build();
    }

    private void step() {
        var x = any();
        switch (random.nextInt(depth == 0 ? 16 : 13)) {
            case 0 -> keep(map(Expr.apply(one(unary), Expr.arg(0, DType.F32)), x));
            case 1, 2 -> keep(binary(one(BINARY), x, any()));
            case 3 -> keep(binary(random.nextBoolean() ? one(BINARY) : Fn.DIV, x, number()));
            case 4 -> keep(binary(one(BINARY), number(), x));
            case 5 -> keep(view(x));
            case 6, 7 -> keep(product(x));
            case 8 -> keep(quantized(map(Expr.apply(Fn.TANH, Expr.arg(0, DType.F32)), x)));
            case 9 -> keep(gelu(x));
            case 10 -> keep(normalized(x));
            case 12 -> keep(found(x));
            case 13 -> keep(sized());
            case 14 -> keep(branch());
            case 15 -> keep(loop());
            default -> keep(
                    map(Expr.apply(Fn.POW, Expr.arg(0, DType.F32), Expr.literal(random.nextInt(4), DType.F32)), x));
        }
    }

    private <T> T one(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** Recent values more often, so that chains grow. */
    private Value any() {
        int back =
                Math.min(random.nextInt(3) == 0 ? random.nextInt(values.size()) : random.nextInt(3), values.size() - 1);
        return values.get(values.size() - 1 - back);
    }

    private void keep(Value value) {
        values.add(value);
    }

    private Origin origin() {
        return Origin.of("/node" + names++);
    }

    private Value map(Expr expr, Value... operands) {
        return builder.apply(new Map(expr), origin(), operands);
    }

    private Value binary(Fn fn, Value a, Value b) {
        return map(Expr.apply(fn, Expr.arg(0, DType.F32), Expr.arg(1, DType.F32)), a, b);
    }

    private Value number() {
        var data = random.nextBoolean() ? TensorData.zeros(DType.F32) : TensorData.zeros(DType.F32, 1);
        data.set(0, NUMBERS[random.nextInt(NUMBERS.length)]);
        return builder.constant(data, "");
    }

    private Value view(Value x) {
        var shape = x.shape();
        int rank = shape.rank();
        if (rank != 3) {
            return builder.apply(new View(new IndexMap.Expand(Shape.of(Dim.of(1), Dim.sym("S"), Dim.of(4)))), origin(),
                    x);
        }
        return switch (random.nextInt(4)) {
            case 0 -> {
                var flat = builder.apply(
                        new View(new IndexMap.Reshape(Shape.of(shape.dim(0).times(shape.dim(1)), Dim.of(4)))), origin(),
                        x);
                yield builder.apply(new View(new IndexMap.Reshape(shape)), origin(), flat);
            }
            case 1 -> {
                var turned = builder.apply(new View(new IndexMap.Permute(List.of(2, 0, 1))), origin(), x);
                yield builder.apply(new View(new IndexMap.Permute(List.of(1, 2, 0))), origin(), turned);
            }
            case 2 -> {
                long step = random.nextBoolean() ? 1 : -1;
                var begins = List.of(Dim.ZERO, Dim.ZERO, Dim.of(step == 1 ? 0 : 3));
                yield builder.apply(new View(new IndexMap.Slice(begins, List.of(1L, 1L, step), shape.dims())), origin(),
                        x);
            }
            default -> builder.apply(new View(new IndexMap.Expand(Shape.of(Dim.sym("B"), Dim.sym("S"), Dim.of(4)))),
                    origin(), x);
        };
    }

    private Value weights(DType dtype, long... dims) {
        var data = TensorData.zeros(dtype, dims);
        for (int i = 0; i < data.size(); i++) {
            if (dtype.isFloat()) {
                data.set(i, random.nextGaussian());
            } else {
                data.set(i, (long) random.nextInt(-128, 128));
            }
        }
        return builder.constant(data, "w" + names++);
    }

    private Value product(Value x) {
        if (x.shape().rank() < 2) {
            return binary(Fn.ADD, x, x);
        }
        var product = builder.apply(MatMul.plain(DType.F32), origin(), x, weights(DType.F32, 4, 4));
        return random.nextInt(3) == 0 ? product : binary(Fn.ADD, weights(DType.F32, 4), product);
    }

    private Value quantized(Value x) {
        if (x.shape().rank() < 2) {
            return x;
        }
        var q = builder.add(new QuantizeDynamic(false), List.of(x), origin());
        boolean zeroB = random.nextBoolean();
        var zero = zeroB ? List.of(q.get(0), weights(DType.I8, 4, 4), q.get(2), zeros())
                : List.of(q.get(0), weights(DType.I8, 4, 4), q.get(2));
        var product = builder.add(new MatMulInteger(true, zeroB, Expr.arg(0, DType.I32)), zero, origin()).getFirst();
        var real = map(Expr.cast(Expr.arg(0, DType.I32), DType.F32), product);
        return binary(Fn.MUL, real, binary(Fn.MUL, q.get(1), builder.constant(TensorData.scalar(DType.F32, 0.01), "")));
    }

    private Value zeros() {
        return builder.constant(TensorData.zeros(DType.I8, 4), "");
    }

    private Value gelu(Value x) {
        var inner = map(
                Expr.apply(Fn.ERF, Expr.apply(Fn.DIV, Expr.arg(0, DType.F32), Expr.literal(Math.sqrt(2), DType.F32))),
                x);
        var sum = binary(Fn.ADD, inner, builder.constant(TensorData.scalar(DType.F32, 1), ""));
        var half = builder.constant(TensorData.scalar(DType.F32, 0.5), "");
        return random.nextBoolean() ? binary(Fn.MUL, binary(Fn.MUL, x, sum), half)
                : binary(Fn.MUL, binary(Fn.MUL, half, x), sum);
    }

    private Value normalized(Value x) {
        var mean = new Reduce(Reduce.Monoid.MEAN, List.of(x.shape().rank() - 1), true);
        var centered = binary(Fn.SUB, x, builder.apply(mean, origin(), x));
        var variance = builder.apply(mean, origin(), binary(Fn.MUL, centered, centered));
        var root = map(Expr.apply(Fn.SQRT, Expr.apply(Fn.ADD, Expr.arg(0, DType.F32), Expr.literal(0.1, DType.F32))),
                variance);
        return binary(Fn.ADD, binary(Fn.MUL, binary(Fn.DIV, centered, root), weights(DType.F32, 4)),
                weights(DType.F32, 4));
    }

    private static final TensorType ALL =
            new TensorType(DType.F32, Shape.of(Dim.sym("B"), Dim.sym("S"), Dim.of(4)));

    /** A sum over a number of elements that only data tells. */
    private Value found(Value x) {
        var count = Dim.sym(builder.symbols().fresh("found" + names++));
        var library = new Library("test.positive", Attributes.NONE,
                List.of(new TensorType(DType.F32, Shape.of(count))));
        var positive = builder.apply(library, origin(), x);
        var sum = builder.apply(new Reduce(Reduce.Monoid.SUM, List.of(0), false), origin(), positive);
        var size = builder.apply(new Dims(List.of(count), TensorType.of(DType.I64)), origin());
        var both = binary(Fn.ADD, sum, map(Expr.cast(Expr.arg(0, DType.I64), DType.F32), size));
        return binary(Fn.ADD, both, values.get(2));
    }

    /** A shape from a tensor of which the content is known to some rules. */
    private Value sized() {
        var names = List.of(builder.symbols().fresh("a" + this.names++), builder.symbols().fresh("b" + this.names++));
        var content = random.nextBoolean()
                ? builder.constant(TensorData.longs(new long[]{random.nextInt(3), 4}, 2), "")
                : builder.apply(new Dims(List.of(Dim.sym("S"), Dim.of(4)), TensorType.of(DType.I64, 2)), origin());
        builder.apply(new Define(names), origin(), content);
        var shape = Shape.of(Dim.sym(names.get(0)), Dim.sym(names.get(1)));
        var wide = builder.apply(new View(new IndexMap.Expand(shape)), origin(), weights(DType.F32, 1));
        var sum = builder.apply(new Reduce(Reduce.Monoid.SUM, List.of(0, 1), false), origin(), wide);
        return binary(Fn.ADD, sum, values.get(2));
    }

    private Value condition() {
        if (random.nextBoolean() || !unary.contains(Fn.FLOOR)) {
            return builder.constant(TensorData.scalar(DType.BOOL, random.nextInt(2)), "");
        }
        var x = values.getFirst();
        var sum = builder.apply(new Reduce(Reduce.Monoid.SUM, List.of(0, 1, 2), false), origin(), x);
        return map(Expr.apply(Fn.LT, Expr.arg(0, DType.F32), Expr.literal(0, DType.F32)), sum);
    }

    /** A few steps that may use all values of before; the result has the type of x. */
    private Value steps() {
        depth++;
        int before = values.size();
        for (int i = random.nextInt(4); i > 0; i--) {
            step();
        }
        var result = binary(Fn.ADD, values.getFirst(), any());
        values.subList(before, values.size()).clear();
        depth--;
        return result;
    }

    private Value branch() {
        var condition = condition();
        var outer = builder;
        var regions = new ArrayList<Graph>();
        for (int i = 0; i < 2; i++) {
            builder = outer.region("branch" + i);
            builder.output("y", steps());
            regions.add(builder.build());
        }
        builder = outer;
        return builder.add(new If(List.of(ALL)), List.of(condition), regions, origin()).getFirst();
    }

    private Value loop() {
        var rounds = Dim.sym(builder.symbols().fresh("rounds" + names++));
        var operands = List.of(builder.constant(TensorData.longs(new long[]{random.nextInt(4)}), ""), condition(),
                values.getFirst());
        var outer = builder;
        builder = outer.region("loop");
        builder.input("i", TensorType.of(DType.I64));
        var goOn = builder.input("c", TensorType.of(DType.BOOL));
        var carried = builder.input("x", ALL);
        values.add(carried);
        builder.output("c", goOn);
        builder.output("x", map(Expr.apply(Fn.TANH, Expr.arg(0, DType.F32)), steps()));
        builder.output("s", steps());
        values.removeLast();
        var region = builder.build();
        builder = outer;
        var dims = new ArrayList<Dim>(List.of(rounds));
        dims.addAll(ALL.shape().dims());
        var op = new Loop(1, List.of(ALL, new TensorType(DType.F32, new Shape(dims))));
        var results = builder.add(op, operands, List.of(region), origin());
        var sum = builder.apply(new Reduce(Reduce.Monoid.SUM, List.of(0), false), origin(), results.getLast());
        return binary(Fn.ADD, results.getFirst(), sum);
    }
}
