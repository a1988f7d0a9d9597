package dev.sinter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.ir.GraphParser;
import dev.sinter.runtime.DType;
import dev.sinter.runtime.DimInfo;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.SymbolInfo;
import dev.sinter.runtime.ValueInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FittingSizesTest {
    private static Map<String, Long> sizes(String equalities, Map<String, Long> given, String... names) {
        var symbols = new ArrayList<SymbolInfo>();
        var dims = new ArrayList<DimInfo>();
        var declared = new StringBuilder();
        for (int i = 0; i < names.length; i++) {
            symbols.add(new SymbolInfo(names[i], 0, 1000));
            dims.add(new DimInfo.Symbol(i, names[i]));
            declared.append("  symbol ").append(names[i]).append(": 0..1000\n");
        }
        var info = new ModelInfo("m", "M", "m.ir", symbols, List.of(new ValueInfo("x", DType.F32, dims)), List.of(),
                List.of(), 0, 0, 0, 0);
        var graph = GraphParser.parse("graph \"m\" {\n" + declared + equalities + "}\n");
        return FittingSizes.of(info, graph, given, MadeUpInputs.LENGTH);
    }

    @Test
    void withoutEqualitiesTheyAreThoseOfBench() {
        assertThat(sizes("", Map.of(), "a", "b")).isEqualTo(Map.of("a", 1L, "b", 128L));
    }

    @Test
    void aSymbolThatMustEqualOthersIsMadeTo() {
        var sum = "  equal (a + b) == c because \"a sum\"\n";
        assertThat(sizes(sum, Map.of(), "a", "b", "c")).isEqualTo(Map.of("a", 1L, "b", 128L, "c", 129L));
        assertThat(sizes(sum, Map.of("b", 7L), "a", "b", "c")).isEqualTo(Map.of("a", 1L, "b", 7L, "c", 8L));
    }

    @Test
    void whatIsGivenStays() {
        assertThat(sizes("  equal b == c because \"alike\"\n", Map.of("c", 5L), "a", "b", "c"))
                .isEqualTo(Map.of("a", 1L, "b", 5L, "c", 5L));
        assertThat(sizes("  equal b == c because \"alike\"\n", Map.of("b", 4L, "c", 5L), "a", "b", "c"))
                .as("that is an error of the user, which the run tells").isEqualTo(Map.of("a", 1L, "b", 4L, "c", 5L));
    }

    @Test
    void boundsHold() {
        assertThat(sizes("  equal (a * 2000) == b because \"large\"\n", Map.of(), "a", "b"))
                .isEqualTo(Map.of("a", 1L, "b", 128L));
    }

    @Test
    void whereNoSymbolStandsAloneUsualSizesAreTried() {
        assertThat(sizes("  equal ((b + -7) / 41) == 1 because \"one row is left\"\n", Map.of(), "a", "b"))
                .containsEntry("b", 48L);
        assertThat(sizes("  equal ((b + -7) / 41) == 1 because \"one row is left\"\n", Map.of("b", 128L), "a", "b"))
                .containsEntry("b", 128L);
        assertThat(sizes("  equal (b / 2000) == 1 because \"that can't be\"\n", Map.of(), "a", "b"))
                .isEqualTo(Map.of("a", 1L, "b", 128L));
    }
}
