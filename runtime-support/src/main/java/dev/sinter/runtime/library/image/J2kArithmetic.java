package dev.sinter.runtime.library.image;

import java.util.Arrays;

/** The arithmetic decoder of JPEG 2000 (T.800, annex C), and its raw bits for lazy coding (annex D.6). */
final class J2kArithmetic {
    /** Table C.2: the probability of the rarer symbol, the next state after the other one and after it; ! switches. */
    private static final String TABLE = ""
            + "5601 1 1! 3401 2 6 1801 3 9 0AC1 4 12 0521 5 29 0221 38 33 5601 7 6! 5401 8 14 "
            + "4801 9 14 3801 10 14 3001 11 17 2401 12 18 1C01 13 20 1601 29 21 5601 15 14! 5401 16 14 5101 17 15 "
            + "4801 18 16 3801 19 17 3401 20 18 3001 21 19 2801 22 19 2401 23 20 2201 24 21 1C01 25 22 1801 26 23 "
            + "1601 27 24 1401 28 25 1201 29 26 1101 30 27 0AC1 31 28 09C1 32 29 08A1 33 30 0521 34 31 0441 35 32 "
            + "02A1 36 33 0221 37 34 0141 38 35 0111 39 36 0085 40 37 0049 41 38 0025 42 39 0015 43 40 0009 44 41 "
            + "0005 45 42 0001 45 43 5601 46 46";
    private static final int[][] STATES = states();
    static final int RUN = 17;
    static final int UNIFORM = 18;

    private final int[] state = new int[19];
    private final int[] likely = new int[19];
    private byte[] data;
    private int at;
    private int end;
    private int c;
    private int a;
    private int count;

    private static int[][] states() {
        String[] cells = TABLE.split(" ");
        var out = new int[cells.length / 3][];
        for (int i = 0; i < out.length; i++) {
            String after = cells[3 * i + 2];
            boolean turns = after.endsWith("!");
            out[i] = new int[]{Integer.parseInt(cells[3 * i], 16), Integer.parseInt(cells[3 * i + 1]),
                    Integer.parseInt(turns ? after.substring(0, after.length() - 1) : after), turns ? 1 : 0};
        }
        return out;
    }

    /** Forgets what was learned of the contexts. */
    void reset() {
        Arrays.fill(state, 0);
        Arrays.fill(likely, 0);
        state[0] = 4;
        state[RUN] = 3;
        state[UNIFORM] = 46;
    }

    /** Begins a segment of arithmetic code. */
    void start(byte[] bytes, int from, int to) {
        data = bytes;
        at = from;
        end = to;
        c = u8(at) << 16;
        more();
        c <<= 7;
        count -= 7;
        a = 0x8000;
    }

    /** Begins a segment of raw bits. */
    void startRaw(byte[] bytes, int from, int to) {
        data = bytes;
        at = from;
        end = to;
        c = 0;
        count = 0;
    }

    private int u8(int position) {
        return position < end ? data[position] & 0xFF : 0xFF;
    }

    private void more() {
        if (u8(at) == 0xFF) {
            if (u8(at + 1) > 0x8F) {
                c += 0xFF00;
                count = 8;
            } else {
                at++;
                c += u8(at) << 9;
                count = 7;
            }
        } else {
            at++;
            c += u8(at) << 8;
            count = 8;
        }
    }

    int raw() {
        if (count == 0) {
            boolean stuffed = c == 0xFF;
            if (stuffed && u8(at) > 0x8F) {
                c = 0xFF;
                count = 8;
            } else {
                c = u8(at++);
                count = stuffed ? 7 : 8;
            }
        }
        count--;
        return c >> count & 1;
    }

    int decode(int context) {
        int[] s = STATES[state[context]];
        a -= s[0];
        boolean rare;
        if (c >>> 16 < s[0]) {
            rare = a >= s[0];
            a = s[0];
        } else {
            c -= s[0] << 16;
            if ((a & 0x8000) != 0) {
                return likely[context];
            }
            rare = a < s[0];
        }
        int symbol = likely[context] ^ (rare ? 1 : 0);
        if (rare) {
            likely[context] ^= s[3];
        }
        state[context] = s[rare ? 2 : 1];
        do {
            if (count == 0) {
                more();
            }
            a <<= 1;
            c <<= 1;
            count--;
        } while ((a & 0x8000) == 0);
        return symbol;
    }
}
