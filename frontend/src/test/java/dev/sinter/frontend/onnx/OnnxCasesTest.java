package dev.sinter.frontend.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.Graph;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.op.Library;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** ONNX's own test cases, as far as their operators are in our table, by the reference evaluation. */
class OnnxCasesTest {

    private final Path cases = Path.of(System.getProperty("sinter.shared", "shared"), "onnx-cases");

    private record Case(String group, String name, double rtol, double atol, boolean deterministic) {
    }

    /** Attentions in small floats, and a transform, as far from the expected values as these from the exact ones. */
    private static final Pattern KNOWN =
            Pattern.compile("test_attention_.d_.*causal.*(bf16|fp16_expanded).*|test_dft_inverse");

    @Test
    void everyCaseOfSupportedOperatorsGivesTheExpectedValues() throws IOException {
        assumeTrue(Files.exists(cases.resolve("manifest.csv")), "the ONNX cases are not here: " + cases);
        var failures = new ArrayList<String>();
        int passed = 0;
        for (var line : Files.readAllLines(cases.resolve("manifest.csv")).stream().skip(1).toList()) {
            var row = line.split(",", -1);
            // sequences and optionals have no reference evaluation, the big models take too long by it
            if (!row[9].equals("tensor") || row[1].startsWith("light") || row[1].startsWith("models")) {
                continue;
            }
            var each = new Case(row[1], row[0], Double.parseDouble(row[12]), Double.parseDouble(row[13]),
                    !row[14].contains("nondeterministic"));
            var outcome = outcome(each);
            if (outcome.isEmpty()) {
                passed++;
            } else if (!outcome.startsWith("unsupported") && !KNOWN.matcher(each.name()).matches()) {
                failures.add(each.group() + "/" + each.name() + ": " + outcome);
            }
        }
        assertThat(failures).as("failures beside %d passed", passed).isEmpty();
        // so that cases cannot drift into "unsupported" unnoticed
        assertThat(passed).isGreaterThanOrEqualTo(3350);
    }

    private String outcome(Case each) {
        var folder = cases.resolve(each.group()).resolve(each.name());
        if (!Files.exists(folder.resolve("model.onnx"))) {
            return "unsupported: no data";
        }
        try {
            var model = OnnxReader.readModel(folder.resolve("model.onnx"));
            try {
                Support.check(model, new Functions(model));
            } catch (OnnxImportException e) {
                return "unsupported: " + e.getMessage();
            }
            var graph = OnnxImporter.importModel(model, folder, ImportOptions.NONE);
            if (hasRoutines(graph)) {
                return "unsupported: routines of the runtime have no reference evaluation";
            }
            var data = folder.resolve("test_data_set_0");
            var outputs = tensors(data, "output", graph.outputs().size());
            var got = Interpreter.run(graph, tensors(data, "input", graph.inputs().size()));
            for (int i = 0; i < outputs.size(); i++) {
                var difference = Interpreter.difference(got.get(i), outputs.get(i), each.rtol(), each.atol());
                if (!difference.isEmpty() && each.deterministic()) {
                    return "output " + i + ": " + difference;
                }
            }
            return "";
        } catch (RuntimeException e) {
            return e.toString();
        }
    }

    private static boolean hasRoutines(Graph graph) {
        return graph.nodes().stream().anyMatch(
                n -> n.op() instanceof Library || n.regions().stream().anyMatch(OnnxCasesTest::hasRoutines));
    }

    private static List<TensorData> tensors(Path folder, String kind, int count) {
        return IntStream.range(0, count).mapToObj(i -> folder.resolve(kind + "_" + i + ".pb"))
                .map(f -> OnnxReader.tensor(OnnxReader.read(TensorProto.parser(), f), null)).toList();
    }
}
