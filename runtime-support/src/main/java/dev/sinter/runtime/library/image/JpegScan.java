package dev.sinter.runtime.library.image;

import dev.sinter.runtime.library.image.Jpeg.Component;

/** Reads the coefficients of a scan: T.81, annexes F (sequential) and G (progressive). */
final class JpegScan {
    private final JpegBits bits;
    private final Component[] components;
    private final boolean progressive;
    private final int first;
    private final int last;
    private final int high;
    private final int low;
    private final int restart;
    private final JpegHuffman[] dc;
    private final JpegHuffman[] ac;
    private int blocksToSkip; // the end of band holds for so many more

    JpegScan(JpegBits bits, Component[] components, boolean progressive, int first, int last, int high, int low,
            int restart, JpegHuffman[] dc, JpegHuffman[] ac) {
        this.bits = bits;
        this.components = components;
        this.progressive = progressive;
        this.first = progressive ? first : 0;
        this.last = progressive ? last : 63;
        this.high = high;
        this.low = progressive ? low : 0;
        this.restart = restart;
        this.dc = dc;
        this.ac = ac;
        if (this.first > this.last || this.last > 63 || low > 13) {
            throw new IllegalArgumentException("a scan of coefficients " + first + " to " + last);
        }
    }

    void run(int unitsAcross, int unitsDown) {
        boolean alone = components.length == 1;
        Component only = components[0];
        int across = alone ? (only.width + 7) / 8 : unitsAcross;
        int down = alone ? (only.height + 7) / 8 : unitsDown;
        reset();
        for (int unit = 0; unit < across * down; unit++) {
            if (restart > 0 && unit > 0 && unit % restart == 0) {
                bits.restart();
                reset();
            }
            if (bits.exhausted()) {
                return;
            }
            int x = unit % across;
            int y = unit / across;
            if (alone) {
                block(only, y * only.blockColumns + x);
                continue;
            }
            for (Component c : components) {
                for (int i = 0; i < c.across * c.down; i++) {
                    block(c, (y * c.down + i / c.across) * c.blockColumns + x * c.across + i % c.across);
                }
            }
        }
    }

    private void reset() {
        blocksToSkip = 0;
        for (Component c : components) {
            c.predicted = 0;
        }
    }

    private void block(Component c, int number) {
        int at = 64 * number;
        if (!progressive) {
            direct(c, at);
            alternating(c, at, 1);
        } else if (first == 0) {
            if (high == 0) {
                direct(c, at);
            } else if (bits.one() == 1) {
                c.coefficients[at] |= (short) (1 << low);
            }
        } else if (high == 0) {
            alternating(c, at, first);
        } else {
            refine(c, at);
        }
    }

    private void direct(Component c, int at) {
        c.predicted += bits.signed(dc[c.dcTable].next(bits) & 15);
        c.coefficients[at] = (short) (c.predicted << low);
    }

    private void alternating(Component c, int at, int from) {
        if (blocksToSkip > 0) {
            blocksToSkip--;
            return;
        }
        JpegHuffman table = ac[c.acTable];
        for (int k = from; k <= last; k++) {
            int symbol = table.next(bits);
            int run = symbol >> 4;
            int size = symbol & 15;
            if (size == 0 && run < 15) {
                if (progressive) {
                    blocksToSkip = (1 << run) - 1 + bits.bits(run);
                }
                return;
            }
            k += run;
            if (size > 0) {
                int value = bits.signed(size);
                if (k <= 63) {
                    c.coefficients[at + Jpeg.ZIGZAG[k]] = (short) (value << low);
                }
            }
        }
    }

    /** One more bit for the coefficients known, and new ones of size 1. */
    private void refine(Component c, int at) {
        int k = first;
        if (blocksToSkip == 0) {
            JpegHuffman table = ac[c.acTable];
            while (k <= last) {
                int symbol = table.next(bits);
                int run = symbol >> 4;
                int value = 0;
                if ((symbol & 15) != 0) {
                    value = bits.one() == 1 ? 1 << low : -1 << low;
                } else if (run < 15) {
                    blocksToSkip = (1 << run) + bits.bits(run);
                    break;
                }
                k = pass(c, at, k, run);
                if (value != 0 && k <= 63) {
                    c.coefficients[at + Jpeg.ZIGZAG[k]] = (short) value;
                }
                k++;
            }
        }
        if (blocksToSkip > 0) {
            pass(c, at, k, 64);
            blocksToSkip--;
        }
    }

    /** Refines known coefficients on the way over {@code zeros} unknown ones; returns the position of the next zero. */
    private int pass(Component c, int at, int from, int zeros) {
        int left = zeros;
        int k = from;
        for (; k <= last; k++) {
            int p = at + Jpeg.ZIGZAG[k];
            short known = c.coefficients[p];
            if (known == 0) {
                if (left-- == 0) {
                    break;
                }
            } else if (bits.one() == 1 && (Math.abs(known) >> low & 1) == 0) {
                c.coefficients[p] += (short) (known > 0 ? 1 << low : -1 << low);
            }
        }
        return k;
    }
}
