package dev.sinter.codegen.loop;

/**
 * Takes vectors apart by lanes. In the scalar form nothing is left of them: a loop over whole vectors becomes a loop
 * over elements, a group of lanewise statements becomes a loop over its sixteen lanes, and a vector whose lanes are
 * folded becomes sixteen scalars. In the narrow forms (128 and 256 bits) only loops over whole vectors change: they
 * step by one machine vector. Neither changes what is computed for any element, nor in which order, so all forms give
 * equal bits.
 *
 * <p>
 * That holds for kernels that keep these rules, which the templates do: what one statement of a group or of a loop over
 * vectors stores, another one loads or stores again only at the same index; a loop over vectors has a multiple of
 * sixteen rounds, or masks all its loads and stores with its end.
 */
public final class Lanewise {
    private Lanewise() {
    }

    /**
     * The scalar form.
     *
     * @param kernel
     *            unrolled
     * @return a kernel without vectors
     */
    public static Kernel scalar(Kernel kernel) {
        return ScalarForm.of(kernel);
    }

    /**
     * A narrow form.
     *
     * @param kernel
     *            unrolled
     * @param lanes
     *            32-bit lanes of a machine vector
     * @return a kernel whose loops over whole vectors step by {@code lanes}
     */
    public static Kernel narrow(Kernel kernel, int lanes) {
        return lanes >= VType.LANES ? kernel : NarrowForm.of(kernel, lanes);
    }
}
