package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Formula;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Notation;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of all core ops together: how each is read from text, and how many operands it takes. */
public final class Ops {
    private static final int ANY = Integer.MAX_VALUE;

    /**
     * How many operands an op takes.
     *
     * @param min
     *            at least
     * @param max
     *            at most; {@link Integer#MAX_VALUE} where there is no limit
     */
    public record Arity(int min, int max) {
        private static Arity exactly(int n) {
            return new Arity(n, n);
        }

        private static Arity from(int n) {
            return new Arity(n, ANY);
        }

        @Override
        public String toString() {
            return min == max ? String.valueOf(min) : max == ANY ? "at least " + min : min + " to " + max;
        }
    }

    private Ops() {
    }

    /**
     * How many operands an op takes.
     *
     * @param op
     *            the op
     * @return bounds
     */
    public static Arity arity(Op op) {
        return switch (op) {
            case Constant c -> Arity.exactly(0);
            case Dims d -> Arity.exactly(0);
            case Map m -> Arity.from(operands(m.expr()));
            case Reduce r -> Arity.exactly(1);
            case View v -> Arity.exactly(1);
            case Concat c -> Arity.from(1);
            case Gather g -> Arity.exactly(2);
            case MatMul m -> Arity.from(1 + Math.max(1, operands(m.epilogue())));
            case MatMulInteger m -> Arity.from(m.firstExtra() + Math.max(0, operands(m.epilogue()) - 1));
            case ScaledMatMul m -> Arity.from(m.firstExtra() + Math.max(0, operands(m.epilogue()) - 1));
            case QuantizeDynamic q -> Arity.exactly(1);
            case Normalize n -> Arity.exactly(n.bias() ? 3 : 2);
            case Softmax s -> Arity.exactly(1);
            case Attention a -> Arity.exactly(a.mask() ? 4 : 3);
            case Compute c -> Arity.from(0);
            case Conv c -> c.epilogue() == null ? Arity.exactly(c.firstExtra())
                    : Arity.from(c.firstExtra() + Math.max(0, operands(c.epilogue()) - 1));
            case Recurrence r -> Arity.exactly(r.operands());
            case Scatter s -> Arity.from(1);
            case Cumulate c -> Arity.exactly(1);
            case Trees t -> Arity.exactly(Trees.VOTES + 1);
            case Library l -> Arity.from(0);
            case Define d -> Arity.exactly(1);
            case If i -> Arity.exactly(1);
            case Loop l -> Arity.exactly(2 + l.carried());
        };
    }

    /**
     * Whether an op defines symbols when the model runs: by the content of an operand or the shapes of its results.
     *
     * @param op
     *            the op
     * @return whether later nodes may use sizes that only it knows
     */
    public static boolean definesSymbols(Op op) {
        return op instanceof Define || op instanceof Library || op instanceof If || op instanceof Loop;
    }

    /**
     * The symbols an op's attributes are made of; not those of result types.
     *
     * @param op
     *            the op
     * @return their names
     */
    public static Set<String> symbols(Op op) {
        var names = new LinkedHashSet<String>();
        switch (op) {
            case Dims(var elements, var type) -> add(elements, names);
            case View(IndexMap.Reshape(var shape)) -> add(shape, names);
            case View(IndexMap.Expand(var shape)) -> add(shape, names);
            case View(IndexMap.Slice(var begins, var steps, var sizes)) -> {
                add(begins, names);
                add(sizes, names);
            }
            case Compute(var shape, var expr) -> {
                add(shape, names);
                add(expr, names);
            }
            case Scatter(var domain, var index, var value) -> {
                add(domain, names);
                index.forEach(i -> add(i, names));
                add(value, names);
            }
            default -> {
            }
        }
        return names;
    }

    private static void add(Shape shape, Set<String> names) {
        if (shape.isRanked()) {
            add(shape.dims(), names);
        }
    }

