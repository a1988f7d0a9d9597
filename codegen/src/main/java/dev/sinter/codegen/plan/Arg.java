package dev.sinter.codegen.plan;

import dev.sinter.ir.Dim;

/** What a kernel call passes for a scalar parameter. */
public sealed interface Arg {
    /**
     * A position in a heap array: where the place begins, plus something.
     *
     * @param place
     *            arena or caller's array
     * @param extra
     *            elements beyond its begin
     */
    record Offset(Place place, Dim extra) implements Arg {
    }

    /**
     * A size or stride.
     *
     * @param value
     *            fits an int when the model runs
     */
    record Int(Dim value) implements Arg {
    }

    /**
     * A position in the weights, in elements.
     *
     * @param value
     *            the position
     * @param extra
     *            elements beyond it
     */
    record Weight(long value, Dim extra) implements Arg {
    }

    /**
     * A constant of the computation, passed so that kernels that differ in it only are one.
     *
     * @param value
     *            the constant
     */
    record Real(float value) implements Arg {
    }
}
