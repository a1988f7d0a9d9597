package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PlacementTest {
    record Request(long size, int first, int last) {
    }

    @Provide
    Arbitrary<List<Request>> requests() {
        return Combinators.combine(Arbitraries.longs().between(0, 40), Arbitraries.integers().between(0, 12),
                Arbitraries.integers().between(0, 5))
                .as((size, first, length) -> new Request(size * Placement.GRAIN, first, first + length))
                .list().ofMaxSize(30);
    }

    @Property(tries = 300)
    void liveAllocationsNeverOverlap(@ForAll("requests") List<Request> requests) {
        long[] offsets = place(requests);
        long sum = 0;
        for (int i = 0; i < offsets.length; i++) {
            Request a = requests.get(i);
            sum += a.size;
            assertThat(offsets[i] % Placement.GRAIN).isZero();
            for (int j = 0; j < i; j++) {
                Request b = requests.get(j);
                boolean together = a.first <= b.last && b.first <= a.last && a.size > 0 && b.size > 0;
                boolean apart = offsets[i] + a.size <= offsets[j] || offsets[j] + b.size <= offsets[i];
                assertThat(!together || apart).as("%s at %d and %s at %d", a, offsets[i], b, offsets[j]).isTrue();
            }
        }
        for (int i = 0; i < offsets.length; i++) {
            assertThat(offsets[i] + requests.get(i).size).isBetween(0L, sum);
        }
    }

    @Example
    void memoryIsReused() {
        assertThat(place(List.of(new Request(64, 0, 1), new Request(32, 1, 2), new Request(64, 2, 3),
                new Request(16, 0, 0)))).containsExactly(0, 64, 0, 64);
    }

    @Example
    void elementsBeginWithACacheLine() {
        for (var storage : StorageClass.values()) {
            int header = 16;
            assertThat((header + Placement.lead(storage) * storage.bytes()) % 64).as(storage.label())
                    .isEqualTo(storage == StorageClass.STRING ? header : 0);
        }
    }

    private static long[] place(List<Request> requests) {
        return Placement.place(requests.stream().mapToLong(Request::size).toArray(),
                requests.stream().mapToInt(Request::first).toArray(),
                requests.stream().mapToInt(Request::last).toArray());
    }
}
