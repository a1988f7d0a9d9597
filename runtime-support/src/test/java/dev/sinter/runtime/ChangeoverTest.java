package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChangeoverTest {
    private static final RunOptions AUTO = RunOptions.defaults().withForm(FormChoice.AUTO).withVectorBits(128);

    @BeforeEach
    void thereIsAVectorModule() {
        Assumptions.assumeTrue(Machine.hasVectorModule(),
                "this JVM runs without --add-modules jdk.incubator.vector");
    }

    private static ModelImage named(String name) {
        ModelImage image = Samples.affine();
        ModelInfo i = image.info();
        return new ModelImage(new ModelInfo(name, i.className(), i.irResource(), i.symbols(), i.inputs(), i.outputs(),
                i.allocations(), i.valueCount(), i.firstParam(), i.paramCount(), 64), image.classes(), image.weights(),
                Map.of());
    }

    private static List<Thread> rehearsals(String model) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.isAlive() && t.getName().equals("sinter-" + model + "-rehearsal")).toList();
    }

    @Test
    void theModelChangesOverAfterItsFirstResult() throws Exception {
        for (int threads = 1; threads <= 2; threads++) {
            try (Model model = Model.define(named("over" + threads), AUTO.withThreads(threads).withChecked(true))) {
                Tensor x = Tensor.of(Samples.ramp(64), 8, 8);
                assertThat(model.form()).isEqualTo(Form.SCALAR);
                assertThat(rehearsals("over" + threads)).as("nothing happens before the first result").isEmpty();
                Changeover changeover = model.changeover();
                Session session = model.newSession().set("x", x);
                float[] first = session.run().tensor("y").toFloats();
                float[] second = model.run(Map.of("x", x)).tensor("y").toFloats();
                changeover.await();
                assertThat(model.form()).isEqualTo(Form.V128);
                assertThat(model.changeover()).isNull();
                assertThat(model.toString()).contains("V128");
                assertThat(second).isEqualTo(first);
                assertThat(session.run().tensor("y").toFloats()).isEqualTo(first);
                assertThat(model.run(Map.of("x", x)).tensor("y").toFloats()).isEqualTo(first);
            }
        }
    }

    @Test
    void whoWantsToMayWait() throws Exception {
        try (Model model = Model.define(named("awaited"), AUTO)) {
            assertThat(model.awaitChangeover(Duration.ZERO)).as("before the first run").isFalse();
            model.run(Map.of("x", Tensor.of(Samples.ramp(64), 8, 8)));
            assertThat(model.awaitChangeover(Duration.ofSeconds(60))).isTrue();
            assertThat(model.form()).isEqualTo(Form.V128);
            assertThat(model.awaitChangeover(Duration.ZERO)).as("it is over").isTrue();
        }
        try (Model forced = Model.define(named("forced"), AUTO.withForm(Form.SCALAR))) {
            assertThat(forced.awaitChangeover(Duration.ZERO)).as("nothing is to come").isTrue();
        }
        ModelImage image = named("stays");
        var classes = new HashMap<>(image.classes());
        classes.put(Samples.AFFINE + "$V128", new byte[10]);
        try (Model model = Model.define(new ModelImage(image.info(), classes, image.weights(), Map.of()), AUTO)) {
            model.run(Map.of("x", Tensor.of(Samples.ramp(4), 1, 4)));
            assertThat(model.awaitChangeover(Duration.ofSeconds(60))).as("its vector form is broken").isFalse();
        }
    }

    @Test
    void closingEndsTheRehearsal() {
        Model model = Model.define(named("ended"), AUTO);
        model.run(Map.of("x", Tensor.of(Samples.ramp(64), 8, 8)));
        model.close();
        assertThat(rehearsals("ended")).isEmpty();
        Model unused = Model.define(named("unused"), AUTO);
        unused.close();
        assertThat(unused.form()).isEqualTo(Form.SCALAR);
    }

    @Test
    void theRehearsalTouchesNoCallersMemory() throws Exception {
        try (Model model = Model.define(named("apart"), AUTO)) {
            float[] ramp = Samples.ramp(64);
            Changeover changeover = model.changeover();
            float[] y = (float[]) model.run(Map.of("x", Tensor.of(ramp, 8, 8))).tensor("y").array();
            float[] before = y.clone();
            Arrays.fill(ramp, -1); // which the model refuses
            changeover.await();
            assertThat(y).isEqualTo(before);
            assertThat(model.form()).isEqualTo(Form.V128);
        }
    }

    @Test
    void aVectorFormThatCantBeUsedLeavesTheScalarOne() throws Exception {
        ModelImage image = named("broken");
        var classes = new HashMap<>(image.classes());
        classes.put(Samples.AFFINE + "$V128", new byte[10]);
        try (Model model = Model.define(new ModelImage(image.info(), classes, image.weights(), Map.of()), AUTO)) {
            Map<String, Tensor> input = Map.of("x", Tensor.of(Samples.ramp(4), 1, 4));
            Changeover changeover = model.changeover();
            float[] first = model.run(input).tensor("y").toFloats();
            changeover.await();
            assertThat(model.form()).isEqualTo(Form.SCALAR);
            assertThat(model.run(input).tensor("y").toFloats()).isEqualTo(first);
        }
    }

    @Test
    void onlyAutoChangesOver() {
        for (Form form : List.of(Form.SCALAR, Form.V128)) {
            try (Model model = Model.define(named("forced"), AUTO.withForm(form))) {
                assertThat(model.form()).isEqualTo(form);
                assertThat(model.changeover()).isNull();
            }
        }
    }
}
