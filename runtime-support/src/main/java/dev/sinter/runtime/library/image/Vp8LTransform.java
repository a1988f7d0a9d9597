package dev.sinter.runtime.library.image;

/**
 * A transform of lossless WebP.
 *
 * @param kind 0 predicts pixels, 1 colors from one another, 2 adds green, 3 looks colors up
 * @param width of the picture it gives
 * @param bits of the size of blocks; for colors, how many pixels share one (as a power of two)
 * @param data what each block does, or the colors
 */
record Vp8LTransform(int kind, int width, int bits, int[] data) {
    /** The width of the picture that it takes. */
    int codedWidth() {
        return kind == 3 ? Vp8L.blocks(width, bits) : width;
    }

    /** The pixels before the transform. */
    int[] undo(int[] pixels, int height) {
        if (kind == 3) {
            return colors(pixels, height);
        }
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = switch (kind) {
                case 0 -> add(pixels[i], predicted(pixels, i));
                case 1 -> crossed(pixels[i], block(i));
                default -> {
                    int green = pixels[i] >> 8 & 0xFF;
                    yield add(pixels[i], green << 16 | green);
                }
            };
        }
        return pixels;
    }

    private int block(int i) {
        return data[(i / width >> bits) * Vp8L.blocks(width, bits) + (i % width >> bits)];
    }

    private int[] colors(int[] coded, int height) {
        var out = new int[Math.multiplyExact(width, height)];
        int stride = codedWidth();
        int depth = 8 >> bits;
        for (int i = 0; i < out.length; i++) {
            int x = i % width;
            int packed = coded[i / width * stride + (x >> bits)] >> 8 & 0xFF;
            int index = packed >> depth * (x & (1 << bits) - 1) & (1 << depth) - 1;
            out[i] = index < data.length ? data[index] : 0;
        }
        return out;
    }

    /** The sum of two pixels, channel by channel. */
    static int add(int a, int b) {
        return (a & 0xFF00FF00) + (b & 0xFF00FF00) & 0xFF00FF00 | (a & 0xFF00FF) + (b & 0xFF00FF) & 0xFF00FF;
    }

    private static int crossed(int pixel, int factors) {
        int green = pixel >> 8;
        int red = (pixel >> 16) + part(factors, green) & 0xFF;
        int blue = pixel + part(factors >> 8, green) + part(factors >> 16, red) & 0xFF;
        return pixel & 0xFF00FF00 | red << 16 | blue;
    }

    private static int part(int factor, int color) {
        return (byte) factor * (byte) color >> 5;
    }

    private int predicted(int[] p, int i) {
        if (i == 0) {
            return 0xFF000000;
        }
        if (i < width) {
            return p[i - 1];
        }
        int top = p[i - width];
        if (i % width == 0) {
            return top;
        }
        int left = p[i - 1];
        int corner = p[i - width - 1];
        int right = p[i - width + 1];
        return switch (block(i) >> 8 & 15) {
            case 1 -> left;
            case 2 -> top;
            case 3 -> right;
            case 4 -> corner;
            case 5 -> mean(mean(left, right), top);
            case 6 -> mean(left, corner);
            case 7 -> mean(left, top);
            case 8 -> mean(corner, top);
            case 9 -> mean(top, right);
            case 10 -> mean(mean(left, corner), mean(top, right));
            case 11 -> distance(top, corner) < distance(left, corner) ? left : top;
            case 12 -> gradient(left, top, corner, 1);
            case 13 -> {
                int mean = mean(left, top);
                yield gradient(mean, mean, corner, 2);
            }
            default -> 0xFF000000;
        };
    }

    private static int mean(int a, int b) {
        return ((a ^ b) >>> 1 & 0x7F7F7F7F) + (a & b);
    }

    private static int distance(int a, int b) {
        int sum = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            sum += Math.abs((a >> shift & 0xFF) - (b >> shift & 0xFF));
        }
        return sum;
    }

    /** {@code a + (b - c) / divisor}, clamped, channel by channel. */
    private static int gradient(int a, int b, int c, int divisor) {
        int out = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            int step = ((b >> shift & 0xFF) - (c >> shift & 0xFF)) / divisor;
            out |= Math.clamp((a >> shift & 0xFF) + step, 0, 255) << shift;
        }
        return out;
    }
}
