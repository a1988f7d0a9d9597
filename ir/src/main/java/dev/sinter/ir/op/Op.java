package dev.sinter.ir.op;

import dev.sinter.ir.Facts;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import java.util.List;

/**
 * A core operation. A few of them carry every model; each says its type rule and its reference evaluation, which
 * is slow, plain and rounded once per operation in the declared type: the constant folder and the tests' oracle.
 */
public sealed interface Op permits Constant, Dims, Map, Reduce, View, Concat, Gather, MatMul, MatMulInteger,
        ScaledMatMul, QuantizeDynamic, Normalize, Softmax, Attention, Compute, Conv, Scatter, Cumulate, Recurrence,
        Trees, Library,
        Define, If, Loop {
    /**
     * Type and facts of a result.
     *
     * @param type
     *            its type
     * @param facts
     *            what is known of it
     */
    record Result(Type type, Facts facts) {
        /**
         * A result of which only the type is known.
         *
         * @param type
         *            its type
         * @return the result
         */
        public static Result of(Type type) {
            return new Result(type, Facts.NONE);
        }
    }

    /** {@return the name in the text form} */
    String mnemonic();

    /** {@return what the text form prints in braces, in order; empty if there is nothing} */
    Attributes attributes();

    /**
     * The type rule.
     *
     * @param inputs
     *            operands
     * @param symbols
     *            what is known of symbols; may learn
     * @return types and facts of the results
     * @throws IrException
     *             if the operands do not fit; says what was expected and what came
     */
    List<Result> infer(List<Value> inputs, Symbols symbols);

    /**
     * The reference evaluation.
     *
     * @param inputs
     *            operands, shapes known
     * @return results
     */
    List<TensorData> evaluate(List<TensorData> inputs);
}
