package dev.sinter.runtime.library.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Lossless WebP, written here as plainly as the format allows. */
class Vp8LTest {
    /** Bits, the lowest first. */
    private static final class Bits {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int held;
        private int count;

        void put(int value, int bits) {
            for (int i = 0; i < bits; i++) {
                held |= (value >> i & 1) << count++;
                if (count == 8) {
                    bytes.write(held);
                    held = 0;
                    count = 0;
                }
            }
        }

        /** A code of 8 bits, which goes from its highest bit. */
        void code(int value) {
            put(Integer.reverse(value) >>> 24, 8);
        }

        /** A prefix code with 8 bits for each of the first 256 symbols. */
        void plain(int alphabet) {
            put(0, 1);
            put(12 - 4, 4); // lengths of 12 symbols: 17, 18, 0 … 5, 16, 6, 7, 8
            for (int i = 0; i < 12; i++) {
                put(i == 11 || i == 0 ? 1 : 0, 3); // 8, and 17 that is never used
            }
            if (alphabet == 256) {
                put(0, 1);
            } else {
                put(1, 1);
                put(3, 3); // the number of symbols has 8 bits
                put(256 - 2, 8);
            }
            for (int i = 0; i < 256; i++) {
                put(0, 1); // 8 comes before 17
            }
        }

        /** A prefix code with one symbol of no bits. */
        void single(int symbol) {
            put(1, 1);
            put(0, 1);
            put(1, 1);
            put(symbol, 8);
        }

        byte[] end() {
            put(0, 8);
            return bytes.toByteArray();
        }
    }

    static byte[] file(int width, int height, int[] pixels, boolean lessGreen) {
        var bits = new Bits();
        header(bits, width, height);
        if (lessGreen) {
            bits.put(1, 1);
            bits.put(2, 2);
        }
        bits.put(0, 1); // no more transforms
        image(bits, pixels, true, lessGreen);
        return wrapped(bits);
    }

    private static void header(Bits bits, int width, int height) {
        bits.put(0x2F, 8);
        bits.put(width - 1, 14);
        bits.put(height - 1, 14);
        bits.put(0, 4);
    }

    private static void image(Bits bits, int[] pixels, boolean main, boolean lessGreen) {
        bits.put(0, 1); // no color cache
        if (main) {
            bits.put(0, 1); // one group of codes
        }
        bits.plain(280);
        bits.plain(256);
        bits.plain(256);
        bits.single(255);
        bits.single(0);
        for (int pixel : pixels) {
            int green = pixel >> 8 & 0xFF;
            bits.code(green);
            bits.code((pixel >> 16) - (lessGreen ? green : 0) & 0xFF);
            bits.code(pixel - (lessGreen ? green : 0) & 0xFF);
        }
    }

