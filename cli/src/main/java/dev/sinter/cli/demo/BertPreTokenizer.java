package dev.sinter.cli.demo;

import java.util.function.Consumer;

/**
 * The pre-tokenizer kind {@code BertPreTokenizer}: words end at white space, which vanishes, and every punctuation
 * character is a word of its own.
 */
final class BertPreTokenizer {

    private BertPreTokenizer() {
    }

    static void split(String text, Consumer<String> words) {
        int start = 0;
        for (int at = 0; at < text.length();) {
            int c = text.codePointAt(at);
            int next = at + Character.charCount(c);
            boolean punctuation = isPunctuation(c);
            if (punctuation || BertNormalizer.isWhitespace(c)) {
                if (at > start) {
                    words.accept(text.substring(start, at));
                }
                if (punctuation) {
                    words.accept(text.substring(at, next));
                }
                start = next;
            }
            at = next;
        }
        if (start < text.length()) {
            words.accept(text.substring(start));
        }
    }

    /** Unicode's categories P*, and of ASCII also the symbols, such as {@code $} and {@code +}. */
    private static boolean isPunctuation(int c) {
        if (c < 128) {
            return c > ' ' && c < 127 && !Character.isLetterOrDigit(c);
        }
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION, Character.DASH_PUNCTUATION, Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION, Character.INITIAL_QUOTE_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }
}
