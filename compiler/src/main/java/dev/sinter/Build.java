package dev.sinter;

import dev.sinter.codegen.CodeGenerator;
import dev.sinter.frontend.onnx.OnnxImporter;
import dev.sinter.ir.Graph;
import dev.sinter.passes.Pipeline;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Which compiler this is. */
final class Build {
    private Build() {
    }

    /** The version; of one in the making, also when its parts were built. */
    static String identity() {
        return Sinter.VERSION.endsWith("-SNAPSHOT")
                ? List.of(Sinter.class, CodeGenerator.class, Pipeline.class, OnnxImporter.class, Graph.class).stream()
                        .map(Build::stamp).collect(Collectors.joining(" ", Sinter.VERSION + " ", ""))
                : Sinter.VERSION;
    }

    private static String stamp(Class<?> part) {
        var source = part.getProtectionDomain().getCodeSource();
        try {
            return source == null || source.getLocation() == null ? ""
                    : Files.getLastModifiedTime(Path.of(source.getLocation().toURI())).toString();
        } catch (IOException | URISyntaxException | RuntimeException e) {
            return "";
        }
    }
}
