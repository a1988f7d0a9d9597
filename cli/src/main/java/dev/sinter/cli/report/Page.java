package dev.sinter.cli.report;

import dev.sinter.cli.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Puts the page together: its frame, style and scripts, which are resources of this package, and the data. */
final class Page {
    private static final List<String> SCRIPTS = List.of("text.js", "tree.js", "layout.js", "picture.js", "panel.js",
            "tables.js", "memory.js", "main.js");

    private Page() {
    }

    /**
     * The page.
     *
     * @param title
     *            of the page
     * @param data
     *            what it shows
     * @return HTML
     */
    static String of(String title, JsonObject data) {
        var scripts = SCRIPTS.stream().map(Page::resource).collect(Collectors.joining("\n"));
        // Within a script element only "<" could be mistaken; in JSON it stands within strings alone.
        var json = data.toString().replace("<", "\\u003c");
        var page = new StringBuilder();
        for (var line : resource("report.html").split("\n")) {
            page.append(switch (line.strip()) {
                case "{{title}}" -> escaped(title);
                case "{{style}}" -> resource("report.css");
                case "{{data}}" -> json;
                case "{{scripts}}" -> "\"use strict\";\n" + scripts;
                default -> line;
            }).append('\n');
        }
        return page.toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
