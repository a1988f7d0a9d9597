package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.Dim;
import java.util.List;

/**
 * One convolution of a {@link WindowKernel}.
 *
 * @param x
 *            {@code f32[N,H,W,C]}, channels contiguous, with what is around the image
 * @param weights
 *            {@code f32[G,K,ceil(M/G/16)*16]} in panels
 * @param window
 *            rows, columns and channels (of a group) of a window
 * @param strides
 *            rows and columns between windows
 * @param dilations
 *            rows and columns between elements of a window
 * @param y
 *            {@code [N,OH,OW,M]}, contiguous
 * @param epilogue
 *            what happens before the store, operands as {@code [N*OH*OW,M]}
 * @param scratch
 *            f32 memory of {@link WindowKernel#SCRATCH} elements for each worker, for sums
 * @param windows
 *            f32 memory of {@link WindowKernel#WINDOWS} elements for each worker
 * @param work
 *            f32 memory of {@link WindowKernel#WORK} elements for each worker, for the scalar form
 */
public record WindowProduct(Operand x, Operand weights, List<Long> window, List<Integer> strides,
        List<Integer> dilations, Operand y, Epilogue epilogue, Place scratch, Place windows,
        Place work) {
    /**
     * The same convolution of another image.
     *
     * @param other
     *            with what is around it
     * @return the convolution
     */
    public WindowProduct of(Operand other) {
        return new WindowProduct(other, weights, window, strides, dilations, y, epilogue, scratch, windows, work);
    }

    long groups() {
        return weights.dims().getFirst().value();
    }

    long columns() {
        return y.dims().get(3).value() / groups();
    }

    long panels() {
        return weights.dims().get(2).value() / VType.LANES;
    }

    Dim rows() {
        return y.dims().get(0).times(y.dims().get(1)).times(y.dims().get(2));
    }

    /** Whether the elements of a window's row are neighbours. */
    boolean isMerged() {
        return dilations.get(1) == 1 && x.strides().get(2).equals(Dim.of(window.get(2)));
    }

    /** Elements between neighbouring windows. */
    Dim distance() {
        return x.strides().get(2).times(Dim.of(strides.get(1)));
    }

    /** Whether windows lie evenly through all images, so that they are those of one row. */
    boolean isEven() {
        var apart = x.strides();
        var dims = y.dims();
        var line = dims.get(2).times(distance());
        return apart.get(1).times(Dim.of(strides.get(0))).equals(line)
                && (dims.get(0).equals(Dim.ONE) || apart.get(0).equals(dims.get(1).times(line)));
    }

    /** Declares where windows and their segments lie. */
    void declare(Access access, boolean merged) {
        var apart = x.strides();
        var dims = y.dims();
        boolean even = isEven();
        access.parameter("ow", even ? rows() : dims.get(2));
        access.parameter("oh", even ? Dim.ONE : dims.get(1));
        access.parameter("xn", apart.get(0));
        access.parameter("ys", apart.get(1).times(Dim.of(strides.get(0))));
        access.parameter("xs", distance());
        access.parameter("kw", merged ? Dim.ONE : Dim.of(window.get(1)));
        access.parameter("sa", apart.get(1).times(Dim.of(dilations.get(0))));
        access.parameter("sc", apart.get(2).times(Dim.of(dilations.get(1))));
    }
}
