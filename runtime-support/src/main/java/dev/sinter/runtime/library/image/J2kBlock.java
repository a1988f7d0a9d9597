package dev.sinter.runtime.library.image;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A code-block of JPEG 2000: what packets say of it, and its bit planes (T.800, annex D). */
final class J2kBlock {
    private static final int LAZY = 1;
    private static final int RESET = 2;
    private static final int TERMINATE = 4;
    private static final int CAUSAL = 8;
    private static final int SYMBOLS = 32;
    private static final int SIGNIFICANT = 1;
    private static final int NEGATIVE = 2;
    private static final int VISITED = 4;
    private static final int REFINED = 8;

    /** Passes that share a run of code. */
    static final class Segment {
        final int most;
        int passes;
        int bytes;

        Segment(int most) {
            this.most = most;
        }
    }

    final J2kBand band;
    final int x0;
    final int y0;
    final int width;
    final int height;
    boolean included;
    int missingPlanes;
    int lengthBits = 3;
    final List<Segment> segments = new ArrayList<>();
    private byte[] code = {};
    private int size;
    private int style;
    private int stride;
    private byte[] flags;      // with a border of one
    private int[] magnitudes;  // doubled, so that there is room for the middle of the unknown rest
    private J2kArithmetic in;
    private boolean raw;

    J2kBlock(J2kBand band, int x0, int y0, int x1, int y1) {
        this.band = band;
        this.x0 = x0;
        this.y0 = y0;
        width = x1 - x0;
        height = y1 - y0;
    }

    /** The segment that the next pass belongs to. */
    Segment segment(int codeStyle) {
        Segment last = segments.isEmpty() ? null : segments.getLast();
        if (last == null || last.passes == last.most) {
            int most = 109;
            if ((codeStyle & TERMINATE) != 0) {
                most = 1;
            } else if ((codeStyle & LAZY) != 0) {
                most = last == null ? 10 : last.most == 1 || last.most == 10 ? 2 : 1;
            }
            last = new Segment(most);
            segments.add(last);
        }
        return last;
    }

    /** Adds bytes of code to a segment; they come in order. */
    void add(Segment segment, byte[] data, int from, int length) {
        if (size + length > code.length) {
            code = Arrays.copyOf(code, Math.max(2 * code.length, size + length));
        }
        System.arraycopy(data, from, code, size, length);
        size += length;
        segment.bytes += length;
    }

    /** Decodes all passes into the band's coefficients. */
    void decode(int codeStyle) {
        int planes = band.planes - missingPlanes;
        if (segments.isEmpty() || planes <= 0 || planes > 30) {
            return;
        }
        style = codeStyle;
        stride = width + 2;
        flags = new byte[stride * (height + 2)];
        magnitudes = new int[width * height];
        in = new J2kArithmetic();
        in.reset();
        int plane = planes - 1;
        int kind = 2; // the first plane has a cleanup pass only
        int from = 0;
        for (Segment segment : segments) {
            raw = (style & LAZY) != 0 && plane + 1 <= planes - 4 && kind < 2;
            if (raw) {
                in.startRaw(code, from, from + segment.bytes);
            } else {
                in.start(code, from, from + segment.bytes);
            }
            for (int i = 0; i < segment.passes && plane >= 0; i++) {
                pass(kind, plane);
                kind = (kind + 1) % 3;
                plane -= kind == 0 ? 1 : 0;
            }
            from += segment.bytes;
        }
        store();
    }

    private void store() {
        for (int i = 0; i < magnitudes.length; i++) {
            int x = i % width;
            int y = i / width;
            boolean negative = (flags[(y + 1) * stride + x + 1] & NEGATIVE) != 0;
            float value = band.reversible ? magnitudes[i] >> 1 : magnitudes[i] * 0.5f * band.step;
            band.data[(y0 - band.y0 + y) * (band.x1 - band.x0) + x0 - band.x0 + x] = negative ? -value : value;
        }
        flags = null;
        magnitudes = null;
        in = null;
    }

