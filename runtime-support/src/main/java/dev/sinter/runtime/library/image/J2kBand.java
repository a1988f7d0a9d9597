package dev.sinter.runtime.library.image;

/** A subband of a tile's component in JPEG 2000. */
final class J2kBand {
    static final int LL = 0;
    static final int HL = 1;
    static final int LH = 2;
    static final int HH = 3;

    final int orientation;
    final int x0;
    final int y0;
    final int x1;
    final int y1;
    final boolean reversible;
    final float step;
    final int planes;
    final float[] data;

    J2kBand(int orientation, int[] area, boolean reversible, float step, int planes) {
        this.orientation = orientation;
        x0 = area[0];
        y0 = area[1];
        x1 = area[2];
        y1 = area[3];
        this.reversible = reversible;
        this.step = step;
        this.planes = planes;
        data = new float[Math.multiplyExact(x1 - x0, y1 - y0)];
    }
}
