package dev.sinter.runtime.library.image;

/** The bits of packet headers: after a byte of ones comes a byte of which seven bits count. */
final class J2kHeaderBits {
    /** The data of a tile are used up. */
    static final class End extends RuntimeException {
        private static final long serialVersionUID = 1L;

        End() {
            super("the packets end early");
        }
    }

    final byte[] data;
    int at;
    private int held;
    private int count;

    J2kHeaderBits(byte[] data) {
        this.data = data;
    }

    int bit() {
        if (count == 0) {
            if (at >= data.length) {
                throw new End();
            }
            count = held == 0xFF ? 7 : 8;
            held = data[at++] & 0xFF;
        }
        count--;
        return held >> count & 1;
    }

    int bits(int n) {
        int value = 0;
        for (int i = 0; i < n; i++) {
            value = value << 1 | bit();
        }
        return value;
    }

    /** Goes to the byte behind the header. */
    void align() {
        if (held == 0xFF) {
            at++;
        }
        held = 0;
        count = 0;
    }

    /** Passes over a marker segment if it is here. */
    void skip(int marker, int length) {
        if (at + length <= data.length && (data[at] & 0xFF) == 0xFF && (data[at + 1] & 0xFF) == marker) {
            at += length;
        }
    }

    /** Number of coding passes: T.800, table B.4. */
    int passes() {
        if (bit() == 0) {
            return 1;
        }
        if (bit() == 0) {
            return 2;
        }
        int two = bits(2);
        if (two < 3) {
            return 3 + two;
        }
        int five = bits(5);
        return five < 31 ? 6 + five : 37 + bits(7);
    }
}
