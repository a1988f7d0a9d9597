package dev.sinter.ir.op;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * All elementwise work: one expression over operands that broadcast as in ONNX (numpy rules).
 *
 * @param expr
 *            operand i is {@code $i}
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/Broadcasting.md">Broadcasting</a>
 */
public record Map(Expr expr) implements Op {
    @Override
    public String mnemonic() {
        return "map";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("expr", expr);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        expr.transform(e -> {
            if (e instanceof Expr.Arg(var i, var t) && (i >= inputs.size() || inputs.get(i).dtype() != t)) {
                throw new IrException("map: operand $" + i + " is " + t + " in " + expr + ", but "
                        + (i < inputs.size() ? inputs.get(i).type() : "is missing") + " came");
            }
            return e;
        });
        var shape = broadcast(inputs.stream().map(Value::shape).toList(), symbols, "map " + expr);
        return List.of(Result.of(new TensorType(expr.dtype(), shape)));
    }

    /**
     * The shape operands broadcast to.
     *
     * @param shapes
     *            of the operands
     * @param symbols
     *            what is known of symbols; may learn
     * @param reason
     *            which node, for messages
     * @return the common shape
     */
    public static Shape broadcast(List<Shape> shapes, Symbols symbols, String reason) {
        if (shapes.stream().anyMatch(s -> !s.isRanked())) {
            return Shape.UNKNOWN;
        }
        int rank = shapes.stream().mapToInt(Shape::rank).max().orElse(0);
        var dims = new ArrayList<Dim>();
        for (int i = 0; i < rank; i++) {
            var dim = Dim.ONE;
            for (var shape : shapes) {
                int axis = i - rank + shape.rank();
                if (axis >= 0) {
                    dim = symbols.broadcast(dim, shape.dim(axis), reason);
                }
            }
            dims.add(dim);
        }
        return new Shape(dims);
    }

    /**
     * Whether a shape broadcasts to another one.
     *
     * @param shape
     *            of an operand
     * @param target
     *            what it must not go beyond
     * @param symbols
     *            what is known of symbols; may learn
     * @param reason
     *            which node, for messages
     * @return whether the target is their common shape
     */
    static boolean fits(Shape shape, Shape target, Symbols symbols, String reason) {
        var all = broadcast(List.of(target, shape), symbols, reason);
        if (!all.isRanked() || !target.isRanked() || all.rank() != target.rank()) {
            return all.equals(target);
        }
        for (int i = 0; i < all.rank(); i++) {
            if (!symbols.agree(all.dim(i), target.dim(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(Elementwise.evaluate(expr, inputs));
    }
}
