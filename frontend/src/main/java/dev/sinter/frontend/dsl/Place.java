package dev.sinter.frontend.dsl;

/**
 * A stretch of one line of a text.
 *
 * @param source
 *            the text
 * @param line
 *            from 1
 * @param column
 *            from 1
 * @param length
 *            in characters
 */
record Place(Source source, int line, int column, int length) {
    private static final int WIDEST = 160;

    @Override
    public String toString() {
        return source.name() + ":" + line + ":" + column;
    }

    /** The line, and the place marked below it; empty where the line is too long to be shown. */
    String excerpt() {
        var content = source.line(line).replace('\t', ' ');
        if (content.isBlank() || content.length() > WIDEST || column > content.length() + 1) {
            return "";
        }
        var mark = "~".repeat(Math.clamp(length - 1L, 0, Math.max(0, content.length() - column)));
        int start = content.length() - content.stripLeading().length();
        return "\n    " + content.strip() + "\n    " + " ".repeat(Math.max(0, column - 1 - start)) + "^" + mark;
    }
}
