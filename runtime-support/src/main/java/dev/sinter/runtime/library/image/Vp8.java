package dev.sinter.runtime.library.image;

import java.util.Arrays;

/** A key frame of VP8 (<a href="https://www.rfc-editor.org/rfc/rfc6386">RFC 6386</a>) as three planes. */
final class Vp8 {
    /** Modes of whole macroblocks, in the order of the subblock modes that stand for them. */
    static final int DC = 0;
    static final int TM = 1;
    static final int VERTICAL = 2;
    static final int HORIZONTAL = 3;
    /** The mode of a macroblock whose subblocks have their own. */
    static final int SUBBLOCKS = 10;

    /** What the header says of a segment of the image. */
    private static final class Segment {
        int quantizer;
        int level;
    }

    final int width;
    final int height;
    final int columns; // of macroblocks
    final int rows;
    final byte[][] planes = new byte[3][];
    final int[] strides = new int[3];

    private final byte[] data;
    private final Vp8Bits header;
    private final Segment[] segments = new Segment[4];
    private boolean segmented;
    private boolean mapped;
    private boolean absolute;
    private final int[] segmentOdds = {255, 255, 255};
    private boolean simpleFilter;
    private int level;
    private int sharpness;
    private int intraDelta;
    private int subblockDelta;
    private Vp8Bits[] partitions;
    private int skipOdds = -1;
    private final Vp8Residuals residuals = new Vp8Residuals();
    private final int[] modeOdds = Vp8Tables.bytes(Vp8Tables.MODES);
    private final int[][] quantizers = new int[4][];
    private final Vp8Filter filter;

    private Vp8(byte[] data, int from, int length) {
        this.data = data;
        int tag = u8(from) | u8(from + 1) << 8 | u8(from + 2) << 16;
        if ((tag & 1) != 0 || u8(from + 3) != 0x9D || u8(from + 4) != 1 || u8(from + 5) != 0x2A) {
            throw new IllegalArgumentException("not a key frame of VP8");
        }
        width = (u8(from + 6) | u8(from + 7) << 8) & 0x3FFF;
        height = (u8(from + 8) | u8(from + 9) << 8) & 0x3FFF;
        Picture.check(width, height, data);
        columns = (width + 15) / 16;
        rows = (height + 15) / 16;
        for (int p = 0; p < 3; p++) {
            strides[p] = columns * (p == 0 ? 16 : 8);
            planes[p] = new byte[strides[p] * rows * (p == 0 ? 16 : 8)];
        }
        int first = tag >> 5;
        header = new Vp8Bits(data, from + 10, Math.min(first, length - 10));
        readHeader(from + 10 + first, from + length);
        filter = new Vp8Filter(this, simpleFilter, sharpness);
    }

    /** Decodes the frame at a place of a file. */
    static Vp8 read(byte[] data, int from, int length) {
        var frame = new Vp8(data, from, length);
        frame.macroblocks();
        if (frame.level > 0 || frame.segmented) {
            frame.filter.run();
        }
        return frame;
    }

    private int u8(int at) {
        return data[at] & 0xFF;
    }

    private void readHeader(int partitionsAt, int end) {
        header.number(2); // color space and clamping: all samples are clamped here
        Arrays.setAll(segments, _ -> new Segment());
        segmented = header.flag();
        if (segmented) {
            readSegments();
        }
        simpleFilter = header.flag();
        level = header.number(6);
        sharpness = header.number(3);
        if (header.flag() && header.flag()) {
            for (int i = 0; i < 8; i++) {
                int delta = header.optional(6);
                intraDelta = i == 0 ? delta : intraDelta;
                subblockDelta = i == 4 ? delta : subblockDelta;
            }
        }
        readPartitions(1 << header.number(2), partitionsAt, end);
        readQuantizers();
        header.flag(); // whether probabilities last: there is one frame
        residuals.update(header);
        if (header.flag()) {
            skipOdds = header.number(8);
        }
    }

    private void readSegments() {
        mapped = header.flag();
        if (header.flag()) {
            absolute = header.flag();
            for (Segment s : segments) {
                s.quantizer = header.optional(7);
            }
            for (Segment s : segments) {
                s.level = header.optional(6);
            }
        }
        for (int i = 0; mapped && i < 3; i++) {
            segmentOdds[i] = header.flag() ? header.number(8) : 255;
        }
    }

