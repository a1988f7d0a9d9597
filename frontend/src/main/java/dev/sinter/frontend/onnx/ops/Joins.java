package dev.sinter.frontend.onnx.ops;

import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Types that several values have in common. */
final class Joins {
    /** A size that may differ from one element of a sequence to another. */
    static final Dim ANY = Dim.sym(OnnxTypes.ANY_SIZE);

    private Joins() {
    }

    /**
     * The type of two values: sizes that differ become others.
     *
     * @param other
     *            makes a size for two that differ, given what it counts
     * @return the type; null where element types or ranks differ
     */
    static @Nullable Type join(Type a, Type b, Function<String, Dim> other) {
        if (a.equals(b)) {
            return a;
        }
        if (a instanceof TensorType(var dtype, var left) && b instanceof TensorType(var second, var right)) {
            if (dtype != second) {
                return null;
            }
            if (!left.isRanked() || !right.isRanked()) {
                return new TensorType(dtype, Shape.UNKNOWN);
            }
            return left.rank() != right.rank() ? null : new TensorType(dtype, join(left, right, other));
        }
        if (a instanceof Type.Sequence(var left) && b instanceof Type.Sequence(var right)) {
            var element = element(left, right);
            return element == null ? null : new Type.Sequence(element);
        }
        if (a instanceof Type.Optional(var left) && b instanceof Type.Optional(var right)) {
            var element = element(left, right);
            return element == null ? null : new Type.Optional(element);
        }
        return null;
    }

    private static Shape join(Shape a, Shape b, Function<String, Dim> other) {
        var dims = new ArrayList<Dim>();
        for (int i = 0; i < a.rank(); i++) {
            dims.add(a.dim(i).equals(b.dim(i)) ? a.dim(i) : other.apply("size"));
        }
        return new Shape(dims);
    }

    /** The type of a sequence's elements if it holds both; sizes that differ are any, ranks that differ unknown. */
    static @Nullable Type element(Type a, Type b) {
        var joined = join(a, b, size -> ANY);
        if (joined == null && a instanceof TensorType x && b instanceof TensorType y && x.dtype() == y.dtype()) {
            return new TensorType(x.dtype(), Shape.UNKNOWN);
        }
        return joined;
    }

    /** A type as an element of a sequence: sizes that are not constants may differ. */
    static Type loose(Type type) {
        return map(type, dim -> dim.isConst() ? dim : ANY);
    }

    /** A type whose sizes are told anew. */
    static Type map(Type type, Function<Dim, Dim> size) {
        return switch (type) {
            case TensorType(var dtype, var shape) -> shape.isRanked()
                    ? new TensorType(dtype, new Shape(shape.dims().stream().map(size).toList())) : type;
            case Type.Sequence(var element) -> new Type.Sequence(map(element, size));
            case Type.Optional(var element) -> new Type.Optional(map(element, size));
            case Type.MapOf(var key, var value) -> new Type.MapOf(key, map(value, size));
        };
    }

    /** A type as seen where only some symbols are known: sizes of others become new symbols, within others any. */
    static Type seenOutside(Type type, Collection<String> known, Function<String, Dim> other) {
        boolean nested = !(type instanceof TensorType);
        return map(type, dim -> known.containsAll(dim.symbols()) || dim.equals(ANY) ? dim
                : nested ? ANY : other.apply("size"));
    }
}
