package dev.sinter.codegen.kernel;

import dev.sinter.runtime.Form;

/**
 * Register tiles of matrix products: rows times panels of sixteen columns. They differ by machine width because
 * registers do; each element is still accumulated in ascending k, so the result does not.
 */
final class GemmTile {
    /** Panels of one parallel task: a multiple of every tile's panels. */
    static final int GROUP = 12;

    /** Most rows of a tile of one panel. */
    static final int TALL = 14;

    private GemmTile() {
    }

    /** Rows that fit one tile where there are no more: each weight is then loaded once. */
    static int singleRows(Form form) {
        return form == Form.V512 ? 8 : maxRows(form);
    }

    /** The most rows a tile has where there are several. */
    static int maxRows(Form form) {
        return switch (form) {
            case V512 -> 7;
            case V256, SCALAR -> 6;
            case V128 -> 3;
        };
    }

    /**
     * Rows of a tile of one panel that wants more than others to keep the multipliers busy; {@link #maxRows} where
     * registers do not allow more.
     */
    static int tallRows(Form form) {
        return form == Form.V512 ? TALL : maxRows(form);
    }

    /** Of so many rows of one panel those behind tall tiles. */
    static long behindTall(Form form, long rows) {
        return tallRows(form) > maxRows(form) ? rows % tallRows(form) : rows;
    }

    /** The least rows a tile has where there are several: rows are divided evenly. */
    static int leastRows(Form form) {
        int rows = singleRows(form) + 1;
        return rows / ((rows + maxRows(form) - 1) / maxRows(form));
    }

    /** Panels of a tile with that many rows: fewer rows need more panels to keep the multipliers busy. */
    static int panels(Form form, int rows) {
        return switch (form) {
            case V512 -> rows == 8 ? 2 : rows >= 4 ? 3 : rows == 2 ? 6 : 4;
            case V256 -> rows >= 4 ? 1 : rows == 3 ? 2 : 3;
            case V128 -> rows == 3 ? 1 : 2;
            case SCALAR -> 1;
        };
    }

    /**
     * Panels at the end of the last group that narrower tiles do: those that are left over, and where that would be one
     * alone, a wide tile's as well, since two tiles of two keep the multipliers busier than one of three and one of one.
     */
    static int rest(int panels, int wide) {
        int rest = panels % wide;
        return wide == 3 && rest == 1 && panels > 3 ? 4 : rest;
    }

    /** Panels of the tiles that do the rest. */
    static int narrow(int rest, int wide) {
        return rest > wide ? rest / 2 : rest;
    }
}
