package dev.sinter.typed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.DimInfo;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.ScriptInfo;
import dev.sinter.runtime.StateInfo;
import dev.sinter.runtime.SymbolInfo;
import dev.sinter.runtime.TypeInfo;
import dev.sinter.runtime.ValueInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is source that a strict compiler takes, whatever a model calls its inputs and whatever they are. */
class TypedSourceTest {
    private static final DimInfo N = new DimInfo.Symbol(0, "n");
    private static final DimInfo FOUR = new DimInfo.Constant(4);

    @TempDir
    private Path folder = Path.of("");

    private static ModelInfo info(String name, List<SymbolInfo> symbols, List<ValueInfo> inputs,
            List<ValueInfo> outputs) {
        return new ModelInfo(name, "com.acme.MKernels", "ir", symbols, inputs, outputs, List.of(), 0, 0, 0, 0);
    }

    private Map<String, String> compiled(ModelInfo info, String packageName, String name) throws IOException {
        var files = TypedSource.of(info, packageName, name);
        var byBinaryName = new LinkedHashMap<String, String>();
        files.forEach((simple, text) -> byBinaryName.put(packageName + "." + simple, text));
        Javac.compile(byBinaryName, folder);
        assertThat(files.values()).allSatisfy(text -> assertThat(text).isASCII());
        return files;
    }

    @Test
    void namesAreParametersInTheModelsOrder() throws IOException {
        var batch = new DimInfo.Symbol(0, "batch_size");
        var length = new DimInfo.Symbol(1, "sequence_length");
        var files = compiled(info("mini", List.of(new SymbolInfo("batch_size", 0, Long.MAX_VALUE),
                new SymbolInfo("sequence_length", 1, 512)),
                List.of(new ValueInfo("input_ids", DType.I64, List.of(batch, length)),
                        new ValueInfo("attention_mask", DType.I64, List.of(batch, length))),
                List.of(new ValueInfo("last_hidden_state", DType.F32, List.of(batch, length, FOUR)))), "com.acme",
                "MiniLm");
        assertThat(files).containsOnlyKeys("MiniLm", "MiniLmInput", "MiniLmOutput", "MiniLmSession");
        assertThat(files.get("MiniLm"))
                .contains("public MiniLmOutput run(long[] inputIds, long[] attentionMask, long batchSize,"
                        + " long sequenceLength) {")
                .contains(".inputIds(inputIds, batchSize, sequenceLength)")
                .contains("@param sequenceLength size of the dimension <code>sequence_length</code>, 1 to 512")
                .contains("i64[batch_size,sequence_length]");
        assertThat(files.get("MiniLmOutput")).contains("public float[] lastHiddenState() {")
                .contains("public Tensor lastHiddenStateTensor() {");
    }

    @Test
    void allTypesHaveMethods() throws IOException {
        var values = new ArrayList<ValueInfo>();
        for (var dtype : DType.values()) {
            values.add(new ValueInfo("t_" + dtype, dtype, List.of(N, FOUR)));
        }
        var files = compiled(info("types", List.of(new SymbolInfo("n", 0, 9)), values, values), "com.acme", "Types");
        for (var dtype : DType.values()) {
            var name = JavaNames.camelCase("t_" + dtype);
            assertThat(files.get("TypesInput")).as(dtype.label()).contains(" " + name + "(Tensor value)");
            assertThat(files.get("TypesOutput")).as(dtype.label()).contains("[] " + name + "() {");
        }
    }

    @Test
    void whatIsNoTensorOrHasNoRankIsPassedAsItIs() throws IOException {
        var tensor = new TypeInfo.OfTensor(DType.F32, List.of(), false);
        var map = new TypeInfo.OfMap(DType.I64, tensor);
        var values = List.of(new ValueInfo("any", tensor), new ValueInfo("list", new TypeInfo.OfSequence(tensor)),
                new ValueInfo("maps", new TypeInfo.OfSequence(map)),
                new ValueInfo("maybe", new TypeInfo.OfOptional(tensor)),
                new ValueInfo("maybe_list", new TypeInfo.OfOptional(new TypeInfo.OfSequence(tensor))),
                new ValueInfo("map", map));
        var info = new ModelInfo("values", "com.acme.VKernels", "ir", List.of(), values, values, List.of(), 0, 0, 0, 0,
                new ScriptInfo(6, List.of(), List.of(0, 1, 2, 3, 4, 5), List.of(), List.of(), List.of()));
        var files = compiled(info, "com.acme", "Values");
        assertThat(files.get("Values")).contains("public ValuesOutput run(Tensor any, SequenceValue list,"
                + " SequenceValue maps, OptionalValue maybe, OptionalValue maybeList, MapValue map) {");
        assertThat(files.get("ValuesInput")).contains("values.put(\"maybe\", OptionalValue.empty());")
                .contains("public ValuesInput list(Tensor... elements) {")
                .contains("public ValuesInput maybe(Tensor present) {");
        assertThat(files.get("ValuesOutput")).contains("public List<Tensor> listTensors() {",
                "public List<Map<Long, Float>> mapsMaps() {", "public Optional<Tensor> maybeTensor() {",
                "public Map<Long, Float> mapMap() {").doesNotContain("maybeListTensor");
    }

