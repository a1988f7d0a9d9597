package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.ml;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.Reduce;
import java.util.ArrayList;
import java.util.List;

/**
 * Features made ready for a classical model (ai.onnx.ml, 1): ArrayFeatureExtractor, Binarizer, FeatureVectorizer,
 * Imputer, Normalizer, OneHotEncoder, Scaler.
 *
 * @see <a href="https://onnx.ai/onnx/operators/index.html">ONNX operators</a>
 */
final class ClassicalFeatures {
    static final List<OnnxOp> OPS = List.of(
            ml("ArrayFeatureExtractor", 1, ClassicalFeatures::extract),
            ml("Binarizer", 1, ClassicalFeatures::binarize),
            ml("FeatureVectorizer", 1, ClassicalFeatures::vectorize),
            ml("Imputer", 1, ClassicalFeatures::impute),
            ml("Normalizer", 1, ClassicalFeatures::normalize),
            ml("OneHotEncoder", 1, ClassicalFeatures::encode),
            ml("Scaler", 1, ClassicalFeatures::scale));

    private ClassicalFeatures() {
    }

    /** Columns by number {@code [..,F], [K] -> [..,K]}; of a single axis a row {@code [1,K]}. */
    private static List<Operand> extract(NodeContext node) {
        var x = node.value(0);
        var columns = node.reshape(node.value(1), Shape.of(node.shape(1).size()));
        var picked = node.apply(new Gather(x.shape().rank() - 1), x, columns);
        var count = columns.shape().dim(0);
        return node.results(x.shape().rank() == 1 ? node.reshape(picked, Shape.of(Dim.ONE, count)) : picked);
    }

    private static List<Operand> binarize(NodeContext node) {
        var x = node.value(0);
        var type = x.dtype();
        // the threshold is a real number whatever the type is
        var wide = type.isFloat() ? type : DType.F64;
        var above = Formula.lt(Expr.literal(node.attributes().real("threshold", 0), wide),
                Expr.cast(Expr.arg(0, type), wide));
        return node.results(node.map(Formula.select(above, Expr.literal(1, type), Expr.literal(0, type)), x));
    }

    /** Rows one beside the other, in f32. */
    private static List<Operand> vectorize(NodeContext node) {
        var parts = new ArrayList<Value>();
        var widths = node.attributes().integers("inputdimensions");
        for (int i = 0; i < node.inputCount(); i++) {
            var x = node.cast(node.value(i), DType.F32);
            if (x.shape().rank() < 2) {
                x = node.reshape(x, Shape.of(Dim.ONE, x.shape().size()));
            }
            var flat = node.reshape(x, Shape.of(x.shape().dim(0), Reshapes.product(x.shape(), 1, x.shape().rank())));
            if (widths != null && i < widths.length) {
                node.symbols().requireEqual(flat.shape().dim(1), Dim.of(widths[i]), "features of input " + i);
            }
            parts.add(flat);
        }
        return node.results(parts.size() == 1 ? parts.getFirst()
                : node.apply(new Concat(1), parts.toArray(Value[]::new)));
    }

    private static List<Operand> impute(NodeContext node) {
        var x = node.value(0);
        var type = x.dtype();
        var attributes = node.attributes();
        TensorData by;
        Expr missing;
        var value = Expr.arg(0, type);
        if (type.isFloat()) {
            var reals = attributes.reals("imputed_value_floats");
            if (reals == null || reals.length == 0) {
                throw node.error("attribute 'imputed_value_floats' was expected, it is missing");
            }
            by = TensorData.zeros(type, reals.length);
            for (int i = 0; i < reals.length; i++) {
                by.set(i, (double) reals[i]);
            }
            float replaced = attributes.real("replaced_value_float", 0);
            missing = Float.isNaN(replaced) ? Expr.apply(Fn.IS_NAN, value)
                    : Formula.eq(value, Expr.literal(replaced, type));
        } else {
            var integers = attributes.integers("imputed_value_int64s");
            if (integers == null || integers.length == 0) {
                throw node.error("attribute 'imputed_value_int64s' was expected, it is missing");
            }
            by = TensorData.zeros(type, integers.length);
            for (int i = 0; i < integers.length; i++) {
                by.set(i, integers[i]);
            }
            missing = Formula.eq(value, Expr.integer(attributes.integer("replaced_value_int64", 0), type));
        }
        return node.results(node.map(Formula.select(missing, Expr.arg(1, type), value), x, node.constant(by)));
    }

