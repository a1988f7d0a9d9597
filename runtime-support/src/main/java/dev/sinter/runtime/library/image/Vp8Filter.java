package dev.sinter.runtime.library.image;

/** The loop filter of VP8 (RFC 6386, section 15), over a frame that is complete. */
final class Vp8Filter {
    private final Vp8 frame;
    private final boolean simple;
    private final int sharpness;
    private final int[] levels;
    private final boolean[] inner;

    Vp8Filter(Vp8 frame, boolean simple, int sharpness) {
        this.frame = frame;
        this.simple = simple;
        this.sharpness = sharpness;
        levels = new int[frame.columns * frame.rows];
        inner = new boolean[levels.length];
    }

    /** Sets a macroblock's strength, and whether the edges inside it are filtered. */
    void set(int x, int y, int level, boolean inside) {
        levels[y * frame.columns + x] = Math.clamp(level, 0, 63);
        inner[y * frame.columns + x] = inside;
    }

    void run() {
        for (int i = 0; i < levels.length; i++) {
            if (levels[i] > 0) {
                macroblock(i % frame.columns, i / frame.columns, levels[i], inner[i]);
            }
        }
    }

    private void macroblock(int x, int y, int level, boolean inside) {
        int limit = sharpness == 0 ? level : Math.min(level >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
        limit = Math.max(limit, 1);
        int threshold = level >= 40 ? 2 : level >= 15 ? 1 : 0;
        for (int plane = 0; plane < (simple ? 1 : 3); plane++) {
            int size = plane == 0 ? 16 : 8;
            int stride = frame.strides[plane];
            int at = y * size * stride + x * size;
            if (x > 0) {
                edge(plane, at, 1, stride, size, 2 * level + 4 + limit, limit, threshold, true);
            }
            for (int i = 4; i < size && inside; i += 4) {
                edge(plane, at + i, 1, stride, size, 2 * level + limit, limit, threshold, false);
            }
            if (y > 0) {
                edge(plane, at, stride, 1, size, 2 * level + 4 + limit, limit, threshold, true);
            }
            for (int i = 4; i < size && inside; i += 4) {
                edge(plane, at + i * stride, stride, 1, size, 2 * level + limit, limit, threshold, false);
            }
        }
    }

    private void edge(int plane, int from, int across, int along, int length, int edgeLimit, int limit, int threshold,
            boolean outer) {
        byte[] s = frame.planes[plane];
        for (int i = 0; i < length; i++) {
            int at = from + i * along;
            int p1 = s[at - 2 * across] & 0xFF;
            int p0 = s[at - across] & 0xFF;
            int q0 = s[at] & 0xFF;
            int q1 = s[at + across] & 0xFF;
            if (2 * Math.abs(p0 - q0) + (Math.abs(p1 - q1) >> 1) > edgeLimit) {
                continue;
            }
            if (simple) {
                adjust(s, at, across, true);
            } else if (isFlat(s, at, across, limit)) {
                boolean high = Math.abs(p1 - p0) > threshold || Math.abs(q1 - q0) > threshold;
                if (outer && !high) {
                    wide(s, at, across);
                } else {
                    int a = adjust(s, at, across, high);
                    if (!outer && !high) {
                        shift(s, at, across, 1, a + 1 >> 1);
                    }
                }
            }
        }
    }

    private static boolean isFlat(byte[] s, int at, int across, int limit) {
        for (int i = -4; i < 3; i++) {
            if (i != -1
                    && Math.abs((s[at + i * across] & 0xFF) - (s[at + (i + 1) * across] & 0xFF)) > limit) {
                return false;
            }
        }
        return true;
    }

    private static int signed(byte[] s, int at) {
        return (s[at] & 0xFF) - 128;
    }

    private static int clamp(int value) {
        return Math.clamp(value, -128, 127);
    }

    /** Moves the samples at a distance from the edge towards one another. */
    private static void shift(byte[] s, int at, int across, int distance, int by) {
        int q = at + distance * across;
        int p = at - (distance + 1) * across;
        s[q] = (byte) (clamp(signed(s, q) - by) + 128);
        s[p] = (byte) (clamp(signed(s, p) + by) + 128);
    }

    private static int difference(byte[] s, int at, int across, boolean outerTaps) {
        int taps = outerTaps ? clamp(signed(s, at - 2 * across) - signed(s, at + across)) : 0;
        return clamp(taps + 3 * (signed(s, at) - signed(s, at - across)));
    }

    private static int adjust(byte[] s, int at, int across, boolean outerTaps) {
        int f = difference(s, at, across, outerTaps);
        int b = clamp(f + 3) >> 3;
        int a = clamp(f + 4) >> 3;
        s[at] = (byte) (clamp(signed(s, at) - a) + 128);
        s[at - across] = (byte) (clamp(signed(s, at - across) + b) + 128);
        return a;
    }

    private static void wide(byte[] s, int at, int across) {
        int w = difference(s, at, across, true);
        shift(s, at, across, 0, clamp(27 * w + 63 >> 7));
        shift(s, at, across, 1, clamp(18 * w + 63 >> 7));
        shift(s, at, across, 2, clamp(9 * w + 63 >> 7));
    }
}
