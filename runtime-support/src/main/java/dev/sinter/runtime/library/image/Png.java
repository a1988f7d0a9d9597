package dev.sinter.runtime.library.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** <a href="https://www.w3.org/TR/png-3/">PNG</a> of all color types and depths, interlaced or not; without alpha. */
final class Png {
    private static final int[][] PASSES = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4},
            {1, 0, 2, 2}, {0, 1, 1, 2}};
    private static final int[][] WHOLE = {{0, 0, 1, 1}};

    private final int depth;
    private final int colorType;
    private final int[][] passes;
    private final Picture out;
    private final int[] palette = new int[256];
    private final byte[] data;

    private Png(byte[] file) {
        var in = ByteBuffer.wrap(file);
        out = Picture.of(in.getInt(16), in.getInt(20), file);
        depth = in.get(24);
        colorType = in.get(25);
        passes = in.get(28) == 0 ? WHOLE : PASSES;
        boolean known = switch (colorType) {
            case 0 -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
            case 3 -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
            case 2, 4, 6 -> depth == 8 || depth == 16;
            default -> false;
        };
        if (!known) {
            throw new IllegalArgumentException("PNG color type " + colorType + " of " + depth + " bits");
        }
        data = inflate(chunks(in, file));
    }

    /** Collects the compressed data and reads the palette. */
    private byte[] chunks(ByteBuffer in, byte[] file) {
        var packed = new ByteArrayOutputStream();
        int at = 8;
        while (at + 8 <= file.length) {
            int length = in.getInt(at);
            int type = in.getInt(at + 4);
            if (length < 0 || length > file.length - at - 8) {
                throw new IllegalArgumentException("a chunk of " + length + " bytes");
            }
            if (type == 0x49444154) { // IDAT
                packed.write(file, at + 8, length);
            } else if (type == 0x504C5445) { // PLTE
                for (int i = 0; i < Math.min(256, length / 3); i++) {
                    palette[i] = (in.get(at + 8 + 3 * i) & 0xFF) << 16 | (in.get(at + 9 + 3 * i) & 0xFF) << 8
                            | in.get(at + 10 + 3 * i) & 0xFF;
                }
            } else if (type == 0x49454E44) { // IEND
                break;
            }
            at += 12 + length;
        }
        return packed.toByteArray();
    }

    private int channels() {
        return switch (colorType) {
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> 1;
        };
    }

    private long rowBytes(long width) {
        return (width * channels() * depth + 7) / 8;
    }

    private byte[] inflate(byte[] packed) {
        long size = 0;
        for (int[] pass : passes) {
            long w = extent(out.width(), pass[0], pass[2]);
            size += w == 0 ? 0 : extent(out.height(), pass[1], pass[3]) * (1 + rowBytes(w));
        }
        var raw = new byte[Math.toIntExact(size)];
        try (var inflater = new Inflater()) {
            inflater.setInput(packed);
            int at = 0;
            while (at < raw.length) {
                int got = inflater.inflate(raw, at, raw.length - at);
                if (got == 0) {
                    throw new IllegalArgumentException("the image data end early");
                }
                at += got;
            }
            return raw;
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("damaged image data", e);
        }
    }

    private static int extent(int whole, int start, int step) {
        return Math.max(0, (whole - start + step - 1) / step);
    }

    static Picture read(byte[] file) {
        var png = new Png(file);
        int at = 0;
        for (int[] pass : png.passes) {
            at = png.pass(pass, at);
        }
        return png.out;
    }

    private int pass(int[] pass, int start) {
        int width = extent(out.width(), pass[0], pass[2]);
        int height = width == 0 ? 0 : extent(out.height(), pass[1], pass[3]);
        int bytes = (int) rowBytes(width);
        int step = Math.max(1, channels() * depth / 8);
        var above = new byte[bytes];
        int at = start;
        for (int y = 0; y < height; y++) {
            int filter = data[at++];
            var row = new byte[bytes];
            for (int i = 0; i < bytes; i++) {
                int left = i < step ? 0 : row[i - step] & 0xFF;
                int corner = i < step ? 0 : above[i - step] & 0xFF;
                row[i] = (byte) (data[at++] + predicted(filter, left, above[i] & 0xFF, corner));
            }
            for (int x = 0; x < width; x++) {
                out.set(pass[0] + x * pass[2], pass[1] + y * pass[3], color(row, x));
            }
            above = row;
        }
        return at;
    }

    private static int predicted(int filter, int left, int up, int corner) {
        return switch (filter) {
            case 0 -> 0;
            case 1 -> left;
            case 2 -> up;
            case 3 -> (left + up) / 2;
            case 4 -> {
                int p = left + up - corner;
                int a = Math.abs(p - left);
                int b = Math.abs(p - up);
                int c = Math.abs(p - corner);
                yield a <= b && a <= c ? left : b <= c ? up : corner;
            }
            default -> throw new IllegalArgumentException("PNG filter " + filter);
        };
    }

    private int color(byte[] row, int x) {
        if (colorType == 2 || colorType == 6) {
            int width = depth / 8;
            int at = x * channels() * width;
            return (row[at] & 0xFF) << 16 | (row[at + width] & 0xFF) << 8 | row[at + 2 * width] & 0xFF;
        }
        int sample;
        if (depth >= 8) {
            sample = row[x * channels() * depth / 8] & 0xFF;
        } else {
            int bit = x * depth;
            sample = row[bit / 8] >> 8 - depth - bit % 8 & (1 << depth) - 1;
        }
        if (colorType == 3) {
            return palette[sample];
        }
        int gray = depth < 8 ? sample * 255 / ((1 << depth) - 1) : sample;
        return gray * 0x10101;
    }
}
