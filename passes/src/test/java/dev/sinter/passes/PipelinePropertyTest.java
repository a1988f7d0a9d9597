package dev.sinter.passes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.ir.Constants;
import dev.sinter.ir.GraphParser;
import dev.sinter.ir.GraphPrinter;
import dev.sinter.ir.TensorData;
import java.util.ArrayList;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Random graphs compute the same before and after the passes; the verifier runs after every pass. */
class PipelinePropertyTest {
    private static final PassOptions VERIFY = PassOptions.DEFAULT.withVerify(true);

    @Property(tries = 300)
    void exactPassesKeepEveryBit(@ForAll long seed, @ForAll @IntRange(min = 1, max = 25) int steps) {
        var before = RandomGraph.of(seed, steps);
        var exact = new Pipeline(
                Pipeline.standard().passes().stream().filter(p -> !p.name().startsWith("recognize")).toList());

        var after = exact.run(before, VERIFY, PassListener.NONE);

        assertThat(Golden.evaluate(after, seed)).isEqualTo(Golden.evaluate(before, seed));
    }

    @Property(tries = 150)
    void recognizingChangesRoundingOnly(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int steps) {
        changesRoundingOnly(Pipeline.standard(), seed, steps);
    }

    @Property(tries = 150)
    void fastMathChangesRoundingOnly(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int steps) {
        changesRoundingOnly(Golden.everything(), seed, steps);
    }

    private static void changesRoundingOnly(Pipeline pipeline, long seed, int steps) {
        var before = RandomGraph.continuous(seed, steps);

        var after = pipeline.run(before, VERIFY, PassListener.NONE);

        var wanted = Golden.evaluate(before, seed);
        var got = Golden.evaluate(after, seed);
        if (wanted.values().stream().allMatch(PipelinePropertyTest::isTame)) {
            wanted.forEach((port, data) -> assertThat(Golden.difference(data, Objects.requireNonNull(got.get(port))))
                    .isLessThan(1e-4));
        }
    }

    /** Huge values turn a last bit into something visible; they say nothing about recognition. */
    private static boolean isTame(TensorData data) {
        for (int i = 0; i < data.size(); i++) {
            if (!(Math.abs(data.getDouble(i)) < 100)) {
                return false;
            }
        }
        return true;
    }

    @Property(tries = 100)
    void aSecondRunFindsNothingMore(@ForAll long seed, @ForAll @IntRange(min = 1, max = 25) int steps) {
        var once = Pipeline.standard().run(RandomGraph.of(seed, steps));
        var more = new ArrayList<Rewrite>();

        Pipeline.standard().run(once, VERIFY, new PassListener() {
            @Override
            public void rewritten(Rewrite rewrite) {
                more.add(rewrite);
            }
        });

        assertThat(more).isEmpty();
    }

    @Property(tries = 100)
    void theResultParsesBack(@ForAll long seed, @ForAll @IntRange(min = 1, max = 25) int steps) {
        var after = Pipeline.standard().run(RandomGraph.of(seed, steps));
        var constants = Constants.inMemory();
        var text = GraphPrinter.print(after, constants);

        assertThat(GraphPrinter.print(GraphParser.parse(text, constants), constants)).isEqualTo(text);
    }
}
