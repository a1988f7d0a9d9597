package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.runtime.Form;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Tensor;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar runs with runtime-support alone, with and without the incubator module. */
class ProductionTest {
    private static final List<String> IDS = List.of("101", "7592", "2088", "102");
    private static final String FLAG = "--add-modules jdk.incubator.vector";
    private static final long MOST_RUNTIME_BYTES = 500_000;
    private static final long SECONDS = 120;

    @TempDir
    static Path folder;
    private static Path jar;
    private static int wanted;

    private record Child(int code, String out, String err) {
    }

    @BeforeAll
    static void compile() {
        var compilation = Encoder.MINILM.compilation();
        jar = folder.resolve("model.jar");
        compilation.writeJar(jar);
        var ids = IDS.stream().mapToLong(Long::parseLong).toArray();
        var inputs = new LinkedHashMap<String, Tensor>();
        inputs.put("input_ids", Tensor.of(ids, 1, ids.length));
        inputs.put("attention_mask", Tensor.of(new long[]{1, 1, 1, 1}, 1, ids.length));
        inputs.put("token_type_ids", Tensor.of(new long[ids.length], 1, ids.length));
        try (var model = compilation.define(RunOptions.defaults().withForm(Form.SCALAR))) {
            wanted = Arrays.hashCode(model.run(inputs).tensor("last_hidden_state").toFloats());
        }
    }

    private static Path runtimeSupport() throws Exception {
        return Path.of(Model.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static Child child(String... flags) throws Exception {
        return child(ChildMain.class, flags);
    }

    /** Starts a program with the runtime and nothing else on the class path. */
    private static Child child(Class<?> program, String... flags) throws Exception {
        var classes = folder.resolve("classes");
        copy(program, classes);
        for (var part : program.getDeclaredClasses()) {
            copy(part, classes);
        }
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", classes + File.pathSeparator + runtimeSupport(), program.getName()));
        command.add(jar.toString());
        command.addAll(IDS);
        var err = folder.resolve("err.txt").toFile();
        var out = folder.resolve("out.txt").toFile();
        var process = new ProcessBuilder(command).redirectError(err).redirectOutput(out).start();
        try {
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("the child ended in time").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Child(process.exitValue(), Files.readString(out.toPath()), Files.readString(err.toPath()));
    }

    private static void copy(Class<?> type, Path classes) throws Exception {
        var file = "/" + type.getName().replace('.', '/') + ".class";
        var target = classes.resolve(file.substring(1));
        Files.createDirectories(target.getParent());
        try (var in = type.getResourceAsStream(file)) {
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Lambdas, joined strings, switches over types: what makes classes while a program runs, which takes milliseconds. */
    @Test
    void theFirstResultMakesNoClasses() throws Exception {
        var log = folder.resolve("classes.txt");
        var child = child(FirstCallMain.class, "--add-modules", "jdk.incubator.vector",
                "-Xlog:class+load:file=" + log + ":none");
        assertThat(child.code()).as(child.err()).isZero();
        var loaded = Files.readAllLines(log);
        int opened = first(loaded, Model.class.getName() + " ");
        int defined = first(loaded, "dev.sinter.generated.\\S+\\$Scalar ");
        int done = first(loaded, FirstCallMain.class.getName() + "\\$Done ");
        assertThat(List.of(opened, defined, done)).as("all of them are there").doesNotContain(-1).isSorted();
        // the JDK makes some itself while it maps the file
        assertThat(loaded.subList(opened, done)).noneMatch(l -> l.startsWith("dev.sinter.") && l.contains("$$Lambda"))
                .noneMatch(l -> l.startsWith("java.lang.runtime."));
        assertThat(loaded.subList(defined, done))
                .noneMatch(l -> l.contains("__JVM_LookupDefineClass__"))
                .noneMatch(l -> l.startsWith("java.lang.invoke.StringConcatFactory"))
                .noneMatch(l -> l.startsWith("java.lang.invoke.LambdaMetafactory"))
                .noneMatch(l -> l.startsWith("jdk.incubator.vector."));
    }

    /** Number of the first line that begins so, or -1. */
    private static int first(List<String> lines, String pattern) {
        var matcher = Pattern.compile(pattern);
        for (int i = 0; i < lines.size(); i++) {
            if (matcher.matcher(lines.get(i)).lookingAt()) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void theRuntimeAloneRunsTheJar() throws Exception {
        var first = child("--add-modules", "jdk.incubator.vector");
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.out().strip()).as("the first call's form").isEqualTo("SCALAR " + wanted + " true");
        assertThat(first.err()).doesNotContain(FLAG);
        var vector = child("--add-modules", "jdk.incubator.vector", "-Dsinter.form=vector");
        assertThat(vector.code()).as(vector.err()).isZero();
        assertThat(vector.out().strip()).matches("V\\d+ " + wanted + " true");
    }

    @Test
    void withoutTheIncubatorModuleItRunsAndSaysSoOnce() throws Exception {
        var child = child();
        assertThat(child.code()).as(child.err()).isZero();
        assertThat(child.out().strip()).isEqualTo("SCALAR " + wanted + " true");
        assertThat(child.err().split(FLAG, -1)).as(child.err()).hasSize(2);
    }

    @Test
    void runtimeSupportIsSmall() throws Exception {
        var place = runtimeSupport();
        long bytes = 0;
        try (var files = Files.walk(place)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        assertThat(bytes).isPositive().isLessThanOrEqualTo(MOST_RUNTIME_BYTES);
    }
}
