package dev.sinter.ir;

import dev.sinter.ir.op.Attention;
import dev.sinter.ir.op.Attributes;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Cumulate;
import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.Dims;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.Loop;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Normalize;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.QuantizeDynamic;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.ScaledMatMul;
import dev.sinter.ir.op.Scatter;
import dev.sinter.ir.op.Softmax;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntConsumer;

/** Random well-formed graphs over {@code f32[B,S,4]} and {@code i64[B,S]} that use every op. */
final class RandomGraphs {
    private static final Dim B = Dim.sym("B");
    private static final Dim S = Dim.sym("seq len");
    private static final Dim H = Dim.of(4);
    private static final List<String> NAMES = List.of("/encoder/layer.0/query", "a // b", "say \"hi\"\n", "+", "",
            "plain", "übung", "\\");
    private static final List<Fn> UNARY = List.of(Fn.NEG, Fn.ABS, Fn.TANH, Fn.GELU, Fn.SIGMOID, Fn.ROUND, Fn.ERF);
    private static final List<Fn> BINARY = List.of(Fn.ADD, Fn.SUB, Fn.MUL, Fn.MIN, Fn.MAX, Fn.DIV);

    private final Random random;
    private final GraphBuilder builder = new GraphBuilder("random \"graph\"");
    private final List<Value> rows = new ArrayList<>();
    private final Value ids;
    private final List<Value> others = new ArrayList<>();

    private RandomGraphs(Random random) {
        this.random = random;
        rows.add(builder.input("x", new TensorType(DType.F32, Shape.of(B, S, H))));
        ids = builder.input("ids\t", new TensorType(DType.I64, Shape.of(B, S)));
    }

    static Graph graph(long seed) {
        var graphs = new RandomGraphs(new Random(seed));
        int nodes = graphs.random.nextInt(1, 25);
        for (int i = 0; i < nodes; i++) {
            graphs.addNode();
        }
        graphs.builder.output("rows", graphs.rows.getLast());
        for (int i = 0; i < graphs.others.size(); i++) {
            graphs.builder.output("other" + i, graphs.others.get(i));
        }
        return graphs.builder.build();
    }

    /** Inputs for the graph. */
    static Map<String, TensorData> inputs(long seed, int b, int s) {
        var random = new Random(seed);
        var x = TensorData.zeros(DType.F32, b, s, 4);
        for (int i = 0; i < x.size(); i++) {
            x.set(i, random.nextGaussian());
        }
        return Map.of("x", x, "ids\t", TensorData.zeros(DType.I64, b, s));
    }

    private Origin origin() {
        return new Origin(random.ints(random.nextInt(4), 0, NAMES.size()).mapToObj(NAMES::get).toList());
    }

    private Value row() {
        return rows.get(random.nextInt(rows.size()));
    }

    private Value floats(long... dims) {
        var data = TensorData.zeros(DType.F32, dims);
        for (int i = 0; i < data.size(); i++) {
            data.set(i, random.nextGaussian());
        }
        return builder.constant(data, random.nextBoolean() ? "" : "w\" // " + data.size());
    }

    private Value apply(Op op, Value... operands) {
        return builder.apply(op, origin(), operands);
    }

    private void addNode() {
        switch (random.nextInt(23)) {
            case 0 -> rows.add(apply(new dev.sinter.ir.op.Map(expr(2, 3)), row(), row(), floats(1, 4)));
            case 1 -> rows.add(
                    apply(new MatMul(random.nextBoolean() ? Expr.arg(0, DType.F32) : expr(2, 1)), row(), floats(4, 4)));
            case 2 -> rows.add(apply(new Normalize(random.nextFloat(), true), row(), floats(4), floats(4)));
            case 3 -> rows.add(apply(new Softmax(random.nextInt(3)), row()));
            case 4 -> rows.add(apply(new Attention(2, 0.5f, random.nextBoolean(), false), row(), row(), row()));
            case 5 -> rows.add(apply(new Gather(0), floats(10, 4), ids));
            case 6 -> integers();
            case 7 -> others.add(apply(
                    new Reduce(Reduce.Monoid.values()[random.nextInt(5)], List.of(0, 2), random.nextBoolean()), row()));
            case 8 -> others.add(apply(new Concat(random.nextInt(3)), row(), row()));
            case 9 -> others.add(apply(new View(new IndexMap.Permute(List.of(1, 0, 2))), row()));
            case 10 -> others.add(apply(new View(new IndexMap.Reshape(Shape.of(B.times(S), H))), row()));
            case 11 -> others.add(apply(new View(new IndexMap.Slice(List.of(Dim.ZERO, S.minus(Dim.ONE), Dim.of(3)),
                    List.of(1L, -1L, -2L), List.of(B, S, Dim.of(2)))), row()));
            case 13 -> rows.add(apply(new Compute(Shape.of(B, S, H), window()), row(), ids));
            case 14 -> rows.add(apply(new Scatter(Shape.of(B, S), updated(),
                    Expr.apply(Fn.ADD, new Expr.Var("old", DType.F32), expr(2, 0))), row()));
            case 15 -> rows.add(apply(new Cumulate(Reduce.Monoid.SUM, random.nextInt(3), random.nextBoolean(),
                    random.nextBoolean()), row()));
            case 16 -> irregular();
            case 17 -> sizes();
            case 18 -> rows.add(branches());
            case 19 -> loop();
            case 20 -> scaled();
            case 12 -> others.add(apply(new View(new IndexMap.Expand(Shape.of(B, S, H))), floats(4)));
            default -> {
                var elements = List.of(B, B.times(S).plus(Dim.of(-1)), S.min(Dim.of(512)), S.ceilDiv(16));
                others.add(apply(new Dims(elements, TensorType.of(DType.I64, 4))));
                others.add(builder.constant(anything(), "c"));
            }
        }
    }

