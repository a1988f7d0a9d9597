package dev.sinter.ir.op;

import dev.sinter.ir.DType;
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
 * Matrix product {@code a[..,M,K] x b[..,K,N] -> [..,M,N]}, leading axes broadcast, rank-1 operands as in numpy. The
 * product is accumulated in ascending k by fma in the operands' type. Its epilogue is an expression over the product
 * ({@code $0}) and further operands ({@code $1}, …, inputs 2, 3, …) that broadcast to the product's shape: bias,
 * activation, residual.
 *
 * @param epilogue
 *            {@code $0} alone where there is none
 */
public record MatMul(Expr epilogue) implements Op {
    /**
     * A product without an epilogue.
     *
     * @param dtype
     *            of the operands
     * @return the op
     */
    public static MatMul plain(DType dtype) {
        return new MatMul(Expr.arg(0, dtype));
    }

    /** {@return whether there is nothing to do after the product} */
    public boolean isPlain() {
        return epilogue instanceof Expr.Arg(var i, var t) && i == 0;
    }

    @Override
    public String mnemonic() {
        return "matmul";
    }

    @Override
    public Attributes attributes() {
        return isPlain() ? Attributes.NONE : Attributes.of("epilogue", epilogue);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var a = inputs.get(0).tensor();
        var b = inputs.get(1).tensor();
        if (a.dtype() != b.dtype()) {
            throw new IrException("matmul: operands of one type were expected, not " + a + " and " + b);
        }
        var product = productShape(a, b, symbols, "matmul");
        return List.of(withEpilogue("matmul", epilogue, a.dtype(), product, inputs, symbols));
    }

    /** The product's shape by numpy's rules. */
    static Shape productShape(TensorType a, TensorType b, Symbols symbols, String op) {
        int ra = a.shape().rank();
        int rb = b.shape().rank();
        if (ra == 0 || rb == 0) {
            throw new IrException(op + ": at least one axis was expected in each operand, not " + a + " and " + b);
        }
        symbols.requireEqual(a.shape().dim(-1), b.shape().dim(rb == 1 ? 0 : -2), op + " of " + a + " and " + b);
        var leadA = new Shape(a.shape().dims().subList(0, Math.max(0, ra - 2)));
        var leadB = new Shape(b.shape().dims().subList(0, Math.max(0, rb - 2)));
        var dims = new ArrayList<Dim>(
                Map.broadcast(List.of(leadA, leadB), symbols, op + " of " + a + " and " + b).dims());
        if (ra > 1) {
            dims.add(a.shape().dim(-2));
        }
        if (rb > 1) {
            dims.add(b.shape().dim(-1));
        }
        return new Shape(dims);
    }

    /** Checks an epilogue's operands and gives the result; inputs from 2 on are its operands from $1 on. */
    static Result withEpilogue(String op, Expr epilogue, DType product, Shape shape, List<Value> inputs,
            Symbols symbols) {
        epilogue.transform(e -> {
            if (e instanceof Expr.Arg(var i, var t)
                    && (i > inputs.size() - 2 || t != (i == 0 ? product : inputs.get(i + 1).dtype()))) {
                throw new IrException(op + ": epilogue operand " + e + " does not fit the operands "
                        + inputs.stream().map(Value::type).toList());
            }
            return e;
        });
        for (var extra : inputs.subList(2, inputs.size())) {
            if (!Map.fits(extra.shape(), shape, symbols, op + " epilogue")) {
                throw new IrException(op + ": epilogue operand " + extra.type() + " does not broadcast to " + shape);
            }
        }
        return Result.of(new TensorType(epilogue.dtype(), shape));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(Products.matmul(this, inputs));
    }
}
