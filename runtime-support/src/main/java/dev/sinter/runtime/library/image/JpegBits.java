package dev.sinter.runtime.library.image;

/** The bits of a scan; behind its end there are zeros, as libjpeg has it for files cut short. */
final class JpegBits {
    /** More than a decoder may read ahead of the last code. */
    private static final int MOST_INVENTED = 64;

    private final byte[] file;
    private int at;
    private int held;
    private int invented; // bytes that were not there
    private int count;

    JpegBits(byte[] file, int at) {
        this.file = file;
        this.at = at;
    }

    int one() {
        if (count == 0) {
            held = 0;
            if (at < file.length && ((file[at] & 0xFF) != 0xFF || at + 1 < file.length && file[at + 1] == 0)) {
                held = file[at] & 0xFF;
                at += held == 0xFF ? 2 : 1;
            } else {
                invented++;
            }
            count = 8;
        }
        count--;
        return held >> count & 1;
    }

    int bits(int n) {
        int value = 0;
        for (int i = 0; i < n; i++) {
            value = value << 1 | one();
        }
        return value;
    }

    /** A number of n bits whose first bit tells the sign. */
    int signed(int n) {
        int value = bits(n);
        return n > 0 && value < 1 << n - 1 ? value - (1 << n) + 1 : value;
    }

    /** Passes over a restart marker. */
    void restart() {
        count = 0;
        if (at + 1 < file.length && (file[at] & 0xFF) == 0xFF && (file[at + 1] & 0xF8) == 0xD0) {
            at += 2;
        }
    }

    /** Whether the data ended long ago. */
    boolean exhausted() {
        return invented > MOST_INVENTED;
    }

    /** Where the next marker is. */
    int end() {
        return at;
    }
}
