package dev.sinter.runtime;

/**
 * Places allocations in one arena so that no two that live at the same time overlap: the largest first, each into the
 * smallest gap that holds it (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020).
 */
final class Placement {
    /** The longest array that every JVM can make. */
    static final int MAX_LENGTH = Integer.MAX_VALUE - 8;
    /** Allocations begin at multiples of this many elements, counted from the {@link #lead}. */
    static final int GRAIN = 16;
    /** Bytes of a cache line, which is also the widest vector. */
    private static final int LINE = 64;
    /** Bytes of an array before its elements, as HotSpot lays arrays out. */
    private static final int HEADER = 16;

    private final long[] sizes;
    private final int[] first;
    private final int[] last;
    private final long[] offsets;
    private final int[] placed; // indices in ascending order of offset
    private int count;

    private Placement(long[] sizes, int[] first, int[] last) {
        this.sizes = sizes;
        this.first = first;
        this.last = last;
        this.offsets = new long[sizes.length];
        this.placed = new int[sizes.length];
    }

    /**
     * Offsets for allocations.
     *
     * @param sizes sizes in elements, multiples of the grain
     * @param first each one's first step
     * @param last each one's last step, inclusive
     * @return an offset for each
     */
    static long[] place(long[] sizes, int[] first, int[] last) {
        var placement = new Placement(sizes, first, last);
        for (int index : largestFirst(sizes)) {
            placement.placeOne(index);
        }
        return placement.offsets;
    }

    /**
     * Elements that are left free at the beginning of an arena: as many as fill the array's first cache line. Collectors
     * that give large arrays regions of their own (G1, see {@link OwnRegion}) begin them at a line's beginning, so that
     * vectors of all allocations then lie in one line each; where an array begins anywhere, nothing is lost.
     */
    static int lead(StorageClass storage) {
        return storage.bytes() == 0 ? 0 : (LINE - HEADER) / storage.bytes();
    }

    /** Indices by size, descending; equal sizes in order. */
    private static int[] largestFirst(long[] sizes) {
        var order = new int[sizes.length];
        for (int i = 0; i < order.length; i++) {
            int at = i;
            while (at > 0 && sizes[order[at - 1]] < sizes[i]) {
                order[at] = order[at - 1];
                at--;
            }
            order[at] = i;
        }
        return order;
    }

    /** A size rounded up to the grain. */
    static long round(long size) {
        return Math.addExact(size, GRAIN - 1) & -GRAIN;
    }

    private void placeOne(int index) {
        if (sizes[index] == 0) {
            return; // needs no place: offset 0
        }
        long end = 0; // behind all that live with this one and lie before the gap looked at
        long best = -1;
        long bestGap = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            int other = placed[i];
            if (first[other] > last[index] || last[other] < first[index]) {
                continue;
            }
            long gap = offsets[other] - end;
            if (gap >= sizes[index] && gap < bestGap) {
                best = end;
                bestGap = gap;
            }
            end = Math.max(end, Math.addExact(offsets[other], sizes[other]));
        }
        offsets[index] = best >= 0 ? best : end;
        insert(index);
    }

    private void insert(int index) {
        int at = count++;
        while (at > 0 && offsets[placed[at - 1]] > offsets[index]) {
            placed[at] = placed[at - 1];
            at--;
        }
        placed[at] = index;
    }
}