    private static List<Expr> updated() {
        return List.of(Formula.axis(0), Formula.axis(1), Formula.number(2));
    }

    /** A sum over neighbours, chosen by ids. */
    private Expr window() {
        var f = new Formula();
        var x = f.operand(0, DType.F32);
        var sum = f.sum(Formula.number(3), k -> f.let(Formula.add(Formula.axis(1), k),
                at -> x.or(Expr.literal(-0.5, DType.F32), List.of(Formula.axis(0), at, Formula.axis(2)))));
        var chosen = Formula.lt(f.operand(1, DType.I64).at(Formula.axis(0), Formula.axis(1)), Formula.size(S));
        return Formula.select(chosen, sum, f.loop(Formula.size(B.plus(Dim.ONE)),
                List.of(expr(1, 0), Expr.literal(1, DType.F32)),
                (k, c) -> List.of(Formula.add(c.get(0), c.get(1)), Formula.mul(c.get(0), Expr.literal(2, DType.F32))),
                c -> c.get(0)));
    }

    private void irregular() {
        var rest = Dim.sym(builder.symbols().fresh("odd rows"));
        var type = new TensorType(DType.F32, Shape.of(rest, H));
        var arguments = Attributes.of("from", random.nextInt(2), "text", NAMES.get(random.nextInt(NAMES.size())));
        var found = apply(new Library("test.rows", arguments, List.of(type)), row());
        others.add(apply(new Softmax(1), found));
        others.add(apply(new Dims(List.of(rest.times(B)), TensorType.of(DType.I64, 1))));
    }

    private void sizes() {
        var names = List.of(builder.symbols().fresh("size"), builder.symbols().fresh("say \"size\""));
        others.add(apply(new Define(names), builder.constant(TensorData.longs(new long[]{3, 5}, 2), "")));
        var shape = Shape.of(Dim.sym(names.get(0)), Dim.sym(names.get(1)), H);
        others.add(apply(new View(new IndexMap.Expand(shape)), floats(4)));
    }

    private Value branches() {
        var condition = builder.constant(TensorData.scalar(DType.BOOL, random.nextInt(2)), "");
        var regions = new ArrayList<Graph>();
        for (int i = 0; i < 2; i++) {
            var region = builder.region("branch \"" + i);
            region.output("y", region.apply(new dev.sinter.ir.op.Map(expr(2, 1)), origin(), row()));
            regions.add(region.build());
        }
        var type = new TensorType(DType.F32, Shape.of(B, S, H));
        return builder.add(new If(List.of(type)), List.of(condition), regions, origin()).getFirst();
    }

    private void loop() {
        var type = new TensorType(DType.F32, Shape.of(B, S, H));
        var body = builder.region("body");
        var round = body.input("i", TensorType.of(DType.I64));
        var goOn = body.input("c", TensorType.of(DType.BOOL));
        var carried = body.input("x", type);
        body.output("c", goOn);
        body.output("x", body.apply(new dev.sinter.ir.op.Map(expr(2, 2)), origin(), carried, row()));
        body.output("i", round);
        var rounds = Dim.sym(builder.symbols().fresh("rounds"));
        var op = new Loop(1, List.of(type, new TensorType(DType.I64, Shape.of(rounds))));
        var operands = List.of(builder.constant(TensorData.longs(new long[]{random.nextInt(3)}), ""),
                builder.constant(TensorData.scalar(DType.BOOL, 1), ""), row());
        var results = builder.add(op, operands, List.of(body.build()), origin());
        rows.add(results.getFirst());
        others.add(results.getLast());
    }

