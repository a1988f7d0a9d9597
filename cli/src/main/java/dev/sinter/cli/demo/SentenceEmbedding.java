package dev.sinter.cli.demo;

import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Sentences to vectors of length 1 by a compiled BERT encoder with the inputs {@code input_ids},
 * {@code attention_mask} and {@code token_type_ids}, each {@code [B,S]}, and the output {@code last_hidden_state}
 * {@code [B,S,H]}.
 */
final class SentenceEmbedding {

    private final Model model;
    private final WordPiece tokenizer;
    private final int limit;

    /** With at most {@code limit} tokens of a sentence, which is at most what the model was made for. */
    SentenceEmbedding(Model model, WordPiece tokenizer, int limit) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.limit = limit;
    }

    /**
     * The vectors of some sentences, run as one batch.
     *
     * @throws ModelException where the model has other inputs or outputs
     */
    List<float[]> embed(List<String> sentences) {
        var tokens = tokenizer.encode(sentences, limit);
        var hidden = model.run(Map.of(
                "input_ids", tensor(tokens, tokens.inputIds()),
                "attention_mask", tensor(tokens, tokens.attentionMask()),
                "token_type_ids", tensor(tokens, tokens.tokenTypeIds()))).tensor("last_hidden_state");
        int width = Math.toIntExact(hidden.shape()[2]);
        return Arrays.stream(Pooling.mean(hidden.toFloats(), tokens.attentionMask(), tokens.size(), width))
                .map(Pooling::normalize).toList();
    }

    private static Tensor tensor(TokenBatch tokens, long[] values) {
        return Tensor.of(values, tokens.size(), tokens.length());
    }
}
