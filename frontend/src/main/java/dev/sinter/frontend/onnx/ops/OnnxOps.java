package dev.sinter.frontend.onnx.ops;

import static dev.sinter.ir.op.Reduce.Monoid.MAX;
import static dev.sinter.ir.op.Reduce.Monoid.MEAN;
import static dev.sinter.ir.op.Reduce.Monoid.MIN;
import static dev.sinter.ir.op.Reduce.Monoid.PROD;
import static dev.sinter.ir.op.Reduce.Monoid.SUM;

import dev.sinter.frontend.onnx.ops.Folds.Step;
import dev.sinter.ir.Fn;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The table of supported operators: one line for each, or for each range of versions whose lowering differs. */
public final class OnnxOps {
    /** The domain of the ONNX standard, written as the empty name in files. */
    public static final String ONNX = "ai.onnx";
    /** The domain of ONNX Runtime's own operators. */
    public static final String MICROSOFT = "com.microsoft";
    /** The domain of classical machine learning. */
    public static final String ML = "ai.onnx.ml";
    /** First supported version of {@link #ONNX}. */
    public static final int FIRST_OPSET = 1;
    /** Last supported version of {@link #ONNX}. */
    public static final int LAST_OPSET = 28;

    private static final List<OnnxOp> OTHERS = List.of(
            // arithmetic, comparison, logic
            onnx("Add", 1, Arithmetic.binary(Fn.ADD)),
            onnx("Sub", 1, Arithmetic.binary(Fn.SUB)),
            onnx("Mul", 1, Arithmetic.binary(Fn.MUL)),
            onnx("Div", 1, Arithmetic.binary(Fn.DIV)),
            onnx("Mod", 10, Arithmetic::mod),
            onnx("Pow", 1, Arithmetic::pow),
            onnx("Min", 1, Arithmetic.variadic(Fn.MIN)),
            onnx("Max", 1, Arithmetic.variadic(Fn.MAX)),
            onnx("Sum", 1, Arithmetic.variadic(Fn.ADD)),
            onnx("Mean", 1, Arithmetic::mean),
            onnx("Equal", 1, Arithmetic.binary(Fn.EQ)),
            onnx("Less", 1, Arithmetic.binary(Fn.LT)),
            onnx("LessOrEqual", 12, Arithmetic.binary(Fn.LE)),
            onnx("Greater", 1, Arithmetic.swapped(Fn.LT)),
            onnx("GreaterOrEqual", 12, Arithmetic.swapped(Fn.LE)),
            onnx("And", 1, Arithmetic.binary(Fn.AND)),
            onnx("Or", 1, Arithmetic.binary(Fn.OR)),
            onnx("Xor", 1, Arithmetic.binary(Fn.XOR)),
            onnx("Not", 1, Pointwise.of(Fn.NOT)),
            onnx("BitwiseAnd", 18, Arithmetic.binary(Fn.AND)),
            onnx("BitwiseOr", 18, Arithmetic.binary(Fn.OR)),
            onnx("BitwiseXor", 18, Arithmetic.binary(Fn.XOR)),
            onnx("BitwiseNot", 18, Pointwise.of(Fn.NOT)),
            onnx("Where", 9, Arithmetic::where),
            onnx("Clip", 1, Arithmetic::clip),
            // functions of one tensor
            onnx("Neg", 1, Arithmetic::negate),
            onnx("Abs", 1, Pointwise.of(Fn.ABS)),
            onnx("Sign", 9, Pointwise.of(Fn.SIGN)),
            onnx("Sqrt", 1, Pointwise.of(Fn.SQRT)),
            onnx("Reciprocal", 1, Pointwise.of(Fn.RECIPROCAL)),
            onnx("Exp", 1, Pointwise.of(Fn.EXP)),
            onnx("Log", 1, Pointwise.of(Fn.LOG)),
            onnx("Erf", 9, Pointwise.of(Fn.ERF)),
            onnx("Tanh", 1, Pointwise.of(Fn.TANH)),
            onnx("Sigmoid", 1, Pointwise.of(Fn.SIGMOID)),
            onnx("Floor", 1, Pointwise.of(Fn.FLOOR)),
            onnx("Ceil", 1, Pointwise.of(Fn.CEIL)),
            onnx("Round", 11, Pointwise.of(Fn.ROUND)),
            onnx("Sin", 7, Pointwise.of(Fn.SIN)),
            onnx("Cos", 7, Pointwise.of(Fn.COS)),
            onnx("IsNaN", 9, Pointwise.of(Fn.IS_NAN)),
            onnx("IsInf", 10, Pointwise.of(Pointwise::isInf)),
            onnx("Relu", 1, Pointwise.of(Pointwise::relu)),
            onnx("LeakyRelu", 1, Pointwise.of(Pointwise::leakyRelu)),
            onnx("PRelu", 1, Pointwise::prelu),
            onnx("ThresholdedRelu", 1, Pointwise.of(Pointwise::thresholdedRelu)),
            onnx("Elu", 1, Pointwise.of(Pointwise::elu)),
            onnx("Selu", 1, Pointwise.of(Pointwise::selu)),
            onnx("Celu", 12, Pointwise.of(Pointwise::celu)),
            onnx("HardSigmoid", 1, Pointwise.of(Pointwise::hardSigmoid)),
            onnx("HardSwish", 14, Pointwise.of(Pointwise::hardSwish)),
            onnx("Softplus", 1, Pointwise.of(Pointwise::softplus)),
            onnx("Softsign", 1, Pointwise.of(Pointwise::softsign)),
            onnx("Mish", 18, Pointwise.of(Pointwise::mish)),
            onnx("Swish", 24, Pointwise.of(Pointwise::swish)),
            onnx("Shrink", 9, Pointwise.of(Pointwise::shrink)),
            onnx("Gelu", 20, Pointwise.of(Pointwise::gelu)),
            microsoft("Gelu", Pointwise.of(Fn.GELU)),
            microsoft("FastGelu", Pointwise.biased(Fn.GELU_TANH)),
            microsoft("BiasGelu", Pointwise.biased(Fn.GELU)),
            onnx("Cast", 1, Casts::cast),
            onnx("CastLike", 15, Casts::castLike),
            // shapes
            onnx("Shape", 1, Constants::shape),
            onnx("Size", 1, Constants::size),
            onnx("Constant", 1, Constants::constant),
            onnx("ConstantOfShape", 9, Constants::constantOfShape),
            onnx("Range", 11, Constants::range),
            onnx("Reshape", 1, Reshapes::reshape),
            onnx("Flatten", 1, Reshapes::flatten),
            onnx("Squeeze", 1, Reshapes::squeeze),
            onnx("Unsqueeze", 1, Reshapes::unsqueeze),
            onnx("Transpose", 1, Reshapes::transpose),
            onnx("Expand", 8, Reshapes::expand),
            onnx("Tile", 1, Reshapes::tile),
            onnx("Identity", 1, Reshapes::identity),
            onnx("Gather", 1, Selections::gather),
            onnx("Concat", 1, Selections::concat),
            onnx("Slice", 1, Selections::slice),
            onnx("Split", 1, Selections::split),
            // products and reductions
            onnx("MatMul", 1, Matrices::matmul),
            onnx("Gemm", 1, Matrices::gemm),
            onnx("MatMulInteger", 10, Matrices::matmulInteger),
            onnx("QLinearMatMul", 10, Matrices::quantizedMatmul),
            onnx("ReduceSum", 1, Folds.of(Step.NONE, SUM, Step.NONE)),
            onnx("ReduceMean", 1, Folds.of(Step.NONE, MEAN, Step.NONE)),
            onnx("ReduceMax", 1, Folds.of(Step.NONE, MAX, Step.NONE)),
            onnx("ReduceMin", 1, Folds.of(Step.NONE, MIN, Step.NONE)),
            onnx("ReduceProd", 1, Folds.of(Step.NONE, PROD, Step.NONE)),
            onnx("ReduceL1", 1, Folds.of(Step.ABS, SUM, Step.NONE)),
            onnx("ReduceL2", 1, Folds.of(Step.SQUARE, SUM, Step.SQRT)),
            onnx("ReduceSumSquare", 1, Folds.of(Step.SQUARE, SUM, Step.NONE)),
            onnx("ReduceLogSum", 1, Folds.of(Step.NONE, SUM, Step.LOG)),
            onnx("ReduceLogSumExp", 1, Folds::logSumExp),
            // quantization
            onnx("DynamicQuantizeLinear", 11, Quantizations::dynamic),
            onnx("QuantizeLinear", 10, Quantizations::quantize),
            onnx("DequantizeLinear", 10, Quantizations::dequantize),
            microsoft("QuantizeLinear", Quantizations::quantize),
            microsoft("DequantizeLinear", Quantizations::dequantize));

