package dev.sinter.cli.demo;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The post-processor kind {@code TemplateProcessing} for a single text: the special tokens around it and the type ids.
 *
 * @param parts in the order of the result
 */
record Template(List<Part> parts) {

    /** A special token, or with {@code ids} null the text itself. */
    record Part(int @Nullable [] ids, int typeId) {
    }

    static Template of(Json.Obj settings) {
        var specials = settings.object("special_tokens");
        List<Part> parts = new ArrayList<>();
        int texts = 0;
        for (var piece : settings.array("single")) {
            if (!(piece instanceof Json.Obj part)) {
                throw new IllegalArgumentException("\"single\": expected objects, got " + piece.kind());
            }
            if (part.get("SpecialToken") instanceof Json.Obj token) {
                parts.add(new Part(ids(specials.object(token.string("id"))), token.integer("type_id")));
            } else {
                var sequence = part.object("Sequence");
                if (!sequence.string("id").equals("A")) {
                    throw new IllegalArgumentException("\"single\": expected the sequence \"A\", got \""
                            + sequence.string("id") + "\"");
                }
                texts++;
                parts.add(new Part(null, sequence.integer("type_id")));
            }
        }
        if (texts != 1) {
            throw new IllegalArgumentException("\"single\": expected one sequence \"A\", got " + texts);
        }
        return new Template(List.copyOf(parts));
    }

    private static int[] ids(Json.Obj special) {
        return special.array("ids").stream().mapToInt(id -> {
            if (id instanceof Json.Num(var value) && value == (int) value) {
                return (int) value;
            }
            throw new IllegalArgumentException("\"special_tokens\": expected integer ids, got " + id.kind());
        }).toArray();
    }

    /** The number of tokens it adds to a text. */
    int added() {
        int count = 0;
        for (var part : parts) {
            count += part.ids == null ? 0 : part.ids.length;
        }
        return count;
    }

    /** The ids with the special tokens and, in parallel, the type ids; of the text at most {@code limit} tokens. */
    Tokens apply(int[] text, int limit) {
        int kept = Math.min(text.length, limit);
        var ids = new long[kept + added()];
        var types = new long[ids.length];
        int at = 0;
        for (var part : parts) {
            var from = part.ids == null ? text : part.ids;
            int count = part.ids == null ? kept : from.length;
            for (int i = 0; i < count; i++, at++) {
                ids[at] = from[i];
                types[at] = part.typeId;
            }
        }
        return new Tokens(ids, types);
    }

    /** One text's tokens. */
    record Tokens(long[] ids, long[] types) {
    }
}
