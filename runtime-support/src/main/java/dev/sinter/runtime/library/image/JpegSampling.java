package dev.sinter.runtime.library.image;

import dev.sinter.runtime.library.image.Jpeg.Component;

/** Brings the channels of a JPEG image to one size and to red, green and blue. */
final class JpegSampling {
    private JpegSampling() {
    }

    /** A channel in the image's size; halved ones are interpolated as ONNX's ImageDecoder describes it. */
    static byte[] whole(Component c, int mostAcross, int mostDown, int width, int height) {
        int stride = c.blockColumns * 8;
        boolean fits = mostAcross % c.across == 0 && mostDown % c.down == 0;
        int factorX = fits ? mostAcross / c.across : 0;
        int factorY = fits ? mostDown / c.down : 0;
        var out = new byte[width * height];
        boolean smoothX = factorX == 2 && factorY <= 2 && c.width > 2;
        boolean smoothY = factorY == 2 && (smoothX || factorX == 1);
        for (int y = 0; y < height; y++) {
            int row = fits ? y / factorY : y * c.down / mostDown;
            int near = Math.clamp(y % 2 == 0 ? row - 1 : row + 1, 0, c.height - 1);
            for (int x = 0; x < width; x++) {
                int value;
                if (smoothX && smoothY) {
                    value = both(c, row * stride, near * stride, x);
                } else if (smoothX && factorY == 1) {
                    value = across(c, row * stride, x);
                } else if (smoothY && factorX == 1) {
                    value = 3 * at(c, row * stride + x) + at(c, near * stride + x) + (y % 2 == 0 ? 1 : 2) >> 2;
                } else {
                    value = at(c, row * stride + (fits ? x / factorX : x * c.across / mostAcross));
                }
                out[y * width + x] = (byte) value;
            }
        }
        return out;
    }

    private static int at(Component c, int position) {
        return c.samples[position] & 0xFF;
    }

    private static int across(Component c, int row, int x) {
        int i = x / 2;
        int here = at(c, row + i);
        if (x % 2 == 0) {
            return i == 0 ? here : 3 * here + at(c, row + i - 1) + 1 >> 2;
        }
        return i == c.width - 1 ? here : 3 * here + at(c, row + i + 1) + 2 >> 2;
    }

    private static int both(Component c, int row, int near, int x) {
        int i = x / 2;
        int here = 3 * at(c, row + i) + at(c, near + i);
        int next = x % 2 == 0 ? Math.max(i - 1, 0) : Math.min(i + 1, c.width - 1);
        int there = 3 * at(c, row + next) + at(c, near + next);
        return 3 * here + there + (x % 2 == 0 ? 8 : 7) >> 4;
    }

    /** Paints a picture from 1 (gray), 3 (RGB or YCC) or 4 planes (inverted CMYK or YCCK, as Adobe writes them). */
    static Picture color(byte[][] planes, Picture out, boolean ycc) {
        int width = out.width();
        for (int i = 0; i < planes[0].length; i++) {
            int a = planes[0][i] & 0xFF;
            int b = planes.length == 1 ? a : planes[1][i] & 0xFF;
            int c = planes.length == 1 ? a : planes[2][i] & 0xFF;
            if (ycc) {
                int cb = b - 128;
                int cr = c - 128;
                b = Math.clamp(a + (-22554 * cb - 46802 * cr + 32768 >> 16), 0, 255);
                c = Math.clamp(a + (116130 * cb + 32768 >> 16), 0, 255);
                a = Math.clamp(a + (91881 * cr + 32768 >> 16), 0, 255);
            }
            if (planes.length == 4) {
                int black = planes[3][i] & 0xFF;
                a = (ycc ? 255 - a : a) * black / 255;
                b = (ycc ? 255 - b : b) * black / 255;
                c = (ycc ? 255 - c : c) * black / 255;
            }
            out.set(i % width, i / width, a, b, c);
        }
        return out;
    }
}
