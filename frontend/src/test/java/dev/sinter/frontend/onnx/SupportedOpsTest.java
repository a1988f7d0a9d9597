package dev.sinter.frontend.onnx;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

    private static final String KNOWN_LENGTH = "The length of the shape, and so the rank, must be known.";
    private static final String OWN_RANDOM = "The numbers are not those of another runtime for the same seed.";

    /** What a reader must know beyond the versions, by domain and name. */
    private static final Map<String, String> NOTES = Map.ofEntries(
            entry("ai.onnx.Bernoulli", OWN_RANDOM),
            entry("ai.onnx.BitCast", "Between types of one width."),
            entry("ai.onnx.Cast", "No complex numbers."),
            entry("ai.onnx.CastLike", "As Cast."),
            entry("ai.onnx.ConstantOfShape", KNOWN_LENGTH),
            entry("ai.onnx.DequantizeLinear", "Per tensor, per axis or in blocks."),
            entry("ai.onnx.Dropout", "Before opset 12 as in inference. " + OWN_RANDOM),
            entry("ai.onnx.Expand", KNOWN_LENGTH),
            entry("ai.onnx.Gather", "Indices are checked when the model runs."),
            entry("ai.onnx.If", "Branches must agree in element types and ranks, unless the condition is a constant."),
            entry("ai.onnx.ImageDecoder", "No JPEG 2000."),
            entry("ai.onnx.LayerNormalization",
                    "Before opset 17 the name is ONNX Runtime's and read as that of opset 17."),
            entry("ai.onnx.Loop", "Carried values must keep element type and rank."),
            entry("ai.onnx.Multinomial", OWN_RANDOM),
            entry("ai.onnx.QuantizeLinear", "Per tensor, per axis or in blocks."),
            entry("ai.onnx.RandomNormal", OWN_RANDOM),
            entry("ai.onnx.RandomNormalLike", OWN_RANDOM),
            entry("ai.onnx.RandomUniform", OWN_RANDOM),
            entry("ai.onnx.RandomUniformLike", OWN_RANDOM),
            entry("ai.onnx.Reshape", KNOWN_LENGTH),
            entry("ai.onnx.Squeeze",
                    "Without axes, sizes that are not known must not be 1, which is checked when the model runs."),
            entry("com.microsoft.GroupQueryAttention",
                    "No quantized caches, no norms of queries and keys, no scores as result."),
            entry("com.microsoft.MatMulNBits", "2, 4 and 8 bits."),
            entry("com.microsoft.QMoE", "Integer weights of 2, 4 and 8 bits. Routing weights are normalized, unless"
                    + " they are an input of their own, as in ONNX Runtime's CPU build."),
            entry("com.microsoft.SkipLayerNormalization", "The results mean and inverse deviation are refused."));

    /** Element types, where they are not all those of the definition. */
    private static final Map<String, String> TYPES = Map.ofEntries(
            entry("ai.onnx.Cast", "all but complex"),
            entry("ai.onnx.CastLike", "all but complex"));

    @Test
    void theListIsThatOfTheImporter() throws IOException {
        var file = root().resolve(FILE);
        var wanted = render(ConformanceCounts.read(root()));
        if (Boolean.getBoolean(WRITE)) {
            assumeTrue(ConformanceCounts.available(), "the ONNX cases are not here, so they cannot be counted");
            Files.writeString(file, wanted);
        }
        var found = Files.exists(file) ? Files.readString(file) : "";
        assertThat(ConformanceCounts.available() ? found : ConformanceCounts.without(found))
                .as("%s is stale; write it anew with%n    %s%n", FILE, REGENERATE)
                .isEqualTo(ConformanceCounts.available() ? wanted : ConformanceCounts.without(wanted));
    }

    @Test
    void everyNoteIsOfASupportedOperator() {
        assertThat(OnnxOps.all().stream().map(SupportedOpsTest::key)).containsAll(NOTES.keySet())
                .containsAll(TYPES.keySet());
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

    private static String render(ConformanceCounts counts) {
        var domains = OnnxOps.all().stream()
                .collect(Collectors.groupingBy(OnnxOp::domain, TreeMap::new, Collectors.toList()));
        var text = new StringBuilder("""
                # Supported operators

                This file is written from the importer's table, `dev.sinter.frontend.onnx.ops.OnnxOps`; do not edit it.
                `SupportedOpsTest` fails when it is stale, and writes it with

                    %s

                Models of opset %d to %d are read. A model with any other operator is refused with one message that
                lists all of them, those in bodies and functions too. Model-local functions are put in the place of
                their calls. Sizes, bounds and axes may be computed by the model; ranks must be known.

                *Cases* are those of the ONNX conformance suite, as far as we have it, that contain the operator: how
                many pass, of how many there are. The whole suite runs in `SuiteTest`, which holds the list of those
                that are known to fail. Every operator also has tests of its own in `testkit`, against ONNX Runtime
                where that can run it.
                """.formatted(REGENERATE, OnnxOps.FIRST_OPSET, OnnxOps.LAST_OPSET));
        domains.forEach((domain, ops) -> {
            var names = ops.stream().collect(Collectors.groupingBy(OnnxOp::name, TreeMap::new, Collectors.toList()));
            text.append(
                    "\n## %s (%d)\n\n| operator | versions | types | limits and notes | cases |\n|---|---|---|---|---:|\n"
                            .formatted(domain,
                                    names.size()));
            names.values().forEach(lines -> text.append(row(lines, counts)));
        });
        return text.toString();
    }

    private static String row(List<OnnxOp> lines, ConformanceCounts counts) {
        var op = lines.getFirst();
        return "| [%s](%s) | %s | %s | %s | %s |\n".formatted(op.name(), op.specification(), versions(lines),
                TYPES.getOrDefault(key(op), "all"), NOTES.getOrDefault(key(op), ""), counts.of(op))
                .replace("|  |", "| |");
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