    private static byte[] wrapped(Bits bits) {
        byte[] data = bits.end();
        return ByteBuffer.allocate(20 + data.length).order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(StandardCharsets.ISO_8859_1)).putInt(12 + data.length)
                .put("WEBPVP8L".getBytes(StandardCharsets.ISO_8859_1)).putInt(data.length).put(data).array();
    }

    private static int[] noise(int size) {
        var random = new Random(size);
        return random.ints(size).map(v -> v & 0xFFFFFF).toArray();
    }

    private static byte[] rgb(int[] pixels) {
        var out = new byte[3 * pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            out[3 * i] = (byte) (pixels[i] >> 16);
            out[3 * i + 1] = (byte) (pixels[i] >> 8);
            out[3 * i + 2] = (byte) pixels[i];
        }
        return out;
    }

    @Test
    void literalsAndGreen() {
        int[] pixels = noise(7 * 5);
        for (boolean lessGreen : new boolean[]{false, true}) {
            var got = Picture.read(file(7, 5, pixels, lessGreen));
            assertThat(got.width()).isEqualTo(7);
            assertThat(got.rgb()).isEqualTo(rgb(pixels));
        }
    }

    @Test
    void predictorsByBlock() {
        int width = 9;
        int height = 6;
        int[] pixels = noise(width * height);
        for (int mode = 0; mode < 14; mode++) {
            int[] modes = new int[3 * 2]; // blocks of 4
            Arrays.fill(modes, mode << 8);
            var bits = new Bits();
            header(bits, width, height);
            bits.put(1, 1);
            bits.put(0, 2);
            bits.put(0, 3);
            image(bits, modes, false, false);
            bits.put(0, 1);
            int[] differences = pixels.clone();
            var undo = new Vp8LTransform(0, width, 2, modes);
            for (int i = 0; i < differences.length; i++) {
                differences[i] = difference(pixels[i], predicted(undo, pixels, i));
            }
            image(bits, differences, true, false);
            assertThat(Picture.read(wrapped(bits)).rgb()).as("mode %d", mode).isEqualTo(rgb(pixels));
        }
    }

    /** What a transform adds to a pixel of zeros whose neighbours are known. */
    private static int predicted(Vp8LTransform transform, int[] pixels, int i) {
        int width = transform.width();
        int left = i % width == 0 ? 0 : pixels[i - 1];
        int top = i < width ? 0 : pixels[i - width];
        int corner = i < width || i % width == 0 ? 0 : pixels[i - width - 1];
        int right = i < width ? 0 : pixels[i - width + 1];
        return Oracle.predict(transform.data()[0] >> 8, i, width, left, top, corner, right);
    }

    private static int difference(int a, int b) {
        int out = 0;
        for (int shift = 0; shift < 24; shift += 8) {
            out |= ((a >> shift) - (b >> shift) & 0xFF) << shift;
        }
        return out;
    }

    /** The predictors as the specification words them, one channel after the other. */
    private static final class Oracle {
        static int predict(int mode, int i, int width, int left, int top, int corner, int right) {
            if (i == 0) {
                return 0xFF000000;
            }
            if (i < width) {
                return left;
            }
            if (i % width == 0) {
                return top;
            }
            if (mode == 11) {
                int towardsLeft = 0;
                int towardsTop = 0;
                for (int shift = 0; shift < 32; shift += 8) {
                    int l = left >> shift & 0xFF;
                    int t = top >> shift & 0xFF;
                    int p = l + t - (corner >> shift & 0xFF);
                    towardsLeft += shift == 24 ? 0 : Math.abs(p - l);
                    towardsTop += shift == 24 ? 0 : Math.abs(p - t);
                }
                return towardsLeft < towardsTop ? left : top;
            }
            int out = 0;
            for (int shift = 0; shift < 32; shift += 8) {
                out |= channel(mode, left >> shift & 0xFF, top >> shift & 0xFF, corner >> shift & 0xFF,
                        right >> shift & 0xFF) << shift;
            }
            return out;
        }

        private static int channel(int mode, int l, int t, int tl, int tr) {
            return switch (mode) {
                case 1 -> l;
                case 2 -> t;
                case 3 -> tr;
                case 4 -> tl;
                case 5 -> ((l + tr) / 2 + t) / 2;
                case 6 -> (l + tl) / 2;
                case 7 -> (l + t) / 2;
                case 8 -> (tl + t) / 2;
                case 9 -> (t + tr) / 2;
                case 10 -> ((l + tl) / 2 + (t + tr) / 2) / 2;
                case 12 -> Math.clamp(l + t - tl, 0, 255);
                case 13 -> Math.clamp((l + t) / 2 + ((l + t) / 2 - tl) / 2, 0, 255);
                default -> 0;
            };
        }
    }

    @Test
    void colorsAreLookedUp() {
        int[] palette = {0x102030, 0xFFFFFF, 0x00FF00};
        var bits = new Bits();
        header(bits, 5, 2);
        bits.put(1, 1);
        bits.put(3, 2);
        bits.put(palette.length - 1, 8);
        image(bits, new int[]{palette[0], difference(palette[1], palette[0]), difference(palette[2], palette[1])},
                false, false);
        bits.put(0, 1);
        // Two bits a pixel, four pixels in one green value.
        image(bits, new int[]{(0 | 1 << 2 | 2 << 4 | 1 << 6) << 8, 2 << 8, (2 | 2 << 2) << 8, 0}, true, false);
        assertThat(Picture.read(wrapped(bits)).rgb()).isEqualTo(rgb(new int[]{palette[0], palette[1], palette[2],
                palette[1], palette[2], palette[2], palette[2], palette[0], palette[0], palette[0]}));
    }
}
