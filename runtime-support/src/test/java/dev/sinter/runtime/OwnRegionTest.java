package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnRegionTest {
    private static final long MEGABYTE = 1L << 20;

    @ParameterizedTest
    @CsvSource({
            // megabytes of heap and free, floats needed and allocated
            "6144, 6000, 300000, 524288", // regions of 3 MB, rounded up to 4
            "6144, 3000, 300000, 300000", // the heap fills up
            "6144, 6000, 524288, 524288", "6144, 6000, 600000, 600000", // large enough as they are
            "6144, 6000, 32768, 524288", "6144, 6000, 32767, 32767", "6144, 6000, 0, 0",
            "2048, 2048, 100000, 131072", "256, 256, 100000, 131072", // the smallest regions
            "4096, 4096, 100000, 262144",
            "1000000, 1000000, 300000, 4194304" // the largest
    })
    void arraysOfSomeSizeGetMoreThanHalfARegion(long heap, long free, int needed, int allocated) {
        assertThat(OwnRegion.floats(needed, heap * MEGABYTE, free * MEGABYTE)).isEqualTo(allocated);
    }
}
