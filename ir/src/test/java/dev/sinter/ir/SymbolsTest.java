package dev.sinter.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SymbolsTest {
    private static final Dim S = Dim.sym("S");
    private static final Dim LIMIT = Dim.of(512);

    @Test
    void broadcastWithAMinimumBoundsTheSymbol() {
        for (boolean swapped : new boolean[]{false, true}) {
            var symbols = new Symbols();
            symbols.declare("S", Symbols.Bounds.ANY);
            var limited = S.min(LIMIT);
            var dim = swapped ? symbols.broadcast(limited, S, "add") : symbols.broadcast(S, limited, "add");
            assertThat(dim).isEqualTo(S);
            assertThat(symbols.bounds().get("S")).isEqualTo(new Symbols.Bounds(0, 512));
            assertThat(symbols.simplify(limited)).isEqualTo(S);
            assertThat(symbols.equalities()).isEmpty();
        }
    }

    @Test
    void broadcastOfUnknownsRequiresEquality() {
        var symbols = new Symbols();
        assertThat(symbols.broadcast(S, Dim.of(128), "add")).isEqualTo(Dim.of(128));
        assertThat(symbols.equalities()).singleElement()
                .isEqualTo(new Symbols.Equality(S, Dim.of(128), "add"));
        symbols.broadcast(S, Dim.of(128), "again");
        assertThat(symbols.equalities()).hasSize(1);
        assertThat(symbols.broadcast(Dim.ONE, S, "add")).isEqualTo(S);
        assertThat(symbols.broadcast(Dim.ONE, Dim.ZERO, "add")).isEqualTo(Dim.ZERO);
    }

    @Test
    void contradictionsAreErrors() {
        var symbols = new Symbols();
        assertThatThrownBy(() -> symbols.broadcast(Dim.of(2), Dim.of(3), "node x")).isInstanceOf(IrException.class)
                .hasMessageContainingAll("node x", "2", "3");
        symbols.declare("S", new Symbols.Bounds(4, 8));
        assertThatThrownBy(() -> symbols.declare("S", new Symbols.Bounds(9, 10))).isInstanceOf(IrException.class)
                .hasMessageContaining("S");
    }

    @Test
    void aSymbolOfOneSizeIsThatSize() {
        var symbols = new Symbols();
        symbols.declare("S", new Symbols.Bounds(7, 7));
        assertThat(symbols.simplify(S.times(Dim.of(2)))).isEqualTo(Dim.of(14));
    }
}
