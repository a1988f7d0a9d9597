package dev.sinter.cli;

import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import dev.sinter.testkit.Npy;
import dev.sinter.testkit.ProtoValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sinter run}: one run on inputs from files; prints types, shapes and first elements of the outputs. */
@Command(name = "run", mixinStandardHelpOptions = true, description = "Runs a model on inputs from files.")
final class RunCommand extends Console implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL|JAR", description = "An ONNX file, a model text (.sinter), or a compiled jar.")
    private Path model = Path.of("");
    @Mixin
    private InputFiles inputs = new InputFiles();
    @Option(names = "--output", paramLabel = "DIR", description = "Writes DIR/NAME.pb for every output.")
    private @Nullable Path output;
    @Option(names = "--npy", description = "Writes DIR/NAME.npy instead.")
    private boolean npy;
    @Option(names = "--threads", paramLabel = "N", description = "Threads that work on the run.")
    private @Nullable Integer threads;
    @Mixin
    private CompileOptions options = new CompileOptions();

    /** Made by the command line parser. */
    RunCommand() {
    }

    @Override
    public Integer call() throws IOException {
        Source.requireFile(model, this);
        inputs.require(this);
        var run = threads == null ? RunOptions.defaults() : RunOptions.defaults().withThreads(threads);
        try (var loaded = Source.open(model, options, this).load(run)) {
            var outputs = loaded.run(inputs.values(loaded.info()));
            write(outputs);
            outputs.forEach((name, value) -> out().println(name + ": " + value));
        }
        return 0;
    }

    private void write(Map<String, Value> outputs) throws IOException {
        if (output == null) {
            return;
        }
        Files.createDirectories(output);
        var used = new HashSet<String>();
        for (var entry : outputs.entrySet()) {
            // Names of model values may hold what a file system takes for a folder.
            var name = entry.getKey().replaceAll("[/\\\\:\\p{Cntrl}]", "_");
            if (!used.add(name)) {
                throw new ModelException("two outputs would be written to " + output.resolve(name));
            }
            if (!npy) {
                ProtoValues.write(output.resolve(name + ".pb"), entry.getValue());
            } else if (entry.getValue() instanceof Tensor tensor) {
                Npy.write(output.resolve(name + ".npy"), tensor);
            } else {
                throw new ModelException("output " + entry.getKey() + " is no tensor and can't be written as .npy");
            }
        }
    }
}
