package dev.sinter;

import dev.sinter.frontend.ModelFiles;
import dev.sinter.frontend.onnx.OnnxImportException;
import dev.sinter.runtime.ModelException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Jars that were compiled before, in a folder, named by a digest of everything they depend on: the model's content and that
 * of its external data, the options, the compiler. Several processes may use one folder. Nothing is ever deleted; any file
 * may be, while no model that was loaded from it lives.
 *
 * @param folder
 *            made if missing
 */
record ModelCache(Path folder) {
    private static final int WINDOW = 1 << 26;

    /**
     * A jar for a model.
     *
     * @param <M>
     *            what a jar is loaded as
     * @param model
     *            the file, which may name others
     * @param options
     *            all else that the jar depends on
     * @param load
     *            loads a jar; its {@link ModelException} means that the jar is damaged
     * @param compile
     *            writes the jar where there is none that can be loaded
     * @return what was loaded
     * @throws ModelException
     *             if the model can't be compiled or the folder can't be used
     */
    <M> M get(Path model, String options, Function<Path, M> load, Consumer<Path> compile) {
        try {
            var key = digest(options, List.of(model));
            var names = folder.resolve(key + ".files");
            List<String> others;
            if (ModelFiles.isText(model)) {
                // texts that are imported name more, so what was found once may not be all
                others = others(model);
            } else if (Files.exists(names)) {
                others = Files.readAllLines(names);
            } else {
                var lines = others(model);
                Replacement.of(names, draft -> Files.write(draft, lines));
                others = lines;
            }
            return load(others.isEmpty() ? key : digest(key, beside(model, others)), load, compile);
        } catch (IOException e) {
            throw new ModelException(folder + ": the folder of compiled models can't be used: " + e, e);
        }
    }

    /** The same for a model in memory, which names no other files. */
    <M> M get(byte[] model, String options, Function<Path, M> load, Consumer<Path> compile) {
        var digest = begin(options);
        digest.update(model);
        return load(hex(digest), load, compile);
    }

    private <M> M load(String key, Function<Path, M> load, Consumer<Path> compile) {
        var jar = folder.resolve(key + ".jar");
        if (Files.exists(jar)) {
            try {
                return load.apply(jar);
            } catch (ModelException e) {
                System.getLogger("dev.sinter").log(System.Logger.Level.WARNING,
                        jar + " can't be loaded and is compiled anew", e);
            }
        }
        compile.accept(jar);
        return load.apply(jar);
    }

    /** Names of the other files that a model needs, seen from its folder. */
    private static List<String> others(Path model) {
        var file = model.toAbsolutePath().normalize();
        var folder = file.getParent();
        try {
            return ModelFiles.of(file).stream().filter(f -> !f.equals(file)).map(f -> folder.relativize(f).toString())
                    .toList();
        } catch (OnnxImportException e) {
            throw CompilationRun.failure(model.toString(), e);
        } catch (IOException e) {
            throw new ModelException(model + ": the files it names can't be found: " + e, e);
        }
    }

    private static List<Path> beside(Path model, Collection<String> locations) {
        var folder = model.toAbsolutePath().normalize().getParent();
        return locations.stream().map(folder::resolve).toList();
    }

    private static String digest(String text, List<Path> files) throws IOException {
        var digest = begin(text);
        for (var file : files) {
            try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
                long size = channel.size();
                digest.update((size + "\n").getBytes(StandardCharsets.UTF_8));
                for (long at = 0; at < size; at += WINDOW) {
                    digest.update(channel.map(FileChannel.MapMode.READ_ONLY, at, Math.min(WINDOW, size - at)));
                }
            } catch (IOException e) {
                throw new ModelException(file + " can't be read: " + e, e);
            }
        }
        return hex(digest);
    }

    private static MessageDigest begin(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }
}