    private static void add(List<Dim> dims, Set<String> names) {
        dims.forEach(d -> names.addAll(d.symbols()));
    }

    private static void add(Expr expr, Set<String> names) {
        if (expr instanceof Expr.Size(var dim)) {
            names.addAll(dim.symbols());
        }
        expr.children().forEach(child -> add(child, names));
    }

    /** One above the highest operand number in an expression. */
    private static int operands(Expr expr) {
        int below = expr.children().stream().mapToInt(Ops::operands).max().orElse(0);
        return switch (expr) {
            case Expr.Arg(var index, var dtype) -> index + 1;
            case Expr.Read(var operand, var index, var otherwise, var dtype) -> Math.max(operand + 1, below);
            default -> below;
        };
    }

    /**
     * Replaces symbols in an op's attributes.
     *
     * @param op
     *            the op
     * @param bindings
     *            what stands for the symbols
     * @return an op without those symbols
     */
    public static Op substitute(Op op, java.util.Map<String, Dim> bindings) {
        return switch (op) {
            case Dims(var elements, var type) -> new Dims(substitute(elements, bindings), type);
            case View(IndexMap.Reshape(var shape)) -> new View(new IndexMap.Reshape(shape.substitute(bindings)));
            case View(IndexMap.Expand(var shape)) -> new View(new IndexMap.Expand(shape.substitute(bindings)));
            case View(IndexMap.Slice(var begins, var steps, var sizes)) ->
                    new View(new IndexMap.Slice(substitute(begins, bindings), steps, substitute(sizes, bindings)));
            case View(IndexMap.Permute p) -> op;
            case Constant c -> op;
            case Map m -> op;
            case Reduce r -> op;
            case Concat c -> op;
            case Gather g -> op;
            case MatMul m -> op;
            case MatMulInteger m -> op;
            case ScaledMatMul m -> op;
            case QuantizeDynamic q -> op;
            case Normalize n -> op;
            case Softmax s -> op;
            case Attention a -> op;
            case Compute(var shape, var expr) ->
                    new Compute(shape.substitute(bindings), substitute(expr, bindings));
            case Scatter(var domain, var index, var value) -> new Scatter(domain.substitute(bindings),
                    index.stream().map(i -> substitute(i, bindings)).toList(), substitute(value, bindings));
            case Conv c -> op;
            case Recurrence r -> op;
            case Cumulate c -> op;
            case Trees t -> op;
            case Library(var routine, var arguments, var results) ->
                    new Library(routine, arguments, substituteTypes(results, bindings));
            case Define d -> op;
            case If(var results) -> new If(substituteTypes(results, bindings));
            case Loop(var carried, var results) -> new Loop(carried, substituteTypes(results, bindings));
        };
    }

    private static List<Type> substituteTypes(List<Type> types, java.util.Map<String, Dim> bindings) {
        return types.stream().map(t -> t.substitute(bindings)).toList();
    }

    private static Expr substitute(Expr expr, java.util.Map<String, Dim> bindings) {
        return expr.transform(e -> e instanceof Expr.Size(var dim) ? Formula.size(dim.substitute(bindings)) : e);
    }

    private static List<Dim> substitute(List<Dim> dims, java.util.Map<String, Dim> bindings) {
        return dims.stream().map(d -> d.substitute(bindings)).toList();
    }

