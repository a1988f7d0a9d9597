package dev.sinter.cli;

import dev.sinter.runtime.DimInfo;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.TypeInfo;
import dev.sinter.runtime.Value;
import dev.sinter.runtime.ValueInfo;
import dev.sinter.testkit.Npy;
import dev.sinter.testkit.ProtoValues;
import dev.sinter.testkit.ValueKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Inputs that the command line gives as files. */
final class InputFiles {
    private static final String NUMPY = ".npy";

    @Option(names = "--input", paramLabel = "NAME=FILE", description = "An input's .npy or .pb file; may be repeated.")
    private Map<String, Path> files = new LinkedHashMap<>();

    /** Made by the command line parser. */
    InputFiles() {
    }

    /** A file that is missing or of an unknown kind is wrong usage, and said before a model is compiled. */
    void require(Console console) {
        for (var file : files.values()) {
            Source.requireFile(file, console);
            var name = file.toString().toLowerCase(Locale.ROOT);
            if (!name.endsWith(NUMPY) && !name.endsWith(".pb")) {
                throw console.wrong(file + ": an .npy or .pb file was expected");
            }
        }
    }

    /** {@return what the files hold, by the inputs' names; whether a model wants that, it says itself} */
    Map<String, Value> values(ModelInfo info) throws IOException {
        var values = new LinkedHashMap<String, Value>();
        for (var input : files.entrySet()) {
            values.put(input.getKey(), read(input.getValue(),
                    known(info, input.getKey()).map(InputFiles::kind).orElse(ValueKind.TENSOR)));
        }
        return values;
    }

    /**
     * Sizes that values bind.
     *
     * @return the symbols in the dimensions of their inputs
     * @throws ModelException
     *             if the model has no such input
     */
    static Map<String, Long> sizes(ModelInfo info, Map<String, Value> values) {
        var sizes = new LinkedHashMap<String, Long>();
        values.forEach((name, value) -> {
            var input = known(info, name).orElseThrow(() -> new ModelException("no input '" + name + "'; there are "
                    + info.inputs().stream().map(ValueInfo::name).collect(Collectors.joining(", "))));
            if (value instanceof Tensor tensor && input.isRankedTensor() && tensor.rank() == input.dims().size()) {
                for (int i = 0; i < tensor.rank(); i++) {
                    if (input.dims().get(i) instanceof DimInfo.Symbol(_, String symbol)) {
                        sizes.put(symbol, tensor.dim(i));
                    }
                }
            }
        });
        return sizes;
    }

    private static Optional<ValueInfo> known(ModelInfo info, String name) {
        return info.inputs().stream().filter(v -> v.name().equals(name)).findFirst();
    }

    /** A .pb file does not say what it holds; the model does. */
    private static ValueKind kind(ValueInfo input) {
        return switch (input.type()) {
            case TypeInfo.OfTensor _ -> ValueKind.TENSOR;
            case TypeInfo.OfSequence _ -> ValueKind.SEQUENCE;
            case TypeInfo.OfOptional _ -> ValueKind.OPTIONAL;
            case TypeInfo.OfMap _ -> ValueKind.MAP;
        };
    }

    private static Value read(Path file, ValueKind kind) throws IOException {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(NUMPY) ? Npy.read(file)
                : ProtoValues.read(file, kind);
    }
}
