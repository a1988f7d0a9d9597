package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aSteadySessionAllocatesNothing(int threads) {
        try (Model model = Model.define(Samples.affine(), Samples.options().withThreads(threads));
                Arena arena = Arena.ofConfined()) {
            var foreign = arena.allocate(16 * 32 * 4L);
            Session onArray = model.newSession().set("x", Tensor.of(Samples.ramp(16 * 32), 16, 32));
            Session onForeign = model.newSession().set("x", Tensor.of(DType.F32, foreign, 16, 32));
            for (Session session : new Session[]{onArray, onForeign}) {
                assertThat(leastAllocated(session)).isZero();
            }
            foreign.set(ValueLayout.JAVA_FLOAT, 0, 9);
            assertThat(onForeign.run().tensor("y").toFloats()[0]).isEqualTo(18.5f);
        }
    }

    /** Allocated bytes of ten runs, the least of many tries: the first ones may still run interpreted. */
    private static long leastAllocated(Session session) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < 1000; i++) {
            session.run();
        }
        long least = Long.MAX_VALUE;
        for (int tries = 0; tries < 50 && least > 0; tries++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10; i++) {
                session.run();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    @Test
    void outputsHoldUntilTheNextRun() {
        try (Model model = Model.define(Samples.affine(), Samples.options())) {
            var x = new float[]{1, 2, 3, 4};
            Session session = model.newSession().set("x", Tensor.of(x, 2, 2));
            assertThatThrownBy(() -> session.output("y")).isInstanceOf(ModelException.class)
                    .hasMessageContaining("not run");
            Outputs first = session.run();
            x[0] = 10;
            assertThat(session.run()).isSameAs(first);
            assertThat(session.output("y").toFloats()).containsExactly(20.5f, 4.5f, 6.5f, 8.5f);
            session.set("x", Tensor.of(x, 1, 3)).run();
            assertThat(session.output("y").toFloats()).containsExactly(20.5f, 4.5f, 6.5f);
            assertThat(session.output("y").shape()).containsExactly(1, 3);
        }
    }

    @Test
    void badInputChangesNothing() {
        try (Model model = Model.define(Samples.affine(), Samples.options())) {
            Session session = model.newSession();
            assertThatThrownBy(session::run).isInstanceOf(ModelException.class).hasMessageContaining("missing");
            assertThatThrownBy(() -> session.set("q", Tensor.of(new float[1]))).isInstanceOf(ModelException.class)
                    .hasMessageContaining("'q'");
            assertThatThrownBy(() -> session.set("x", null)).isInstanceOf(ModelException.class);
            Tensor good = Tensor.of(new float[]{1}, 1, 1);
            Outputs outputs = session.set("x", good).run();
            session.set("x", Tensor.of(new float[513], 1, 513));
            assertThatThrownBy(session::run).isInstanceOf(ModelException.class).hasMessageContaining("513");
            assertThat(session.output("y").toFloats()).containsExactly(2.5f);
            assertThat(session.set("x", good).run()).isSameAs(outputs);
        }
    }

    /** A run leaves out checks of inputs that did not change; what is set behind it is checked like the first. */
    @Test
    void newInputsAreChecked() {
        try (Model model = Model.define(Samples.affine(), Samples.options()); Arena arena = Arena.ofConfined()) {
            Session session = model.newSession().set("x", Tensor.of(new float[]{1}, 1, 1));
            session.run();
            session.run();
            for (Tensor wrong : new Tensor[]{Tensor.of(new float[1], 1), Tensor.of(new double[1], 1, 1)}) {
                session.set("x", wrong);
                for (int i = 0; i < 2; i++) {
                    assertThatThrownBy(session::run).isInstanceOf(ModelException.class).hasMessageContaining("'x'");
                }
            }
            var foreign = arena.allocate(4);
            session.set("x", Tensor.of(DType.F32, foreign, 1, 1)).run();
            foreign.set(ValueLayout.JAVA_FLOAT, 0, 3);
            assertThat(session.run().tensor("y").toFloats()).containsExactly(6.5f);
        }
    }

    @Test
    void aClosedModelsSessionIsClosed() {
        Model model = Model.define(Samples.affine(), Samples.options());
        Session session = model.newSession().set("x", Tensor.of(new float[1], 1, 1));
        session.run();
        model.close();
        assertThatThrownBy(session::run).isInstanceOf(ModelException.class).hasMessageContaining("closed");
        assertThatThrownBy(model::newSession).isInstanceOf(ModelException.class).hasMessageContaining("closed");
    }
}
