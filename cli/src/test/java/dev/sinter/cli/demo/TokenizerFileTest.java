package dev.sinter.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A small tokenizer file, one setting changed at a time. */
class TokenizerFileTest {

    private static final String FILE = """
            {"version": "1.0",
             "truncation": null,
             "padding": {"strategy": {"Fixed": 4}, "direction": "Right", "pad_id": 9, "pad_type_id": 3},
             "added_tokens": [
               {"id": 20, "content": "<s>",
                "single_word": false, "lstrip": false, "rstrip": false, "normalized": false},
               {"id": 21, "content": "<s>>",
                "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}],
             "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
               "strip_accents": null, "lowercase": true},
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "post_processor": {"type": "TemplateProcessing",
               "single": [{"SpecialToken": {"id": "B", "type_id": 1}}, {"Sequence": {"id": "A", "type_id": 2}}],
               "special_tokens": {"B": {"id": "B", "ids": [7, 8], "tokens": ["x", "y"]}}},
             "model": {"type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "+",
               "max_input_chars_per_word": 4,
               "vocab": {"?": 0, "a": 1, "+a": 2, "ab": 3, "é": 4, "A": 5, "+b": 6, "e": 10, "中": 11, "中a": 12}}}
            """;

    @Test
    void followsEverySettingOfTheFile() {
        var batch = WordPiece.parse(FILE).encode(List.of("aab", "É <s>>a<s>", "aaaaa 中a"), 512);
        assertThat(batch.inputIds()).containsExactly(
                7, 8, 1, 2, 6, 9,
                7, 8, 10, 21, 1, 20,
                7, 8, 0, 11, 1, 9);
        assertThat(batch.tokenTypeIds()).containsExactly(
                1, 1, 2, 2, 2, 3,
                1, 1, 2, 2, 2, 2,
                1, 1, 2, 2, 2, 3);
        assertThat(batch.attentionMask()).containsExactly(
                1, 1, 1, 1, 1, 0,
                1, 1, 1, 1, 1, 1,
                1, 1, 1, 1, 1, 0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "\"lowercase\": true | \"lowercase\": false | É A A\u0301 | 0 5 0 | case and accents stay together",
            "\"strip_accents\": null  | \"strip_accents\": false | É           | 4     | lower case with its accent",
            "\"handle_chinese_chars\": true | \"handle_chinese_chars\": false | 中a | 12 | ideographs as letters",
            "\"clean_text\": true     | \"clean_text\": false    | a\u0001b    | 0     | control characters kept",
            "\"max_input_chars_per_word\": 4 | \"max_input_chars_per_word\": 5 | aaaaa | 1 2 2 2 2 | longer words"})
    void eachSettingMatters(String setting, String other, String text, String ids, String name) {
        assertThat(FILE).contains(setting);
        var changed = WordPiece.parse(FILE.replace(setting, other)).encode(List.of(text), 512).inputIds();
        assertThat(changed).as(name).isEqualTo(
                Arrays.stream(("7 8 " + ids).split(" ")).mapToLong(Long::parseLong).toArray());
        assertThat(WordPiece.parse(FILE).encode(List.of(text), 512).inputIds()).isNotEqualTo(changed);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "BertNormalizer           | NFKC          | \"normalizer\": expected the type BertNormalizer, got NFKC",
            "BertPreTokenizer | ByteLevel | \"pre_tokenizer\": expected the type BertPreTokenizer, got ByteLevel",
            "TemplateProcessing | RobertaProcessing | expected the type TemplateProcessing, got RobertaProcessing",
            "\"WordPiece\"            | \"BPE\"       | \"model\": expected the type WordPiece, got BPE",
            "\"unk_token\": \"?\"     | \"unk_token\": \"!\" | \"unk_token\": expected a token of \"vocab\", got \"!\"",
            "\"rstrip\": false        | \"rstrip\": true  | \"rstrip\": false for <s>",
            "\"normalized\": false    | \"normalized\": true | \"normalized\": false for <s>",
            "\"Right\"                | \"Left\"      | \"padding\": expected direction \"Right\"",
            "\"Sequence\": {\"id\": \"A\" | \"Sequence\": {\"id\": \"B\" | expected the sequence \"A\", got \"B\"",
            "\"id\": \"B\", \"type_id\" | \"id\": \"C\", \"type_id\" | \"C\": expected an object, got null or nothing",
            "\"ab\": 3                | \"ab\": 3.5   | \"ab\": expected an integer, got the number 3.5",
            "\"lowercase\": true      | \"lowercase\": 1 | \"lowercase\": expected true or false, got the number 1",
            "\"truncation\": null | \"truncation\": {\"direction\": \"Left\"} | \"truncation\": expected direction"})
    void refusesWhatItDoesNotKnow(String setting, String other, String message) {
        assertThat(FILE).contains(setting);
        assertThatThrownBy(() -> WordPiece.parse(FILE.replace(setting, other)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    @Test
    void namesTheFileItRefuses(@TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("other.json"), "[1]");
        assertThatThrownBy(() -> WordPiece.read(file)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other.json").hasMessageContaining("expected an object");
    }
}
