package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sinter.runtime.sample.Slow;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CloseTest {
    @Test
    void closeWaitsForTheRunningCall() throws Exception {
        Model model = Model.define(Samples.slow(), Samples.options());
        Map<String, Tensor> input = Map.of("x", Tensor.of(new float[]{7}));
        var running = CompletableFuture.supplyAsync(() -> model.run(input).tensor("y").toFloats()[0]);
        assertThat(Slow.Gate.ENTERED.await(10, TimeUnit.SECONDS)).isTrue();
        Thread closer = Thread.ofPlatform().start(model::close);
        while (!model.toString().contains("closed")) {
            Thread.onSpinWait();
        }
        assertThatThrownBy(() -> model.run(input)).isInstanceOf(ModelException.class).hasMessageContaining("'slow'")
                .hasMessageContaining("closed");
        closer.join(50);
        assertThat(closer.isAlive()).isTrue();
        Slow.Gate.RELEASE.countDown();
        assertThat(running.get(10, TimeUnit.SECONDS)).isEqualTo(7);
        closer.join(10_000);
        assertThat(closer.isAlive()).isFalse();
        model.close();
    }

    @Test
    void noWorkerOutlivesTheModel() throws Exception {
        ModelInfo info = Samples.affineInfo();
        ModelImage image = Samples.affine();
        var named = new ModelInfo("outlived", info.className(), info.irResource(), info.symbols(), info.inputs(),
                info.outputs(), info.allocations(), info.valueCount(), info.firstParam(), info.paramCount(), 64);
        Model model = Model.define(new ModelImage(named, image.classes(), image.weights(), Map.of()),
                Samples.options().withThreads(3));
        model.run(Map.of("x", Tensor.of(Samples.ramp(64), 8, 8)));
        var workers = workersOf("outlived");
        assertThat(workers).isNotEmpty();
        model.close();
        // a pool has ended when its last thread has nothing left to do; the thread itself ends a moment later
        for (var worker : workers) {
            worker.join(10_000);
        }
        assertThat(workersOf("outlived")).isEmpty();
    }

    private static List<Thread> workersOf(String model) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.isAlive() && t.getName().startsWith("sinter-" + model)).toList();
    }

    @Test
    void theGateHoldsUnderManyThreads() throws Exception {
        for (int round = 0; round < 50; round++) {
            var gate = new CallGate();
            var inside = new AtomicInteger();
            var afterClose = new AtomicInteger();
            var threads = new Thread[4];
            for (int i = 0; i < threads.length; i++) {
                threads[i] = Thread.ofPlatform().start(() -> {
                    while (gate.enter()) {
                        inside.incrementAndGet();
                        Thread.onSpinWait();
                        inside.decrementAndGet();
                        gate.exit();
                    }
                    afterClose.incrementAndGet();
                });
            }
            Thread.sleep(1);
            assertThat(gate.close()).isTrue();
            assertThat(inside.get()).isZero();
            assertThat(gate.close()).isFalse();
            for (Thread t : threads) {
                t.join();
            }
            assertThat(afterClose.get()).isEqualTo(threads.length);
        }
    }
}
