package dev.sinter.runtime.library.image;

import java.util.ArrayList;
import java.util.List;

/** A tag tree (T.800, annex B.10.2): numbers for a grid, of which each level keeps the least of four. */
final class J2kTagTree {
    private record Level(int width, int[] values, int[] known) {
    }

    private final List<Level> levels = new ArrayList<>();

    J2kTagTree(int width, int height) {
        int w = width;
        int h = height;
        while (true) {
            levels.add(new Level(w, new int[w * h], new int[w * h]));
            if (w * h <= 1) {
                break;
            }
            w = (w + 1) / 2;
            h = (h + 1) / 2;
        }
    }

    /** Whether the number at a place is below a limit; reads as many bits as that takes. */
    boolean isBelow(J2kHeaderBits in, int x, int y, int limit) {
        int least = 0;
        for (int l = levels.size() - 1; l >= 0; l--) {
            Level level = levels.get(l);
            int at = (y >> l) * level.width + (x >> l);
            level.values[at] = Math.max(level.values[at], least);
            while (level.values[at] < limit && level.known[at] == 0) {
                if (in.bit() == 1) {
                    level.known[at] = 1;
                } else {
                    level.values[at]++;
                }
            }
            least = level.values[at];
        }
        Level bottom = levels.getFirst();
        return bottom.values[y * bottom.width + x] < limit;
    }
}
