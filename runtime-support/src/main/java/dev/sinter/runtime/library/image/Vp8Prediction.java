package dev.sinter.runtime.library.image;

/** The prediction of a macroblock from its neighbours (RFC 6386, section 12), with its residuals added. */
final class Vp8Prediction {
    /**
     * Subblock modes from VE on, sample by sample. The edge around a subblock counts from the bottom of the left column
     * up over the corner and to the right: a small letter is the mean of an edge sample and the next, a capital letter
     * a smoothed edge sample, a dot the first sample itself.
     */
    private static final String[] PATTERNS = {"FGHIFGHIFGHIFGHI", "DDDDCCCCBBBBAAAA", "GHIJHIJKIJKLJKLM",
            "EFGHDEFGCDEFBCDE", "efghEFGHDefgCEFG", "fghiGHIJghiKHIJL", "dEFGcDdEbCcDaBbC", "cCbBbBaAaA......"};
    private static final int EDGE = 13;

    private final Vp8 frame;
    private final int column;
    private final int row;

    Vp8Prediction(Vp8 frame, int column, int row) {
        this.frame = frame;
        this.column = column;
        this.row = row;
    }

    void run(int mode, int[] modes, int chroma, Vp8Residuals residuals) {
        if (mode == Vp8.SUBBLOCKS) {
            for (int i = 0; i < 16; i++) {
                int at = (16 * row + i / 4 * 4) * frame.strides[0] + 16 * column + i % 4 * 4;
                subblock(modes[i], at, edge(i));
                add(residuals, i, 0, at);
            }
        } else {
            whole(mode, 0, 16);
            for (int i = 0; i < 16; i++) {
                add(residuals, i, 0, (16 * row + i / 4 * 4) * frame.strides[0] + 16 * column + i % 4 * 4);
            }
        }
        for (int plane = 1; plane <= 2; plane++) {
            whole(chroma, plane, 8);
            for (int i = 0; i < 4; i++) {
                add(residuals, 12 + 4 * plane + i, plane,
                        (8 * row + i / 2 * 4) * frame.strides[plane] + 8 * column + i % 2 * 4);
            }
        }
    }

    private void add(Vp8Residuals residuals, int number, int plane, int at) {
        if (residuals != null) {
            residuals.add(number, frame.planes[plane], at, frame.strides[plane]);
        }
    }

    /** A sample of the frame; outside of it there are constants. */
    private int sample(int plane, int x, int y) {
        if (y < 0) {
            return 127;
        }
        return x < 0 ? 129 : frame.planes[plane][y * frame.strides[plane] + x] & 0xFF;
    }

    private void whole(int mode, int plane, int size) {
        int x0 = column * size;
        int y0 = row * size;
        int mean = mode == Vp8.DC ? mean(plane, x0, y0, size) : 0;
        int corner = sample(plane, x0 - 1, y0 - 1);
        byte[] out = frame.planes[plane];
        for (int y = 0; y < size; y++) {
            int left = sample(plane, x0 - 1, y0 + y);
            for (int x = 0; x < size; x++) {
                out[(y0 + y) * frame.strides[plane] + x0 + x] = (byte) switch (mode) {
                    case Vp8.DC -> mean;
                    case Vp8.VERTICAL -> sample(plane, x0 + x, y0 - 1);
                    case Vp8.HORIZONTAL -> left;
                    default -> Math.clamp(left + sample(plane, x0 + x, y0 - 1) - corner, 0, 255);
                };
            }
        }
    }

    private int mean(int plane, int x0, int y0, int size) {
        int sum = 0;
        int count = 0;
        for (int i = 0; i < size && row > 0; i++, count++) {
            sum += sample(plane, x0 + i, y0 - 1);
        }
        for (int i = 0; i < size && column > 0; i++, count++) {
            sum += sample(plane, x0 - 1, y0 + i);
        }
        return count == 0 ? 128 : (sum + count / 2) / count;
    }

    /** The edge of a subblock: 4 samples to the left from the bottom up, the corner, 8 above. */
    private int[] edge(int number) {
        int x0 = 16 * column + number % 4 * 4;
        int y0 = 16 * row + number / 4 * 4;
        var e = new int[EDGE];
        for (int i = 0; i < 4; i++) {
            e[3 - i] = sample(0, x0 - 1, y0 + i);
            e[5 + i] = sample(0, x0 + i, y0 - 1);
        }
        e[4] = sample(0, x0 - 1, y0 - 1);
        // The last column has no neighbours yet: it takes those above the macroblock, or the last one there.
        boolean last = number % 4 == 3;
        int above = last ? 16 * row - 1 : y0 - 1;
        for (int i = 0; i < 4; i++) {
            int x = last && column == frame.columns - 1 ? x0 + 3 : x0 + 4 + i;
            e[9 + i] = sample(0, x, above);
        }
        return e;
    }

    private void subblock(int mode, int at, int[] e) {
        for (int i = 0; i < 16; i++) {
            int value = switch (mode) {
                case Vp8.DC -> e[0] + e[1] + e[2] + e[3] + e[5] + e[6] + e[7] + e[8] + 4 >> 3;
                case Vp8.TM -> Math.clamp(e[3 - i / 4] + e[5 + i % 4] - e[4], 0, 255);
                default -> pattern(PATTERNS[mode - 2].charAt(i), e);
            };
            frame.planes[0][at + i / 4 * frame.strides[0] + i % 4] = (byte) value;
        }
    }

    private static int pattern(char letter, int[] e) {
        if (letter == '.') {
            return e[0];
        }
        if (letter >= 'a') {
            return e[letter - 'a'] + e[letter - 'a' + 1] + 1 >> 1;
        }
        int i = letter - 'A';
        return e[Math.max(i - 1, 0)] + 2 * e[i] + e[Math.min(i + 1, EDGE - 1)] + 2 >> 2;
    }
}
