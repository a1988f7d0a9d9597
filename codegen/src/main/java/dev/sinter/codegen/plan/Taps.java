package dev.sinter.codegen.plan;

import java.util.stream.IntStream;

/**
 * Where a window's elements are along one axis. Element k of the window at result o is element {@code o + quotient[k]} of
 * those elements of the input whose index leaves the remainder {@code residue[k]} when divided by the stride.
 *
 * @param stride
 *            distance of neighbouring windows
 * @param residue
 *            from 0 to the stride
 * @param quotient
 *            may be negative
 */
record Taps(int stride, int[] residue, int[] quotient) {
    static Taps of(long size, int stride, int dilation, int begin) {
        var at = IntStream.range(0, Math.toIntExact(size)).map(k -> k * dilation - begin).toArray();
        return new Taps(stride, IntStream.of(at).map(a -> Math.floorMod(a, stride)).toArray(),
                IntStream.of(at).map(a -> Math.floorDiv(a, stride)).toArray());
    }

    int size() {
        return residue.length;
    }

    int least() {
        return IntStream.of(quotient).min().orElse(0);
    }

    int most() {
        return IntStream.of(quotient).max().orElse(0);
    }

    /** The residues from the least to the most, ascending. */
    int[] residues() {
        var all = IntStream.of(residue).summaryStatistics();
        return IntStream.rangeClosed(all.getMin(), all.getMax()).toArray();
    }
}