    /** Families that keep their lines themselves, beside their lowerings. */
    private static final List<List<OnnxOp>> FAMILIES = List.of(
            Convolutions.OPS, TransposedConvolutions.OPS, DeformableConvolutions.OPS, Pools.OPS, GlobalPools.OPS,
            Unpooling.OPS, RegionPools.OPS, Resizes.OPS, Grids.OPS, Paddings.OPS, Blocks.OPS, Normalizations.OPS,
            ChannelNormalizations.OPS, Norms.OPS, Embeddings.OPS,
            Indexing.OPS, Positions.OPS, Einsums.OPS, QuantizedForms.OPS, FusedMatrices.OPS, Losses.OPS,
            Attentions.OPS, RotaryEmbeddings.OPS, LinearAttentions.OPS, Signals.OPS, FourierTransforms.OPS,
            Optimizers.OPS, Trigonometry.OPS, Bits.OPS, TreeEnsembles.OPS, ClassicalFeatures.OPS, LinearModels.OPS,
            SupportVectors.OPS, Recurrences.OPS, MicrosoftAttentions.OPS, GroupedAttentions.OPS, PackedAttentions.OPS,
            ExpertMixtures.OPS, Gates.OPS,
            CausalConvolutions.OPS,
            Control.OPS, Sequences.OPS, Sorting.OPS, Texts.OPS, Randoms.OPS, Gradients.OPS);

    private static final List<OnnxOp> TABLE =
            Stream.concat(OTHERS.stream(), FAMILIES.stream().flatMap(List::stream)).toList();
    private static final Map<String, List<OnnxOp>> BY_NAME =
            TABLE.stream().collect(Collectors.groupingBy(OnnxOp::name));

    private OnnxOps() {
    }

    /** A line of the standard domain, up to the last version. */
    static OnnxOp onnx(String name, int since, OpLowering lowering) {
        return onnx(name, since, LAST_OPSET, lowering);
    }

    /** A line of the standard domain. */
    static OnnxOp onnx(String name, int since, int until, OpLowering lowering) {
        return new OnnxOp(ONNX, name, since, until, lowering);
    }

    /** A line of the machine-learning domain. */
    static OnnxOp ml(String name, int since, OpLowering lowering) {
        return new OnnxOp(ML, name, since, 5, lowering);
    }

    /** A line of ONNX Runtime's own domain. */
    static OnnxOp microsoft(String name, OpLowering lowering) {
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
        for (var op : BY_NAME.getOrDefault(name, List.of())) {
            if (op.domain().equals(domain) && opset >= op.since() && opset <= op.until()) {
                return op;
            }
        }
        return null;
    }
}
