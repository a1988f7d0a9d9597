package dev.sinter;

import dev.sinter.codegen.CodegenOptions;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.ModelInfo;
import java.util.regex.Pattern;
import javax.lang.model.SourceVersion;
import org.jspecify.annotations.Nullable;

/** What the emitted classes are called; those of a typed model have {@link ModelInfo#OWNED} behind its class's name. */
record Naming(String packageName, @Nullable String className, boolean typed) {
    /** Names joined by dots; keywords are no harm in a class file. */
    private static final Pattern NAME = Pattern
            .compile("\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*"
                    + "(\\.\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*)*");
    static final Naming AUTOMATIC = new Naming("dev.sinter.generated", null, false);

    Naming withPackage(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new ModelException("'" + name + "' is no Java package name");
        }
        return new Naming(name, className, typed);
    }

    Naming withClass(String name) {
        if (name.indexOf('.') >= 0 || !NAME.matcher(name).matches()) {
            throw new ModelException("'" + name + "' is no simple Java class name");
        }
        return new Naming(packageName, name, typed);
    }

    Naming withTyped(boolean on) {
        return new Naming(packageName, className, on);
    }

    CodegenOptions options(String model, boolean checked) {
        var name = className == null ? camelCase(model) : className;
        if (typed) {
            requireSource(name, "class");
            for (var part : packageName.split("\\.")) {
                requireSource(part, "package " + packageName);
            }
        }
        return new CodegenOptions(packageName, typed ? name + ModelInfo.OWNED : name, checked);
    }

    /** What is a name in a class file need not be one in Java source. */
    private static void requireSource(String name, String of) {
        if (!SourceVersion.isIdentifier(name) || SourceVersion.isKeyword(name)) {
            throw new ModelException("'" + name + "', name of the " + of + ", is no name in Java source");
        }
    }

    /** {@code all-minilm-l6-v2} gives {@code AllMinilmL6V2}. */
    static String camelCase(String text) {
        var out = new StringBuilder();
        boolean upper = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isJavaIdentifierPart(c) && c < 128 && c != '_' && c != '$') {
                out.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            } else {
                upper = true;
            }
        }
        if (out.isEmpty() || !Character.isJavaIdentifierStart(out.charAt(0))) {
            out.insert(0, "Model");
        }
        return out.toString();
    }
}
