package dev.sinter.cli;

import dev.sinter.Compiler;
import dev.sinter.Sinter;
import dev.sinter.frontend.ModelFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that compiles a model. */
final class CompileOptions {
    @Option(names = "--dim", paramLabel = "NAME=N", description = "Fixes a symbolic dimension; may be repeated.")
    private Map<String, Long> dims = new LinkedHashMap<>();
    @Option(names = "--package", paramLabel = "P", description = "Package of the emitted classes.")
    private @Nullable String packageName;
    @Option(names = "--class", paramLabel = "C", description = "Simple name of the emitted classes.")
    private @Nullable String className;
    @Option(names = "--dump-ir", paramLabel = "all|PASS", split = ",",
            description = "Writes the graph as text after these passes ('import' and 'plan' count as passes).")
    private List<String> dumpIr = List.of();
    @Option(names = "--dump-dir", paramLabel = "DIR", defaultValue = "sinter-dump",
            description = "Where --dump-ir writes (default: ${DEFAULT-VALUE}).")
    private Path dumpDir = Path.of("sinter-dump");
    @Option(names = "--dump-class", paramLabel = "DIR", description = "Writes the emitted classes there.")
    private @Nullable Path dumpClass;
    @Option(names = "--stop-after", paramLabel = "PASS", description = "Leaves out the passes behind this one.")
    private @Nullable String stopAfter;
    @Option(names = "--rewrite-limit", paramLabel = "N", description = "Leaves out the rewrites behind the N-th.")
    private @Nullable Integer rewriteLimit;
    @Option(names = "--no-winograd",
            description = "Computes every convolution as defined, not by Winograd's algorithm.")
    private boolean noWinograd;
    @Option(names = "--fast-math",
            description = "Rounds elsewhere than the definition says where that is faster; implies"
                    + " --no-exact-integers.")
    private boolean fastMath;
    @Option(names = "--exact-integers", negatable = true,
            description = "Computes the integers of quantized models as defined (default, unless --fast-math); without,"
                    + " values that are only rounded to integers and back stay real numbers.")
    private @Nullable Boolean exactIntegers;
    @Option(names = "--tune", description = "Measures on this machine what would be estimated, such as layouts and"
            + " algorithms of convolutions.")
    private boolean tune;
    @Option(names = "--tune-cache", paramLabel = "FILE",
            description = "Keeps the times of --tune there (default: beside the jar, with .tune behind its name).")
    private @Nullable Path tuneCache;
    @Option(names = "--tune-seconds", paramLabel = "N", description = "How long --tune may measure (default: 300);"
            + " the next time goes on; 0 only uses the cache.")
    private @Nullable Integer tuneSeconds;
    @Option(names = "--checked", description = "Fills scratch memory with garbage before each run.")
    private boolean checked;

    /** Made by the command line parser. */
    CompileOptions() {
    }

    /** {@return the dimensions fixed} */
    Map<String, Long> dims() {
        return dims;
    }

    /**
     * A compiler with these options.
     *
     * @param jar
     *            that it writes, or would write
     */
    Compiler compiler(Console console, Path jar) {
        var compiler = Sinter.compiler().progress(console.progress());
        for (var dim : dims.entrySet()) {
            if (dim.getValue() < 0) {
                throw console.wrong("--dim " + dim.getKey() + ": a size of at least 0 was expected, got "
                        + dim.getValue());
            }
            compiler = compiler.dim(dim.getKey(), dim.getValue());
        }
        compiler = packageName == null ? compiler : compiler.packageName(packageName);
        compiler = className == null ? compiler : compiler.className(className);
        compiler = dumpIr.isEmpty() ? compiler : compiler.dumpIr(dumpDir, dumpIr.toArray(String[]::new));
        compiler = dumpClass == null ? compiler : compiler.dumpClass(dumpClass);
        compiler = stopAfter == null ? compiler : compiler.stopAfter(stopAfter);
        compiler = rewriteLimit == null ? compiler : compiler.rewriteLimit(rewriteLimit);
        compiler = noWinograd ? compiler.winograd(false) : compiler;
        compiler = fastMath ? compiler.fastMath(true) : compiler;
        compiler = exactIntegers != null ? compiler.exactIntegers(exactIntegers) : compiler;
        compiler = tune ? tuned(compiler, console, jar) : compiler;
        return checked ? compiler.checked(true) : compiler;
    }

    private Compiler tuned(Compiler compiler, Console console, Path jar) {
        var cache = tuneCache != null ? tuneCache : jar.resolveSibling(jar.getFileName() + ".tune");
        var tuned = compiler.tune(true).tuneCache(cache);
        if (tuneSeconds != null && tuneSeconds < 0) {
            throw console.wrong("--tune-seconds: at least 0 was expected, got " + tuneSeconds);
        }
        return tuneSeconds == null ? tuned : tuned.tuneBudget(Duration.ofSeconds(tuneSeconds));
    }

    /** {@return where a model's jar is written if nothing else is said} */
    static Path jar(Path model) {
        return model.resolveSibling(ModelFiles.stem(model) + ".jar");
    }
}
