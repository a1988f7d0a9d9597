package dev.sinter.runtime.library.image;

import java.util.Arrays;

/** The coefficients of a macroblock: tokens (RFC 6386, section 13) and their inverse transforms (section 14). */
final class Vp8Residuals {
    private static final int[] BANDS = {0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0};
    private static final int[] ZIGZAG = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};
    private static final int[][] EXTRA = {{173, 148, 140}, {176, 155, 140, 135}, {180, 157, 141, 134, 130},
            {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}};
    /** Bits of a macroblock's neighbours: four luma blocks, two of each chroma plane, the second order. */
    private static final int SECOND = 8;
    private static final int FLAGS = 9;

    private final int[] odds = Vp8Tables.bytes(Vp8Tables.TOKENS);
    private boolean[] above;
    private final boolean[] left = new boolean[FLAGS];
    private final int[] coefficients = new int[25 * 16]; // 16 luma blocks, 4 and 4 of chroma, the second order

    /** Reads the updates of the probabilities in a frame's header. */
    void update(Vp8Bits header) {
        int[] updates = Vp8Tables.bytes(Vp8Tables.UPDATES);
        for (int i = 0; i < odds.length; i++) {
            if (header.bool(updates[i])) {
                odds[i] = header.number(8);
            }
        }
    }

    void start(int columns) {
        above = new boolean[FLAGS * columns];
    }

    void startRow() {
        Arrays.fill(left, false);
    }

    /** A macroblock without coefficients. */
    void skip(int x, boolean second) {
        int flags = second ? FLAGS : FLAGS - 1; // without a second order, its neighbours stay
        Arrays.fill(left, 0, flags, false);
        Arrays.fill(above, FLAGS * x, FLAGS * x + flags, false);
    }

    /** Reads a macroblock's coefficients and transforms them; returns whether there are any. */
    boolean read(Vp8Bits bits, int x, boolean second, int[] quantizers) {
        Arrays.fill(coefficients, 0);
        boolean any = false;
        if (second) {
            any = block(bits, 24, 1, 0, FLAGS * x + SECOND, SECOND, quantizers[2], quantizers[3]);
            spread();
        }
        for (int i = 0; i < 16; i++) {
            any |= block(bits, i, second ? 0 : 3, second ? 1 : 0, FLAGS * x + i % 4, i / 4, quantizers[0],
                    quantizers[1]);
        }
        for (int i = 0; i < 8; i++) {
            int plane = 4 + i / 4 * 2;
            any |= block(bits, 16 + i, 2, 0, FLAGS * x + plane + i % 2, plane + i / 2 % 2, quantizers[4],
                    quantizers[5]);
        }
        return any;
    }

    private boolean block(Vp8Bits bits, int number, int plane, int first, int up, int side, int dc, int ac) {
        int context = (above[up] ? 1 : 0) + (left[side] ? 1 : 0);
        boolean any = tokens(bits, 16 * number, plane, first, context, dc, ac);
        above[up] = any;
        left[side] = any;
        return any;
    }

    private boolean tokens(Vp8Bits bits, int at, int plane, int first, int start, int dc, int ac) {
        int context = start;
        boolean mayEnd = true;
        int i = first;
        for (; i < 16; i++) {
            int p = ((plane * 8 + BANDS[i]) * 3 + context) * 11;
            if (mayEnd && !bits.bool(odds[p])) {
                break;
            }
            mayEnd = bits.bool(odds[p + 1]);
            if (!mayEnd) {
                context = 0;
                continue;
            }
            int value = magnitude(bits, p);
            context = value == 1 ? 1 : 2;
            coefficients[at + ZIGZAG[i]] = (bits.flag() ? -value : value) * (i == 0 ? dc : ac);
        }
        return i > first;
    }

    private int magnitude(Vp8Bits bits, int p) {
        if (!bits.bool(odds[p + 2])) {
            return 1;
        }
        if (!bits.bool(odds[p + 3])) {
            return !bits.bool(odds[p + 4]) ? 2 : 3 + bits.bit(odds[p + 5]);
        }
        if (!bits.bool(odds[p + 6])) {
            return !bits.bool(odds[p + 7]) ? 5 + bits.bit(159) : 7 + 2 * bits.bit(165) + bits.bit(145);
        }
        int high = bits.bit(odds[p + 8]);
        int category = 2 * high + bits.bit(odds[p + 9 + high]);
        int extra = 0;
        for (int odd : EXTRA[category]) {
            extra = extra << 1 | bits.bit(odd);
        }
        return 3 + (8 << category) + extra;
    }

    /** The inverse Walsh-Hadamard transform of the second order gives the direct coefficients of luma. */
    private void spread() {
        int s = 24 * 16;
        var t = new int[16];
        for (int i = 0; i < 4; i++) {
            int a = coefficients[s + i] + coefficients[s + 12 + i];
            int b = coefficients[s + 4 + i] + coefficients[s + 8 + i];
            int c = coefficients[s + 4 + i] - coefficients[s + 8 + i];
            int d = coefficients[s + i] - coefficients[s + 12 + i];
            t[i] = a + b;
            t[4 + i] = c + d;
            t[8 + i] = a - b;
            t[12 + i] = d - c;
        }
        for (int i = 0; i < 16; i += 4) {
            int a = t[i] + t[i + 3];
            int b = t[i + 1] + t[i + 2];
            int c = t[i + 1] - t[i + 2];
            int d = t[i] - t[i + 3];
            coefficients[16 * i] = a + b + 3 >> 3;
            coefficients[16 * i + 16] = c + d + 3 >> 3;
            coefficients[16 * i + 32] = a - b + 3 >> 3;
            coefficients[16 * i + 48] = d - c + 3 >> 3;
        }
    }

    /** Adds a block's inverse cosine transform to a plane. */
    void add(int number, byte[] plane, int at, int stride) {
        var t = new int[16];
        for (int i = 0; i < 4; i++) {
            pass(coefficients, 16 * number + i, 4, t, i, 4);
        }
        var out = new int[16];
        for (int i = 0; i < 4; i++) {
            pass(t, 4 * i, 1, out, 4 * i, 1);
            for (int x = 0; x < 4; x++) {
                int p = at + i * stride + x;
                plane[p] = (byte) Math.clamp((plane[p] & 0xFF) + (out[4 * i + x] + 4 >> 3), 0, 255);
            }
        }
    }

    private static void pass(int[] in, int from, int step, int[] out, int to, int by) {
        int a = in[from] + in[from + 2 * step];
        int b = in[from] - in[from + 2 * step];
        int v1 = in[from + step];
        int v3 = in[from + 3 * step];
        int c = (v1 * 35468 >> 16) - v3 - (v3 * 20091 >> 16);
        int d = v1 + (v1 * 20091 >> 16) + (v3 * 35468 >> 16);
        out[to] = a + d;
        out[to + by] = b + c;
        out[to + 2 * by] = b - c;
        out[to + 3 * by] = a - d;
    }
}
