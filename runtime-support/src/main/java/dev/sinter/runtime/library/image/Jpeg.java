package dev.sinter.runtime.library.image;

import java.nio.ByteBuffer;

/**
 * <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">JPEG</a>, baseline and progressive, Huffman coded, 8 bits. The
 * inverse transform, the smooth upsampling and the color conversion round as libjpeg does.
 */
final class Jpeg {
    /** The position of the k-th coefficient; the last ones catch runs beyond the end. */
    static final int[] ZIGZAG = {0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34,
            27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52,
            45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

    /** A channel of the image. */
    static final class Component {
        int id;
        int across;      // sampling factors
        int down;
        int[] quantizers;
        int blockColumns; // of whole minimum coded units
        int blockRows;
        int width;       // samples that count
        int height;
        short[] coefficients;
        byte[] samples;  // of all blocks
        int dcTable;
        int acTable;
        int predicted;
    }

    private final byte[] file;
    private final ByteBuffer in;
    private int at = 2;
    private int width;
    private int height;
    private int mostAcross = 1;
    private int mostDown = 1;
    private boolean progressive;
    private Component[] components;
    private final int[][] quantizers = new int[4][];
    private final JpegHuffman[] dc = new JpegHuffman[4];
    private final JpegHuffman[] ac = new JpegHuffman[4];
    private int restart;
    private boolean jfif;
    private int adobe = -1;
    private int scanStart;

    private Jpeg(byte[] file) {
        this.file = file;
        in = ByteBuffer.wrap(file);
    }

    static Picture read(byte[] file) {
        var jpeg = new Jpeg(file);
        jpeg.segments();
        return jpeg.picture();
    }

    private int u8(int position) {
        return in.get(position) & 0xFF;
    }

    private int u16(int position) {
        return in.getShort(position) & 0xFFFF;
    }

    private void segments() {
        boolean scanned = false;
        while (at + 4 <= file.length) {
            if (u8(at) != 0xFF) {
                at++;
                continue;
            }
            int marker = u8(at + 1);
            if (marker == 0xD9) {
                break;
            }
            if (marker == 0xFF || marker == 0 || marker >= 0xD0 && marker <= 0xD8) {
                at += marker == 0xFF ? 1 : 2;
                continue;
            }
            int end = at + 2 + u16(at + 2);
            segment(marker, at + 4, end);
            at = end;
            if (marker == 0xDA) {
                scan();
                scanned = true;
            }
        }
        if (!scanned) {
            throw new IllegalArgumentException("a JPEG file without a scan");
        }
    }

    private void segment(int marker, int from, int end) {
        switch (marker) {
            case 0xC0, 0xC1, 0xC2 -> frame(marker == 0xC2, from);
            case 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF ->
                    throw new IllegalArgumentException("JPEG process " + (marker - 0xC0));
            case 0xC4 -> huffman(from, end);
            case 0xDB -> quantization(from, end);
            case 0xDD -> restart = u16(from);
            case 0xE0 -> jfif |= u8(from) == 'J' && u8(from + 1) == 'F';
            case 0xEE -> adobe = end - from >= 12 && u8(from) == 'A' && u8(from + 1) == 'd' ? u8(from + 11) : adobe;
            case 0xDA -> scanStart = from;
            default -> {
            }
        }
    }

    private void quantization(int from, int end) {
        int p = from;
        while (p < end) {
            int kind = u8(p++);
            var table = new int[64];
            for (int k = 0; k < 64; k++) {
                table[ZIGZAG[k]] = kind >> 4 == 0 ? u8(p) : u16(p);
                p += kind >> 4 == 0 ? 1 : 2;
            }
            quantizers[kind & 3] = table;
        }
    }

    private void huffman(int from, int end) {
        int p = from;
        while (p < end) {
            int kind = u8(p);
            var counts = new int[17];
            int total = 0;
            for (int i = 1; i <= 16; i++) {
                counts[i] = u8(p + i);
                total += counts[i];
            }
            var symbols = new int[total];
            for (int i = 0; i < total; i++) {
                symbols[i] = u8(p + 17 + i);
            }
            (kind >> 4 == 0 ? dc : ac)[kind & 3] = new JpegHuffman(counts, symbols);
            p += 17 + total;
        }
    }

    private void frame(boolean isProgressive, int from) {
        if (components != null || u8(from) != 8) {
            throw new IllegalArgumentException("JPEG of " + u8(from) + " bits, or a second frame");
        }
        progressive = isProgressive;
        height = u16(from + 1);
        width = u16(from + 3);
        Picture.check(width, height, file);
        int count = u8(from + 5);
        if (count != 1 && count != 3 && count != 4) {
            throw new IllegalArgumentException("JPEG of " + count + " components");
        }
        components = new Component[count];
        for (int i = 0; i < count; i++) {
            var c = new Component();
            int p = from + 6 + 3 * i;
            c.id = u8(p);
            c.across = u8(p + 1) >> 4;
            c.down = u8(p + 1) & 15;
            c.quantizers = new int[]{u8(p + 2) & 3};
            if (c.across < 1 || c.across > 4 || c.down < 1 || c.down > 4) {
                throw new IllegalArgumentException("JPEG sampling factors");
            }
            mostAcross = Math.max(mostAcross, c.across);
            mostDown = Math.max(mostDown, c.down);
            components[i] = c;
        }
        int unitsAcross = (width + 8 * mostAcross - 1) / (8 * mostAcross);
        int unitsDown = (height + 8 * mostDown - 1) / (8 * mostDown);
        for (Component c : components) {
            c.width = (width * c.across + mostAcross - 1) / mostAcross;
            c.height = (height * c.down + mostDown - 1) / mostDown;
            c.blockColumns = unitsAcross * c.across;
            c.blockRows = unitsDown * c.down;
            c.coefficients = new short[Math.toIntExact(64L * c.blockColumns * c.blockRows)];
        }
    }

    private void scan() {
        int p = scanStart;
        int count = u8(p++);
        var chosen = new Component[count];
        for (int i = 0; i < count; i++) {
            for (Component c : components) {
                chosen[i] = c.id == u8(p) ? c : chosen[i];
            }
            chosen[i].dcTable = u8(p + 1) >> 4 & 3;
            chosen[i].acTable = u8(p + 1) & 3;
            p += 2;
        }
        for (Component c : chosen) {
            // Tables may change between scans; the first one that a component sees is its own.
            if (c.quantizers.length == 1 && quantizers[c.quantizers[0]] != null) {
                c.quantizers = quantizers[c.quantizers[0]];
            }
        }
        var bits = new JpegBits(file, at);
        new JpegScan(bits, chosen, progressive, u8(p), u8(p + 1), u8(p + 2) >> 4, u8(p + 2) & 15, restart, dc, ac)
                .run((width + 8 * mostAcross - 1) / (8 * mostAcross), (height + 8 * mostDown - 1) / (8 * mostDown));
        at = bits.end();
    }

    private Picture picture() {
        for (Component c : components) {
            c.samples = new byte[c.coefficients.length];
            for (int row = 0; row < c.blockRows; row++) {
                for (int column = 0; column < c.blockColumns; column++) {
                    JpegTransform.inverse(c.coefficients, 64 * (row * c.blockColumns + column), c.quantizers,
                            c.samples, (row * c.blockColumns * 8 + column) * 8, c.blockColumns * 8);
                }
            }
            c.coefficients = null;
        }
        var planes = new byte[components.length][];
        for (int i = 0; i < planes.length; i++) {
            planes[i] = JpegSampling.whole(components[i], mostAcross, mostDown, width, height);
        }
        return JpegSampling.color(planes, Picture.of(width, height, file), isYcc());
    }

    private boolean isYcc() {
        if (components.length == 3) {
            boolean letters = components[0].id == 'R' && components[1].id == 'G' && components[2].id == 'B';
            return jfif || (adobe >= 0 ? adobe != 0 : !letters);
        }
        return adobe == 2;
    }
}
