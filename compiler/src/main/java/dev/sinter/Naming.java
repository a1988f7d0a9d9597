package dev.sinter;

import dev.sinter.codegen.CodegenOptions;
import dev.sinter.runtime.ModelException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the emitted classes are called. */
record Naming(String packageName, @Nullable String className) {
    /** Names joined by dots; keywords are no harm in a class file. */
    private static final Pattern NAME = Pattern
            .compile("\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*"
                    + "(\\.\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*)*");
    static final Naming AUTOMATIC = new Naming("dev.sinter.generated", null);

    Naming withPackage(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new ModelException("'" + name + "' is no Java package name");
        }
        return new Naming(name, className);
    }

    Naming withClass(String name) {
        if (name.indexOf('.') >= 0 || !NAME.matcher(name).matches()) {
            throw new ModelException("'" + name + "' is no simple Java class name");
        }
        return new Naming(packageName, name);
    }

    CodegenOptions options(String model, boolean checked) {
        return new CodegenOptions(packageName, className == null ? camelCase(model) : className, checked);
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
