package dev.sinter.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DimTest {
    private static final Dim B = Dim.sym("B");
    private static final Dim S = Dim.sym("S");

    /** A random expression, and what it is worth, computed without {@link Dim}. */
    private record Sample(Dim dim, long value) {
    }

    static Dim random(Random random, int depth) {
        return sample(random, Map.of("B", 3L, "S", 5L, "past len", 2L), depth).dim();
    }

    private static Sample sample(Random random, Map<String, Long> bindings, int depth) {
        if (depth == 0 || random.nextInt(4) == 0) {
            if (random.nextBoolean()) {
                long v = random.nextInt(-4, 9);
                return new Sample(Dim.of(v), v);
            }
            var name = List.of("B", "S", "past len").get(random.nextInt(3));
            return new Sample(Dim.sym(name), bindings.get(name));
        }
        var a = sample(random, bindings, depth - 1);
        var b = sample(random, bindings, depth - 1);
        return switch (random.nextInt(6)) {
            case 0 -> new Sample(a.dim().plus(b.dim()), a.value() + b.value());
            case 1 -> new Sample(a.dim().minus(b.dim()), a.value() - b.value());
            case 2 -> new Sample(a.dim().times(b.dim()), a.value() * b.value());
            case 3 -> new Sample(a.dim().min(b.dim()), Math.min(a.value(), b.value()));
            case 4 -> new Sample(a.dim().max(b.dim()), Math.max(a.value(), b.value()));
            default -> {
                long divisor = random.nextInt(1, 5);
                yield new Sample(a.dim().floorDiv(Dim.of(divisor)), Math.floorDiv(a.value(), divisor));
            }
        };
    }

    @Property(tries = 2000)
    void algebraAgreesWithEvaluation(@ForAll long seed, @ForAll @IntRange(max = 40) int b,
            @ForAll @IntRange(max = 40) int s) {
        var bindings = Map.of("B", (long) b, "S", (long) s, "past len", 7L);
        var sample = sample(new Random(seed), bindings, 4);
        assertThat(sample.dim().evaluate(bindings)).as(sample.dim().toString()).isEqualTo(sample.value());
        var constants = Map.of("B", Dim.of(b), "S", Dim.of(s), "past len", Dim.of(7));
        assertThat(sample.dim().substitute(constants)).isEqualTo(Dim.of(sample.value()));
    }

    @Property(tries = 1000)
    void sumsAndProductsAreEqualInAnyOrder(@ForAll long seed) {
        var random = new Random(seed);
        var a = random(random, 3);
        var b = random(random, 3);
        var c = random(random, 2);
        assertThat(a.plus(b)).isEqualTo(b.plus(a));
        assertThat(a.times(b)).isEqualTo(b.times(a));
        assertThat(a.times(b.plus(c))).isEqualTo(a.times(b).plus(a.times(c)));
        assertThat(a.minus(a)).isEqualTo(Dim.ZERO);
        assertThat(a.plus(b).minus(b)).isEqualTo(a.plus(Dim.ZERO));
    }

    @Property(tries = 1000)
    void boundsHold(@ForAll long seed, @ForAll @IntRange(max = 512) int s) {
        var symbols = new Symbols();
        symbols.declare("S", new Symbols.Bounds(0, 512));
        symbols.declare("B", new Symbols.Bounds(1, 8));
        symbols.declare("past len", new Symbols.Bounds(7, 7));
        var dim = random(new Random(seed), 4);
        var bindings = Map.of("B", 2L, "S", (long) s, "past len", 7L);
        long value = dim.evaluate(bindings);
        assertThat(symbols.min(dim)).as(dim.toString()).isLessThanOrEqualTo(value);
        assertThat(symbols.max(dim)).as(dim.toString()).isGreaterThanOrEqualTo(value);
        assertThat(symbols.simplify(dim).evaluate(bindings)).as(dim.toString()).isEqualTo(value);
    }

    @Test
    void dividesExactlyWherePolynomialsDo() {
        assertThat(B.times(S).times(Dim.of(384)).floorDiv(Dim.of(32).times(S))).isEqualTo(B.times(Dim.of(12)));
        assertThat(B.plus(S).times(Dim.of(2)).floorDiv(B.plus(S))).isEqualTo(Dim.of(2));
        assertThat(S.floorDiv(Dim.of(2)).toString()).isEqualTo("(S / 2)");
        assertThat(Dim.of(-7).floorDiv(Dim.of(2))).isEqualTo(Dim.of(-4));
        assertThat(S.ceilDiv(16).evaluate(Map.of("S", 17L))).isEqualTo(2);
        assertThatThrownBy(() -> S.floorDiv(Dim.ZERO)).isInstanceOf(IrException.class).hasMessageContaining("by 0");
    }

    @Test
    void namesWhatHasNoValue() {
        assertThatThrownBy(() -> B.evaluate(Map.of())).isInstanceOf(IrException.class).hasMessageContaining("B");
        assertThatThrownBy(B::value).isInstanceOf(IrException.class).hasMessageContaining("B");
        assertThat(B.times(S).plus(Dim.ONE).symbols()).containsExactly("B", "S");
    }
}
