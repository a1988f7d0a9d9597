package dev.sinter.runtime.library.image;

/** The bits of a lossless WebP image, and its prefix codes. */
final class Vp8LCodes {
    private static final int[] ORDER = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

    private final byte[] data;
    private long at; // in bits

    Vp8LCodes(byte[] data, int from) {
        this.data = data;
        at = 8L * from;
    }

    int bit() {
        if (at >= 8L * data.length) {
            throw new IllegalArgumentException("the image data end early");
        }
        int bit = data[(int) (at >> 3)] >> (int) (at & 7) & 1;
        at++;
        return bit;
    }

    /** A number, the lowest bit first. */
    int bits(int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            value |= bit() << i;
        }
        return value;
    }

    /** A length or distance whose code gives its magnitude. */
    int extended(int code) {
        if (code < 4) {
            return code + 1;
        }
        int extra = code - 2 >> 1;
        return (2 + (code & 1) << extra) + bits(extra) + 1;
    }

    /** A prefix code in canonical order. */
    static final class Table {
        private final int[] symbols;
        private final int[] counts = new int[16];
        private int only = -1; // a lone symbol takes no bits

        Table(int[] lengths) {
            int total = 0;
            for (int symbol = 0; symbol < lengths.length; symbol++) {
                counts[lengths[symbol]]++;
                if (lengths[symbol] > 0) {
                    total++;
                    only = symbol;
                }
            }
            if (total == 0) {
                throw new IllegalArgumentException("a prefix code without symbols");
            }
            only = total == 1 ? only : -1;
            symbols = new int[total];
            var next = new int[17];
            for (int length = 1; length < 16; length++) {
                next[length + 1] = next[length] + counts[length];
            }
            for (int symbol = 0; symbol < lengths.length; symbol++) {
                if (lengths[symbol] > 0) {
                    symbols[next[lengths[symbol]]++] = symbol;
                }
            }
        }

        int next(Vp8LCodes in) {
            if (only >= 0) {
                return only;
            }
            int code = 0;
            int first = 0;
            int index = 0;
            for (int length = 1; length < 16; length++) {
                code |= in.bit();
                if (code - first < counts[length]) {
                    return symbols[index + code - first];
                }
                index += counts[length];
                first = first + counts[length] << 1;
                code <<= 1;
            }
            throw new IllegalArgumentException("a code that is in no table");
        }
    }

    /** Reads the lengths of a prefix code over an alphabet. */
    Table table(int alphabet) {
        var lengths = new int[alphabet];
        if (bit() == 1) {
            boolean two = bit() == 1;
            lengths[bits(bit() == 1 ? 8 : 1)] = 1;
            if (two) {
                lengths[bits(8)] = 1;
            }
            return new Table(lengths);
        }
        var own = new int[19];
        int count = 4 + bits(4);
        for (int i = 0; i < count; i++) {
            own[ORDER[i]] = bits(3);
        }
        var table = new Table(own);
        int left = bit() == 1 ? 2 + bits(2 + 2 * bits(3)) : alphabet;
        int before = 8;
        for (int symbol = 0; symbol < alphabet && left-- > 0;) {
            int code = table.next(this);
            if (code < 16) {
                lengths[symbol++] = code;
                before = code == 0 ? before : code;
                continue;
            }
            int repeats = code == 16 ? 3 + bits(2) : code == 17 ? 3 + bits(3) : 11 + bits(7);
            for (int i = 0; i < repeats; i++) {
                lengths[symbol++] = code == 16 ? before : 0;
            }
        }
        return new Table(lengths);
    }
}
