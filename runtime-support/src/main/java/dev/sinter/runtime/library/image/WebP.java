package dev.sinter.runtime.library.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The (first) image of a <a href="https://developers.google.com/speed/webp/docs/riff_container">WebP</a> file, lossy or
 * lossless; alpha is dropped. Chroma is interpolated and colors are converted as libwebp does.
 */
final class WebP {
    private WebP() {
    }

    static Picture read(byte[] file) {
        var in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int at = 12;
        while (at + 8 <= file.length) {
            int length = in.getInt(at + 4);
            if (length < 0) {
                break;
            }
            switch (in.getInt(at)) {
                case 0x20385056 -> { // "VP8 "
                    return color(Vp8.read(file, at + 8, length), file);
                }
                case 0x4C385056 -> { // "VP8L"
                    return Vp8L.read(file, at + 8);
                }
                case 0x464D4E41 -> at += 24; // "ANMF": a frame of an animation holds chunks itself
                default -> at = Math.addExact(at + 8, length + (length & 1));
            }
        }
        throw new IllegalArgumentException("WebP without an image");
    }

    private static Picture color(Vp8 frame, byte[] file) {
        var out = Picture.of(frame.width, frame.height, file);
        int chromaRows = (frame.height + 1) / 2;
        var u = new int[frame.width];
        var v = new int[frame.width];
        for (int y = 0; y < frame.height; y++) {
            int near = y / 2;
            int far = Math.clamp(y % 2 == 0 ? near - 1 : near + 1, 0, chromaRows - 1);
            interpolate(frame, 1, near, far, u);
            interpolate(frame, 2, near, far, v);
            for (int x = 0; x < frame.width; x++) {
                int luma = (frame.planes[0][y * frame.strides[0] + x] & 0xFF) * 19077 >> 8;
                out.set(x, y, luma + (v[x] * 26149 >> 8) - 14234 >> 6,
                        luma - (u[x] * 6419 >> 8) - (v[x] * 13320 >> 8) + 8708 >> 6,
                        luma + (u[x] * 33050 >> 8) - 17685 >> 6);
            }
        }
        return out;
    }

    /** A row of chroma in full width: 9/16 of the nearest sample, 3/16 of two, 1/16 of the farthest. */
    private static void interpolate(Vp8 frame, int plane, int near, int far, int[] row) {
        byte[] s = frame.planes[plane];
        int n = near * frame.strides[plane];
        int f = far * frame.strides[plane];
        for (int x = 0; x < row.length; x++) {
            int i = x / 2;
            int side = x % 2 == 0 ? i - 1 : i + 1;
            int here = s[n + i] & 0xFF;
            int across = s[f + i] & 0xFF;
            if (side < 0 || 2 * side >= row.length + row.length % 2) {
                row[x] = 3 * here + across + 2 >> 2;
                continue;
            }
            int beside = s[n + side] & 0xFF;
            int corner = s[f + side] & 0xFF;
            row[x] = (here + across + beside + corner + 8 + 2 * (beside + across) >> 3) + here >> 1;
        }
    }
}