    /** Each row by its largest element, the sum of its sizes, or the root of the sum of its squares. */
    private static List<Operand> normalize(NodeContext node) {
        var x = node.cast(node.value(0), DType.F32);
        int last = x.shape().rank() - 1;
        var norm = node.attributes().text("norm", "MAX");
        var a = Expr.arg(0, DType.F32);
        var b = Expr.arg(1, DType.F32);
        var sum = new Reduce(Reduce.Monoid.SUM, List.of(last), true);
        var divisor = switch (norm) {
            case "MAX" -> node.apply(new Reduce(Reduce.Monoid.MAX, List.of(last), true), x);
            case "L1" -> node.apply(sum, node.map(Expr.apply(Fn.ABS, a), x));
            case "L2" -> node.map(Expr.apply(Fn.SQRT, a), node.apply(sum, node.map(Formula.mul(a, a), x)));
            default -> throw node.error("norm MAX, L1 or L2 was expected, not '" + norm + "'");
        };
        var zero = Formula.eq(b, Expr.literal(0, DType.F32));
        return node.results(node.map(Formula.select(zero, a, Formula.div(a, b)), x, divisor));
    }

    /** {@code [..] -> [..,categories]}: 1 where the element is that category. */
    private static List<Operand> encode(NodeContext node) {
        var x = node.value(0);
        boolean text = x.dtype() == DType.STRING;
        var categories = ClassLabels.of(node, "cats_int64s", "cats_strings").data();
        if (text != (categories.dtype() == DType.STRING)) {
            throw node.error("categories of the input's type were expected, it is " + x.type());
        }
        var f = new Formula();
        int rank = x.shape().rank();
        var dims = new ArrayList<>(x.shape().dims());
        dims.add(Dim.of(categories.size()));
        var element = f.operand(0, x.dtype()).at(Formula.axes(rank));
        var wanted = text ? element : Expr.cast(element, DType.I64);
        var one = Expr.literal(1, DType.F32);
        var zero = Expr.literal(0, DType.F32);
        if (node.attributes().flag("zeros", true)) {
            var same = Formula.eq(wanted, f.operand(1, categories.dtype()).at(Formula.axis(rank)));
            return node.results(node.compute(new Shape(dims), Formula.select(same, one, zero), x,
                    node.constant(categories)));
        }
        var places = place(node, f, wanted, categories);
        var same = Formula.eq(new Formula().operand(0, DType.I64).at(Formula.axes(rank)), Formula.axis(rank));
        return node.results(node.compute(new Shape(dims), Formula.select(same, one, zero), places));
    }

    /** The number of each element's category; the run fails at one that is not listed. */
    private static Value place(NodeContext node, Formula f, Expr wanted, TensorData categories) {
        int count = categories.size();
        var numbers = TensorData.zeros(DType.I64, count);
        for (int i = 0; i < count; i++) {
            numbers.set(i, i);
        }
        var category = f.operand(1, categories.dtype());
        var found = f.fold(Formula.number(count), Formula.number(count),
                k -> Formula.select(Formula.eq(wanted, category.at(k)), k, Formula.number(count)), Formula::min);
        var places = node.compute(node.shape(0), found, node.value(0), node.constant(categories));
        return node.apply(new Gather(0), node.constant(numbers), places);
    }

    /** {@code (x - offset) * scale}, for all features or for each. */
    private static List<Operand> scale(NodeContext node) {
        var x = node.cast(node.value(0), DType.F32);
        var operands = new ArrayList<>(List.of(x));
        var expr = Expr.arg(0, DType.F32);
        var fns = List.of(Fn.SUB, Fn.MUL);
        for (int i = 0; i < 2; i++) {
            var values = node.attributes().reals(i == 0 ? "offset" : "scale");
            if (values != null && values.length > 0) {
                operands.add(node.constant(TensorData.floats(values, values.length)));
                expr = Expr.apply(fns.get(i), expr, Expr.arg(operands.size() - 1, DType.F32));
            }
        }
        return node.results(node.map(expr, operands.toArray(Value[]::new)));
    }
}