    @Test
    void limitsOfSizesAreSaid() throws IOException {
        var values = List.of(new ValueInfo("x", DType.F32, List.of(N)));
        assertThat(compiled(info("m", List.of(new SymbolInfo("n", 0, 512)), values, values), "com.acme", "Limited")
                .get("Limited")).contains(" * <li><code>n</code>, 0 to 512</li>");
        assertThat(compiled(info("m", List.of(new SymbolInfo("n", 0, Integer.MAX_VALUE)), values, values), "com.acme",
                "Free").get("Free")).doesNotContain("Sizes:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Model", "Tensor", "Map", "String", "Override", "AutoCloseable", "RunOptions", "Outputs",
            "Value", "MemorySegment", "Session"})
    void aClassMayHaveTheNameOfOneThatIsNeeded(String name) throws IOException {
        var values = List.of(new ValueInfo("x", DType.F32, List.of(N)), new ValueInfo("s", DType.STRING, List.of(N)));
        compiled(info("m", List.of(new SymbolInfo("n", 0, 9)), values, values), "com.acme", name);
    }

    @Test
    void namesMayBeAnything() throws IOException {
        var values = new ArrayList<ValueInfo>();
        for (var name : List.of("class", "run", "model", "input", "n", "*/ */", "\\u002a/", "\"quoted\"", "a\nb",
                "{@link}",
                "<b>", "&amp;", "größe", "", "x", "X", "x.", "toString", "values", "yield", "_", "session", "shape",
                "value",
                "array", "memory", "this", "hashCode", "xTensor", "output", "\u2028")) {
            values.add(new ValueInfo(name, DType.F32, List.of(N)));
        }
        for (int from = 0; from < values.size(); from += 7) {
            var some = values.subList(from, Math.min(values.size(), from + 7));
            compiled(info("*/ \\u002a/ <i> @param", List.of(new SymbolInfo("n", 0, 9)), some, some), "com.acme",
                    "Odd" + from);
        }
        compiled(info("all", List.of(new SymbolInfo("n", 0, 9)), values, values), "com.acme", "AllOdd");
    }

    @Test
    void symbolsDontHideInputs() throws IOException {
        var dim = new DimInfo.Symbol(0, "x");
        var files = compiled(info("m", List.of(new SymbolInfo("x", 0, 9)),
                List.of(new ValueInfo("x", DType.F32, List.of(dim)), new ValueInfo("input", DType.I32, List.of())),
                List.of()), "com.acme", "Same");
        assertThat(files.get("Same")).contains("public SameOutput run(float[] x, int[] input, long x2) {");
    }

    @Test
    void sessionsKeepStates() throws IOException {
        var past = new DimInfo.Symbol(0, "past");
        var info = new ModelInfo("states", "com.acme.SKernels", "ir",
                List.of(new SymbolInfo("past", 0, 99), new SymbolInfo(StateInfo.CAPACITY, 0, 0)),
                List.of(new ValueInfo("past_key", DType.F32, List.of(past, FOUR))),
                List.of(new ValueInfo("present_key", DType.F32, List.of(new DimInfo.Expression("past + 1", 0), FOUR))),
                List.of(), 1, 0, 0, 0, ScriptInfo.NONE, List.of(new StateInfo("past_key", "present_key", 0)));
        var files = compiled(info, "com.acme", "States");
        assertThat(files.get("StatesSession")).contains("public StatesSession keepState(int capacity) {")
                .contains("public Tensor presentKeyState() {");
    }
}
