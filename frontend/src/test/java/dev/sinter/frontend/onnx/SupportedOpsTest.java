package dev.sinter.frontend.onnx;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.frontend.onnx.ops.OnnxOp;
import dev.sinter.frontend.onnx.ops.OnnxOps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The list of operators for readers is the table that the importer uses. */
class SupportedOpsTest {
    private static final String FILE = "SUPPORTED-OPS.md";
    /** Writes the file instead of comparing it. */
    private static final String WRITE = "sinter.write";
    private static final String REGENERATE = "mvn test -pl frontend -am -Dtest=SupportedOpsTest "
            + "-Dsurefire.failIfNoSpecifiedTests=false -D" + WRITE + "=true";

    private static final String KNOWN_SHAPE = "The shape must be known from shapes and constants.";
    private static final String NOT_F64 = "Not for f64.";

    /** What a reader must know beyond the versions, by domain and name. */
    private static final Map<String, String> NOTES = Map.ofEntries(
            entry("ai.onnx.Cast", "Between numbers: no strings, no complex numbers. `saturate=0` is refused."),
            entry("ai.onnx.CastLike", "As Cast."),
            entry("ai.onnx.ConstantOfShape", KNOWN_SHAPE),
            entry("ai.onnx.DequantizeLinear", "Per tensor, per axis or in blocks."),
            entry("ai.onnx.Dropout", "As in inference; `training_mode` must be false."),
            entry("ai.onnx.Equal", "Not for strings."),
            entry("ai.onnx.Erf", NOT_F64),
            entry("ai.onnx.Expand", KNOWN_SHAPE),
            entry("ai.onnx.Gather", "Indices are checked when the model runs."),
            entry("ai.onnx.Gelu", NOT_F64),
            entry("ai.onnx.LayerNormalization",
                    "Before opset 17 the name is ONNX Runtime's and read as that of opset 17."),
            entry("ai.onnx.QuantizeLinear", "Per tensor, per axis or in blocks. `saturate=0` is refused."),
            entry("ai.onnx.Range", "Constant bounds and at most 1,048,576 elements; or a constant start, step 1 and a "
                    + "limit made of bounded dimensions."),
            entry("ai.onnx.ReduceLogSumExp", "Floating-point operands."),
            entry("ai.onnx.Reshape", KNOWN_SHAPE),
            entry("ai.onnx.Sigmoid", NOT_F64),
            entry("ai.onnx.Slice", "Bounds must be known from shapes and constants, steps must be constant."),
            entry("ai.onnx.Softmax", "Computed for f32 only."),
            entry("ai.onnx.Split", "Sizes must be known from shapes and constants."),
            entry("ai.onnx.Squeeze", "Without axes, all sizes must be known."),
            entry("ai.onnx.Swish", NOT_F64),
            entry("ai.onnx.Tile", "Repeats must be known from shapes and constants."),
            entry("com.microsoft.BiasGelu", NOT_F64),
            entry("com.microsoft.FastGelu", NOT_F64),
            entry("com.microsoft.Gelu", NOT_F64),
            entry("com.microsoft.SkipLayerNormalization", "The results mean and inverse deviation are refused."));

    @Test
    void theListIsThatOfTheImporter() throws IOException {
        var file = root().resolve(FILE);
        var wanted = render();
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(file, wanted);
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "").as("%s is stale; write it anew with%n    %s%n",
                FILE, REGENERATE).isEqualTo(wanted);
    }

    @Test
    void everyNoteIsOfASupportedOperator() {
        assertThat(OnnxOps.all().stream().map(SupportedOpsTest::key)).containsAll(NOTES.keySet());
    }

    /** Tests run in the module's folder or in the repository's. */
    private static Path root() {
        var folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("ARCHITECTURE.md"))) {
            folder = folder.getParent();
            assertThat(folder).as("a folder with ARCHITECTURE.md, at or above the working directory").isNotNull();
        }
        return folder;
    }

    private static String key(OnnxOp op) {
        return op.domain() + "." + op.name();
    }

    private static String render() {
        var domains = OnnxOps.all().stream()
                .collect(Collectors.groupingBy(OnnxOp::domain, TreeMap::new, Collectors.toList()));
        var text = new StringBuilder("""
                # Supported operators

                This file is written from the importer's table, `dev.sinter.frontend.onnx.ops.OnnxOps`; do not edit it.
                `SupportedOpsTest` fails when it is stale, and writes it with

                    %s

                Models of opset %d to %d are read. A model with any other operator is refused with one message that
                lists all of them. Control flow (`If`, `Loop`, `Scan`) and model-local functions are not supported yet.

                Kernels compute with f32, f64, i8, i16, i32, i64, u8, u16 and bool. Tensors of other types can be
                imported and folded as constants; where one is left to compute at run time, compilation ends with a
                message that names the node. Axes that are given as an input must be constant.
                """.formatted(REGENERATE, OnnxOps.FIRST_OPSET, OnnxOps.LAST_OPSET));
        domains.forEach((domain, ops) -> {
            var names = ops.stream().collect(Collectors.groupingBy(OnnxOp::name, TreeMap::new, Collectors.toList()));
            text.append("\n## %s (%d)\n\n| operator | versions | notes |\n|---|---|---|\n".formatted(domain,
                    names.size()));
            names.values().forEach(lines -> text.append(row(lines)));
        });
        return text.toString();
    }

    private static String row(List<OnnxOp> lines) {
        var op = lines.getFirst();
        return "| [%s](%s) | %s | %s |\n".formatted(op.name(), op.specification(), versions(lines),
                NOTES.getOrDefault(key(op), "")).replace("|  |", "| |");
    }

    /** Ranges of versions, those joined that follow each other. */
    private static String versions(List<OnnxOp> lines) {
        var ranges = new ArrayList<int[]>();
        for (var op : lines.stream().sorted(Comparator.comparingInt(OnnxOp::since)).toList()) {
            if (!ranges.isEmpty() && ranges.getLast()[1] + 1 >= op.since()) {
                ranges.getLast()[1] = Math.max(ranges.getLast()[1], op.until());
            } else {
                ranges.add(new int[]{op.since(), op.until()});
            }
        }
        return ranges.stream().map(r -> r[0] == r[1] ? String.valueOf(r[0]) : r[0] + " to " + r[1])
                .collect(Collectors.joining(", "));
    }
}