    /** The routines of {@link #irregular}: the rows of the first batch from some row on. */
    static List<TensorData> library(String routine, Map<String, String> arguments, List<TensorData> inputs) {
        var x = inputs.getFirst();
        int from = Integer.parseInt(arguments.get("from"));
        int count = Math.max(0, (int) (x.dims()[0] * x.dims()[1]) - from);
        var rows = TensorData.zeros(DType.F32, count, 4);
        for (int i = 0; i < rows.size(); i++) {
            rows.set(i, x.getDouble(4 * from + i));
        }
        return List.of(rows);
    }

    private void integers() {
        var w = TensorData.zeros(DType.I8, 4, 4);
        for (int i = 0; i < w.size(); i++) {
            w.set(i, random.nextLong());
        }
        var scaled = Expr.apply(Fn.MUL, Expr.cast(Expr.arg(0, DType.I32), DType.F32), Expr.arg(1, DType.F32));
        boolean centered = random.nextBoolean();
        var q = builder.add(new QuantizeDynamic(centered), List.of(row()), origin());
        var weight = builder.constant(w, "w8");
        rows.add(centered
                ? apply(new MatMulInteger(false, false, scaled), q.get(0), weight, q.get(1))
                : apply(new MatMulInteger(true, false, scaled), q.get(0), weight, q.get(2), q.get(1)));
    }

    private void scaled() {
        var types = List.of(DType.I8, DType.U8, DType.I4, DType.U4, DType.I2, DType.U2);
        var type = types.get(random.nextInt(types.size()));
        var q = TensorData.zeros(type, 4, 4);
        fill(q.size(), i -> q.set(i, random.nextLong()));
        boolean zero = random.nextBoolean();
        var op = new ScaledMatMul(random.nextInt(2, 4), zero, random.nextBoolean(), expr(2, 1));
        var operands = new ArrayList<>(List.of(row(), builder.constant(q, "q"), floats(2, 4)));
        if (zero) {
            operands.add(builder.constant(TensorData.zeros(type, 2, 4), "z"));
        }
        rows.add(apply(op, operands.toArray(Value[]::new)));
    }

    /** A constant of any type and of any bits, small or large. */
    private TensorData anything() {
        var type = DType.values()[random.nextInt(DType.values().length)];
        var data = TensorData.zeros(type,
                random.nextBoolean() ? new long[0] : new long[]{random.nextInt(4), random.nextInt(20)});
        switch (data.array()) {
            case float[] a -> fill(a.length,
                    i -> a[i] = random.nextInt(3) == 0 ? Float.intBitsToFloat(random.nextInt()) : random.nextFloat());
            case double[] a -> fill(a.length, i -> a[i] = Double.longBitsToDouble(random.nextLong()));
            case long[] a -> fill(a.length, i -> a[i] = random.nextLong());
            case int[] a -> fill(a.length, i -> a[i] = random.nextInt());
            case short[] a -> fill(a.length, i -> a[i] = (short) random.nextInt());
            case byte[] a -> random.nextBytes(a);
            case String[] a -> fill(a.length, i -> a[i] = NAMES.get(random.nextInt(NAMES.size())));
            default -> throw new AssertionError(type);
        }
        return data;
    }

    private static void fill(int count, IntConsumer action) {
        for (int i = 0; i < count; i++) {
            action.accept(i);
        }
    }

    /** An expression over f32 operands. */
    Expr expr(int depth, int operands) {
        if (depth == 0) {
            var literals = new double[]{0.1, -0.0, Double.NaN, Double.NEGATIVE_INFINITY, 1e-30, 3};
            return operands > 0 && random.nextBoolean()
                    ? Expr.arg(random.nextInt(operands), DType.F32)
                    : Expr.literal(literals[random.nextInt(literals.length)], DType.F32);
        }
        return switch (random.nextInt(4)) {
            case 0 -> Expr.apply(UNARY.get(random.nextInt(UNARY.size())), expr(depth - 1, operands));
            case 1 -> Expr.apply(Fn.SELECT, Expr.apply(Fn.LT, expr(depth - 1, operands), expr(depth - 1, operands)),
                    expr(depth - 1, operands), expr(depth - 1, operands));
            case 2 -> Expr.cast(Expr.apply(Fn.AND, Expr.cast(expr(depth - 1, operands), DType.I64),
                    Expr.integer(random.nextLong(), DType.I64)), DType.F32);
            default -> Expr.apply(BINARY.get(random.nextInt(BINARY.size())), expr(depth - 1, operands),
                    expr(depth - 1, operands));
        };
    }

    static Expr expression(long seed) {
        return new RandomGraphs(new Random(seed)).expr(4, 3);
    }
}