    private void readPartitions(int count, int from, int end) {
        partitions = new Vp8Bits[count];
        int at = from + 3 * (count - 1);
        for (int i = 0; i < count; i++) {
            int size = i == count - 1 ? Math.max(0, end - at)
                    : u8(from + 3 * i) | u8(from + 3 * i + 1) << 8 | u8(from + 3 * i + 2) << 16;
            partitions[i] = new Vp8Bits(data, at, size);
            at += size;
        }
    }

    /** For each segment: direct and alternating of luma, of its second order, of chroma. */
    private void readQuantizers() {
        int base = header.number(7);
        var deltas = new int[5];
        for (int i = 0; i < 5; i++) {
            deltas[i] = header.optional(4);
        }
        int[] dc = Vp8Tables.direct();
        int[] ac = Vp8Tables.alternating();
        for (int i = 0; i < 4; i++) {
            int q = !segmented ? base : segments[i].quantizer + (absolute ? 0 : base);
            quantizers[i] = new int[]{dc[index(q + deltas[0])], ac[index(q)], 2 * dc[index(q + deltas[1])],
                    Math.max(8, ac[index(q + deltas[2])] * 155 / 100), Math.min(132, dc[index(q + deltas[3])]),
                    ac[index(q + deltas[4])]};
        }
    }

    private static int index(int q) {
        return Math.clamp(q, 0, 127);
    }

    private void macroblocks() {
        var above = new int[4 * columns]; // modes of the subblocks above
        var left = new int[4];
        residuals.start(columns);
        for (int y = 0; y < rows; y++) {
            Arrays.fill(left, DC);
            residuals.startRow();
            for (int x = 0; x < columns; x++) {
                macroblock(x, y, above, left);
            }
        }
    }

    private void macroblock(int x, int y, int[] above, int[] left) {
        int segment = 0;
        if (mapped) {
            segment = header.bool(segmentOdds[0]) ? 2 + header.bit(segmentOdds[2]) : header.bit(segmentOdds[1]);
        }
        boolean skip = skipOdds >= 0 && header.bool(skipOdds);
        int mode = lumaMode();
        var modes = new int[16];
        for (int i = 0; i < 16; i++) {
            int column = 4 * x + i % 4;
            modes[i] = mode == SUBBLOCKS ? subblockMode(above[column], left[i / 4]) : mode;
            above[column] = modes[i];
            left[i / 4] = modes[i];
        }
        int chroma = chromaMode();
        boolean coded = false;
        if (skip) {
            residuals.skip(x, mode != SUBBLOCKS);
        } else {
            coded = residuals.read(partitions[y % partitions.length], x, mode != SUBBLOCKS, quantizers[segment]);
        }
        new Vp8Prediction(this, x, y).run(mode, modes, chroma, coded ? residuals : null);
        int strength = segmented ? segments[segment].level + (absolute ? 0 : level) : level;
        filter.set(x, y, strength + intraDelta + (mode == SUBBLOCKS ? subblockDelta : 0),
                coded || mode == SUBBLOCKS);
    }

    private int lumaMode() {
        if (!header.bool(145)) {
            return SUBBLOCKS;
        }
        if (!header.bool(156)) {
            return header.bool(163) ? VERTICAL : DC;
        }
        return header.bool(128) ? TM : HORIZONTAL;
    }

    private int chromaMode() {
        if (!header.bool(142)) {
            return DC;
        }
        if (!header.bool(114)) {
            return VERTICAL;
        }
        return header.bool(183) ? TM : HORIZONTAL;
    }

    /** The tree of section 11.2: modes are DC, TM, VE, HE, LD, RD, VR, VL, HD, HU. */
    private int subblockMode(int above, int left) {
        int p = (above * 10 + left) * 9;
        if (!header.bool(modeOdds[p])) {
            return 0;
        }
        if (!header.bool(modeOdds[p + 1])) {
            return 1;
        }
        if (!header.bool(modeOdds[p + 2])) {
            return 2;
        }
        if (!header.bool(modeOdds[p + 3])) {
            return !header.bool(modeOdds[p + 4]) ? 3 : header.bool(modeOdds[p + 5]) ? 6 : 5;
        }
        if (!header.bool(modeOdds[p + 6])) {
            return 4;
        }
        return !header.bool(modeOdds[p + 7]) ? 7 : header.bool(modeOdds[p + 8]) ? 9 : 8;
    }
}
