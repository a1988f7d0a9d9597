package dev.sinter.passes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Cuts of small graphs are the cheapest of all cuts, and of those the one with the fewest points behind it. */
class MinimumCutTest {
    private record Arc(int first, int second, double cost) {
    }

    @Property(tries = 500)
    void noCutIsCheaper(@ForAll long seed, @ForAll @IntRange(min = 2, max = 9) int points,
            @ForAll @IntRange(min = 0, max = 24) int count) {
        var random = new Random(seed);
        var cut = new MinimumCut();
        for (int i = 2; i < points; i++) {
            assertThat(cut.point()).isEqualTo(i);
        }
        var arcs = new ArrayList<Arc>();
        for (int i = 0; i < count; i++) {
            var arc = new Arc(random.nextInt(points), random.nextInt(points), random.nextInt(5));
            arcs.add(arc);
            cut.arc(arc.first(), arc.second(), arc.cost());
        }

        int chosen = mask(cut.second());

        assertThat(chosen & 3).isEqualTo(2);
        for (int mask = 0; mask < 1 << points; mask++) {
            if ((mask & 3) == 2) {
                assertThat(cost(arcs, chosen)).isLessThanOrEqualTo(cost(arcs, mask));
                if (cost(arcs, chosen) == cost(arcs, mask)) {
                    assertThat(chosen & ~mask).isZero();
                }
            }
        }
    }

    @Test
    void whatMustNotBeIsNot() {
        var cut = new MinimumCut();
        int a = cut.point();
        int b = cut.point();
        cut.arc(a, b, MinimumCut.NEVER);
        cut.arc(MinimumCut.FIRST, a, 3);
        cut.arc(b, MinimumCut.SECOND, 2);
        assertThat(cut.second()).containsExactly(false, true, false, false);
    }

    private static double cost(List<Arc> arcs, int mask) {
        return arcs.stream().filter(a -> (mask >> a.first() & 1) == 0 && (mask >> a.second() & 1) == 1)
                .mapToDouble(Arc::cost).sum();
    }

    private static int mask(boolean[] second) {
        int mask = 0;
        for (int i = 0; i < second.length; i++) {
            mask |= second[i] ? 1 << i : 0;
        }
        return mask;
    }
}
