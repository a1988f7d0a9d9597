package com.example.minilm;

import java.util.Arrays;
import java.util.Locale;

/** Compares three sentences. */
public final class Main {
    /** Sentences with their tokens; a program would have a tokenizer for the model's vocabulary. */
    enum Sentence {
        CAT("A cat is sleeping on the warm windowsill.",
                101, 1037, 4937, 2003, 5777, 2006, 1996, 4010, 3645, 8591, 1012, 102),
        KITTEN("The kitten dozes in the sunlight by the window.",
                101, 1996, 18401, 2079, 11254, 1999, 1996, 9325, 2011, 1996, 3332, 1012, 102),
        MORTGAGES("Rising interest rates make mortgages more expensive.",
                101, 4803, 3037, 6165, 2191, 14344, 2015, 2062, 6450, 1012, 102);

        private final String text;
        private final long[] ids;

        Sentence(String text, long... ids) {
            this.text = text;
            this.ids = ids;
        }

        long[] ids() {
            return ids.clone();
        }
    }

    private Main() {
    }

    /**
     * Prints how alike the sentences are.
     *
     * @param args
     *            none
     */
    public static void main(String[] args) {
        try (var vectors = new SentenceVectors()) {
            var all = Arrays.stream(Sentence.values()).map(s -> vectors.of(s.ids())).toList();
            for (var sentence : Sentence.values()) {
                var alike = all.stream().map(other -> String.format(Locale.ROOT, "%5.2f",
                        SentenceVectors.product(all.get(sentence.ordinal()), other))).toList();
                System.out.println(String.join(" ", alike) + "  " + sentence.text);
            }
        }
    }
}
