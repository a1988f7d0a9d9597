package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.Dim;
import dev.sinter.runtime.Form;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * How the rows of a convolution, one for each pixel of its results, are divided into tasks: evenly, or, where tiles may
 * not go beyond a line of the image, into some whole lines or parts of one.
 *
 * @param rows
 *            of all images
 * @param most
 *            rows of a block
 * @param lines
 *            of all images; 0 where they don't matter
 * @param line
 *            rows of a line; 0 where they don't matter
 */
record WindowBlocks(Dim rows, int most, Dim lines, long line) {
    /** Rows of a block: their sums stay in the second-level cache, weights come from memory once for so many. */
    static final int ROWS = 21 * WindowSums.ROWS;
    /** Elements of weights that leave room in the first-level cache. */
    private static final int NARROW = 5 * 1024;
    /** Elements of copied rows that fit beside them. */
    private static final int COPIED = 5 * 1024;

    /** Where weights leave room in the first-level cache, a block has so few rows that their copies stay there, too. */
    static WindowBlocks even(Dim rows, long k, long panels) {
        long some = COPIED / Math.max(1, k) / GemmTile.TALL * GemmTile.TALL;
        long most = k * panels * VType.LANES > NARROW ? ROWS : Math.clamp(some, GemmTile.TALL, ROWS);
        return new WindowBlocks(rows, (int) most, Dim.ZERO, 0);
    }

    /** Whole lines of so many rows, or even parts of one. */
    static WindowBlocks inLines(Dim lines, long line) {
        long cuts = (line + ROWS - 1) / ROWS;
        long most = cuts > 1 ? (line + cuts - 1) / cuts : line == 0 ? 1 : ROWS / line * line;
        return new WindowBlocks(lines.times(Dim.of(line)), (int) most, lines, line);
    }

    /** Blocks of a line that has several, else 1. */
    private int cuts() {
        return (int) Math.max(1, (line + most - 1) / most);
    }

    void declare(Access access) {
        access.parameter("rows", rows);
        access.parameter("block", Dim.of(most));
        access.parameter("run", Dim.of(Math.max(most, line)));
    }

    /** {@return how many blocks there are} */
    Dim count() {
        return cuts() > 1 ? lines.times(Dim.of(cuts())) : rows.ceilDiv(most);
    }

    /** The rows {@code i0} to {@code i1} of a block; returns the first. */
    Term rows(Body b, Term block) {
        var all = Term.ref("rows");
        var size = Term.ref("block");
        if (line == 0) {
            // all blocks but the last have as many, whole tiles of them
            var blocks = b.let("blocks", Term.of(Prim.DIV, all.plus(size).plus(-1), size));
            var even = b.let("even", Term.of(Prim.DIV, all.plus(blocks).plus(-1), blocks));
            var tiles = Term.of(Prim.DIV, even.plus(WindowSums.ROWS - 1), Term.i32(WindowSums.ROWS));
            var height = b.let("height", tiles.times(WindowSums.ROWS));
            var i0 = b.let("i0", Term.of(Prim.MIN, all, block.times(height)));
            b.let("i1", Term.of(Prim.MIN, all, i0.plus(height)));
            return i0;
        }
        var run = Term.ref("run");
        var nth = b.let("nth", cuts() == 1 ? block : Term.of(Prim.DIV, block, Term.i32(cuts())));
        var i0 = b.let("i0", nth.times(run).plus(block.minus(nth.times(cuts())).times(size)));
        b.let("i1", Term.of(Prim.MIN, Term.of(Prim.MIN, all, nth.plus(1).times(run)), i0.plus(size)));
        return i0;
    }

    /**
     * Heights of tiles, or all where sizes are not known.
     *
     * @param apart
     *            whether tiles divide each line by itself
     */
    Set<Integer> heights(Form form, int panels, boolean apart) {
        var all = new TreeSet<Integer>();
        if (!rows.isConst() && !(apart && line > 0) && cuts() == 1) {
            for (int i = 1; i <= GemmTile.maxRows(form); i++) {
                all.add(i);
            }
            return all;
        }
        for (long some : sizes(apart)) {
            all.addAll(WindowSums.heights(form, panels == 1 ? GemmTile.behindTall(form, some) : some));
        }
        return all;
    }

    /** How many rows tiles may have to divide. */
    private List<Long> sizes(boolean apart) {
        if (cuts() > 1) {
            return List.of((long) most, line - (cuts() - 1L) * most);
        }
        if (line > 0) {
            return apart ? List.of(line) : List.of(Math.min(rows.value(), most), rows.value() % most);
        }
        long number = rows.value();
        long blocks = Math.max(1, (number + most - 1) / most);
        long even = (number + blocks - 1) / blocks;
        long height = Math.max(1, (even + WindowSums.ROWS - 1) / WindowSums.ROWS * WindowSums.ROWS);
        return List.of(Math.min(number, height), number % height);
    }
}
