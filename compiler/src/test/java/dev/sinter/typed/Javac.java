package dev.sinter.typed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;

/** Compiles source as a strict user would. */
final class Javac {
    private Javac() {
    }

    /** Writes sources by their binary names and compiles them into a folder; any warning or error fails the test. */
    static void compile(Map<String, String> sources, Path classes) throws IOException {
        var options =
                List.of("-Xlint:all", "-Xdoclint:all/protected", "-Werror", "-proc:none", "--release", "25", "-cp",
                        System.getProperty("java.class.path"), "-d", classes.toString());
        var files = new ArrayList<Path>();
        for (var source : sources.entrySet()) {
            var file = classes.resolve(source.getKey().replace('.', '/') + ".java");
            Files.createDirectories(file.getParent());
            files.add(Files.writeString(file, source.getValue()));
        }
        var out = new StringWriter();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            var units = manager.getJavaFileObjectsFromPaths(files);
            assertThat(compiler.getTask(out, manager, null, options, null, units).call()).as("%s", out).isTrue();
        }
    }
}
