package dev.sinter.passes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.ir.ConstantSink;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphBuilder;
import dev.sinter.ir.GraphParser;
import dev.sinter.ir.GraphPrinter;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Node;
import dev.sinter.ir.Origin;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.Op;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineTest {
    /** Rewrites kept in order. */
    private static final class Log implements PassListener {
        private final List<Rewrite> rewrites = new ArrayList<>();
        private final List<String> stages = new ArrayList<>();

        @Override
        public void rewritten(Rewrite rewrite) {
            rewrites.add(rewrite);
        }

        @Override
        public void stage(int number, String name, Graph graph) {
            stages.add(number + " " + name);
        }
    }

    /** Renames a map for ever. */
    private record Endless(AtomicInteger applied, boolean rewrites) implements Rule {
        @Override
        public String name() {
            return "endless";
        }

        @Override
        public Class<? extends Op> looksAt() {
            return Map.class;
        }

        @Override
        public Optional<Patch> apply(Node node, GraphIndex graph) {
            applied.incrementAndGet();
            if (!rewrites) {
                return Optional.empty();
            }
            var patch = graph.patch("again");
            return Optional.of(patch
                    .replace(node.output(), patch.addAll(node.op(), node.origin(), node.inputs()).getFirst()).build());
        }
    }

    private static Graph encoder() throws IOException {
        try (var in =
                Objects.requireNonNull(PipelineTest.class.getResourceAsStream("/passes/pipeline.encoder.in.ir"))) {
            return GraphParser.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Graph chain(int length) {
        var builder = new GraphBuilder("chain");
        var value = builder.input("x", TensorType.of(DType.F32, 4));
        for (int i = 0; i < length; i++) {
            value = builder.apply(new Map(Expr.apply(Fn.NEG, Expr.arg(0, DType.F32))), Origin.of("/neg" + i), value);
        }
        builder.output("y", value);
        return builder.build();
    }

    @Test
    void namesAreUnique() {
        assertThat(Pipeline.standard().passes()).extracting(Pass::name).doesNotHaveDuplicates();
    }

    @Test
    void roundingChangesOnlyWhereItIsAllowed() {
        var standard = Pipeline.standard().passes().stream().map(Pass::name).toList();
        assertThat(standard).noneMatch(name -> name.startsWith("relax"));
        assertThat(relaxed(PassOptions.DEFAULT)).isEmpty();
        assertThat(relaxed(PassOptions.DEFAULT.withExactIntegers(false))).containsExactly("relax-quantization");
        assertThat(relaxed(PassOptions.DEFAULT.withFastMath(true)))
                .containsExactly("relax-quantization", "relax-division", "relax-sums");
        assertThat(relaxed(PassOptions.DEFAULT.withFastMath(true).withExactIntegers(true)))
                .containsExactly("relax-division", "relax-sums");
    }

    private static List<String> relaxed(PassOptions options) {
        return Pipeline.of(new Choices(Costs.ESTIMATED), options).passes().stream().map(Pass::name)
                .filter(name -> name.startsWith("relax")).toList();
    }

    @Test
    void stopsAfterAPass() throws IOException {
        var log = new Log();
        Pipeline.standard().run(encoder(), PassOptions.DEFAULT.withStopAfter("recognize-gelu"), log);

        assertThat(log.stages).startsWith("0 import").endsWith("6 recognize-gelu");
        assertThat(log.rewrites).extracting(Rewrite::pass).doesNotContain("fuse");
    }

    @Test
    void anUnknownPassIsNamed() throws IOException {
        var graph = encoder();
        assertThatThrownBy(
                () -> Pipeline.standard().run(graph, PassOptions.DEFAULT.withStopAfter("melt"), PassListener.NONE))
                .isInstanceOf(IrException.class).hasMessageContaining("melt").hasMessageContaining("recognize-gelu");
    }

    @Test
    void everyPrefixOfTheRewritesComputesTheSame() throws IOException {
        var graph = encoder();
        var log = new Log();
        Pipeline.standard().run(graph, PassOptions.DEFAULT, log);
        var wanted = Objects.requireNonNull(Golden.evaluate(graph, 1).get("y"));

        for (int limit = 0; limit <= log.rewrites.size(); limit++) {
            var part = new Log();
            var after =
                    Pipeline.standard().run(graph, PassOptions.DEFAULT.withRewriteLimit(limit).withVerify(true), part);

            assertThat(part.rewrites).hasSize(limit);
            assertThat(Golden.difference(wanted, Objects.requireNonNull(Golden.evaluate(after, 1).get("y"))))
                    .isLessThan(1e-4);
        }
    }

    @Test
    void rewritesSayWhatTheyTouched() throws IOException {
        var log = new Log();
        Pipeline.standard().run(encoder(), PassOptions.DEFAULT, log);

        var gelu = log.rewrites.stream().filter(r -> r.rule().equals("recognize-gelu")).findFirst().orElseThrow();
        assertThat(gelu.origin().names()).contains("/act/Erf", "/act/Mul", "/act/Mul_1");
        assertThat(gelu.added()).extracting(n -> n.op().mnemonic()).containsExactly("map");
        assertThat(gelu.toString()).contains("recognize-gelu", "/act/Mul_1");
    }

    @Test
    void everyModelNodeIsStillNamed() throws IOException {
        var before = encoder();
        var after = Pipeline.standard().run(before);

        var names = after.nodes().stream().flatMap(n -> n.origin().names().stream()).toList();
        assertThat(before.nodes().stream().flatMap(n -> n.origin().names().stream())).allMatch(names::contains);
    }

    @Test
    void stagesAreWrittenAndParseBack(@TempDir Path folder) throws IOException {
        Pipeline.standard().run(encoder(), PassOptions.DEFAULT, new IrDump(folder, ConstantSink.NONE));

        try (var files = Files.list(folder)) {
            var names = files.map(f -> f.getFileName().toString()).sorted().toList();
            assertThat(names).hasSize(Pipeline.standard().passes().size() + 1).startsWith("00-import.ir",
                    "01-drop-dead.ir");
        }
        var text = Files.readString(folder.resolve("00-import.ir"));
        assertThat(GraphPrinter.print(GraphParser.parse(text))).isEqualTo(text);
    }

    @Test
    void aRuleWithoutEndIsStopped() {
        var rule = new Endless(new AtomicInteger(), true);
        var pipeline = new Pipeline(List.of(Pass.forward("loop", "never ends", rule)));
        var graph = chain(3);

        assertThatThrownBy(() -> pipeline.run(graph)).isInstanceOf(IrException.class).hasMessageContaining("endless")
                .hasMessageContaining("/neg0");
    }

    @Test
    void rulesAreAskedAboutAsOftenAsThereAreNodes() {
        var rule = new Endless(new AtomicInteger(), false);
        new Pipeline(List.of(Pass.forward("look", "nothing", rule))).run(chain(1000));

        assertThat(rule.applied()).hasValue(1000);
    }

    @Test
    void aLongChainIsSimplifiedInOneGo() {
        var after = new Pipeline(List.of(Pass.forward("fuse", "one map", new FuseMaps(), new SimplifyMap())))
                .run(chain(2001));

        assertThat(after.nodes()).hasSize(1);
        assertThat(after.nodes().getFirst().op()).isEqualTo(new Map(Expr.apply(Fn.NEG, Expr.arg(0, DType.F32))));
    }
}
