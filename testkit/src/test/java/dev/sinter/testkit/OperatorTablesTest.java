package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.frontend.onnx.ops.OnnxOps;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every supported operator is run by a test of its own, shared cases aside. */
class OperatorTablesTest {
    /** What the parameterized tests of this package run. */
    private static final List<Supplier<List<OneNode>>> TABLES = List.of(
            AttentionOperatorsTest::standard, AttentionOperatorsTest::microsoft, AttentionOperatorsTest::grouped,
            AttentionOperatorsTest::rotary, AttentionOperatorsTest::others, BinaryOperatorsTest::arithmetic,
            BinaryOperatorsTest::comparisons, BinaryOperatorsTest::logic, ClassicalOperatorsTest::features,
            ClassicalOperatorsTest::linear, ClassicalOperatorsTest::supportVectors, ClassicalOperatorsTest::trees,
            CollectionOperatorsTest::sequences, CollectionOperatorsTest::optionals,
            () -> Worked.nodes(CollectionOperatorsTest.maps()), () -> Worked.nodes(ContribOperatorsTest.defined()),
            ContribOperatorsTest::products, ControlOperatorsTest::control,
            ExpertOperatorsTest::plain, ExpertOperatorsTest::quantized, ContribAttributesTest::weightsOfFewBits,
            () -> Worked.nodes(FlexAttentionTest.attention()), IndexingOperatorsTest::gathers,
            IndexingOperatorsTest::scatters, IndexingOperatorsTest::positions, IndexingOperatorsTest::runningSums,
            IndexingOperatorsTest::einsums, PointwiseOperatorsTest::functions, PointwiseOperatorsTest::attributes,
            PointwiseOperatorsTest::ofOnnxRuntime, PointwiseOperatorsTest::casts, QuantizedOperatorsTest::products,
            QuantizedOperatorsTest::weightsOfFewBits, QuantizedOperatorsTest::quantized, RandomOperatorsTest::nodes,
            RandomOperatorsTest::inference, ReductionOperatorsTest::folds, ReductionOperatorsTest::emptyFolds,
            ReductionOperatorsTest::softmaxes, () -> Worked.nodes(ReductionOperatorsTest.products()),
            RoutineOperatorsTest::sorting, RoutineOperatorsTest::suppression, RoutineOperatorsTest::texts,
            RoutineOperatorsTest::tables, RoutineOperatorsTest::sequences, SequenceOperatorsTest::cells,
            SequenceOperatorsTest::signals, SequenceOperatorsTest::losses, ShapeOperatorsTest::shapes,
            ShapeOperatorsTest::made, ShapeOperatorsTest::selections, SpatialOperatorsTest::convolutions,
            SpatialOperatorsTest::quantizedConvolutions, SpatialOperatorsTest::pools, SpatialOperatorsTest::regions,
            SpatialOperatorsTest::resizing, SpatialOperatorsTest::sampling, SpatialOperatorsTest::padding,
            SpatialOperatorsTest::columns, SpatialOperatorsTest::normalizations, SpatialOperatorsTest::halves,
            () -> Worked.nodes(StatefulOperatorsTest.caches()),
            () -> Worked.nodes(StatefulOperatorsTest.convolutions()),
            () -> Worked.nodes(StatefulOperatorsTest.linearAttentions()),
            () -> Worked.nodes(TrainingOperatorsTest.steps()), UnsignedOperatorsTest::integers);

    /** Operators whose tests are no tables: each with the class that tests it. */
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("ai.onnx:Crop", "SpatialFormsTest"),
            Map.entry("com.microsoft:GridSample", "SpatialFormsTest"),
            Map.entry("com.microsoft:GroupNorm", "SpatialFormsTest"),
            Map.entry("com.microsoft:NhwcConv", "SpatialFormsTest"),
            Map.entry("com.microsoft:QLinearAveragePool", "SpatialOperatorsTest"),
            Map.entry("com.microsoft:QLinearGlobalAveragePool", "SpatialOperatorsTest"),
            Map.entry("ai.onnx.ml:TreeEnsemble", "ClassicalOperatorsTest"),
            Map.entry("com.microsoft:DynamicQuantizeLSTM", "SequenceOperatorsTest"),
            Map.entry("com.microsoft:PackedAttention", "PackedAttentionTest"),
            Map.entry("com.microsoft:PackedMultiHeadAttention", "PackedAttentionTest"),
            Map.entry("ai.onnx.preview.training:Gradient", "GradientTest"));

    @Test
    void everyOperatorHasATest() {
        var supported = OnnxOps.all().stream().map(op -> op.domain() + ":" + op.name())
                .collect(Collectors.toCollection(TreeSet::new));
        var inTables = tables().collect(Collectors.toCollection(TreeSet::new));
        assertThat(supported).as("supported operators").containsAll(ELSEWHERE.keySet());
        assertThat(inTables).as("operators listed twice").doesNotContainAnyElementsOf(ELSEWHERE.keySet());
        supported.removeAll(inTables);
        supported.removeAll(ELSEWHERE.keySet());
        assertThat(supported).as("operators without a test").isEmpty();
    }

    private static Stream<String> tables() {
        return TABLES.stream().flatMap(table -> table.get().stream()).flatMap(node -> node.operators().stream());
    }
}
