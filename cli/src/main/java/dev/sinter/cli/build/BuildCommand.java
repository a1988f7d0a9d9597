package dev.sinter.cli.build;

import dev.sinter.runtime.ModelException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code sinter build}: compiles models to folders of classes and sources, for build tools such as the Maven plugin;
 * what is wrong with one model does not keep the others from being tried.
 */
@Command(name = "build", hidden = true, mixinStandardHelpOptions = true,
        description = "Compiles models as a build tool's request file says.")
public final class BuildCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;
    @Parameters(paramLabel = "REQUEST", description = "A file of properties.")
    private Path request = Path.of("");

    /** Made by the command line parser. */
    public BuildCommand() {
    }

    @Override
    public Integer call() throws IOException {
        var messages = new Messages(Objects.requireNonNull(spec).commandLine().getOut());
        boolean good = true;
        try {
            var read = BuildRequest.read(request);
            var response = new Properties();
            var classes = new HashMap<String, Path>();
            for (int i = 0; i < read.models().size(); i++) {
                good &= build(read.models().get(i), messages, classes, "model." + i + ".", response);
            }
            write(response, read.response());
        } catch (ModelException e) {
            messages.error(String.valueOf(e.getMessage()));
            good = false;
        }
        return good ? 0 : 1;
    }

    private static boolean build(BuildRequest.ModelRequest model, Messages messages,
            Map<String, Path> classes, String prefix, Properties response) {
        try {
            var done = new ModelBuild(model, messages, classes).run();
            put(response, prefix + "output.", done.outputs());
            put(response, prefix + "source.", done.sources());
            put(response, prefix + "read.", done.read().stream().map(Path::toString).sorted().toList());
            response.setProperty(prefix + "class", done.name());
            return true;
        } catch (ModelException e) {
            messages.error(withFile(String.valueOf(e.getMessage()), model.file()));
        } catch (IOException | UncheckedIOException e) {
            messages.error(model.file() + ": " + e);
        } catch (OutOfMemoryError e) {
            messages.error(model.file() + ": the compiler's JVM has a heap of at most "
                    + (Runtime.getRuntime().maxMemory() >> 20) + " MiB, which is too small for this model; its flag"
                    + " -Xmx gives it more (" + e.getMessage() + ")");
        } catch (RuntimeException | StackOverflowError e) {
            var trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            messages.error(model.file() + ": internal error: " + trace);
        }
        return false;
    }

    /** Not every message says of which model it is: those about an option are made before the model is read. */
    private static String withFile(String message, Path file) {
        return message.contains(String.valueOf(file.getFileName())) ? message : file + ": " + message;
    }

    private static void put(Properties response, String prefix, Iterable<String> values) {
        int i = 0;
        for (var value : values) {
            response.setProperty(prefix + i++, value);
        }
    }

    private static void write(Properties response, Path file) throws IOException {
        try (var out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            response.store(out, null);
        }
    }
}
