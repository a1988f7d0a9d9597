package dev.sinter.runtime.library.image;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A tile of JPEG 2000: its resolutions, subbands and precincts, the order of its packets, and its samples. */
final class J2kTile {
    /** A component of the tile, by resolution. */
    private record Plane(int[] area, List<int[]> areas, List<J2kBand[]> bands) {
    }

    /** The most precincts, and the most code-blocks; sizes beyond are a bomb. */
    private static final int MOST_PARTS = 1 << 20;

    private final int[] area; // in the reference grid: left, top, right, bottom
    private final int[] depths;
    private final int[] stepsX;
    private final int[] stepsY;
    private final J2kCoding[] codings;
    private final List<Plane> planes = new ArrayList<>();
    private final List<J2kPrecinct> precincts = new ArrayList<>();
    private long blocks;

    J2kTile(int[] area, int[] depths, int[] stepsX, int[] stepsY, J2kCoding[] codings) {
        this.area = area;
        this.depths = depths;
        this.stepsX = stepsX;
        this.stepsY = stepsY;
        this.codings = codings;
        for (int c = 0; c < codings.length; c++) {
            plane(c);
        }
    }

    private static int up(long value, int divisorBits) {
        return (int) (value + (1L << divisorBits) - 1 >> divisorBits);
    }

    private static int up(int value, int divisor) {
        return (int) (((long) value + divisor - 1) / divisor);
    }

    private void plane(int c) {
        var coding = codings[c];
        int[] own = {up(area[0], stepsX[c]), up(area[1], stepsY[c]), up(area[2], stepsX[c]), up(area[3], stepsY[c])};
        var plane = new Plane(own, new ArrayList<>(), new ArrayList<>());
        planes.add(plane);
        for (int r = 0; r <= coding.levels(); r++) {
            int shift = coding.levels() - r;
            int[] size = {up(own[0], shift, 0), up(own[1], shift, 0), up(own[2], shift, 0), up(own[3], shift, 0)};
            plane.areas.add(size);
            var bands = new J2kBand[r == 0 ? 1 : 3];
            for (int b = 0; b < bands.length; b++) {
                int orientation = r == 0 ? J2kBand.LL : b + 1;
                int level = r == 0 ? coding.levels() : shift + 1;
                int right = orientation & 1;
                int down = orientation >> 1;
                int[] part = {up(own[0], level, right), up(own[1], level, down), up(own[2], level, right),
                        up(own[3], level, down)};
                bands[b] = coding.band(orientation, r, part, depths[c]);
            }
            plane.bands.add(bands);
            precincts(c, r, size, bands);
        }
    }

    /** A coordinate of a band: T.800, equation B-15. */
    private static int up(int value, int level, int high) {
        return up(value - (level == 0 ? 0 : (1L << level - 1) * high), level);
    }

    private void precincts(int c, int r, int[] size, J2kBand[] bands) {
        if (size[0] >= size[2] || size[1] >= size[3]) {
            return;
        }
        var coding = codings[c];
        int widthBits = coding.precincts()[r] & 15;
        int heightBits = coding.precincts()[r] >> 4;
        int half = r == 0 ? 0 : 1;
        if (widthBits < half || heightBits < half) {
            throw new IllegalArgumentException("precincts of 2^" + widthBits + " x 2^" + heightBits);
        }
        int left = size[0] >> widthBits;
        int top = size[1] >> heightBits;
        int across = (size[2] - 1 >> widthBits) - left + 1;
        int down = (size[3] - 1 >> heightBits) - top + 1;
        int shift = coding.levels() - r;
        if ((long) across * down + precincts.size() > MOST_PARTS) {
            throw new IllegalArgumentException("more than " + MOST_PARTS + " precincts");
        }
        for (int i = 0; i < across * down; i++) {
            long px = left + i % across;
            long py = top + i / across;
            var precinct = new J2kPrecinct(c, r, i, Math.max(area[0], (px << widthBits + shift) * stepsX[c]),
                    Math.max(area[1], (py << heightBits + shift) * stepsY[c]), coding);
            int w = widthBits - half;
            int h = heightBits - half;
            int[] part = {(int) (px << w), (int) (py << h), (int) Math.min(px + 1 << w, Integer.MAX_VALUE),
                    (int) Math.min(py + 1 << h, Integer.MAX_VALUE)};
            for (J2kBand band : bands) {
                blocks += precinct.add(band, part, Math.min(coding.widthBits(), w), Math.min(coding.heightBits(), h));
            }
            if (blocks > MOST_PARTS) {
                throw new IllegalArgumentException("more than " + MOST_PARTS + " code-blocks");
            }
            precincts.add(precinct);
        }
    }

    /** Reads all packets in one of the five orders (T.800, annex B.12), as far as the data go. */
    void packets(byte[] data, int order, int layers) {
        var in = new J2kHeaderBits(data);
        Comparator<J2kPrecinct> byPlace = Comparator.<J2kPrecinct>comparingLong(p -> p.y).thenComparingLong(p -> p.x);
        Comparator<J2kPrecinct> byResolution = Comparator.comparingInt(p -> p.resolution);
        Comparator<J2kPrecinct> byComponent = Comparator.comparingInt(p -> p.component);
        precincts.sort(switch (order) {
            case 0, 1 -> byResolution.thenComparing(byComponent);
            case 2 -> byResolution.thenComparing(byPlace).thenComparing(byComponent);
            case 3 -> byPlace.thenComparing(byComponent).thenComparing(byResolution);
            case 4 -> byComponent.thenComparing(byPlace).thenComparing(byResolution);
            default -> throw new IllegalArgumentException("progression order " + order);
        });
        try {
            for (int from = 0; from < precincts.size();) {
                // Precincts whose packets of one layer come before those of the next.
                int to = switch (order) {
                    case 0 -> precincts.size();
                    case 1 -> endOfResolution(from);
                    default -> from + 1;
                };
                for (int layer = 0; layer < layers; layer++) {
                    for (J2kPrecinct p : precincts.subList(from, to)) {
                        p.packet(in, layer);
                    }
                }
                from = to;
            }
        } catch (J2kHeaderBits.End cut) {
            // What came is shown, as viewers do with files cut short.
            return;
        }
    }

    private int endOfResolution(int from) {
        int to = from;
        while (to < precincts.size() && precincts.get(to).resolution == precincts.get(from).resolution) {
            to++;
        }
        return to;
    }

    /** The samples of each component, not yet shifted. */
    float[][] samples() {
        precincts.forEach(J2kPrecinct::decode);
        var out = new float[planes.size()][];
        for (int c = 0; c < out.length; c++) {
            Plane plane = planes.get(c);
            float[] low = plane.bands.getFirst()[0].data;
            for (int r = 1; r < plane.bands.size(); r++) {
                low = J2kWavelet.join(low, plane.bands.get(r), plane.areas.get(r));
            }
            out[c] = low;
        }
        return out;
    }

    /** Where a component's samples lie in its own grid. */
    int[] area(int component) {
        return planes.get(component).area;
    }
}
