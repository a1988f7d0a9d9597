package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.VType;

/**
 * Where the elements of a matrix lie that is read by panels of sixteen columns, some of them side by side: a row of
 * {@value #TOGETHER} panels, then the next row of these, and behind the last row the next panels. So a product that takes
 * as many panels at a time reads its weights from the first to the last, which the machine can guess. The last panels
 * may be fewer.
 *
 * @param n
 *            columns of the matrix
 * @param rows
 *            its rows
 */
public record SequentialPanels(int n, int rows) {
    /** Panels side by side. */
    static final int TOGETHER = 4;

    /** {@return number of panels} */
    int panels() {
        return (n + VType.LANES - 1) / VType.LANES;
    }

    /** {@return elements with those beyond the last column} */
    public int size() {
        return Math.multiplyExact(panels() * VType.LANES, rows);
    }

    /**
     * Where an element lies.
     *
     * @param row
     *            its row
     * @param column
     *            its column
     * @return its place among all elements
     */
    public int place(int row, int column) {
        int panel = column / VType.LANES;
        int first = panel / TOGETHER * TOGETHER;
        int width = Math.min(TOGETHER, panels() - first);
        return (first * rows + row * width + panel - first) * VType.LANES + column % VType.LANES;
    }
}
