package dev.sinter.cli;

import dev.sinter.Sinter;
import dev.sinter.frontend.onnx.export.ExportOptions;
import dev.sinter.frontend.onnx.export.ExportedFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sinter export}: a model as an ONNX file of standard operators; prints the file's path. */
@Command(name = "export", mixinStandardHelpOptions = true,
        description = {"Writes a model as ONNX, in standard operators that ONNX Runtime runs.",
                "The graph is written as it was read, before any optimization."})
final class ExportCommand extends Console implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", description = "A model file.")
    private Path model = Path.of("");
    @Option(names = {"-o", "--output"}, paramLabel = "FILE.onnx", required = true, description = "Where to.")
    private Path output = Path.of("");
    @Option(names = "--opset", paramLabel = "N", description = "Version of ONNX's operators, "
            + ExportOptions.FIRST_OPSET + " to " + ExportOptions.LAST_OPSET + " (default: "
            + ExportOptions.DEFAULT_OPSET + ", or the first that has what the model needs).")
    private @Nullable Integer opset;
    @Option(names = "--dim", paramLabel = "NAME=N", description = "Fixes a symbolic dimension; may be repeated.")
    private Map<String, Long> dims = new LinkedHashMap<>();
    @Option(names = "--external-data",
            description = "Puts the weights into FILE.onnx.data even if they are below 1.9 GB.")
    private boolean externalData;

    /** Made by the command line parser. */
    ExportCommand() {
    }

    @Override
    public Integer call() {
        Source.requireFile(model, this);
        if (opset != null && (opset < ExportOptions.FIRST_OPSET || opset > ExportOptions.LAST_OPSET)) {
            throw wrong("--opset: " + ExportOptions.FIRST_OPSET + " to " + ExportOptions.LAST_OPSET
                    + " was expected, not " + opset);
        }
        if (Source.sameFile(model, output)) {
            throw wrong("-o " + output + ": another file than the model was expected");
        }
        var compiler = Sinter.compiler().progress(progress());
        for (var dim : dims.entrySet()) {
            if (dim.getValue() < 0) {
                throw wrong("--dim " + dim.getKey() + ": a size of at least 0 was expected, got " + dim.getValue());
            }
            compiler = compiler.dim(dim.getKey(), dim.getValue());
        }
        var options = opset == null ? ExportOptions.DEFAULTS : ExportOptions.DEFAULTS.withOpset(opset);
        var written = compiler.exportOnnx(model, output, externalData ? options.withInlineBytes(0) : options);
        err().println(summary(written));
        out().println(output);
        return 0;
    }

    private static String summary(ExportedFile written) {
        return "opset " + written.opset() + ", " + written.nodes() + " nodes, " + written.bytes() + " bytes"
                + (written.weights() == null ? "" : ", weights of " + written.weightBytes() + " bytes in "
                        + written.weights().getFileName());
    }
}
