package dev.sinter.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class MachineTest {
    @Test
    void theWidestFormThatFitsIsChosen() {
        Assumptions.assumeTrue(Machine.hasVectorModule(),
                "this JVM runs without --add-modules jdk.incubator.vector");
        RunOptions auto = RunOptions.defaults().withForm(FormChoice.AUTO);
        int width = PreferredWidth.bits();
        assertThat(Machine.choose(auto, f -> true, "m").bits()).isEqualTo(width < 128 ? 0 : Math.min(width, 512));
        assertThat(Machine.choose(auto.withVectorBits(256), f -> true, "m")).isEqualTo(Form.V256);
        assertThat(Machine.choose(auto.withVectorBits(256), f -> f != Form.V256, "m")).isEqualTo(Form.V128);
        assertThat(Machine.choose(auto.withVectorBits(256), f -> f.bits() % 512 == 0, "m")).isEqualTo(Form.SCALAR);
        assertThat(Machine.choose(auto.withForm(FormChoice.SCALAR), f -> true, "m")).isEqualTo(Form.SCALAR);
        assertThatThrownBy(() -> Machine.choose(auto.withForm(Form.V512), f -> f == Form.SCALAR, "m"))
                .isInstanceOf(ModelException.class).hasMessageContaining("[V512]").hasMessageContaining("[SCALAR]");
    }

    @Test
    void withoutTheModuleTheScalarFormRunsAndOneLineSaysSo() throws Exception {
        List<String> lines = run(List.of());
        assertThat(lines).filteredOn(line -> line.equals("SCALAR 2.5")).hasSize(2);
        assertThat(lines).filteredOn(line -> line.contains("slower scalar form")).singleElement().asString()
                .contains("--add-modules jdk.incubator.vector");
        assertThat(lines).anyMatch(line -> line.startsWith("model 'affine': the vector form needs module"));
    }

    @Test
    void propertiesChooseTheForm() throws Exception {
        List<String> modules = List.of("--add-modules", "jdk.incubator.vector");
        assertThat(run(with(modules, "-Dsinter.form=vector", "-Dsinter.vectorBits=128"))).contains("V128 2.5");
        assertThat(run(with(modules, "-Dsinter.form=scalar", "-Dsinter.threads=2"))).contains("SCALAR 2.5");
        assertThat(run(with(modules, "-Dsinter.form=fast"))).anyMatch(line -> line.contains("sinter.form: expected "
                + "auto, scalar or vector, got 'fast'"));
        assertThat(run(with(modules, "-Dsinter.threads=two"))).anyMatch(line -> line.contains("sinter.threads"));
    }

    private static List<String> with(List<String> list, String... more) {
        var all = new ArrayList<>(list);
        all.addAll(List.of(more));
        return all;
    }

    private static List<String> run(List<String> flags) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"),
                OtherJvm.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return out.lines().toList();
    }
}
