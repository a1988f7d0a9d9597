package dev.sinter.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A BERT tokenizer that follows a Hugging Face
 * <a href="https://huggingface.co/docs/tokenizers/pipeline">{@code tokenizer.json}</a>: special tokens in the text,
 * then {@code BertNormalizer}, {@code BertPreTokenizer}, {@code WordPiece} and {@code TemplateProcessing}. A file that
 * asks for another kind of any of these is refused. The file's own truncation and padding lengths are defaults of whoever
 * wrote it; here the caller says the limit, and texts are padded to the longest of a batch.
 *
 * <p>Categories of characters are those of the JDK's Unicode version. Immutable and thread-safe.
 */
public final class WordPiece {

    private final BertNormalizer normalizer;
    private final Vocabulary vocabulary;
    private final Template template;
    private final List<Map.Entry<String, Integer>> added;
    private final int padId;
    private final int padTypeId;

    private WordPiece(Json.Obj file) {
        normalizer = BertNormalizer.of(kind(file, "normalizer", "BertNormalizer"));
        kind(file, "pre_tokenizer", "BertPreTokenizer");
        template = Template.of(kind(file, "post_processor", "TemplateProcessing"));
        vocabulary = Vocabulary.of(kind(file, "model", "WordPiece"));
        var tokens = added(file);
        added = tokens.entrySet().stream()
                .sorted(Comparator.comparing(entry -> entry.getKey().length(), Comparator.reverseOrder())).toList();
        if (file.get("padding") instanceof Json.Obj padding) {
            padId = padding.integer("pad_id");
            padTypeId = padding.integer("pad_type_id");
            only(padding.string("direction").equals("Right"), "padding", "direction \"Right\"");
        } else {
            padId = tokens.getOrDefault("[PAD]", 0);
            padTypeId = 0;
        }
        if (file.get("truncation") instanceof Json.Obj truncation) {
            only(truncation.string("direction").equals("Right"), "truncation", "direction \"Right\"");
        }
    }

    /**
     * Reads a tokenizer file.
     *
     * @throws IllegalArgumentException where the file is not JSON or asks for a kind of processing not known here
     */
    public static WordPiece read(Path file) throws IOException {
        try {
            return parse(Files.readString(file));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * The tokenizer that the text of a {@code tokenizer.json} defines.
     *
     * @throws IllegalArgumentException where it is not JSON or asks for a kind of processing not known here
     */
    public static WordPiece parse(String json) {
        if (Json.parse(json) instanceof Json.Obj file) {
            return new WordPiece(file);
        }
        throw new IllegalArgumentException("expected an object with \"model\", \"normalizer\" and so on");
    }

    private static Json.Obj kind(Json.Obj file, String key, String known) {
        var settings = file.object(key);
        if (!settings.string("type").equals(known)) {
            throw new IllegalArgumentException(
                    "\"" + key + "\": expected the type " + known + ", got " + settings.string("type"));
        }
        return settings;
    }

    private static void only(boolean holds, String key, String known) {
        if (!holds) {
            throw new IllegalArgumentException("\"" + key + "\": expected " + known);
        }
    }

    private static Map<String, Integer> added(Json.Obj file) {
        Map<String, Integer> tokens = new TreeMap<>();
        for (var element : file.array("added_tokens")) {
            if (!(element instanceof Json.Obj token)) {
                throw new IllegalArgumentException("\"added_tokens\": expected objects, got " + element.kind());
            }
            var content = token.string("content");
            for (var flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
                only(!token.bool(flag), "added_tokens", "\"" + flag + "\": false for " + content);
            }
            only(!content.isEmpty(), "added_tokens", "no empty token");
            tokens.put(content, token.integer("id"));
        }
        return tokens;
    }

    /**
     * The tokens of some texts, special tokens included.
     *
     * @param limit tokens a text may have, special ones included; the end of a longer text is dropped
     * @throws IllegalArgumentException where there is no text or the limit has no room for the special tokens
     */
    public TokenBatch encode(List<String> texts, int limit) {
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("expected at least one text");
        }
        if (limit < template.added()) {
            throw new IllegalArgumentException(
                    "limit: expected at least " + template.added() + " for the special tokens, got " + limit);
        }
        var rows = texts.stream().map(text -> template.apply(pieces(text), limit - template.added())).toList();
        int length = rows.stream().mapToInt(row -> row.ids().length).max().orElseThrow();
        var ids = new long[Math.multiplyExact(rows.size(), length)];
        var mask = new long[ids.length];
        var types = new long[ids.length];
        Arrays.fill(ids, padId);
        Arrays.fill(types, padTypeId);
        for (int i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            int from = i * length;
            System.arraycopy(row.ids(), 0, ids, from, row.ids().length);
            System.arraycopy(row.types(), 0, types, from, row.types().length);
            Arrays.fill(mask, from, from + row.ids().length, 1);
        }
        return new TokenBatch(rows.size(), length, ids, mask, types);
    }

    /** The ids of a text without the tokens that the template adds. */
    private int[] pieces(String text) {
        var out = IntStream.builder();
        int start = 0;
        for (int at = 0; at < text.length();) {
            var token = tokenAt(text, at);
            if (token == null) {
                at++;
            } else {
                words(text.substring(start, at), out);
                out.add(token.getValue());
                at += token.getKey().length();
                start = at;
            }
        }
        words(text.substring(start), out);
        return out.build().toArray();
    }

    private Map.@Nullable Entry<String, Integer> tokenAt(String text, int at) {
        for (var token : added) {
            if (text.startsWith(token.getKey(), at)) {
                return token;
            }
        }
        return null;
    }

    private void words(String text, IntStream.Builder out) {
        BertPreTokenizer.split(normalizer.apply(text), word -> vocabulary.encode(word, out));
    }
}
