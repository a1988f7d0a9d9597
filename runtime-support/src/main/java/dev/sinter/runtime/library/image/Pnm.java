package dev.sinter.runtime.library.image;

/** Portable bitmaps, graymaps and pixmaps (<a href="https://netpbm.sourceforge.net/doc/pnm.html">PNM</a>), P1 to P6. */
final class Pnm {
    private final byte[] file;
    private int at = 2;

    private Pnm(byte[] file) {
        this.file = file;
    }

    static Picture read(byte[] file) {
        return new Pnm(file).read();
    }

    private Picture read() {
        int kind = file[1] - '0';
        boolean text = kind <= 3;
        boolean bits = kind == 1 || kind == 4;
        int channels = kind == 3 || kind == 6 ? 3 : 1;
        int width = number();
        int height = number();
        int most = bits ? 1 : number();
        if (most < 1 || most > 65535) {
            throw new IllegalArgumentException("a greatest value of " + most);
        }
        at += text ? 0 : 1; // one white space
        var out = Picture.of(width, height, file);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int red = sample(text, bits, most, x, width);
                out.set(x, y, red, channels == 1 ? red : sample(text, false, most, x, width),
                        channels == 1 ? red : sample(text, false, most, x, width));
            }
        }
        return out;
    }

    private int sample(boolean text, boolean bits, int most, int x, int width) {
        if (bits) {
            int bit = text ? digit() : file[at] >> 7 - x % 8 & 1;
            at += !text && (x % 8 == 7 || x == width - 1) ? 1 : 0;
            return bit == 1 ? 0 : 255; // 1 is black
        }
        int value = text ? number() : file[at++] & 0xFF;
        if (!text && most > 255) {
            value = value << 8 | file[at++] & 0xFF;
        }
        return most == 255 ? value : (int) ((value * 255L + most / 2) / most);
    }

    private int digit() {
        skip();
        return file[at++] - '0';
    }

    private int number() {
        skip();
        int value = 0;
        int start = at;
        while (at < file.length && file[at] >= '0' && file[at] <= '9') {
            value = Math.addExact(Math.multiplyExact(10, value), file[at++] - '0');
        }
        if (at == start) {
            throw new IllegalArgumentException("a number was expected at " + at);
        }
        return value;
    }

    /** White space and comments. */
    private void skip() {
        boolean comment = false;
        while (comment || file[at] == '#' || file[at] <= ' ' && file[at] >= 0) {
            comment = file[at] == '#' || comment && file[at] != '\n';
            at++;
        }
    }
}
