package dev.sinter.runtime.library.image;

/**
 * A decoded image, 8 bits a channel.
 *
 * @param width pixels in a row
 * @param height rows
 * @param rgb red, green and blue of each pixel, row by row from the top
 */
public record Picture(int width, int height, byte[] rgb) {
    /** The most pixels; what decoding needs beside them must fit into memory too. */
    private static final long MOST = 1 << 27;
    /** The most pixels that any format packs into a byte, nearly; more are a bomb. */
    private static final long MOST_PER_BYTE = 8300;

    /** A black picture of a size; fails if a file can't hold as much. */
    static Picture of(long width, long height, byte[] file) {
        check(width, height, file);
        return new Picture((int) width, (int) height, new byte[(int) (3 * width * height)]);
    }

    /** Fails if a file can't hold a picture of a size. */
    static void check(long width, long height, byte[] file) {
        if (width < 1 || height < 1 || width > MOST || height > MOST || width * height > MOST
                || width * height > MOST_PER_BYTE * file.length) {
            throw new IllegalArgumentException("an image of " + width + " x " + height + " pixels in " + file.length
                    + " bytes");
        }
    }

    /** Sets a pixel; each channel is clamped to 0 to 255. */
    void set(int x, int y, int red, int green, int blue) {
        int at = 3 * (y * width + x);
        rgb[at] = (byte) Math.clamp(red, 0, 255);
        rgb[at + 1] = (byte) Math.clamp(green, 0, 255);
        rgb[at + 2] = (byte) Math.clamp(blue, 0, 255);
    }

    /** Sets a pixel from {@code 0xRRGGBB}. */
    void set(int x, int y, int color) {
        set(x, y, color >> 16 & 0xFF, color >> 8 & 0xFF, color & 0xFF);
    }

    /**
     * Reads an image of any format known.
     *
     * @param file the bytes of the file
     * @return the picture
     * @throws RuntimeException if the format is unknown or the file is damaged
     */
    public static Picture read(byte[] file) {
        if (starts(file, 0xFF, 0xD8, 0xFF)) {
            return Jpeg.read(file);
        }
        if (starts(file, 0x89, 'P', 'N', 'G')) {
            return Png.read(file);
        }
        if (starts(file, 'B', 'M')) {
            return Bmp.read(file);
        }
        if (starts(file, 'R', 'I', 'F', 'F') && file.length > 12 && file[8] == 'W') {
            return WebP.read(file);
        }
        if (starts(file, 'I', 'I', 42, 0) || starts(file, 'M', 'M', 0, 42)) {
            return Tiff.read(file);
        }
        if (starts(file, 'P') && file.length > 2 && file[1] >= '1' && file[1] <= '6') {
            return Pnm.read(file);
        }
        if (starts(file, 0, 0, 0, 12, 'j', 'P') || starts(file, 0xFF, 0x4F, 0xFF, 0x51)) {
            return Jpeg2000.read(file);
        }
        throw new IllegalArgumentException("an unknown image format");
    }

    private static boolean starts(byte[] file, int... bytes) {
        if (file.length < bytes.length) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if (file[i] != (byte) bytes[i]) {
                return false;
            }
        }
        return true;
    }
}
