package dev.sinter.runtime.library.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * <a href="https://www.itu.int/rec/T-REC-T.800">JPEG 2000</a>, part 1, as a file or a bare code stream: gray or color,
 * both transforms, all orders of packets; no palettes, regions of interest and changes of order.
 */
final class Jpeg2000 {
    private static final int MOST_COMPONENTS = 4;

    /** What a tile's parts hold. */
    private static final class Parts {
        final ByteArrayOutputStream data = new ByteArrayOutputStream();
        J2kCoding[] codings;
        int order;
        int layers;
        boolean mixed;
    }

    private final byte[] file;
    private final ByteBuffer in;
    private int at;
    private int[] grid; // right, bottom, left, top of the image, then width, height, left, top of tiles
    private int[] depths;
    private int[] stepsX;
    private int[] stepsY;
    private J2kCoding[] codings;
    private int order;
    private int layers;
    private boolean mixed; // whether three components were made from red, green and blue
    private boolean[] ownStyle;
    private boolean[] ownSteps;
    private boolean ycc;
    private final Map<Integer, Parts> tiles = new TreeMap<>();

    private Jpeg2000(byte[] file) {
        this.file = file;
        in = ByteBuffer.wrap(file);
    }

    static Picture read(byte[] file) {
        var image = new Jpeg2000(file);
        image.boxes();
        image.mainHeader();
        image.tileParts();
        return image.picture();
    }

    private int u16(int position) {
        return in.getShort(position) & 0xFFFF;
    }

    /** Finds the code stream. */
    private void boxes() {
        if (u16(0) == 0xFF4F) {
            return;
        }
        while (true) {
            long length = in.getInt(at) & 0xFFFF_FFFFL;
            int type = in.getInt(at + 4);
            if (type == 0x6A703263) { // jp2c
                at += length == 1 ? 16 : 8;
                return;
            }
            if (type == 0x6A703268) { // jp2h holds boxes itself
                at += 8;
                continue;
            }
            if (type == 0x636F6C72 && in.get(at + 8) == 1) { // colr
                ycc = in.getInt(at + 11) == 18;
            }
            if (type == 0x70636C72 || length < 8) { // pclr
                throw new IllegalArgumentException("a palette, or a box of " + length + " bytes");
            }
            at = Math.toIntExact(at + length);
        }
    }

    private void mainHeader() {
        at += 2;
        while (u16(at) != 0xFF90) {
            int marker = u16(at);
            int end = at + 2 + u16(at + 2);
            if (marker == 0xFF51) {
                size(at + 4);
            } else {
                coding(marker, at + 4, end);
            }
            at = end;
        }
    }

    private void size(int from) {
        grid = new int[8];
        for (int i = 0; i < 8; i++) {
            grid[i] = in.getInt(from + 2 + 4 * i);
            if (grid[i] < 0) {
                throw new IllegalArgumentException("a size beyond 2^31");
            }
        }
        int count = u16(from + 34);
        Picture.check((long) grid[0] - grid[2], (long) grid[1] - grid[3], file);
        if (count < 1 || count > MOST_COMPONENTS || grid[4] < 1 || grid[5] < 1) {
            throw new IllegalArgumentException(count + " components");
        }
        depths = new int[count];
        stepsX = new int[count];
        stepsY = new int[count];
        codings = new J2kCoding[count];
        ownStyle = new boolean[count];
        ownSteps = new boolean[count];
        for (int c = 0; c < count; c++) {
            int p = from + 36 + 3 * c;
            depths[c] = (in.get(p) & 0x7F) + 1;
            stepsX[c] = Math.max(1, in.get(p + 1) & 0xFF);
            stepsY[c] = Math.max(1, in.get(p + 2) & 0xFF);
        }
    }

    private void coding(int marker, int from, int end) {
        switch (marker) {
            case 0xFF52 -> { // COD
                order = in.get(from + 1);
                layers = u16(from + 2);
                mixed = in.get(from + 4) == 1;
                var read = J2kCoding.read(in, from + 5, (in.get(from) & 1) != 0);
                for (int c = 0; c < codings.length; c++) {
                    codings[c] = ownStyle[c] ? codings[c] : codings[c] == null ? read : read.quantized(codings[c]);
                }
            }
            case 0xFF53 -> { // COC; component numbers have one byte, as there are few
                int c = in.get(from);
                codings[c] = J2kCoding.read(in, from + 2, (in.get(from + 1) & 1) != 0).quantized(codings[c]);
                ownStyle[c] = true;
            }
            case 0xFF5C -> { // QCD
                for (int c = 0; c < codings.length; c++) {
                    codings[c] = ownSteps[c] ? codings[c] : codings[c].quantized(in, from, end);
                }
            }
            case 0xFF5D -> { // QCC
                int c = in.get(from);
                codings[c] = codings[c].quantized(in, from + 1, end);
                ownSteps[c] = true;
            }
            case 0xFF5E, 0xFF5F, 0xFF60, 0xFF61 -> throw new IllegalArgumentException(
                    "JPEG 2000 marker " + Integer.toHexString(marker));
            default -> {
            }
        }
    }

