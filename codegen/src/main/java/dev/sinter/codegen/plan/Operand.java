package dev.sinter.codegen.plan;

import dev.sinter.codegen.loop.Buffer.Storage;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor as kernels see it: a place, and how indices become element positions. Views of a tensor share its place.
 *
 * @param place
 *            where its elements lie
 * @param dtype
 *            element type
 * @param offset
 *            position of element 0
 * @param dims
 *            sizes
 * @param strides
 *            distance of neighbours along each axis, in elements; 0 repeats
 */
public record Operand(Place place, DType dtype, Dim offset, List<Dim> dims, List<Dim> strides) {
    /** Copies the lists. */
    public Operand {
        dims = List.copyOf(dims);
        strides = List.copyOf(strides);
    }

    /**
     * A tensor in row-major order.
     *
     * @param place
     *            where it lies
     * @param dtype
     *            element type
     * @param shape
     *            sizes
     * @return the operand
     */
    public static Operand rowMajor(Place place, DType dtype, Shape shape) {
        return new Operand(place, dtype, Dim.ZERO, shape.dims(), rowMajorStrides(shape.dims()));
    }

    /**
     * Strides of a row-major tensor.
     *
     * @param dims
     *            sizes
     * @return strides
     */
    public static List<Dim> rowMajorStrides(List<Dim> dims) {
        var strides = new ArrayList<Dim>(Collections.nCopies(dims.size(), Dim.ONE));
        for (int i = dims.size() - 2; i >= 0; i--) {
            strides.set(i, strides.get(i + 1).times(dims.get(i + 1)));
        }
        return strides;
    }

    /**
     * The same place and strides taken for another type.
     *
     * @param other
     *            element type
     * @return the operand
     */
    Operand of(DType other) {
        return new Operand(place, other, offset, dims, strides);
    }

    /** {@return how elements lie in memory} */
    public Storage storage() {
        return storage(dtype);
    }

    /**
     * How elements of a type lie in memory; a complex number is two elements, and 2- and 4-bit types take a byte each.
     *
     * @param dtype
     *            element type
     * @return the storage
     */
    public static Storage storage(DType dtype) {
        return switch (dtype) {
            case F32, C64 -> Storage.F32;
            case F64, C128 -> Storage.F64;
            case I64, U64 -> Storage.I64;
            case I32 -> Storage.I32;
            case U32 -> Storage.U32;
            case I16 -> Storage.I16;
            case U16 -> Storage.U16;
            case I8, I4, I2 -> Storage.I8;
            case U8, U4, U2 -> Storage.U8;
            case BOOL -> Storage.BOOL;
            case F16 -> Storage.F16;
            case BF16 -> Storage.BF16;
            case F8E4M3FN -> Storage.F8E4M3FN;
            case F8E4M3FNUZ -> Storage.F8E4M3FNUZ;
            case F8E5M2 -> Storage.F8E5M2;
            case F8E5M2FNUZ -> Storage.F8E5M2FNUZ;
            case F8E8M0 -> Storage.F8E8M0;
            case F4E2M1 -> Storage.F4E2M1;
            case STRING -> Storage.STRING;
        };
    }

    /**
     * The same memory for work that moves elements and does not look at them: integers of the elements' width, complex
     * numbers as two along a last axis. What moves together must be made plain together.
     *
     * @return an operand of the same elements
     */
    public Operand plain() {
        return switch (dtype) {
            case F32, F64, I64, I32, I16, I8, U8, STRING -> this;
            case U64 -> of(DType.I64);
            case U32 -> of(DType.I32);
            case U16, F16, BF16 -> of(DType.I16);
            case I4, I2, U4, U2, BOOL, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> of(DType.I8);
            case C64, C128 -> {
                var two = Dim.of(2);
                var newDims = new ArrayList<>(dims);
                newDims.add(two);
                var newStrides = new ArrayList<Dim>();
                strides.forEach(s -> newStrides.add(s.times(two)));
                newStrides.add(Dim.ONE);
                yield new Operand(place, dtype == DType.C64 ? DType.F32 : DType.F64, offset.times(two), newDims,
                        newStrides);
            }
        };
    }

    /** {@return number of axes} */
    public int rank() {
        return dims.size();
    }

    /** {@return number of elements} */
    public Dim size() {
        return new Shape(dims).size();
    }

    /** {@return whether elements follow each other in row-major order without gaps} */
    public boolean isContiguous() {
        var wanted = rowMajorStrides(dims);
        for (int i = 0; i < rank(); i++) {
            if (!dims.get(i).equals(Dim.ONE) && !strides.get(i).equals(wanted.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether it lies in the weight segment} */
    public boolean isWeight() {
        return place instanceof Place.Weight;
    }

    /**
     * All axes but the last {@code keep} as one, where their strides allow it.
     *
     * @param keep
     *            number of trailing axes that stay
     * @return an operand of rank {@code keep + 1}, or null
     */
    public @Nullable Operand collapseLeading(int keep) {
        int lead = rank() - keep;
        Dim size = Dim.ONE;
        Dim stride = null;
        for (int i = lead - 1; i >= 0; i--) {
            if (dims.get(i).equals(Dim.ONE)) {
                continue;
            }
            if (stride == null) {
                stride = strides.get(i);
            } else if (!strides.get(i).equals(stride.times(size))) {
                return null;
            }
            size = size.times(dims.get(i));
        }
        var newDims = new ArrayList<Dim>(List.of(size));
        newDims.addAll(dims.subList(lead, rank()));
        var newStrides = new ArrayList<Dim>(List.of(stride == null ? Dim.ZERO : stride));
        newStrides.addAll(strides.subList(lead, rank()));
        return new Operand(place, dtype, offset, newDims, newStrides);
    }

    /**
     * Repeated to a larger shape by numpy's rules.
     *
     * @param target
     *            sizes it broadcasts to
     * @return an operand of those sizes with stride 0 along repeated axes
     */
    public Operand broadcast(List<Dim> target) {
        var newStrides = new ArrayList<Dim>(Collections.nCopies(target.size(), Dim.ZERO));
        int extra = target.size() - rank();
        for (int i = 0; i < rank(); i++) {
            if (!dims.get(i).equals(Dim.ONE)) {
                newStrides.set(i + extra, strides.get(i));
            }
        }
        return new Operand(place, dtype, offset, target, newStrides);
    }
}
