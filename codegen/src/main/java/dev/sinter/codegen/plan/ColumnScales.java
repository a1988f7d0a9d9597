package dev.sinter.codegen.plan;

import dev.sinter.ir.TensorData;
import org.jspecify.annotations.Nullable;

/**
 * Finds out from values alone whether they are integers of 8 bits times a scale for each column, rounded to f32, as
 * dequantized weights are, whatever made them.
 */
final class ColumnScales {
    private static final int LARGEST = 128;
    /** Floats beside a quotient that may be the scale, too, since both were rounded. */
    private static final int BESIDE = 2;

    private ColumnScales() {
    }

    /**
     * Scales of a matrix.
     *
     * @param matrix
     *            {@code f32[K,N]}
     * @return {@code [N]}, such that each value is exactly {@link #integer} of it times its column's scale; null if there
     *         are none
     */
    static float @Nullable [] of(TensorData matrix) {
        int n = (int) matrix.dims()[1];
        var values = matrix.floatArray();
        var scales = new float[n];
        for (int column = 0; column < n; column++) {
            float most = 0;
            for (int i = column; i < values.length; i += n) {
                most = Math.max(most, Math.abs(values[i]));
            }
            // NaN too is no multiple of anything
            if (most != 0 && (scales[column] = scale(values, column, n, most)) == 0) {
                return null;
            }
        }
        return scales;
    }

    /** The integer that a scale is multiplied by. */
    static int integer(float value, float scale) {
        return scale == 0 ? 0 : (int) Math.rint((double) value / scale);
    }

    /** A column's scale, 0 if there is none. */
    private static float scale(float[] values, int column, int n, float most) {
        for (int integer = LARGEST; integer > 0; integer--) {
            float scale = most / integer;
            for (int i = 0; i < BESIDE; i++) {
                scale = Math.nextDown(scale);
            }
            for (int i = -BESIDE; i <= BESIDE; i++) {
                if (scale > 0 && fits(values, column, n, scale)) {
                    return scale;
                }
                scale = Math.nextUp(scale);
            }
        }
        return 0;
    }

    private static boolean fits(float[] values, int column, int n, float scale) {
        for (int i = column; i < values.length; i += n) {
            int integer = integer(values[i], scale);
            if (integer < -LARGEST || integer >= LARGEST || integer * scale != values[i]) {
                return false;
            }
        }
        return true;
    }
}
