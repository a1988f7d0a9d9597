package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
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

    private static ModelInfo scripted() {
        var seq = new TypeInfo.OfSequence(new TypeInfo.OfTensor(DType.F32, List.of(), false));
        var map = new TypeInfo.OfMap(DType.STRING, new TypeInfo.OfOptional(new TypeInfo.OfTensor(DType.I4,
                List.of(new DimInfo.Constant(3), new DimInfo.Open("any")), true)));
        var n = new DimInfo.Symbol(0, "n");
        var found = new DimInfo.Symbol(1, "found");
        var block = new BlockInfo(List.of(0, 1), List.of(0, 3), List.of(4, 5),
                List.of(new ValueInfo("r4", DType.F32, List.of(n, found)),
                        new ValueInfo("r5", DType.BOOL, List.of(new DimInfo.Expression("n*2", 3)))),
                List.of(new AllocationInfo(StorageClass.F32, 0, 2, 1, true)), 5, 2, 3);
        var empty = new BlockInfo(List.of(), List.of(), List.of(), List.of(), List.of(), 0, 0, 0);
        var call = new LibraryInfo("sort.nonzero", "/Non \"Zero\"", Map.of("a b", "c\n\"d\"", "e", ""),
                List.of(0, 2), List.of(3));
        var script = new ScriptInfo(6, List.of(new SymbolInfo("found", -5, 9)), List.of(4, 1),
                List.of(new ConstantInfo(2, DType.I64, List.of(2L, 3L), 128)), List.of(call), List.of(block, empty));
        return new ModelInfo("scripted", "C", "ir", List.of(new SymbolInfo("n", 0, 9)),
                List.of(new ValueInfo("x", DType.F32, List.of(n)), new ValueInfo("s", seq)),
                List.of(new ValueInfo("y", DType.F32, List.of(n, new DimInfo.Open("found"))),
                        new ValueInfo("m", map)),
                List.of(), 0, 0, 0, 192, script);
    }

    @Test
    void aScriptParsesBack() {
        var info = scripted();
        String text = info.write();
        assertThat(text).startsWith("sinter-model 2\n").contains("map string optional i4 [3, \"any\"]", "seq f32 [..]");
        assertThat(ModelInfo.parse(text)).isEqualTo(info);
        for (int i = 0; i < text.length() - 1; i++) {
            String cut = text.substring(0, i);
            assertThatThrownBy(() -> ModelInfo.parse(cut)).isInstanceOf(ModelException.class);
        }
        assertThat(info.inputs()).extracting(ValueInfo::toString).containsExactly("x: f32[n]", "s: seq(f32[..])");
        assertThat(info.outputs()).extracting(ValueInfo::toString)
                .containsExactly("y: f32[n,found]", "m: map(string, optional(i4[3,any]))");
    }

    @Test
    void aScriptIsChecked() {
        String text = scripted().write();
        for (var wrong : List.of(Map.entry("registers 6 [4, 1]", "registers 5 [4, 1]"),
                Map.entry("registers 6 [4, 1]", "registers 6 [4]"), Map.entry("[0, 1] [0, 3]", "[0, 2] [0, 3]"),
                Map.entry("\"n*2\"@3", "\"n*2\"@7"), Map.entry("sinter-model 2", "sinter-model 1"),
                Map.entry("sinter-model 2", "sinter-model 3"), Map.entry("result 4 ", "result 44 "),
                Map.entry("{\"", "{"), Map.entry("seq f32", "set f32"))) {
            String broken = text.replace(wrong.getKey(), wrong.getValue());
            assertThat(broken).as(wrong.toString()).isNotEqualTo(text);
            assertThatThrownBy(() -> ModelInfo.parse(broken)).as(wrong.toString()).isInstanceOf(ModelException.class);
        }
    }
}
