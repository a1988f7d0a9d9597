package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.Form;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a user gets wrong is named: the input, the dimension, the limit and what came. */
class WrongInputTest {
    private static Model model;

    @BeforeAll
    static void compile() {
        model = Encoder.MINILM.compilation().define(RunOptions.defaults().withForm(Form.SCALAR));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Map<String, Tensor> with(String name, Tensor tensor) {
        var inputs = new LinkedHashMap<>(Encoder.inputs(1, 8));
        inputs.put(name, tensor);
        return inputs;
    }

    private static void refused(Map<String, Tensor> inputs, String... parts) {
        assertThatThrownBy(() -> model.run(inputs)).isInstanceOf(ModelException.class).hasMessageContainingAll(parts);
    }

    @Test
    void anUnknownName() {
        refused(with("ids", Tensor.of(new long[8], 1, 8)), "ids", "input_ids");
    }

    @Test
    void aMissingInput() {
        var inputs = new LinkedHashMap<>(Encoder.inputs(1, 8));
        inputs.remove("attention_mask");
        refused(inputs, "attention_mask", "missing");
    }

    @Test
    void aWrongRank() {
        refused(with("input_ids", Tensor.of(new long[8], 8)), "input_ids", "rank 2", "rank 1");
    }

    @Test
    void aWrongType() {
        refused(with("input_ids", Tensor.of(new int[8], 1, 8)), "input_ids", "i64", "i32");
    }

    @Test
    void aSequenceThatIsTooLong() {
        refused(Encoder.inputs(1, 513), "input_ids", "dimension 1", "512", "513");
    }

    @Test
    void lengthsThatDiffer() {
        refused(with("attention_mask", Tensor.of(new long[9], 1, 9)), "attention_mask", "dimension 1", "8", "9");
    }

    @Test
    void aTokenOutsideTheVocabularyShowsNodeAndIrLine() {
        var ids = new long[8];
        ids[5] = 30522;
        assertThatThrownBy(() -> model.run(with("input_ids", Tensor.of(ids, 1, 8)))).isInstanceOf(ModelException.class)
                .satisfies(e -> showsNode(e.getCause() == null ? e : e.getCause()));
    }

    private static void showsNode(Throwable problem) {
        var frame = Arrays.stream(problem.getStackTrace()).filter(f -> f.getMethodName().matches("n\\d+_.*"))
                .findFirst().orElseThrow(() -> new AssertionError("no node's method in the stack", problem));
        var info = model.info();
        assertThat(frame.getClassName()).startsWith(info.className());
        assertThat(info.irResource()).endsWith(frame.getFileName());
        var dump = new String(model.resource(info.irResource()).orElseThrow(), StandardCharsets.UTF_8);
        assertThat(dump.lines().toList().get(frame.getLineNumber() - 1)).contains("gather").contains("// ");
    }
}
