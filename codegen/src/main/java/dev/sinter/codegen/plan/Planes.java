package dev.sinter.codegen.plan;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import java.util.List;

/**
 * Images whose planes lie one behind the other, with zeros where windows reach beyond them: between rows, which are
 * {@code pitch} apart, and between planes. All images of a value are of one size.
 *
 * @param place
 *            memory
 * @param images
 *            how many images there are
 * @param channels
 *            planes of an image
 * @param height
 *            rows of a plane
 * @param width
 *            elements of a row
 * @param layout
 *            how they lie
 */
record Planes(Place place, Dim images, long channels, long height, long width, Layout layout) {
    /** Elements of a vector. */
    static final long LANES = 16;

    /**
     * How planes lie.
     *
     * @param lead
     *            elements before the first plane, whole vectors
     * @param pitch
     *            distance of rows
     * @param plane
     *            distance of planes, an odd number of vectors, so that planes do not meet in a few sets of the caches
     * @param behind
     *            elements behind the last plane that may be read
     * @param padded
     *            whether windows read what is beyond a plane's own elements
     */
    record Layout(long lead, long pitch, long plane, long behind, boolean padded) {
    }

    static long vectors(long elements) {
        return (elements + LANES - 1) / LANES;
    }

    /** Elements of the memory they take. */
    static Dim size(Dim images, long channels, Layout layout) {
        return images.times(Dim.of(channels * layout.plane)).plus(Dim.of(layout.lead + layout.behind));
    }

    /** As {@code [N,C,H,W]}. */
    Operand image() {
        return part(0, channels);
    }

    /** Some channels as {@code [N,C,H,W]}. */
    Operand part(long first, long count) {
        return new Operand(place, DType.F32, Dim.of(layout.lead + first * layout.plane),
                List.of(images, Dim.of(count), Dim.of(height), Dim.of(width)),
                List.of(Dim.of(channels * layout.plane), Dim.of(layout.plane), Dim.of(layout.pitch), Dim.ONE));
    }

    /** As {@code [N*C,H*pitch]}. */
    Operand rows() {
        return new Operand(place, DType.F32, Dim.of(layout.lead), List.of(images.times(Dim.of(channels)),
                Dim.of(height * layout.pitch)), List.of(Dim.of(layout.plane), Dim.ONE));
    }

    /** The first element of each plane, {@code [N,C]}. */
    Operand starts() {
        return new Operand(place, DType.F32, Dim.of(layout.lead), List.of(images, Dim.of(channels)),
                List.of(Dim.of(channels * layout.plane), Dim.of(layout.plane)));
    }
}
