package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Formula;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Random numbers: RandomNormal, RandomUniform and their Like forms (1, 22), Bernoulli (15, 22), Multinomial (7, 22),
 * Dropout (1, 6, 7, 10 bool mask, 12 training mode, 13, 22).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__Dropout.html">Dropout</a>
 */
final class Randoms {
    static final List<OnnxOp> OPS = List.of(
            onnx("RandomNormal", 1, node -> shaped(node, "random.normal", "mean", "scale")),
            onnx("RandomUniform", 1, node -> shaped(node, "random.uniform", "low", "high")),
            onnx("RandomNormalLike", 1, node -> like(node, "random.normal", "mean", "scale")),
            onnx("RandomUniformLike", 1, node -> like(node, "random.uniform", "low", "high")),
            onnx("Bernoulli", 15, Randoms::bernoulli),
            onnx("Multinomial", 7, Randoms::multinomial),
            onnx("Dropout", 1, 11, Randoms::oldDropout),
            onnx("Dropout", 12, Randoms::dropout));

    private Randoms() {
    }

    private static DType dtype(NodeContext node, DType otherwise) {
        return node.attributes().has("dtype")
                ? OnnxTypes.dtype(node.attributes().integer("dtype", 1), "attribute 'dtype'") : otherwise;
    }

    private static @Nullable Object seed(NodeContext node) {
        return node.attributes().has("seed") ? node.attributes().real("seed", 0) : null;
    }

    private static List<Operand> shaped(NodeContext node, String routine, String first, String second) {
        var sizes = node.attributes().integers("shape");
        if (sizes == null) {
            throw node.error("attribute 'shape' was expected, it is missing");
        }
        return filled(node, routine, first, second, Shape.of(sizes), dtype(node, DType.F32));
    }

    private static List<Operand> like(NodeContext node, String routine, String first, String second) {
        return filled(node, routine, first, second, node.shape(0), dtype(node, node.type(0).dtype()));
    }

    private static List<Operand> filled(NodeContext node, String routine, String first, String second, Shape shape,
            DType dtype) {
        // a mean of 0 and a scale of 1, or numbers from 0 to 1: the defaults of both agree
        var arguments = Attributes.of(first, node.attributes().real(first, 0),
                second, node.attributes().real(second, 1), "seed", seed(node), "dtype", dtype.label());
        return node.results(node.library(routine, arguments, new TensorType(dtype, node.simplify(shape)),
                node.dims(node.simplify(shape).dims())));
    }

    private static List<Operand> bernoulli(NodeContext node) {
        var dtype = dtype(node, node.type(0).dtype());
        return node.results(node.library("random.bernoulli", Attributes.of("dtype", dtype.label(), "seed", seed(node)),
                new TensorType(dtype, node.shape(0)), node.value(0)));
    }

    private static List<Operand> multinomial(NodeContext node) {
        var dtype = dtype(node, DType.I32);
        long samples = node.attributes().integer("sample_size", 1);
        var type = new TensorType(dtype, Shape.of(node.shape(0).dim(0), Dim.of(samples)));
        return node.results(node.library("random.multinomial",
                Attributes.of("sample_size", samples, "dtype", dtype.label(), "seed", seed(node)), type,
                node.value(0)));
    }

    /** As in inference, where nothing is dropped: the mask is all true. */
    private static List<Operand> oldDropout(NodeContext node) {
        return node.wants(1)
                ? List.of(node.input(0), kept(node, node.opset() < 10 ? node.type(0).dtype() : DType.BOOL))
                : List.of(node.input(0));
    }

    private static Operand kept(NodeContext node, DType type) {
        return Operand.of(node.expand(node.scalar(type, 1), node.shape(0)));
    }

    /** Each element dropped with a probability while training; the others are made larger for it. */
    private static List<Operand> dropout(NodeContext node) {
        var mode = node.has(2) ? node.known(2) : List.of(Dim.ZERO);
        if (Arrays.asList(Dim.ZERO).equals(mode)) {
            return node.wants(1) ? List.of(node.input(0), kept(node, DType.BOOL)) : List.of(node.input(0));
        }
        var ratio = node.has(1) ? node.cast(Control.scalar(node, node.value(1)), DType.F32)
                : node.scalar(DType.F32, 0.5);
        if (mode == null) {
            ratio = node.map(Expr.apply(Fn.SELECT, Expr.arg(0, DType.BOOL), Expr.arg(1, DType.F32),
                    Expr.literal(0, DType.F32)), Control.scalar(node, node.value(2)), ratio);
        }
        var shape = node.simplify(node.shape(0));
        var seed = node.attributes().has("seed") ? node.attributes().integer("seed", 0) : null;
        var operands = new ArrayList<Value>(List.of(node.dims(shape.dims()), ratio));
        var mask = node.library("random.dropout_mask", Attributes.of("seed", seed),
                List.of(new TensorType(DType.BOOL, shape)), operands).getFirst();
        var type = node.type(0).dtype();
        var wide = NodeContext.wide(type);
        var scale = Formula.div(Expr.literal(1, DType.F32),
                Formula.sub(Expr.literal(1, DType.F32), Expr.arg(2, DType.F32)));
        var scaled = Formula.mul(Expr.cast(Expr.arg(0, type), wide), Expr.cast(scale, wide));
        var result = Expr.apply(Fn.SELECT, Expr.arg(1, DType.BOOL), scaled, Expr.literal(0, wide));
        return node.results(node.map(Expr.cast(result, type), node.value(0), mask, ratio), mask);
    }
}
