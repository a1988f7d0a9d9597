package dev.sinter.typed;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import javax.lang.model.SourceVersion;

/**
 * Makes Java identifiers of a model's names: {@code input_ids} gives {@code inputIds}, {@code 1.weight} gives
 * {@code value1Weight}, {@code class} gives {@code class_}, and what is taken gets a number behind it.
 */
final class JavaNames {
    /** Longer than this no identifier is cut from a name. */
    private static final int LONGEST = 80;
    /** Unicode's character for what can't be shown. */
    private static final int REPLACEMENT = 0xFFFD;
    private final Set<String> taken;

    /**
     * Names of one scope.
     *
     * @param taken
     *            what no name may be
     */
    JavaNames(Set<String> taken) {
        this.taken = new HashSet<>(taken);
    }

    /**
     * An identifier that nothing else in this scope has, beginning with a small letter.
     *
     * @param name
     *            to make it of
     * @param suffixes
     *            with which behind it the identifier must be free too; they are taken then
     * @return the identifier
     */
    String unique(String name, String... suffixes) {
        var base = camelCase(name);
        var id = SourceVersion.isKeyword(base) ? base + "_" : base;
        for (int n = 2; !isFree(id, suffixes); n++) {
            id = base + n;
        }
        taken.add(id);
        for (var suffix : suffixes) {
            taken.add(id + suffix);
        }
        return id;
    }

    private boolean isFree(String id, String... suffixes) {
        return !taken.contains(id) && Arrays.stream(suffixes).noneMatch(suffix -> taken.contains(id + suffix));
    }

    /** Letters and digits of ASCII stay; whatever is between them begins a new word. */
    static String camelCase(String name) {
        var out = new StringBuilder();
        boolean upper = false;
        for (int i = 0; i < name.length() && out.length() < LONGEST; i++) {
            char c = name.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (plain) {
                out.append(upper && !out.isEmpty() ? Character.toUpperCase(c) : c);
            }
            upper = !plain || c >= '0' && c <= '9';
        }
        if (out.isEmpty()) {
            return "value";
        }
        if (Character.isDigit(out.charAt(0))) {
            return "value" + out;
        }
        return startSmall(out.toString());
    }

    /** {@code LastState} gives {@code lastState}, {@code NMS} gives {@code nms}, {@code NMSBoxes} {@code nmsBoxes}. */
    private static String startSmall(String id) {
        int upper = 0;
        while (upper < id.length() && Character.isUpperCase(id.charAt(upper))) {
            upper++;
        }
        int small = upper <= 1 || upper == id.length() || !Character.isLetter(id.charAt(upper)) ? upper : upper - 1;
        return id.substring(0, small).toLowerCase(Locale.ROOT) + id.substring(small);
    }

    /** {@return a Java string literal of ASCII characters only, so that no encoding of sources matters} */
    static String literal(String text) {
        var out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> out.append(c < ' ' || c > '~' ? "\\u%04x".formatted((int) c) : c);
            }
        }
        return out.append('"').toString();
    }

    /** {@return text for a Javadoc comment, where it can neither end the comment nor be markup} */
    static String comment(String text) {
        var out = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (c >= ' ' && c <= '~' && "<>&@{}*/\\".indexOf(c) < 0) {
                out.append((char) c);
            } else {
                boolean shown = Character.isDefined(c) && !Character.isISOControl(c)
                        && Character.getType(c) != Character.SURROGATE;
                out.append("&#").append(shown ? c : REPLACEMENT).append(';');
            }
        });
        return out.toString();
    }
}
