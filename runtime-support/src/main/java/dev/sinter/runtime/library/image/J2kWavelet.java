package dev.sinter.runtime.library.image;

/** The inverse wavelet transforms (T.800, annex F). */
final class J2kWavelet {
    /** The steps of the 9-7 transform, last first. */
    private static final float[] LIFTS = {0.443506852f, 0.882911075f, -0.052980118f, -1.586134342f};
    private static final float SCALE = 1.230174105f;

    private J2kWavelet() {
    }

    /**
     * Joins four subbands.
     *
     * @param low the picture at half the size
     * @param bands HL, LH and HH
     * @param area of the result: left, top, right, bottom
     * @return the picture in full size
     */
    static float[] join(float[] low, J2kBand[] bands, int[] area) {
        int width = area[2] - area[0];
        int height = area[3] - area[1];
        var out = new float[width * height];
        int lowWidth = (area[2] + 1 >> 1) - (area[0] + 1 >> 1);
        for (int y = 0; y < height; y++) {
            boolean oddRow = (area[1] + y & 1) != 0;
            int row = oddRow ? (area[1] + y >> 1) - (area[1] >> 1) : (area[1] + y >> 1) - (area[1] + 1 >> 1);
            for (int x = 0; x < width; x++) {
                boolean odd = (area[0] + x & 1) != 0;
                int column = odd ? (area[0] + x >> 1) - (area[0] >> 1) : (area[0] + x >> 1) - (area[0] + 1 >> 1);
                J2kBand band = oddRow ? bands[odd ? 2 : 1] : odd ? bands[0] : null;
                out[y * width + x] = band == null ? low[row * lowWidth + column]
                        : band.data[row * (band.x1 - band.x0) + column];
            }
        }
        boolean reversible = bands[0].reversible;
        for (int y = 0; y < height; y++) {
            lift(out, y * width, 1, width, area[0] & 1, reversible);
        }
        for (int x = 0; x < width; x++) {
            lift(out, x, width, height, area[1] & 1, reversible);
        }
        return out;
    }

    /** One line; {@code odd} is 1 if its first sample belongs to the high band. */
    private static void lift(float[] data, int from, int step, int length, int odd, boolean reversible) {
        if (length == 1) {
            if (odd == 1) {
                data[from] = reversible ? (float) Math.floor(data[from] / 2) : data[from] / 2;
            }
            return;
        }
        var line = new float[length];
        for (int i = 0; i < length; i++) {
            line[i] = data[from + i * step];
        }
        if (reversible) {
            for (int i = odd; i < length; i += 2) {
                line[i] -= (float) Math.floor((neighbours(line, i) + 2) / 4);
            }
            for (int i = 1 - odd; i < length; i += 2) {
                line[i] += (float) Math.floor(neighbours(line, i) / 2);
            }
        } else {
            for (int i = 0; i < length; i++) {
                line[i] *= (i + odd) % 2 == 0 ? SCALE : 1 / SCALE;
            }
            for (int s = 0; s < LIFTS.length; s++) {
                for (int i = (odd + s) % 2; i < length; i += 2) {
                    line[i] -= LIFTS[s] * neighbours(line, i);
                }
            }
        }
        for (int i = 0; i < length; i++) {
            data[from + i * step] = line[i];
        }
    }

    /** The sum of the samples beside one, mirrored at the ends. */
    private static float neighbours(float[] line, int i) {
        float left = line[i == 0 ? 1 : i - 1];
        return left + line[i == line.length - 1 ? i - 1 : i + 1];
    }
}
