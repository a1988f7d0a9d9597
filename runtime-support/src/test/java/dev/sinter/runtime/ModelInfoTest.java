package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelInfoTest {
    private static final ModelInfo INFO = new ModelInfo("a \"name\"\\\nof two lines", "p.C", "ir",
            List.of(new SymbolInfo("batch size", 1, Long.MAX_VALUE), new SymbolInfo("s", 0, 512)),
            List.of(new ValueInfo("x", DType.I64, List.of(new DimInfo.Symbol(0, "batch size"),
                    new DimInfo.Symbol(1, "s"), new DimInfo.Constant(3))),
                    new ValueInfo("scalar", DType.F8E4M3FNUZ, List.of())),
            List.of(new ValueInfo("y", DType.F32, List.of(new DimInfo.Expression("2*s, \"+1", 2)))),
            List.of(new AllocationInfo(StorageClass.I16, 0, 7, 1, true)), 5, 3, 2, 1L << 40);

    @Test
    void textRoundTrip() {
        assertThat(ModelInfo.parse(INFO.write())).isEqualTo(INFO);
        assertThat(ModelInfo.parse(INFO.write().replace("\n", "\r\n"))).isEqualTo(INFO);
        assertThat(ModelInfo.parse(Samples.affineInfo().write())).isEqualTo(Samples.affineInfo());
    }

    @Test
    void valuesPrintTheirShapes() {
        assertThat(INFO.inputs().getFirst()).hasToString("x: i64[batch size,s,3]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "sinter-model 1 | sinter-model 2   | line 1",
            "allocation i16 | allocation i17   | line 11: unknown storage class 'i17'",
            "7 1 worker     | 7 1 mine         | line 11: expected 'shared' or 'worker', got 'mine'",
            "i64 [$0        | i64 [$2          | line 8: expected a symbol below $2, got $2",
            "i64 [          | i63 [            | line 8: unknown element type 'i63'",
            ", 3]           | , 3             | line 8: expected ','",
            "symbol \"s\" 0 512 | symbol \"s\" 513 512 | line 7: symbol 's'",
            "weights 1099511627776 | weights 99999999999999999999 | line 5: expected a number",
            "weights 1099511627776 | wights 1   | line 5: unknown keyword 'wights'",
            "values 5       | name \"again\"     | 'name' stands twice",
            "values 5       | values 5 6       | expected the end of the line",
            "params 3 2     | params 3 3       | expected parameters within 5 values",
            "7 1 worker     | 7 5 worker       | expected an index below 5, got 5",
            "end            | ''               | expected 'end'",
    })
    void mistakesAreNamedWithTheirLine(String from, String to, String message) {
        String text = INFO.write();
        assertThat(text).contains(from);
        String wrong = from.equals("end") ? text.replace("end\n", "") : text.replace(from, to);
        assertThatThrownBy(() -> ModelInfo.parse(wrong)).isInstanceOf(ModelException.class)
                .hasMessageContaining(message);
    }

    @Test
    void everyCutIsRefused() {
        String text = INFO.write();
        for (int i = 0; i < text.length() - 1; i++) {
            String cut = text.substring(0, i);
            assertThatThrownBy(() -> ModelInfo.parse(cut)).isInstanceOf(ModelException.class);
        }
        assertThatThrownBy(() -> ModelInfo.parse(text + "more\n")).isInstanceOf(ModelException.class);
    }

    @Test
    void aSymbolMustBeBound() {
        var free = new SymbolInfo("free", 1, 2);
        assertThatThrownBy(() -> new ModelInfo("m", "C", "ir", List.of(free), List.of(), List.of(), List.of(), 0, 0, 0,
                0)).isInstanceOf(ModelException.class).hasMessageContaining("'free'");
        var fixed = new SymbolInfo("fixed", 2, 2);
        assertThat(new ModelInfo("m", "C", "ir", List.of(fixed), List.of(), List.of(), List.of(), 0, 0, 0, 0)
                .symbols()).containsExactly(fixed);
    }
}
