package dev.sinter.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model with helpers that many callers use at once. */
@Timeout(120)
class ThreadsTest {
    private static final int WIDTH = 24;
    private static final int CALLERS = 6;
    private static final int RUNS = 20;

    private final GeneratedModel generated = CodeGenerator.generate(EncoderTest.encoder(WIDTH).builder().build(),
            new CodegenOptions("", "Encoder", false));
    private final List<Map<String, TensorData>> inputs = IntStream.range(0, CALLERS)
            .mapToObj(i -> Map.of("x0", TensorData.zeros(DType.I64, 1 + i % 3, 3 + 7 * i))).toList();
    private final List<Map<String, TensorData>> wanted = new ArrayList<>();
    private final AtomicInteger started = new AtomicInteger();
    /** Every other caller is a virtual thread. */
    private final ExecutorService callers =
            Executors.newThreadPerTaskExecutor(task -> started.getAndIncrement() % 2 == 0
                    ? Thread.ofVirtual().unstarted(task) : Thread.ofPlatform().unstarted(task));

    ThreadsTest() {
        try (var alone = define(1, false)) {
            inputs.forEach(x -> wanted.add(Compiled.run(alone, x)));
        }
    }

    private Model define(int threads, boolean checked) {
        return Model.define(generated.image(),
                RunOptions.defaults().withForm(Form.SCALAR).withThreads(threads).withChecked(checked));
    }

    @AfterEach
    void end() {
        callers.close();
    }

    private interface Caller {
        void run(int number) throws Exception;
    }

    /** Runs all callers at once and waits for them; fails if one did. */
    private void atOnce(Caller caller) throws Exception {
        var start = new CountDownLatch(1);
        var all = new ArrayList<Future<?>>();
        for (int i = 0; i < CALLERS; i++) {
            int number = i;
            all.add(callers.submit(() -> {
                start.await();
                caller.run(number);
                return null;
            }));
        }
        start.countDown();
        for (var one : all) {
            try {
                one.get();
            } catch (ExecutionException e) {
                throw new AssertionError("a caller failed: " + e.getCause(), e.getCause());
            }
        }
    }

    private void check(Model model, int number) {
        Compiled.assertEqualBits(Compiled.run(model, inputs.get(number)), wanted.get(number), model.toString());
    }

    @ParameterizedTest
    @CsvSource({"1,true", "2,false", "2,true", "3,true", "4,false", "4,true"})
    void callsAtOnceGiveTheBitsOfOneThread(int threads, boolean checked) throws Exception {
        try (var model = define(threads, checked)) {
            atOnce(number -> {
                for (int i = 0; i < RUNS; i++) {
                    check(model, (number + i) % CALLERS);
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sessionsAtOnceGiveTheBitsOfOneThread(boolean checked) throws Exception {
        try (var model = define(3, checked)) {
            atOnce(number -> {
                var session = model.newSession();
                for (int i = 0; i < RUNS; i++) {
                    int which = (number + i / 5) % CALLERS;
                    var outputs = session.set("x0", Compiled.tensors(inputs.get(which)).get("x0")).run();
                    wanted.get(which).forEach((name, want) -> assertThat(((Tensor) outputs.get(name)).toFloats())
                            .as(name).isEqualTo((float[]) want.array()));
                }
            });
        }
    }

    @Test
    void anInterruptedCallerGetsItsResult() throws Exception {
        try (var model = define(2, true)) {
            atOnce(number -> {
                Thread.currentThread().interrupt();
                check(model, number);
                assertThat(Thread.interrupted()).isTrue();
            });
        }
    }

    /** A wrong index fails its own call, in whichever thread it is met, and no other. */
    @Test
    void aCallThatFailsLeavesTheOthersAlone() throws Exception {
        var wrong = new long[64];
        wrong[40] = 99;
        var bad = Map.of("x0", TensorData.longs(wrong, 1, wrong.length));
        try (var model = define(4, true)) {
            atOnce(number -> {
                for (int i = 0; i < RUNS; i++) {
                    if (number % 2 == 0) {
                        check(model, number);
                    } else {
                        try {
                            Compiled.run(model, bad);
                            throw new AssertionError("index 99 was found");
                        } catch (ModelException e) {
                            assertThat(e).hasMessageContaining("got 99");
                        }
                    }
                }
            });
        }
    }

    /** Whoever calls while a model is closed gets the whole result or is told. */
    @Test
    void closingUnderCallersHangsNobody() throws Exception {
        for (int round = 0; round < 5; round++) {
            var model = define(3, false);
            atOnce(number -> {
                if (number == 0) {
                    check(model, number);
                    model.close();
                    return;
                }
                try {
                    while (true) {
                        check(model, number);
                    }
                } catch (ModelException e) {
                    assertThat(e).hasMessageContaining("closed");
                }
            });
        }
    }
}
