package dev.sinter.runtime.library.image;

/** A table of Huffman codes: T.81, annex F.2.2.3. */
final class JpegHuffman {
    private final int[] most = new int[18];   // greatest code of a length, or -1
    private final int[] offset = new int[17]; // from a code to its symbol
    private final int[] symbols;

    JpegHuffman(int[] counts, int[] symbols) {
        this.symbols = symbols;
        int code = 0;
        int first = 0;
        for (int length = 1; length <= 16; length++) {
            offset[length] = first - code;
            code += counts[length];
            first += counts[length];
            most[length] = counts[length] == 0 ? -1 : code - 1;
            code <<= 1;
        }
    }

    int next(JpegBits bits) {
        int code = 0;
        for (int length = 1; length <= 16; length++) {
            code = code << 1 | bits.one();
            if (code <= most[length]) {
                return symbols[offset[length] + code];
            }
        }
        throw new IllegalArgumentException("a code that is in no table");
    }
}
