package dev.sinter.cli.demo;

import dev.sinter.Sinter;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code sinter demo}: takes all-MiniLM-L6-v2 from its Maven artifact, compiles it to a jar, and lets {@link EmbedMain}
 * use the jar in a fresh JVM that has nothing but {@code runtime-support} and the demo's own classes.
 */
@Command(name = "demo", mixinStandardHelpOptions = true,
        description = "Compiles a sentence encoder to a jar and compares sentences with it in a fresh JVM.")
public final class DemoCommand implements Callable<Integer> {

    private static final String NAME = "all-minilm-l6-v2";

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = {"-o", "--output"}, paramLabel = "DIR",
            description = "where the model, the jar and the tokenizer file go (default: target/demo)")
    private @Nullable Path output;

    /** Made by the command line parser. */
    public DemoCommand() {
    }

    @Override
    public Integer call() throws InterruptedException {
        var line = Objects.requireNonNull(spec).commandLine();
        // The script that starts Sinter says where the project lies.
        var folder = output != null ? output : Path.of(System.getProperty("sinter.home", "")).resolve("target/demo");
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new ParameterException(line, "--output: expected a folder, got the file " + folder);
        }
        try {
            return demo(folder, line.getOut(), line.getErr());
        } catch (IOException e) {
            // Its message is often a file's name alone.
            line.getErr().println("demo: " + e);
            return 1;
        } catch (ModelException e) {
            line.getErr().println("demo: " + e.getMessage());
            return 1;
        }
    }

    private static int demo(Path folder, PrintWriter out, PrintWriter err) throws IOException, InterruptedException {
        out.println("Compiles the sentence encoder " + NAME + " from its ONNX file to a jar of Java classes and");
        out.println(
                "packed weights. A fresh JVM then turns sentences into vectors with it; no native library is involved.");
        out.println();
        out.flush();
        Files.createDirectories(folder);
        var model = extract(NAME + ".onnx", folder);
        var tokenizer = extract(NAME + "-tokenizer.json", folder);
        var jar = folder.resolve(NAME + ".jar");
        compile(model, jar, out, err);

        out.println("The fresh JVM has only Sinter's runtime-support and this demo's own classes beside the jar:");
        out.println();
        out.flush();
        int status = FreshJvm.of(EmbedMain.class, Model.class)
                .run(out, List.of(jar.toString(), tokenizer.toString()));
        if (status != 0) {
            err.println("demo: the fresh JVM ended with status " + status);
            return 1;
        }
        ending(jar, out);
        return 0;
    }

    private static void compile(Path model, Path jar, PrintWriter out, PrintWriter err) throws IOException {
        var console = System.console();
        boolean terminal = console != null && console.isTerminal();
        long start = System.nanoTime();
        Sinter.compiler().progress(message -> {
            if (terminal) {
                err.println("  " + message);
                err.flush();
            }
        }).compileToJar(model, jar);
        out.printf(Locale.ROOT, "Compiled %s (%.1f MB) in %.1f s%n      to %s (%.1f MB)%n%n", model,
                Files.size(model) / 1e6, (System.nanoTime() - start) / 1e9, jar, Files.size(jar) / 1e6);
        out.flush();
    }

    private static void ending(Path jar, PrintWriter out) {
        out.println();
        out.println("The compiled model is " + jar.toAbsolutePath());
        out.println("With runtime-support on the class path and --add-modules jdk.incubator.vector this uses it:");
        out.println();
        out.println("    Model model = Model.load(Path.of(\"" + jar.toString().replace('\\', '/') + "\"));");
        out.println("    Outputs out = model.run(Map.of(\"input_ids\", ids, \"attention_mask\", mask, "
                + "\"token_type_ids\", types));");
        out.println("    float[] hidden = out.tensor(\"last_hidden_state\").toFloats();");
        out.println();
        out.println("ids, mask and types are Tensor.of(long[], 1, n); the mean of the n rows of hidden is the vector.");
        out.flush();
    }

    /** Copies a file of the model's Maven artifact, which lies at the root of the class path, to the folder. */
    private static Path extract(String name, Path folder) throws IOException {
        var file = folder.resolve(name);
        try (var in = DemoCommand.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException(name + " is not on the class path; it comes with the Maven artifact "
                        + "dev.langchain4j:langchain4j-embeddings-" + NAME);
            }
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file;
    }
}
