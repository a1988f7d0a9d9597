package dev.sinter.runtime.library.image;

/** The boolean decoder of VP8 (RFC 6386, section 7); zeros follow the end. */
final class Vp8Bits {
    private final byte[] data;
    private int at;
    private final int end;
    private int value;
    private int range = 255;
    private int count; // bits shifted since the last byte

    Vp8Bits(byte[] data, int from, int length) {
        this.data = data;
        if (from < 0 || length < 0 || from > data.length) {
            throw new IllegalArgumentException("a partition beyond the end of the file");
        }
        at = from;
        end = (int) Math.min((long) from + length, data.length);
        value = next() << 8 | next();
    }

    private int next() {
        return at < end ? data[at++] & 0xFF : 0;
    }

    /** Whether a bit is set that is clear with a probability of p/256. */
    boolean bool(int p) {
        int split = 1 + ((range - 1) * p >> 8);
        boolean set = value >= split << 8;
        if (set) {
            range -= split;
            value -= split << 8;
        } else {
            range = split;
        }
        while (range < 128) {
            value <<= 1;
            range <<= 1;
            if (++count == 8) {
                count = 0;
                value |= next();
            }
        }
        return set;
    }

    int bit(int p) {
        return bool(p) ? 1 : 0;
    }

    boolean flag() {
        return bool(128);
    }

    int number(int bits) {
        int out = 0;
        for (int i = 0; i < bits; i++) {
            out = out << 1 | bit(128);
        }
        return out;
    }

    /** A magnitude and a sign. */
    int signed(int bits) {
        int out = number(bits);
        return flag() ? -out : out;
    }

    /** A signed number behind a flag that says whether it is there. */
    int optional(int bits) {
        return flag() ? signed(bits) : 0;
    }
}
