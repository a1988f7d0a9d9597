package dev.sinter.runtime.library.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Windows bitmaps of 1 to 32 bits a pixel, plain or run-length encoded
 * (<a href="https://learn.microsoft.com/windows/win32/gdi/bitmap-storage">bitmap storage</a>).
 */
final class Bmp {
    private static final int RLE8 = 1;
    private static final int RLE4 = 2;
    private static final int BIT_FIELDS = 3;
    private static final int ALPHA_BIT_FIELDS = 6;

    private final ByteBuffer in;
    private final int bits;
    private final int compression;
    private final Picture out;
    private final boolean topDown;
    private final int[] palette;
    private final int[] masks;

    private Bmp(byte[] file) {
        in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int header = in.getInt(14);
        boolean core = header == 12;
        int width = core ? in.getShort(18) & 0xFFFF : in.getInt(18);
        int height = core ? in.getShort(20) : in.getInt(22);
        topDown = height < 0;
        bits = core ? in.getShort(24) : in.getShort(28);
        compression = core ? 0 : in.getInt(30);
        out = Picture.of(width, Math.abs((long) height), file);
        boolean fields = compression == BIT_FIELDS || compression == ALPHA_BIT_FIELDS;
        masks = fields ? new int[]{in.getInt(54), in.getInt(58), in.getInt(62)}
                : bits == 16 ? new int[]{0x7C00, 0x3E0, 0x1F} : new int[]{0xFF0000, 0xFF00, 0xFF};
        int start = 14 + header + (fields && header == 40 ? 12 : 0);
        int entry = core ? 3 : 4;
        int colors = bits > 8 ? 0 : Math.min(1 << bits, Math.max(0, (in.getInt(10) - start) / entry));
        palette = new int[1 << Math.min(bits, 8)];
        for (int i = 0; i < colors; i++) {
            int at = start + i * entry;
            palette[i] = (in.get(at + 2) & 0xFF) << 16 | (in.get(at + 1) & 0xFF) << 8 | in.get(at) & 0xFF;
        }
        in.position(in.getInt(10));
    }

    static Picture read(byte[] file) {
        var bmp = new Bmp(file);
        if (bmp.compression == RLE8 || bmp.compression == RLE4) {
            bmp.runs();
        } else if (bmp.compression == 0 || bmp.compression == BIT_FIELDS || bmp.compression == ALPHA_BIT_FIELDS) {
            bmp.plain();
        } else {
            throw new IllegalArgumentException("BMP compression " + bmp.compression);
        }
        return bmp.out;
    }

    private int line(int y) {
        return topDown ? y : out.height() - 1 - y;
    }

    private void plain() {
        int stride = Math.toIntExact(((long) out.width() * bits + 31) / 32 * 4);
        int base = in.position();
        for (int y = 0; y < out.height(); y++) {
            int row = Math.addExact(base, Math.multiplyExact(y, stride));
            for (int x = 0; x < out.width(); x++) {
                out.set(x, line(y), pixel(row, x));
            }
        }
    }

    private int pixel(int row, int x) {
        return switch (bits) {
            case 1, 2, 4, 8 -> {
                int at = x * bits;
                yield palette[in.get(row + at / 8) >> 8 - bits - at % 8 & (1 << bits) - 1];
            }
            case 16 -> color(in.getShort(row + 2 * x) & 0xFFFF);
            case 24 -> (in.get(row + 3 * x + 2) & 0xFF) << 16 | (in.get(row + 3 * x + 1) & 0xFF) << 8
                    | in.get(row + 3 * x) & 0xFF;
            case 32 -> color(in.getInt(row + 4 * x));
            default -> throw new IllegalArgumentException(bits + " bits a pixel");
        };
    }

    private int color(int value) {
        int color = 0;
        for (int mask : masks) {
            int shift = Integer.numberOfTrailingZeros(mask);
            long most = mask == 0 ? 1 : Integer.toUnsignedLong(mask) >>> shift;
            long part = mask == 0 ? 0 : Integer.toUnsignedLong(value & mask) >>> shift;
            color = color << 8 | (int) ((part * 255 + most / 2) / most);
        }
        return color;
    }

    private void runs() {
        int x = 0;
        int y = 0;
        while (y < out.height()) {
            int count = in.get() & 0xFF;
            int value = in.get() & 0xFF;
            if (count > 0) {
                for (int i = 0; i < count; i++) {
                    put(x++, y, compression == RLE8 ? value : i % 2 == 0 ? value >> 4 : value & 15);
                }
            } else if (value == 0) {
                x = 0;
                y++;
            } else if (value == 1) {
                return;
            } else if (value == 2) {
                x += in.get() & 0xFF;
                y += in.get() & 0xFF;
            } else {
                x = literal(x, y, value);
            }
        }
    }

    private int literal(int from, int y, int count) {
        int bytes = compression == RLE8 ? count : (count + 1) / 2;
        int start = in.position();
        for (int i = 0; i < count; i++) {
            int value = in.get(start + (compression == RLE8 ? i : i / 2)) & 0xFF;
            put(from + i, y, compression == RLE8 ? value : i % 2 == 0 ? value >> 4 : value & 15);
        }
        in.position(start + bytes + bytes % 2);
        return from + count;
    }

    private void put(int x, int y, int index) {
        if (x < out.width()) {
            out.set(x, line(y), palette[index % palette.length]);
        }
    }
}