    private void pass(int kind, int plane) {
        for (int top = 0; top < height; top += 4) {
            int bottom = Math.min(top + 4, height);
            for (int x = 0; x < width; x++) {
                int y = top;
                if (kind == 2 && bottom - top == 4 && isQuiet(x, top)) {
                    if (in.decode(J2kArithmetic.RUN) == 0) {
                        continue;
                    }
                    y = top + (in.decode(J2kArithmetic.UNIFORM) << 1 | in.decode(J2kArithmetic.UNIFORM));
                    becomeSignificant(x, y, plane, top + 3);
                    y++;
                }
                for (; y < bottom; y++) {
                    one(kind, x, y, plane, top + 3);
                }
            }
        }
        if (kind == 2) {
            for (int i = 0; i < flags.length; i++) {
                flags[i] &= ~VISITED;
            }
            for (int i = 0; i < 4 && (style & SYMBOLS) != 0; i++) {
                in.decode(J2kArithmetic.UNIFORM);
            }
        }
        if ((style & RESET) != 0) {
            in.reset();
        }
    }

    private void one(int kind, int x, int y, int plane, int lastRow) {
        int at = (y + 1) * stride + x + 1;
        boolean significant = (flags[at] & SIGNIFICANT) != 0;
        if (kind == 1) {
            if (significant && (flags[at] & VISITED) == 0) {
                int context = (flags[at] & REFINED) != 0 ? 16 : zeroContext(at, y, lastRow) > 0 ? 15 : 14;
                int bit = raw ? in.raw() : in.decode(context);
                magnitudes[y * width + x] += bit == 1 ? 1 << plane : -1 << plane;
                flags[at] |= REFINED;
            }
            return;
        }
        if (significant || (flags[at] & VISITED) != 0) {
            return;
        }
        int context = zeroContext(at, y, lastRow);
        if (kind == 0 && context == 0) {
            return;
        }
        if ((raw ? in.raw() : in.decode(context)) == 1) {
            becomeSignificant(x, y, plane, lastRow);
        }
        if (kind == 0) {
            flags[at] |= VISITED;
        }
    }

    private boolean isQuiet(int x, int top) {
        for (int y = top; y < top + 4; y++) {
            int at = (y + 1) * stride + x + 1;
            if ((flags[at] & (SIGNIFICANT | VISITED)) != 0 || zeroContext(at, y, top + 3) != 0) {
                return false;
            }
        }
        return true;
    }

    private int significant(int at) {
        return flags[at] & SIGNIFICANT;
    }

    /** Table D.1: by the neighbours that are significant. */
    private int zeroContext(int at, int y, int lastRow) {
        boolean below = (style & CAUSAL) == 0 || y != lastRow;
        int h = significant(at - 1) + significant(at + 1);
        int v = significant(at - stride) + (below ? significant(at + stride) : 0);
        int d = significant(at - stride - 1) + significant(at - stride + 1)
                + (below ? significant(at + stride - 1) + significant(at + stride + 1) : 0);
        if (band.orientation == J2kBand.HH) {
            int sum = h + v;
            return switch (d) {
                case 0 -> Math.min(sum, 2);
                case 1 -> 3 + Math.min(sum, 2);
                case 2 -> sum > 0 ? 7 : 6;
                default -> 8;
            };
        }
        if (band.orientation == J2kBand.HL) {
            int swap = h;
            h = v;
            v = swap;
        }
        if (h == 2) {
            return 8;
        }
        if (h == 1) {
            return v > 0 ? 7 : d > 0 ? 6 : 5;
        }
        return v > 0 ? 2 + v : Math.min(d, 2);
    }

    private int sign(int at) {
        return (flags[at] & SIGNIFICANT) == 0 ? 0 : (flags[at] & NEGATIVE) != 0 ? -1 : 1;
    }

    /** Table D.3: the sign by those of the neighbours. */
    private void becomeSignificant(int x, int y, int plane, int lastRow) {
        int at = (y + 1) * stride + x + 1;
        boolean below = (style & CAUSAL) == 0 || y != lastRow;
        int h = Math.clamp(sign(at - 1) + sign(at + 1), -1, 1);
        int v = Math.clamp(sign(at - stride) + (below ? sign(at + stride) : 0), -1, 1);
        int turned = h < 0 || h == 0 && v < 0 ? 1 : 0;
        int context = h == 0 ? 9 + Math.abs(v) : 12 + h * v;
        int bit = raw ? in.raw() : in.decode(context) ^ turned;
        flags[at] |= (byte) (SIGNIFICANT | (bit == 1 ? NEGATIVE : 0));
        magnitudes[y * width + x] = 3 << plane;
    }
}
