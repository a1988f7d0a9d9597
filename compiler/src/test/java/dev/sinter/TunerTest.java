package dev.sinter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.ir.DType;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.cost.Cost;
import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.cost.Question;
import dev.sinter.ir.cost.Sample;
import dev.sinter.ir.cost.Way;
import dev.sinter.ir.op.Softmax;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TunerTest {
    private static final Duration LONG = Duration.ofDays(1);
    private static final Question QUESTION = new Question("test", List.of(way("a", 1), way("b", 2)), 0.2);

    private final TuneCache cache = TuneCache.empty("here");
    private final List<Way> asked = new ArrayList<>();
    private final List<String> said = new ArrayList<>();

    private static Way way(String name, int rows) {
        return new Way(name, 1000 * rows, new Sample(new Softmax(1),
                List.of(new Sample.Operand(TensorType.of(DType.F32, rows, 3), false))));
    }

    private Tuner tuner(String setting, Duration budget, Stopwatch stopwatch) {
        return new Tuner(cache, (way, costs) -> {
            asked.add(way);
            return stopwatch.nanos(way, costs);
        }, setting, budget, said::add);
    }

    private static long rows(Way way) {
        return way.sample().operands().getFirst().type().shape().dim(0).value();
    }

    @Test
    void eachWayIsMeasuredOnce() {
        var tuner = tuner("V512", LONG, (way, costs) -> 70 * rows(way));
        for (int i = 0; i < 2; i++) {
            assertThat(tuner.of(QUESTION)).containsExactly(new Cost("a", 70, true), new Cost("b", 140, true));
        }
        assertThat(asked).hasSize(2);
        assertThat(said).hasSize(2);
        assertThat(cache.times()).containsOnlyKeys("V512 test a softmax f32[1,3] {axis=1}",
                "V512 test b softmax f32[2,3] {axis=1}");
    }

    @Test
    void timesOfAnotherVectorWidthAreOthers() {
        tuner("V512", LONG, (way, costs) -> 70).of(QUESTION);
        assertThat(tuner("V256", LONG, (way, costs) -> 90).of(QUESTION)).extracting(Cost::nanos)
                .containsExactly(90.0, 90.0);
        assertThat(asked).hasSize(4);
        assertThat(cache.times()).hasSize(4);
    }

    @Test
    void aMeasurementForcesItsWay() {
        tuner("V512", LONG, (way, costs) -> {
            var forced = costs.of(QUESTION);
            assertThat(forced.get((int) rows(way) - 1).nanos())
                    .isLessThan(forced.get(2 - (int) rows(way)).nanos());
            return 70;
        }).of(QUESTION);
        assertThat(said).hasSize(2).noneMatch(line -> line.contains("can't"));
    }

    @Test
    void withoutTimeOnlyWhatIsKnownIsMeasured() {
        var none = tuner("V512", Duration.ZERO, (way, costs) -> 70);
        assertThat(none.of(QUESTION)).isEqualTo(Costs.ESTIMATED.of(QUESTION));
        none.finish();
        assertThat(said).singleElement().asString().contains("1 times were not taken");
        tuner("V512", LONG, (way, costs) -> 70).of(QUESTION);
        asked.clear();
        assertThat(tuner("V512", Duration.ZERO, (way, costs) -> 80).of(QUESTION)).extracting(Cost::nanos)
                .containsExactly(70.0, 70.0);
        assertThat(asked).isEmpty();
    }

    @Test
    void whatCannotBeMeasuredStaysEstimated() {
        var tuner = tuner("V512", LONG, (way, costs) -> {
            if (rows(way) == 2) {
                throw new IllegalStateException("too hard");
            }
            return 70;
        });
        for (int i = 0; i < 2; i++) {
            assertThat(tuner.of(QUESTION)).isEqualTo(Costs.ESTIMATED.of(QUESTION));
        }
        assertThat(asked).hasSize(2);
        assertThat(said).hasSize(2).anyMatch(line -> line.contains("too hard"));
    }
}
