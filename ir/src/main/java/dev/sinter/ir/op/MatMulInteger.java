package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Integer matrix product, exact in 32 bits: {@code (a[..,M,K] - za) x (b[..,K,N] - zb) -> i32[..,M,N]}. Operands of the
 * op: a, b, then za if {@code zeroA}, zb if {@code zeroB} (scalars, or one per row of a / per column of b), then the
 * epilogue's operands {@code $1}, …; {@code $0} is the i32 sum. {@code a} is i8 or u8, or f32 holding integers already
 * centered (see {@link QuantizeDynamic#centered}), then {@code zeroA} is false.
 *
 * @param zeroA
 *            whether a zero point for a is given
 * @param zeroB
 *            whether a zero point for b is given
 * @param epilogue
 *            {@code $0:i32} alone where there is none
 * @see <a href="https://onnx.ai/onnx/operators/onnx__MatMulInteger.html">MatMulInteger</a>
 */
public record MatMulInteger(boolean zeroA, boolean zeroB, Expr epilogue) implements Op {
    /** {@return position of the first epilogue operand ($1) among the inputs} */
    public int firstExtra() {
        return 2 + (zeroA ? 1 : 0) + (zeroB ? 1 : 0);
    }

    /** {@return position of the zero point of b among the inputs, or -1} */
    public int zeroBInput() {
        return zeroB ? 2 + (zeroA ? 1 : 0) : -1;
    }

    /** {@return whether there is nothing to do after the product} */
    public boolean isPlain() {
        return epilogue instanceof Expr.Arg(var i, var t) && i == 0;
    }

    @Override
    public String mnemonic() {
        return "matmul_integer";
    }

    @Override
    public Attributes attributes() {
        return Attributes.of("zero_a", zeroA, "zero_b", zeroB, "epilogue", isPlain() ? null : epilogue);
    }

    @Override
    public List<Result> infer(List<Value> inputs, Symbols symbols) {
        var a = inputs.get(0).tensor();
        var b = inputs.get(1).tensor();
        boolean centered = a.dtype() == DType.F32 && !zeroA;
        if (!(centered || a.dtype() == DType.I8 || a.dtype() == DType.U8)
                || b.dtype() != DType.I8 && b.dtype() != DType.U8) {
            throw new IrException("matmul_integer: 8-bit operands were expected, not " + a + " and " + b);
        }
        var shape = MatMul.productShape(a, b, symbols, "matmul_integer");
        var operands = new ArrayList<>(inputs.subList(0, 2));
        operands.addAll(inputs.subList(firstExtra(), inputs.size()));
        return List.of(MatMul.withEpilogue("matmul_integer", epilogue, DType.I32, shape, operands, symbols));
    }

    @Override
    public List<TensorData> evaluate(List<TensorData> inputs) {
        return List.of(Products.matmulInteger(this, inputs));
    }
}
