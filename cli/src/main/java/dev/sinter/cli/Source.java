package dev.sinter.cli;

import dev.sinter.Compilation;
import dev.sinter.cli.report.ShippedPlan;
import dev.sinter.codegen.KernelListing;
import dev.sinter.ir.Graph;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelImage;
import dev.sinter.runtime.RunOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What {@code MODEL|JAR} on the command line turned out to be. */
sealed interface Source {
    /** A model file, compiled. */
    record Compiled(Path file, Compilation compilation) implements Source {
        @Override
        public Model load(RunOptions options) {
            return compilation.define(options);
        }

        @Override
        public ModelImage image() {
            return compilation.image();
        }

        @Override
        public Graph graph() {
            return compilation.optimized();
        }

        @Override
        public List<KernelListing> kernels(ModelImage image) {
            return compilation.kernels();
        }
    }

    /** A jar that was compiled before. */
    record Jar(Path file) implements Source {
        @Override
        public Model load(RunOptions options) {
            return Model.load(file, options);
        }

        @Override
        public ModelImage image() throws IOException {
            return ModelImage.read(file);
        }

        @Override
        public Graph graph() throws IOException {
            return ShippedPlan.parse(dump(image())).graph();
        }

        /** The loop programs stand in the shipped dump; who calls them is in the classes. */
        @Override
        public List<KernelListing> kernels(ModelImage image) {
            var kernels = new ArrayList<KernelListing>();
            for (var part : dump(image).split("(?m)^(?=kernel )")) {
                var name = KERNEL.matcher(part);
                if (name.lookingAt()) {
                    kernels.add(new KernelListing(name.group(1), part.stripTrailing() + "\n", List.of()));
                }
            }
            return kernels;
        }
    }

    /** How a loop program begins. */
    Pattern KERNEL = Pattern.compile("kernel (\\S+?)\\(");

    /** {@return the file given} */
    Path file();

    /** {@return the model, ready to run} */
    Model load(RunOptions options);

    /** {@return what the jar holds, or would hold} */
    ModelImage image() throws IOException;

    /** {@return the graph after the passes; of a jar, as its dump has it, without large constants} */
    Graph graph() throws IOException;

    /** {@return the kernels of an image of this; their users may be missing} */
    List<KernelListing> kernels(ModelImage image);

    /** {@return the IR dump that is shipped with a model, or nothing} */
    static String dump(ModelImage image) {
        var bytes = image.resources().get(image.info().irResource());
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    /** Opens a file; a model is compiled at once. */
    static Source open(Path file, CompileOptions options, Console console) throws IOException {
        requireFile(file, console);
        if (isZip(file)) {
            return new Jar(file);
        }
        return new Compiled(file, options.compiler(console, CompileOptions.jar(file)).compilation(file));
    }

    /** A file that is not there is wrong usage, one that is broken is a failure. */
    static void requireFile(Path file, Console console) {
        if (!Files.isRegularFile(file)) {
            throw console.wrong(file + (Files.exists(file) ? " is no file" : " does not exist"));
        }
    }

    /** Whether two paths are one file. */
    static boolean sameFile(Path a, Path b) {
        try {
            return Files.exists(b) && Files.isSameFile(a, b);
        } catch (IOException e) {
            return false; // whoever opens it says what is wrong
        }
    }

    /** Whether a file is a jar rather than a model, by its first bytes. */
    static boolean isZip(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var start = in.readNBytes(2);
            return start.length == 2 && start[0] == 'P' && start[1] == 'K';
        }
    }
}
