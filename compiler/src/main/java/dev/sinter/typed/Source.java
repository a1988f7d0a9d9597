package dev.sinter.typed;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A Java file being written: its imports are known when the rest is. */
final class Source {
    private final String packageName;
    private final Set<String> own;
    private final Set<String> imports = new TreeSet<>();
    private final StringBuilder body = new StringBuilder();

    /**
     * An empty file.
     *
     * @param packageName
     *            its package
     * @param own
     *            simple names of the package's classes, which hide others
     */
    Source(String packageName, Set<String> own) {
        this.packageName = packageName;
        this.own = own;
    }

    /** {@return how a class is called in this file; imports it where its simple name is free} */
    String use(String qualified) {
        var simple = qualified.substring(qualified.lastIndexOf('.') + 1);
        if (own.contains(simple)) {
            return qualified;
        }
        if (!qualified.startsWith("java.lang.") || qualified.indexOf('.', "java.lang.".length()) > 0) {
            imports.add(qualified);
        }
        return simple;
    }

    /** {@return how a class of the runtime is called in this file} */
    String runtime(String simple) {
        return use("dev.sinter.runtime." + simple);
    }

    /** {@return how an array type is called in this file} */
    String array(String type) {
        return type.equals("String[]") ? use("java.lang.String") + "[]" : type;
    }

    /** Adds lines, indented as given. */
    void add(String text) {
        body.append(text);
    }

    /**
     * Adds a comment for a member.
     *
     * @param text
     *            what it says; escaped already
     * @param tags
     *            {@code @param} and so on, each a line
     */
    void comment(String text, List<String> tags) {
        body.append("\n    /**\n     * ").append(text).append('\n');
        if (!tags.isEmpty()) {
            body.append("     *\n");
        }
        tags.forEach(tag -> body.append("     * ").append(tag).append('\n'));
        body.append("     */\n");
    }

    /** {@return the file's text} */
    String text() {
        var out = new StringBuilder("// Written by Sinter from a model; changes are lost when it is compiled again.\n");
        if (!packageName.isEmpty()) {
            out.append("package ").append(packageName).append(";\n\n");
        }
        imports.forEach(i -> out.append("import ").append(i).append(";\n"));
        return out.append(imports.isEmpty() ? "" : "\n").append(body).toString();
    }
}
