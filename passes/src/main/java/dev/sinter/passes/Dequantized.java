package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor {@code scale * (q - zero)} in f32 of integers of at most 8 bits, under some views.
 *
 * @param map
 *            the node that multiplies
 * @param quantized
 *            q
 * @param zero
 *            known, in some integer type; 0 where there is none
 * @param scale
 *            known, in f32
 * @param views
 *            what lies between the map and the user, first to last
 */
record Dequantized(Node map, Value quantized, TensorData zero, TensorData scale, List<View> views) {
    /** Largest size of constants that are looked through for what their channels have in common. */
    private static final long MOST_ELEMENTS = 1L << 26;

    static @Nullable Dequantized of(Value value, GraphIndex graph) {
        var views = new ArrayList<View>();
        var node = graph.producer(value);
        while (node != null && node.op() instanceof View view) {
            views.addFirst(view);
            node = graph.producer(node.input(0));
        }
        if (node == null || !(node.op() instanceof Map(var expr))
                || !(expr instanceof Expr.Apply(var fn, var factors, var type)) || fn != Fn.MUL || type != DType.F32) {
            return null;
        }
        for (int i = 0; i < 2; i++) {
            var found = of(node, factors.get(i), factors.get(1 - i), views, graph);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static @Nullable Dequantized of(Node map, Expr integers, Expr scale, List<View> views, GraphIndex graph) {
        var difference = bare(integers);
        boolean shifted = difference instanceof Expr.Apply(var fn, var args, var type) && fn == Fn.SUB;
        var quantized = shifted ? bare(difference.children().getFirst()) : difference;
        if (!(quantized instanceof Expr.Arg(var i, var small)) || !small.isInteger() || small.bits() > 8
                || !map.input(i).shape().equals(map.output().shape())) {
            return null;
        }
        var zero = shifted ? Known.of(difference.children().get(1), map.inputs(), graph)
                : TensorData.scalar(DType.I32, 0);
        var factor = Known.of(scale, map.inputs(), graph);
        return zero == null || factor == null ? null : new Dequantized(map, map.input(i), zero, factor, views);
    }

    /** What is converted, by casts to types that hold every value of at most 8 bits and every difference of two. */
    private static Expr bare(Expr expr) {
        var inner = expr;
        while (inner instanceof Expr.Apply(var fn, var args, var type) && fn == Fn.CAST && holdsDifferences(type)) {
            inner = args.getFirst();
        }
        return inner;
    }

    private static boolean holdsDifferences(DType type) {
        return type == DType.F32 || type == DType.F64 || type == DType.I16 || type == DType.I32 || type == DType.I64;
    }

    /** Whether one scale and one zero point are all. */
    boolean isUniform() {
        return Known.isUniform(scale) && Known.isUniform(zero);
    }

    /** Largest {@code |q - zero|} there can be. */
    long largest() {
        long most = 0;
        for (int i = 0; i < zero.size(); i++) {
            most = Math.max(most, Math.abs(quantized.dtype().maxInteger() - zero.getLong(i)));
            most = Math.max(most, Math.abs(quantized.dtype().minInteger() - zero.getLong(i)));
        }
        return most;
    }

    /** {@code q - zero} in a float type, under the views; there is one zero point. */
    Value centered(DType type, Patch.Builder patch) {
        var element = Expr.cast(Expr.arg(0, quantized.dtype()), type);
        var expr = zero.getLong(0) == 0 ? element
                : Expr.apply(Fn.SUB, element, Expr.literal(zero.getLong(0), type));
        return viewed(patch.map(expr, map.origin(), List.of(quantized)), patch);
    }

    /** The integers under the views. */
    Value viewed(Patch.Builder patch) {
        return viewed(quantized, patch);
    }

    private Value viewed(Value value, Patch.Builder patch) {
        var result = value;
        for (var view : views) {
            result = patch.add(view, map.origin(), result);
        }
        return result;
    }

    /** {@code q - zero} in f32 where q is known, under the views; else null. */
    @Nullable
    TensorData known(GraphIndex graph) {
        var data = Known.of(quantized, graph);
        if (data == null) {
            return null;
        }
        var expr = Expr.apply(Fn.SUB, Expr.cast(Expr.arg(0, data.dtype()), DType.F32),
                Expr.cast(Expr.arg(1, zero.dtype()), DType.F32));
        return viewed(Known.evaluate(expr, List.of(data, zero)));
    }

    private TensorData viewed(TensorData data) {
        var result = data;
        for (var view : views) {
            result = view.evaluate(List.of(result)).getFirst();
        }
        return result;
    }

    /**
     * The scale or the zero point by the indices of one axis, under the views.
     *
     * @param parameter
     *            {@link #scale} or {@link #zero}
     * @param axis
     *            an axis of the last view's result, from 0
     * @return a scalar or a vector; null where it differs along another axis or the sizes are not known
     */
    @Nullable
    TensorData along(TensorData parameter, int axis) {
        var one = TensorData.zeros(parameter.dtype());
        if (Known.isUniform(parameter)) {
            System.arraycopy(parameter.array(), 0, one.array(), 0, 1);
            return one;
        }
        Shape shape = map.output().shape();
        if (!shape.isConst() || shape.size().value() > MOST_ELEMENTS) {
            return null;
        }
        var all = viewed(new View(new IndexMap.Expand(shape)).evaluate(List.of(parameter)).getFirst());
        var dims = all.dims();
        int inner = 1;
        for (int i = axis + 1; i < dims.length; i++) {
            inner *= (int) dims[i];
        }
        int count = (int) dims[axis];
        var vector = TensorData.zeros(parameter.dtype(), count);
        for (int i = 0; i < all.size(); i++) {
            int at = i / inner % count;
            if (i == at * inner) {
                System.arraycopy(all.array(), i, vector.array(), at, 1);
            } else if (all.getDouble(i) != vector.getDouble(at)) {
                return null;
            }
        }
        return vector;
    }
}
