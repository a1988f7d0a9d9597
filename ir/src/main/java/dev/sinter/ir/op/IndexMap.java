package dev.sinter.ir.op;

import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import java.util.List;

/** Where each element of a view comes from. */
public sealed interface IndexMap {
    /**
     * The same elements in row-major order under another shape (Reshape, Squeeze, Unsqueeze, Flatten).
     *
     * @param shape
     *            of the result
     */
    record Reshape(Shape shape) implements IndexMap {
    }

    /**
     * Axes in another order: axis i of the result is axis {@code perm[i]} of the operand (Transpose).
     *
     * @param perm
     *            a permutation
     */
    record Permute(List<Integer> perm) implements IndexMap {
        /** Copies the list. */
        public Permute {
            perm = List.copyOf(perm);
        }
    }

    /**
     * Every {@code steps[i]}-th element of axis i from {@code begins[i]}, {@code sizes[i]} of them (Slice, Split).
     *
     * @param begins
     *            first index of each axis
     * @param steps
     *            distance, not 0; may be negative
     * @param sizes
     *            number of elements of each axis
     */
    record Slice(List<Dim> begins, List<Long> steps, List<Dim> sizes) implements IndexMap {
        /** Copies the lists. */
        public Slice {
            begins = List.copyOf(begins);
            steps = List.copyOf(steps);
            sizes = List.copyOf(sizes);
        }
    }

    /**
     * Axes of size 1 repeated, and new leading axes (Expand).
     *
     * @param shape
     *            of the result
     */
    record Expand(Shape shape) implements IndexMap {
    }
}