    private void tileParts() {
        while (at + 12 <= file.length && u16(at) == 0xFF90) {
            int tile = u16(at + 4);
            int length = in.getInt(at + 6);
            int end = length == 0 ? file.length : (int) Math.min((long) at + length, file.length);
            var main = new Parts();
            keep(main);
            int mainOrder = order;
            var parts = tiles.computeIfAbsent(tile, _ -> main);
            at += 12;
            restore(parts);
            while (u16(at) != 0xFF93) {
                int segmentEnd = at + 2 + u16(at + 2);
                coding(u16(at), at + 4, segmentEnd);
                at = segmentEnd;
            }
            keep(parts);
            restore(main);
            order = mainOrder;
            parts.data.write(file, at + 2, Math.max(0, end - at - 2));
            at = Math.max(end, at + 2);
        }
    }

    private void keep(Parts parts) {
        parts.codings = codings.clone();
        parts.order = order;
        parts.layers = layers;
        parts.mixed = mixed;
    }

    private void restore(Parts parts) {
        codings = parts.codings.clone();
        order = parts.order;
        layers = parts.layers;
        mixed = parts.mixed;
    }

    private Picture picture() {
        var out = Picture.of((long) grid[0] - grid[2], (long) grid[1] - grid[3], file);
        int across = (int) (((long) grid[0] - grid[6] + grid[4] - 1) / grid[4]);
        tiles.forEach((number, parts) -> {
            long left = grid[6] + (long) (number % across) * grid[4];
            long top = grid[7] + (long) (number / across) * grid[5];
            int[] area = {(int) Math.max(left, grid[2]), (int) Math.max(top, grid[3]),
                    (int) Math.min(left + grid[4], grid[0]), (int) Math.min(top + grid[5], grid[1])};
            if (area[0] < area[2] && area[1] < area[3]) {
                var tile = new J2kTile(area, depths, stepsX, stepsY, parts.codings);
                tile.packets(parts.data.toByteArray(), parts.order, parts.layers);
                paint(out, tile, area, parts);
            }
        });
        return out;
    }

    private void paint(Picture out, J2kTile tile, int[] area, Parts parts) {
        float[][] samples = tile.samples();
        if (parts.mixed && samples.length >= 3) {
            unmix(samples, parts.codings[0].reversible());
        }
        var color = new int[3];
        for (int y = area[1]; y < area[3]; y++) {
            for (int x = area[0]; x < area[2]; x++) {
                for (int c = 0; c < 3; c++) {
                    int from = samples.length < 3 ? 0 : c;
                    int[] own = tile.area(from);
                    int column = Math.clamp(x / stepsX[from] - own[0], 0, own[2] - own[0] - 1);
                    int row = Math.clamp(y / stepsY[from] - own[1], 0, own[3] - own[1] - 1);
                    color[c] = eight(samples[from][row * (own[2] - own[0]) + column], from);
                }
                if (ycc && samples.length >= 3) {
                    int cb = color[1] - 128;
                    int cr = color[2] - 128;
                    color = new int[]{Math.round(color[0] + 1.402f * cr),
                            Math.round(color[0] - 0.344136f * cb - 0.714136f * cr),
                            Math.round(color[0] + 1.772f * cb)};
                }
                out.set(x - grid[2], y - grid[3], color[0], color[1], color[2]);
            }
        }
    }

    /** A sample in 8 bits. */
    private int eight(float value, int component) {
        int depth = depths[component];
        long most = (1L << depth) - 1;
        // Signed samples are moved up too: there is no negative light.
        long level = Math.clamp(Math.round((double) value) + (1L << depth - 1), 0, most);
        return (int) (depth > 8 ? level >> depth - 8 : depth == 8 ? level : level * 255 / most);
    }

    /** The inverse component transforms (T.800, annex G). */
    private static void unmix(float[][] s, boolean reversible) {
        for (int i = 0; i < s[0].length; i++) {
            float y = s[0][i];
            float b = s[1][i];
            float r = s[2][i];
            float green = reversible ? y - (float) Math.floor((b + r) / 4) : y - 0.344136f * b - 0.714136f * r;
            s[0][i] = reversible ? r + green : y + 1.402f * r;
            s[1][i] = green;
            s[2][i] = reversible ? b + green : y + 1.772f * b;
        }
    }
}
