package dev.sinter.runtime.library.image;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;

/**
 * <a href="https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification">Lossless WebP</a>:
 * prefix codes, back references and a color cache give pixels, which transforms turn into those of the image.
 */
final class Vp8L {
    /** Section 5.2.2: the first 120 distances, as 16 * rows + 8 - columns. */
    private static final byte[] NEAR = HexFormat.of().parseHex(""
            + "1807171928062729161a262a38053739151b363a252b48044749141c353b464a242c58454b343c03"
            + "5759131d565a232d444c555b333d68026769121e666a222e545c434d656b323e78017779535d111f"
            + "646c424e767a212f757b313f636d525e00747c414f1020626e30737d515f40727e616f50717f6070");
    private static final int LENGTHS = 24;
    private static final int DISTANCES = 40;

    private final byte[] file;
    private final Vp8LCodes in;

    private Vp8L(byte[] file, int at) {
        this.file = file;
        in = new Vp8LCodes(file, at);
    }

    static Picture read(byte[] file, int at) {
        return new Vp8L(file, at).read();
    }

    private Picture read() {
        if (in.bits(8) != 0x2F) {
            throw new IllegalArgumentException("no lossless WebP image");
        }
        int width = in.bits(14) + 1;
        int height = in.bits(14) + 1;
        in.bits(4); // whether alpha is used, and the version
        var out = Picture.of(width, height, file);
        Deque<Vp8LTransform> transforms = new ArrayDeque<>();
        int coded = width;
        while (in.bit() == 1) {
            if (transforms.size() == 4) {
                throw new IllegalArgumentException("a transform stands twice");
            }
            var transform = transform(in.bits(2), coded, height);
            transforms.push(transform);
            coded = transform.codedWidth();
        }
        int[] pixels = pixels(coded, height, true);
        for (Vp8LTransform transform : transforms) {
            pixels = transform.undo(pixels, height);
        }
        for (int i = 0; i < pixels.length; i++) {
            out.set(i % width, i / width, pixels[i] & 0xFFFFFF);
        }
        return out;
    }

    private Vp8LTransform transform(int kind, int width, int height) {
        switch (kind) {
            case 0, 1 -> {
                int bits = in.bits(3) + 2;
                int[] blocks = pixels(blocks(width, bits), blocks(height, bits), false);
                return new Vp8LTransform(kind, width, bits, blocks);
            }
            case 2 -> {
                return new Vp8LTransform(kind, width, 0, new int[0]);
            }
            default -> {
                int size = in.bits(8) + 1;
                int[] colors = pixels(size, 1, false);
                for (int i = 1; i < size; i++) {
                    colors[i] = Vp8LTransform.add(colors[i], colors[i - 1]);
                }
                return new Vp8LTransform(kind, width, size <= 2 ? 3 : size <= 4 ? 2 : size <= 16 ? 1 : 0, colors);
            }
        }
    }

    static int blocks(int extent, int bits) {
        return extent + (1 << bits) - 1 >> bits;
    }

    /** Reads an image: of the picture itself, or one that controls its coding. */
    private int[] pixels(int width, int height, boolean main) {
        int cacheBits = in.bit() == 1 ? in.bits(4) : 0;
        if (cacheBits > 11) {
            throw new IllegalArgumentException("a color cache of " + cacheBits + " bits");
        }
        int[] groupOf = null;
        int groupBits = 0;
        int groups = 1;
        if (main && in.bit() == 1) {
            groupBits = in.bits(3) + 2;
            groupOf = pixels(blocks(width, groupBits), blocks(height, groupBits), false);
            for (int i = 0; i < groupOf.length; i++) {
                groupOf[i] = groupOf[i] >> 8 & 0xFFFF;
                groups = Math.max(groups, groupOf[i] + 1);
            }
        }
        var tables = new Vp8LCodes.Table[groups][];
        for (int g = 0; g < groups; g++) {
            tables[g] = new Vp8LCodes.Table[]{in.table(256 + LENGTHS + (cacheBits == 0 ? 0 : 1 << cacheBits)),
                    in.table(256), in.table(256), in.table(256), in.table(DISTANCES)};
        }
        var out = new int[Math.multiplyExact(width, height)];
        var cache = new int[1 << cacheBits];
        int at = 0;
        while (at < out.length) {
            int group = groupOf == null ? 0
                    : groupOf[(at / width >> groupBits) * blocks(width, groupBits) + (at % width >> groupBits)];
            at = next(tables[group], out, at, width, cache, cacheBits);
        }
        return out;
    }

    /** Reads a pixel, or a run of pixels seen before; returns where the next one goes. */
    private int next(Vp8LCodes.Table[] tables, int[] out, int at, int width, int[] cache, int cacheBits) {
        int code = tables[0].next(in);
        if (code >= 256 + LENGTHS) {
            out[at] = cache[code - 256 - LENGTHS];
            return keep(out, at, cache, cacheBits);
        }
        if (code < 256) {
            int red = tables[1].next(in);
            int blue = tables[2].next(in);
            out[at] = tables[3].next(in) << 24 | red << 16 | code << 8 | blue;
            return keep(out, at, cache, cacheBits);
        }
        int length = in.extended(code - 256);
        int distance = in.extended(tables[4].next(in));
        if (distance <= NEAR.length) {
            int near = NEAR[distance - 1];
            distance = Math.max(1, (near >> 4) * width + 8 - (near & 15));
        } else {
            distance -= NEAR.length;
        }
        int to = at;
        for (int i = 0; i < length && to < out.length; i++) {
            out[to] = out[to - distance];
            to = keep(out, to, cache, cacheBits);
        }
        return to;
    }

    private static int keep(int[] out, int at, int[] cache, int cacheBits) {
        if (cacheBits > 0) {
            cache[0x1E35A7BD * out[at] >>> 32 - cacheBits] = out[at];
        }
        return at + 1;
    }
}
