package dev.sinter.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sinter compile}: a model to a jar; prints the jar's path. */
@Command(name = "compile", mixinStandardHelpOptions = true, description = "Compiles a model to a jar.")
final class CompileCommand extends Console implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "An ONNX file, or a text of the model language (.sinter).")
    private Path model = Path.of("");
    @Option(names = {"-o", "--output"}, paramLabel = "JAR", description = "Where to (default: MODEL with .jar).")
    private @Nullable Path output;
    @Option(names = "--typed", paramLabel = "DIR", description = "Writes Java source of a typed class for the model"
            + " there, in folders by package; with the jar on the class path it loads the model.")
    private @Nullable Path typed;
    @Mixin
    private CompileOptions options = new CompileOptions();

    /** Made by the command line parser. */
    CompileCommand() {
    }

    @Override
    public Integer call() {
        Source.requireFile(model, this);
        var jar = output != null ? output : CompileOptions.jar(model);
        var compiler = options.compiler(this, jar).typed(typed != null);
        var compilation = compiler.compileToJar(model, jar);
        if (typed != null) {
            compilation.writeTypedSource(typed);
        }
        out().println(jar);
        return 0;
    }
}
