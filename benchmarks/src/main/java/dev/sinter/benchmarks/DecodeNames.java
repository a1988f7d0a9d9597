package dev.sinter.benchmarks;

/** How a decoder's file calls its inputs and outputs, and how long its loop runs. */
final class DecodeNames {
    /** Token ids in. */
    static final String IDS = "input_ids";
    /** Which positions count, the new ones included. */
    static final String MASK = "attention_mask";
    /** The new tokens' positions. */
    static final String POSITIONS = "position_ids";
    /** Begins the names of the cache's inputs. */
    static final String PAST = "past_key_values.";
    /** Begins the names of the cache's outputs; what follows is equal. */
    static final String PRESENT = "present.";
    /** A figure for each token of the vocabulary. */
    static final String LOGITS = "logits";
    /** Tokens that one run of the loop writes behind the prompt. */
    static final int TOKENS = 16;

    private static final int STEP = 7919;

    private DecodeNames() {
    }

    /**
     * The token that is read next: not the likeliest one, since sides that round differently may find another one likelier
     * by a hair, and would write different texts from there on.
     *
     * @param likeliest a token
     * @param step how many were written
     * @return a token below {@value #STEP}, the same for both sides
     */
    static int next(int likeliest, int step) {
        // a token is never negative; who only reads the code can't know
        return likeliest < 0 ? 0 : (step + 1) * (step + 1) * 31 % STEP;
    }
}
