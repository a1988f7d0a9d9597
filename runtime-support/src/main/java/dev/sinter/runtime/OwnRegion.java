package dev.sinter.runtime;

/**
 * How long an array must be to begin at a cache line. Most arrays begin wherever the collector puts them, so that seven
 * vectors of eight lie in two lines each, and kernels that read much and compute little take up to half as long again.
 * G1 gives an array larger than half a region regions of its own, which begin at a line and are not moved (JDK 25,
 * {@code G1HeapRegion::setup_heap_region_size}). With other collectors nothing is gained, and nothing lost but the bytes.
 */
final class OwnRegion {
    private static final long REGIONS = 2048;
    private static final long SMALLEST = 1L << 20;
    private static final long LARGEST = 32L << 20;
    /** An array becomes at most so many times larger: small ones stay in the first-level cache, where it matters less. */
    private static final int MOST = 16;

    private OwnRegion() {
    }

    /**
     * The length of an array of floats.
     *
     * @param least elements that are needed
     * @return elements to allocate
     */
    static int floats(int least) {
        var runtime = Runtime.getRuntime();
        long most = runtime.maxMemory();
        return floats(least, most, most - runtime.totalMemory() + runtime.freeMemory());
    }

    /** The same for a heap of a size, of which some bytes are free: only while half of it is, arrays become larger. */
    static int floats(int least, long heap, long free) {
        long region = Math.clamp(heap / REGIONS, SMALLEST, LARGEST);
        // as the header comes on top, half a region of elements is enough
        long half = Long.highestOneBit(2 * region - 1) / 2;
        long needed = (long) Float.BYTES * least;
        return needed >= half || needed * MOST < half || free < heap / 2 ? least : (int) (half / Float.BYTES);
    }
}
