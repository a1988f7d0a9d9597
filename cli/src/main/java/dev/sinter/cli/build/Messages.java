package dev.sinter.cli.build;

import java.io.PrintWriter;

/**
 * Tells a build tool what happens, one message a line: its level, a space, and the text, in which {@code \n} stands for
 * a line's end and {@code \\} for a backslash.
 *
 * @param out
 *            where to
 */
record Messages(PrintWriter out) {
    /** What is being done. */
    void progress(String text) {
        say("progress", text);
    }

    /** What was done. */
    void info(String text) {
        say("info", text);
    }

    /** What went wrong. */
    void error(String text) {
        say("error", text);
    }

    private void say(String level, String text) {
        out.println(level + " " + text.replace("\\", "\\\\").replace("\r", "").replace("\n", "\\n"));
        out.flush();
    }
}