    /**
     * The op of a mnemonic and attributes, as {@link Op#mnemonic} and {@link Op#attributes} give them.
     *
     * @param mnemonic
     *            such as {@code matmul}
     * @param a
     *            its attributes
     * @param inputs
     *            its operands, whose element types a product without an epilogue takes
     * @param data
     *            a constant's elements; null for every other op
     * @return the op
     * @throws IrException
     *             if there is no such op, or attributes are missing or malformed
     */
    public static Op of(String mnemonic, Attributes a, List<Value> inputs, @Nullable TensorData data) {
        return switch (mnemonic) {
            case "constant" -> {
                if (data == null) {
                    throw new IrException("constant: elements were expected");
                }
                yield new Constant(data, a.has("name") ? Notation.unquote(a.get("name")) : "");
            }
            case "dims" -> new Dims(Notation.dims(a.get("elements")), Notation.tensorType(a.get("type")));
            case "map" -> new Map(Notation.expr(a.get("expr")));
            case "reduce" -> new Reduce(monoid(a.get("monoid")), a.integers("axes"), a.truth("keep"));
            case "reshape" -> new View(new IndexMap.Reshape(Notation.shape(a.get("shape"))));
            case "permute" -> new View(new IndexMap.Permute(a.integers("perm")));
            case "slice" -> new View(new IndexMap.Slice(Notation.dims(a.get("begins")), Notation.longs(a.get("steps")),
                    Notation.dims(a.get("sizes"))));
            case "expand" -> new View(new IndexMap.Expand(Notation.shape(a.get("shape"))));
            case "concat" -> new Concat(a.integer("axis"));
            case "gather" -> new Gather(a.integer("axis"));
            case "matmul" -> new MatMul(a.has("epilogue") ? Notation.expr(a.get("epilogue")) : product(inputs));
            case "matmul_integer" -> new MatMulInteger(a.truth("zero_a"), a.truth("zero_b"),
                    a.has("epilogue") ? Notation.expr(a.get("epilogue")) : Expr.arg(0, DType.I32));
            case "scaled_matmul" -> new ScaledMatMul(a.integer("block"), a.truth("zero"), a.truth("rounds_a"),
                    a.has("epilogue") ? Notation.expr(a.get("epilogue")) : Expr.arg(0, DType.F32));
            case "quantize_dynamic" -> new QuantizeDynamic(a.truth("centered"));
            case "normalize" -> new Normalize(a.real("epsilon"), a.truth("bias"));
            case "recurrence" -> Recurrence.of(a);
            case "conv" -> Conv.of(a);
            case "softmax" -> new Softmax(a.integer("axis"));
            case "attention" -> new Attention(a.integer("heads"), a.real("scale"), a.truth("divide"), a.truth("mask"));
            case "compute" -> new Compute(Notation.shape(a.get("shape")), Notation.expr(a.get("expr")));
            case "scatter" -> new Scatter(Notation.shape(a.get("domain")), Notation.exprs(a.get("index")),
                    Notation.expr(a.get("value")));
            case "cumulate" -> new Cumulate(monoid(a.get("monoid")), a.integer("axis"), a.truth("exclusive"),
                    a.truth("reverse"));
            case "trees" -> new Trees(monoid(a.get("monoid")), a.integer("targets"));
            case "library" -> new Library(a.get("routine"), new Attributes(Notation.texts(a.get("arguments"))),
                    Notation.types(a.get("results")));
            case "define" -> new Define(Notation.dims(a.get("symbols")).stream().map(Ops::symbol).toList());
            case "if" -> new If(Notation.types(a.get("results")));
            case "loop" -> new Loop(a.integer("carried"), Notation.types(a.get("results")));
            default -> throw new IrException("unknown op '" + mnemonic + "'");
        };
    }

    private static String symbol(Dim dim) {
        if (dim instanceof Dim.Sym(var name)) {
            return name;
        }
        throw new IrException("a symbol was expected, not " + dim);
    }

    private static Expr product(List<Value> inputs) {
        if (inputs.isEmpty()) {
            throw new IrException("matmul: operands were expected");
        }
        return Expr.arg(0, inputs.getFirst().dtype());
    }

    private static Reduce.Monoid monoid(String name) {
        for (var monoid : Reduce.Monoid.values()) {
            if (monoid.name().toLowerCase(Locale.ROOT).equals(name)) {
                return monoid;
            }
        }
        throw new IrException("reduce: unknown monoid '" + name + "'");
    }
}
