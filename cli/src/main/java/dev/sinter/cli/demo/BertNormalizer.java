package dev.sinter.cli.demo;

import java.text.Normalizer;

/**
 * The normalizer kind {@code BertNormalizer} of a tokenizer file. Its four steps run in the order of the components; it
 * works on code points, as the reference does.
 *
 * @param cleanText drop control characters, make every kind of white space a blank
 * @param chineseChars put blanks around each CJK ideograph, so that it becomes a word of its own
 * @param stripAccents decompose canonically and drop the nonspacing marks
 * @param lowercase lower each code point without regard to its neighbours or a language
 */
record BertNormalizer(boolean cleanText, boolean chineseChars, boolean stripAccents, boolean lowercase) {

    /** First and last code points of the ideographs, extension E from U+2B920 on as the reference has it. */
    private static final int[][] IDEOGRAPHS = {
            {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xF900, 0xFAFF}, {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F},
            {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F}};

    static BertNormalizer of(Json.Obj settings) {
        boolean lowercase = settings.bool("lowercase");
        return new BertNormalizer(settings.bool("clean_text"), settings.bool("handle_chinese_chars"),
                // BERT's rule: where nothing is said, accents go when case goes.
                settings.get("strip_accents") == Json.Null.NULL ? lowercase : settings.bool("strip_accents"),
                lowercase);
    }

    String apply(String text) {
        var result = text;
        if (cleanText) {
            result = clean(result);
        }
        if (chineseChars) {
            result = separate(result);
        }
        if (stripAccents) {
            result = strip(result);
        }
        return lowercase ? lower(result) : result;
    }

    private static String clean(String text) {
        var out = new StringBuilder(text.length());
        text.codePoints().filter(c -> c != 0 && c != 0xFFFD && !isControl(c))
                .forEach(c -> out.appendCodePoint(isWhitespace(c) ? ' ' : c));
        return out.toString();
    }

    private static String separate(String text) {
        var out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (isIdeograph(c)) {
                out.append(' ').appendCodePoint(c).append(' ');
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }

    private static String strip(String text) {
        var out = new StringBuilder(text.length());
        Normalizer.normalize(text, Normalizer.Form.NFD).codePoints()
                .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK).forEach(out::appendCodePoint);
        return out.toString();
    }

    private static String lower(String text) {
        var out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            out.appendCodePoint(Character.toLowerCase(c));
            if (c == 0x130) {
                // The one code point whose full lower case is two: I with a dot above.
                out.appendCodePoint(0x307);
            }
        });
        return out.toString();
    }

    /** Unicode's White_Space property, which differs from both {@code isWhitespace} and {@code isSpaceChar}. */
    static boolean isWhitespace(int c) {
        return c >= '\t' && c <= '\r' || c == 0x85 || Character.isSpaceChar(c);
    }

    private static boolean isControl(int c) {
        if (c == '\t' || c == '\n' || c == '\r') {
            return false;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
            default -> false;
        };
    }

    private static boolean isIdeograph(int c) {
        for (var range : IDEOGRAPHS) {
            if (c >= range[0] && c <= range[1]) {
                return true;
            }
        }
        return false;
    }
}
