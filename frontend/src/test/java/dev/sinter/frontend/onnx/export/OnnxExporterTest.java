package dev.sinter.frontend.onnx.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.frontend.onnx.ImportOptions;
import dev.sinter.frontend.onnx.OnnxImporter;
import dev.sinter.frontend.onnx.proto.NodeProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Evaluator;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphParser;
import dev.sinter.ir.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an exported file is made of; that ONNX Runtime computes the same from it is tested where it is at hand. */
class OnnxExporterTest {
    private static final String LAYER = """
            graph "layer" {
              input "x" %0: f32[batch,3]
              %1: f32[3,2] = constant [1.0, 2.0, 3.0, 4.0, 5.0, 6.0] {name="weights"}
              %2: f32[2] = constant [0.5, -0.5] {name="bias"}
              %3: f32[batch,2] = matmul %0, %1  // dense
              %4: f32[batch,2] = map %3, %2 {expr=max(add($0:f32, $1:f32), 0.0:f32)}  // dense
              output "y" %4
            }
            """;
    @TempDir
    Path folder;

    private static Graph again(Graph graph) {
        return OnnxImporter.importModel(OnnxExporter.export(graph, ExportOptions.DEFAULTS), null, ImportOptions.NONE);
    }

    @Test
    void namesAreKept() {
        var graph = OnnxExporter.export(GraphParser.parse(LAYER), ExportOptions.DEFAULTS).getGraph();
        assertThat(graph.getName()).isEqualTo("layer");
        assertThat(graph.getInput(0).getName()).isEqualTo("x");
        assertThat(graph.getInput(0).getType().getTensorType().getShape().getDim(0).getDimParam()).isEqualTo("batch");
        assertThat(graph.getOutput(0).getName()).isEqualTo("y");
        assertThat(graph.getInitializerList()).extracting(t -> t.getName()).containsExactly("weights", "bias");
        assertThat(graph.getNodeList()).extracting(NodeProto::getOpType).containsExactly("MatMul", "Add", "Relu");
        assertThat(graph.getNodeList()).extracting(NodeProto::getName).doesNotHaveDuplicates()
                .first().isEqualTo("dense");
    }

    @Test
    void whatIsReadAgainComputesTheSame() {
        var graph = GraphParser.parse(LAYER);
        var x = Map.of("x", TensorData.floats(new float[]{1, -2, 3, 0.5f, 0, -1}, 2, 3));
        assertThat(Evaluator.evaluate(again(graph), x)).isEqualTo(Evaluator.evaluate(graph, x));
    }

    @Test
    void outputsMayBeInputsConstantsAndEachOther() {
        var graph = GraphParser.parse("""
                graph "copies" {
                  input "x" %0: f32[n]
                  %1: f32[1] = constant [7.0] {name="seven"}
                  %2: f32[n] = map %0 {expr=neg($0:f32)}
                  output "same" %0
                  output "seven" %1
                  output "minus" %2
                  output "minus_again" %2
                }
                """);
        var model = OnnxExporter.export(graph, ExportOptions.DEFAULTS).getGraph();
        assertThat(model.getOutputList()).extracting(o -> o.getName()).containsExactly("same", "seven", "minus",
                "minus_again");
        assertThat(model.getInitializerList()).extracting(t -> t.getName()).doesNotContain("seven");
        var x = Map.of("x", TensorData.floats(new float[]{1, 2}, 2));
        assertThat(Evaluator.evaluate(again(graph), x)).isEqualTo(Evaluator.evaluate(graph, x));
    }

    @Test
    void sharedSubexpressionsAreComputedOnce() {
        var graph = GraphParser.parse("""
                graph "shared" {
                  input "x" %0: f32[n]
                  %1: f32[n] = map %0 {expr=add(exp($0:f32), mul(exp($0:f32), exp($0:f32)))}
                  %2: f32[n] = map %0 {expr=exp($0:f32)}
                  output "y" %1
                  output "e" %2
                }
                """);
        assertThat(OnnxExporter.export(graph, ExportOptions.DEFAULTS).getGraph().getNodeList())
                .extracting(NodeProto::getOpType).containsExactlyInAnyOrder("Exp", "Mul", "Add");
    }

