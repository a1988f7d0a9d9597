package dev.sinter.ir.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Origin;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.op.Softmax;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChoicesTest {
    private static final Sample SAMPLE = Sample.of(new Softmax(1),
            List.of(new Sample.Operand(TensorType.of(DType.F32, 2, 3), false)));

    private static Question question(double a, double b) {
        return new Question("test", List.of(new Way("a", a, SAMPLE), new Way("b", b, SAMPLE)), 0.2);
    }

    private static Costs measured(double a, double b) {
        return q -> List.of(new Cost("a", a, true), new Cost("b", b, true));
    }

    @ParameterizedTest
    @CsvSource({"100,79,b", "100,81,a", "100,200,a"})
    void estimatesMustSaveWhatTheQuestionSays(double a, double b, String picked) {
        assertThat(new Choices(Costs.ESTIMATED).pick(question(a, b), Origin.of("n"))).isEqualTo(picked);
    }

    @ParameterizedTest
    @CsvSource({"100,96,b", "100,98,a", "100,200,a"})
    void measuredTimesTakeThePlaceOfEstimates(double a, double b, String picked) {
        var choices = new Choices(measured(a, b));
        assertThat(choices.pick(question(1, 1000), Origin.of("n"))).isEqualTo(picked);
        assertThat(choices.made()).singleElement()
                .satisfies(c -> assertThat(c.costs()).containsExactly(new Cost("a", a, true), new Cost("b", b, true)));
    }

    @Test
    void aForcedWayIsTheAnswerOfItsKindOnly() {
        var forced = measured(1, 2).forcing("test", "b");
        assertThat(new Choices(forced).pick(question(1, 1000), Origin.NONE)).isEqualTo("b");
        assertThat(new Choices(measured(1, 2).forcing("other", "b")).pick(question(1, 1000), Origin.NONE))
                .isEqualTo("a");
    }

    @Test
    void aNodeAskedAgainIsNamedOnce() {
        var choices = new Choices(Costs.ESTIMATED);
        choices.pick(question(100, 50), Origin.of("n"));
        choices.pick(question(100, 150), Origin.of("n"));
        choices.pick(question(100, 50), Origin.of("m"));
        assertThat(choices.made()).extracting(Choice::about, Choice::picked)
                .containsExactly(tuple("n", "a"),
                        tuple("m", "b"));
    }

    @Test
    void choicesPrintAndParseBack() {
        var choice = new Choice("winograd", "/a \"b\"; c", List.of(new Cost("direct", 310_200, true),
                new Cost("f4", 120_500, true)), "f4", "less time");
        assertThat(choice).hasToString("choice winograd of \"/a \"b\"; c\": f4; direct 310.2 us, f4 120.5 us, measured;"
                + " less time");
        assertThat(Choice.parse("graph\n" + choice + "\nchoice of nothing\n")).containsExactly(choice);
    }

    @Test
    void samplesHaveKnownSizes() {
        var shape = Shape.of(Dim.sym("N"), Dim.sym("S"), Dim.of(3));
        var sample = Sample.of(new Softmax(1), List.of(
                new Sample.Operand(new TensorType(DType.F32, shape), false),
                new Sample.Operand(TensorType.of(DType.I64, 4), true)));
        assertThat(sample).hasToString("softmax f32[1,256,3], constant i64[4] {axis=1}");
        assertThat(Sample.elements(shape)).isEqualTo(768);
    }
}
