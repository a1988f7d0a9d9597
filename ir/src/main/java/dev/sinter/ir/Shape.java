package dev.sinter.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The dimensions of a tensor, outermost first, or "rank unknown".
 *
 * @param dimsOrNull
 *            the dimensions, or null where not even the rank is known
 */
public record Shape(@Nullable List<Dim> dimsOrNull) {
    /** The shape of a scalar. */
    public static final Shape SCALAR = new Shape(List.of());
    /** A shape of unknown rank. */
    public static final Shape UNKNOWN = new Shape((List<Dim>) null);

    /** Copies the list. */
    public Shape {
        dimsOrNull = dimsOrNull == null ? null : List.copyOf(dimsOrNull);
    }

    /**
     * A shape of known sizes.
     *
     * @param sizes
     *            outermost first
     * @return the shape
     */
    public static Shape of(long... sizes) {
        var dims = new ArrayList<Dim>();
        for (var size : sizes) {
            dims.add(Dim.of(size));
        }
        return new Shape(dims);
    }

    /**
     * A shape of dimensions.
     *
     * @param dims
     *            outermost first
     * @return the shape
     */
    public static Shape of(Dim... dims) {
        return new Shape(List.of(dims));
    }

    /** {@return whether the rank is known} */
    public boolean isRanked() {
        return dimsOrNull != null;
    }

    /**
     * The dimensions.
     *
     * @return outermost first
     * @throws IrException
     *             if the rank is unknown
     */
    public List<Dim> dims() {
        if (dimsOrNull == null) {
            throw new IrException("a shape of known rank was expected");
        }
        return dimsOrNull;
    }

    /** {@return the number of dimensions} */
    public int rank() {
        return dims().size();
    }

    /**
     * One dimension.
     *
     * @param axis
     *            from 0, or negative counted from the end
     * @return the dimension
     */
    public Dim dim(int axis) {
        return dims().get(axis < 0 ? axis + rank() : axis);
    }

    /** {@return whether all dimensions are known sizes} */
    public boolean isConst() {
        return dimsOrNull != null && dimsOrNull.stream().allMatch(Dim::isConst);
    }

    /** {@return the known sizes, outermost first} */
    public long[] toLongs() {
        return dims().stream().mapToLong(Dim::value).toArray();
    }

    /** {@return the number of elements, 1 for a scalar} */
    public Dim size() {
        var size = Dim.ONE;
        for (var dim : dims()) {
            size = size.times(dim);
        }
        return size;
    }

    /**
     * Replaces one dimension.
     *
     * @param axis
     *            from 0, or negative counted from the end
     * @param dim
     *            the new dimension
     * @return a new shape
     */
    public Shape with(int axis, Dim dim) {
        var dims = new ArrayList<>(dims());
        dims.set(axis < 0 ? axis + rank() : axis, dim);
        return new Shape(dims);
    }

    /**
     * Replaces symbols.
     *
     * @param bindings
     *            what stands for the symbols
     * @return a new shape
     */
    public Shape substitute(Map<String, Dim> bindings) {
        return dimsOrNull == null ? this : new Shape(dimsOrNull.stream().map(d -> d.substitute(bindings)).toList());
    }

    @Override
    public String toString() {
        return dimsOrNull == null ? "[..]"
                : dimsOrNull.stream().map(Dim::toString).collect(Collectors.joining(",", "[", "]"));
    }
}
