package dev.sinter.cli.demo;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * The model kind {@code WordPiece}: a word becomes the longest known prefix, then again the longest known piece of the
 * rest, and the unknown token as a whole where one piece is missing.
 *
 * @param ids pieces to ids
 * @param unknown the id of a word that cannot be split
 * @param prefix marks a piece that continues a word
 * @param longest a word of more code points than this is unknown
 */
record Vocabulary(Map<String, Integer> ids, int unknown, String prefix, int longest) {

    static Vocabulary of(Json.Obj model) {
        var members = model.object("vocab");
        Map<String, Integer> ids = HashMap.newHashMap(members.members().size());
        members.members().forEach((piece, _) -> ids.put(piece, members.integer(piece)));
        var unknown = ids.get(model.string("unk_token"));
        if (unknown == null) {
            throw new IllegalArgumentException("\"unk_token\": expected a token of \"vocab\", got \""
                    + model.string("unk_token") + "\"");
        }
        return new Vocabulary(ids, unknown, model.string("continuing_subword_prefix"),
                model.integer("max_input_chars_per_word"));
    }

    void encode(String word, IntConsumer out) {
        if (word.codePointCount(0, word.length()) > longest) {
            out.accept(unknown);
            return;
        }
        // The ids are kept back until the last piece is known.
        var found = new int[word.length()];
        int count = 0;
        for (int start = 0; start < word.length();) {
            int end = word.length();
            Integer id = null;
            while (end > start && (id = ids.get(piece(word, start, end))) == null) {
                end = word.offsetByCodePoints(end, -1);
            }
            if (id == null) {
                out.accept(unknown);
                return;
            }
            found[count++] = id;
            start = end;
        }
        for (int i = 0; i < count; i++) {
            out.accept(found[i]);
        }
    }

    private String piece(String word, int start, int end) {
        var piece = word.substring(start, end);
        return start == 0 ? piece : prefix + piece;
    }
}
