package dev.sinter.frontend.onnx.ops;

import static dev.sinter.ir.op.Reduce.Monoid.MAX;
import static dev.sinter.ir.op.Reduce.Monoid.MEAN;
import static dev.sinter.ir.op.Reduce.Monoid.MIN;
import static dev.sinter.ir.op.Reduce.Monoid.PROD;
import static dev.sinter.ir.op.Reduce.Monoid.SUM;

import dev.sinter.frontend.onnx.ops.Folds.Step;
import dev.sinter.ir.Fn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table of supported operators: one line for each, or for each range of versions whose lowering differs. */
public final class OnnxOps {
    /** The domain of the ONNX standard, written as the empty name in files. */
    public static final String ONNX = "ai.onnx";
    /** The domain of ONNX Runtime's own operators. */
    public static final String MICROSOFT = "com.microsoft";
    /** First supported version of {@link #ONNX}. */
    public static final int FIRST_OPSET = 7;
    /** Last supported version of {@link #ONNX}. */
    public static final int LAST_OPSET = 28;

    private static final List<OnnxOp> TABLE = List.of(
            // arithmetic, comparison, logic
            onnx("Add", 7, Arithmetic.binary(Fn.ADD)),
            onnx("Sub", 7, Arithmetic.binary(Fn.SUB)),
            onnx("Mul", 7, Arithmetic.binary(Fn.MUL)),
            onnx("Div", 7, Arithmetic.binary(Fn.DIV)),
            onnx("Mod", 10, Arithmetic::mod),
            onnx("Pow", 7, Arithmetic::pow),
            onnx("Min", 7, Arithmetic.variadic(Fn.MIN)),
            onnx("Max", 7, Arithmetic.variadic(Fn.MAX)),
            onnx("Sum", 7, Arithmetic.variadic(Fn.ADD)),
            onnx("Mean", 7, Arithmetic::mean),
            onnx("Equal", 7, Arithmetic.binary(Fn.EQ)),
            onnx("Less", 7, Arithmetic.binary(Fn.LT)),
            onnx("LessOrEqual", 12, Arithmetic.binary(Fn.LE)),
            onnx("Greater", 7, Arithmetic.swapped(Fn.LT)),
            onnx("GreaterOrEqual", 12, Arithmetic.swapped(Fn.LE)),
            onnx("And", 7, Arithmetic.binary(Fn.AND)),
            onnx("Or", 7, Arithmetic.binary(Fn.OR)),
            onnx("Xor", 7, Arithmetic.binary(Fn.XOR)),
            onnx("Not", 7, Pointwise.of(Fn.NOT)),
            onnx("BitwiseAnd", 18, Arithmetic.binary(Fn.AND)),
            onnx("BitwiseOr", 18, Arithmetic.binary(Fn.OR)),
            onnx("BitwiseXor", 18, Arithmetic.binary(Fn.XOR)),
            onnx("BitwiseNot", 18, Pointwise.of(Fn.NOT)),
            onnx("Where", 9, Arithmetic::where),
            onnx("Clip", 7, Arithmetic::clip),
            // functions of one tensor
            onnx("Neg", 7, Arithmetic::negate),
            onnx("Abs", 7, Pointwise.of(Fn.ABS)),
            onnx("Sign", 9, Pointwise.of(Fn.SIGN)),
            onnx("Sqrt", 7, Pointwise.of(Fn.SQRT)),
            onnx("Reciprocal", 7, Pointwise.of(Fn.RECIPROCAL)),
            onnx("Exp", 7, Pointwise.of(Fn.EXP)),
            onnx("Log", 7, Pointwise.of(Fn.LOG)),
            onnx("Erf", 9, Pointwise.of(Fn.ERF)),
            onnx("Tanh", 7, Pointwise.of(Fn.TANH)),
            onnx("Sigmoid", 7, Pointwise.of(Fn.SIGMOID)),
            onnx("Floor", 7, Pointwise.of(Fn.FLOOR)),
            onnx("Ceil", 7, Pointwise.of(Fn.CEIL)),
            onnx("Round", 11, Pointwise.of(Fn.ROUND)),
            onnx("Sin", 7, Pointwise.of(Fn.SIN)),
            onnx("Cos", 7, Pointwise.of(Fn.COS)),
            onnx("IsNaN", 9, Pointwise.of(Fn.IS_NAN)),
            onnx("IsInf", 10, Pointwise.of(Pointwise::isInf)),
            onnx("Relu", 7, Pointwise.of(Pointwise::relu)),
            onnx("LeakyRelu", 7, Pointwise.of(Pointwise::leakyRelu)),
            onnx("PRelu", 7, Pointwise::prelu),
            onnx("ThresholdedRelu", 10, Pointwise.of(Pointwise::thresholdedRelu)),
            onnx("Elu", 7, Pointwise.of(Pointwise::elu)),
            onnx("Selu", 7, Pointwise.of(Pointwise::selu)),
            onnx("Celu", 12, Pointwise.of(Pointwise::celu)),
            onnx("HardSigmoid", 7, Pointwise.of(Pointwise::hardSigmoid)),
            onnx("HardSwish", 14, Pointwise.of(Pointwise::hardSwish)),
            onnx("Softplus", 7, Pointwise.of(Pointwise::softplus)),
            onnx("Softsign", 7, Pointwise.of(Pointwise::softsign)),
            onnx("Mish", 18, Pointwise.of(Pointwise::mish)),
            onnx("Swish", 24, Pointwise.of(Pointwise::swish)),
            onnx("Shrink", 9, Pointwise.of(Pointwise::shrink)),
            onnx("Gelu", 20, Pointwise.of(Pointwise::gelu)),
            microsoft("Gelu", Pointwise.of(Fn.GELU)),
            microsoft("FastGelu", Pointwise.biased(Fn.GELU_TANH)),
            microsoft("BiasGelu", Pointwise.biased(Fn.GELU)),
            onnx("Cast", 7, Casts::cast),
            onnx("CastLike", 15, Casts::castLike),
            // shapes
            onnx("Shape", 7, Constants::shape),
            onnx("Size", 7, Constants::size),
            onnx("Constant", 7, Constants::constant),
            onnx("ConstantOfShape", 9, Constants::constantOfShape),
            onnx("Range", 11, Constants::range),
            onnx("Reshape", 7, Reshapes::reshape),
            onnx("Flatten", 7, Reshapes::flatten),
            onnx("Squeeze", 7, Reshapes::squeeze),
            onnx("Unsqueeze", 7, Reshapes::unsqueeze),
            onnx("Transpose", 7, Reshapes::transpose),
            onnx("Expand", 8, Reshapes::expand),
            onnx("Tile", 7, Reshapes::tile),
            onnx("Identity", 7, Reshapes::identity),
            onnx("Dropout", 7, Reshapes::dropout),
            onnx("Gather", 7, Selections::gather),
            onnx("Concat", 7, Selections::concat),
            onnx("Slice", 7, Selections::slice),
            onnx("Split", 7, Selections::split),
            // products and reductions
            onnx("MatMul", 7, Matrices::matmul),
            onnx("Gemm", 7, Matrices::gemm),
            onnx("MatMulInteger", 10, Matrices::matmulInteger),
            onnx("ReduceSum", 7, Folds.of(Step.NONE, SUM, Step.NONE)),
            onnx("ReduceMean", 7, Folds.of(Step.NONE, MEAN, Step.NONE)),
            onnx("ReduceMax", 7, Folds.of(Step.NONE, MAX, Step.NONE)),
            onnx("ReduceMin", 7, Folds.of(Step.NONE, MIN, Step.NONE)),
            onnx("ReduceProd", 7, Folds.of(Step.NONE, PROD, Step.NONE)),
            onnx("ReduceL1", 7, Folds.of(Step.ABS, SUM, Step.NONE)),
            onnx("ReduceL2", 7, Folds.of(Step.SQUARE, SUM, Step.SQRT)),
            onnx("ReduceSumSquare", 7, Folds.of(Step.SQUARE, SUM, Step.NONE)),
            onnx("ReduceLogSum", 7, Folds.of(Step.NONE, SUM, Step.LOG)),
            onnx("ReduceLogSumExp", 7, Folds::logSumExp),
            onnx("Softmax", 7, Normalizations::softmax),
            onnx("LogSoftmax", 7, Normalizations::logSoftmax),
            onnx("LayerNormalization", 17, Normalizations::layerNormalization),
            // ONNX Runtime used the name in the standard domain before opset 17 had it
            onnx("LayerNormalization", 7, 16, Normalizations::layerNormalization),
            microsoft("SkipLayerNormalization", Normalizations::skipLayerNormalization),
            // quantization
            onnx("DynamicQuantizeLinear", 11, Quantizations::dynamic),
            onnx("QuantizeLinear", 10, Quantizations::quantize),
            onnx("DequantizeLinear", 10, Quantizations::dequantize),
            microsoft("QuantizeLinear", Quantizations::quantize),
            microsoft("DequantizeLinear", Quantizations::dequantize));

    private OnnxOps() {
    }

    private static OnnxOp onnx(String name, int since, OpLowering lowering) {
        return onnx(name, since, LAST_OPSET, lowering);
    }

    private static OnnxOp onnx(String name, int since, int until, OpLowering lowering) {
        return new OnnxOp(ONNX, name, since, until, lowering);
    }

    private static OnnxOp microsoft(String name, OpLowering lowering) {
        return new OnnxOp(MICROSOFT, name, 1, 1, lowering);
    }

    /** {@return every line, in the table's order} */
    public static List<OnnxOp> all() {
        return TABLE;
    }

    /**
     * Finds an operator.
     *
     * @param domain
     *            its domain, {@link #ONNX} for the standard one
     * @param name
     *            its name
     * @param opset
     *            the version of the domain's operator set the model names
     * @return its line, or null if it is not supported
     */
    public static @Nullable OnnxOp find(String domain, String name, long opset) {
        for (var op : TABLE) {
            if (op.name().equals(name) && op.domain().equals(domain) && opset >= op.since() && opset <= op.until()) {
                return op;
            }
        }
        return null;
    }
}