    @Test
    void allProblemsAreNamedAtOnce() {
        var graph = GraphParser.parse("""
                graph "impossible" {
                  input "x" %0: f32[n]
                  %1: i32[n] = map %0 {expr=bitcast<i32>($0:f32)}  // bits
                  %2: f32[n] = map %1 {expr=bitcast<f32>($0:i32)}  // back
                  output "y" %2
                }
                """);
        assertThatThrownBy(() -> OnnxExporter.export(graph, ExportOptions.DEFAULTS.withOpset(21)))
                .isInstanceOfSatisfying(OnnxExportException.class, e -> assertThat(e.problems()).hasSize(2))
                .hasMessageContaining("'bits'").hasMessageContaining("'back'").hasMessageContaining("opset 26")
                .hasMessageContaining("opset 21");
        var opsets = OnnxExporter.export(graph, ExportOptions.DEFAULTS).getOpsetImportList();
        assertThat(opsets).singleElement().satisfies(o -> assertThat(o.getVersion()).isEqualTo(26));
    }

    @Test
    void inputsOfTypesThatAreTooNewAreNamed() {
        var graph = GraphParser.parse("""
                graph "new" {
                  input "x" %0: i2[n]
                  output "y" %0
                }
                """);
        assertThatThrownBy(() -> OnnxExporter.export(graph, ExportOptions.DEFAULTS.withOpset(24)))
                .isInstanceOf(OnnxExportException.class).hasMessageContaining("input 'x'")
                .hasMessageContaining("i2").hasMessageContaining("25");
    }

    @Test
    void symbolicSizesAreComputedFromShapes() {
        var graph = GraphParser.parse("""
                graph "sizes" {
                  input "x" %0: f32[a,b,4]
                  %1: f32[b,(4 * a)] = reshape %0 {shape=[b,(4 * a)]}
                  %2: f32[b,(2 * a)] = slice %1 {begins=[0, (4 * a - 1)], steps=[1, -2], sizes=[b, (2 * a)]}
                  output "y" %2
                }
                """.replace("(4 * a - 1)", "((4 * a) + -1)"));
        for (int a = 0; a < 3; a++) {
            var data = TensorData.zeros(DType.F32, a, 3, 4);
            for (int i = 0; i < data.size(); i++) {
                data.set(i, (double) i);
            }
            assertThat(Evaluator.evaluate(again(graph), Map.of("x", data)))
                    .isEqualTo(Evaluator.evaluate(graph, Map.of("x", data)));
        }
    }

    @Test
    void largeWeightsLieBesideTheModel() throws IOException {
        var graph = GraphParser.parse("""
                graph "big" {
                  input "x" %0: f32[1024]
                  %1: f32[1024] = constant [LIST] {name="w"}
                  %2: f32[1024] = map %0, %1 {expr=add($0:f32, $1:f32)}
                  output "y" %2
                }
                """.replace("LIST", String.join(", ", java.util.Collections.nCopies(1024, "1.5"))));
        var file = folder.resolve("big.onnx");
        var written = OnnxExporter.write(graph, file, ExportOptions.DEFAULTS.withInlineBytes(100));
        assertThat(written.weights()).isNotNull().hasSize(4096);
        assertThat(folder).isDirectoryNotContaining(path -> path.toString().endsWith(".part"));
        var x = Map.of("x", TensorData.zeros(DType.F32, 1024));
        var read = OnnxImporter.importModel(file, ImportOptions.NONE);
        assertThat(Evaluator.evaluate(read, x)).isEqualTo(Evaluator.evaluate(graph, x));
    }

    @Test
    void aFileStaysAsItIsWhereTheExportFails() throws IOException {
        var file = Files.writeString(folder.resolve("kept.onnx"), "before");
        var graph = GraphParser.parse("""
                graph "impossible" {
                  input "x" %0: f32[n]
                  %1: i32[n] = map %0 {expr=bitcast<i32>($0:f32)}
                  output "y" %1
                }
                """);
        assertThatThrownBy(() -> OnnxExporter.write(graph, file, ExportOptions.DEFAULTS.withOpset(20)))
                .isInstanceOf(OnnxExportException.class);
        assertThat(file).hasContent("before");
        assertThat(List.of(folder.toFile().list())).containsExactly("kept.onnx");
    }
}
