package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Notation;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.List;
import java.util.Locale;
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
            case QuantizeDynamic q -> Arity.exactly(1);
            case Normalize n -> Arity.exactly(n.bias() ? 3 : 2);
            case Softmax s -> Arity.exactly(1);
            case Attention a -> Arity.exactly(a.mask() ? 4 : 3);
        };
    }

    /** One above the highest operand number in an expression. */
    private static int operands(Expr expr) {
        return switch (expr) {
            case Expr.Arg(var index, var dtype) -> index + 1;
            case Expr.Literal l -> 0;
            case Expr.Apply(var fn, var args, var dtype) -> args.stream().mapToInt(Ops::operands).max().orElse(0);
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
            case QuantizeDynamic q -> op;
            case Normalize n -> op;
            case Softmax s -> op;
            case Attention a -> op;
        };
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
            case "quantize_dynamic" -> new QuantizeDynamic(a.truth("centered"));
            case "normalize" -> new Normalize(a.real("epsilon"), a.truth("bias"));
            case "softmax" -> new Softmax(a.integer("axis"));
            case "attention" -> new Attention(a.integer("heads"), a.real("scale"), a.truth("divide"), a.truth("mask"));
            default -> throw new IrException("unknown op '" + mnemonic + "'");
        };
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
