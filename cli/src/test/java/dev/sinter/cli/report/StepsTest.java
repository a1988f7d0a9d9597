package dev.sinter.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.Sinter;
import dev.sinter.runtime.ArenaPart;
import dev.sinter.runtime.FormChoice;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every step of a compiled model can be seen: by a listener, and by JFR. */
class StepsTest {
    private static final int BLOCKS = 3;

    @ParameterizedTest
    @EnumSource(FormChoice.class)
    void aListenerHearsEachStepOnceAndInOrder(FormChoice form) {
        var compilation = Sinter.compiler().compilation(SmallNet.onnx(BLOCKS, "y"), "small");
        try (var model = compilation.define(RunOptions.defaults().withForm(form))) {
            var x = new float[5 * SmallNet.WIDTH];
            for (int i = 0; i < x.length; i++) {
                x[i] = i - 7;
            }
            var session = model.newSession().set("x", Tensor.of(x, 5, SmallNet.WIDTH));
            var plain = session.run().tensor("y").toFloats();
            var steps = new ArrayList<Integer>();
            for (int run = 0; run < 3; run++) {
                steps.clear();
                var timed = session.profile((step, nanos) -> {
                    assertThat(nanos).isNotNegative();
                    steps.add(step);
                });
                assertThat(timed.tensor("y").toFloats()).containsExactly(plain);
                assertThat(steps).containsExactly(0, 1, 2);
            }
        }
    }

    @Test
    void partsOfAnArenaDoNotOverlapWhileTheyLive() {
        var compilation = Sinter.compiler().compilation(SmallNet.onnx(BLOCKS, "y"), "small");
        try (var model = compilation.define(RunOptions.defaults())) {
            var sizes = Map.of("batch", 1000L);
            var parts = model.arenaParts(sizes).stream().filter(p -> p.bytes() > 0).toList();
            assertThat(parts).isNotEmpty();
            assertThat(parts.stream().map(ArenaPart::storage).distinct().mapToLong(s -> parts.stream()
                    .filter(p -> p.storage() == s).mapToLong(p -> p.offset() + p.bytes()).max().orElse(0)).sum())
                    .isBetween(1L, model.arenaBytes(sizes).orElseThrow());
            for (var a : parts) {
                for (var b : parts) {
                    boolean apart = a == b || a.storage() != b.storage() || a.lastStep() < b.firstStep()
                            || b.lastStep() < a.firstStep() || a.offset() + a.bytes() <= b.offset()
                            || b.offset() + b.bytes() <= a.offset();
                    assertThat(apart).as(a + " and " + b).isTrue();
                }
            }
        }
    }

    @Test
    void jfrKnowsCompilationLoadRunsAndKernels(@TempDir Path folder) throws IOException {
        var file = folder.resolve("all.jfr");
        try (var recording = new Recording()) {
            recording.enable("dev.sinter.Kernel");
            recording.start();
            var compilation = Sinter.compiler().compilation(SmallNet.onnx(BLOCKS, "y"), "small");
            try (var model = compilation.define(RunOptions.defaults())) {
                model.run(Map.of("x", Tensor.of(new float[4 * SmallNet.WIDTH], 4, SmallNet.WIDTH)));
            }
            recording.stop();
            recording.dump(file);
        }
        var events = RecordingFile.readAllEvents(file);
        assertThat(named(events, "Compile")).singleElement().satisfies(e -> {
            assertThat(e.getString("model")).isEqualTo("small <net>");
            assertThat(e.getInt("nodes")).as("equal weights are one constant").isEqualTo(BLOCKS + 2);
            assertThat(e.getInt("rewrites")).isPositive();
            assertThat(e.getLong("weightsBytes")).isPositive();
        });
        assertThat(named(events, "Pass")).extracting(e -> e.getString("pass"))
                .startsWith("import", "drop-dead").endsWith("find-patterns", "generate");
        assertThat(named(events, "Pass").stream().mapToInt(e -> e.getInt("rewrites")).sum())
                .isEqualTo(named(events, "Compile").getFirst().getInt("rewrites"));
        assertThat(named(events, "Load")).singleElement()
                .satisfies(e -> assertThat(e.getString("from")).isNull());
        assertThat(named(events, "Run")).singleElement()
                .satisfies(e -> assertThat(e.getString("symbols")).isEqualTo("batch=4"));
        var kernels = named(events, "Kernel");
        assertThat(kernels).extracting(e -> e.getInt("step")).containsExactly(0, 1, 2);
        var second = kernels.get(1);
        assertThat(second.getString("model")).isEqualTo("small <net>");
        assertThat(second.getString("node"))
                .isEqualTo("/net/block.1/fc/MatMul + /net/block.1/fc/Add + /net/block.1/act/Relu");
        assertThat(second.getString("method")).startsWith("n001_matmul_net_block_1");
        assertThat(second.getString("kernel")).startsWith("gemm.");
        assertThat(second.getString("result")).isEqualTo("f32[4,8]");
        assertThat(second.getLong("bytes")).isEqualTo(4 * (2 * 4 * 8 + 8 * 8 + 8));
        assertThat(second.getDuration()).isPositive();
    }

    @Test
    void kernelsAreRecordedOnlyWhenAskedFor(@TempDir Path folder) throws IOException {
        var file = folder.resolve("few.jfr");
        try (var recording = new Recording()) {
            recording.enable("dev.sinter.Run");
            recording.start();
            try (var model = Sinter.compile(SmallNet.onnx(1, "y"))) {
                model.run(Map.of("x", Tensor.of(new float[SmallNet.WIDTH], 1, SmallNet.WIDTH)));
            }
            recording.stop();
            recording.dump(file);
        }
        var events = RecordingFile.readAllEvents(file);
        assertThat(named(events, "Run")).hasSize(1);
        assertThat(named(events, "Kernel")).isEmpty();
    }

    private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
        return events.stream().filter(e -> e.getEventType().getName().equals("dev.sinter." + name))
                .sorted((a, b) -> a.getStartTime().compareTo(b.getStartTime())).toList();
    }
}
