package dev.sinter.cli.demo;

/**
 * The three inputs of a BERT encoder for some texts, each row-major {@code [size,length]}; shorter texts are padded on
 * the right, where the attention mask is 0.
 *
 * @param size the number of texts
 * @param length tokens of the longest text
 * @param inputIds the token ids
 * @param attentionMask 1 for a token, 0 for padding
 * @param tokenTypeIds which sequence a token belongs to
 */
public record TokenBatch(int size, int length, long[] inputIds, long[] attentionMask, long[] tokenTypeIds) {
}
