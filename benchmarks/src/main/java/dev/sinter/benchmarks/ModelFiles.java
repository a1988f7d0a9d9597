package dev.sinter.benchmarks;

import dev.sinter.benchmarks.models.Architecture;
import dev.sinter.frontend.onnx.proto.ModelProto;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * The models' ONNX files. Those of Maven artifacts are copied from the class path into a folder that is removed on
 * close; compiled jars, inputs and the peer's native library may be put beside them. Generated ones are kept for the
 * next time, in the folder that the property {@code sinter.benchmarks.models} names, else among the system's temporary
 * files.
 */
final class ModelFiles implements AutoCloseable {
    /** Goes up with every change of what {@link Architecture} writes: kept files of another version are left alone. */
    private static final int GENERATION = 2;
    private static final String KEPT = "sinter.benchmarks.models";
    private static final String ORT_NATIVE = "ai/onnxruntime/native/linux-%s/";
    private final Path folder;
    private final Deque<Path> made = new ArrayDeque<>();

    /** An empty folder among the system's temporary files. */
    ModelFiles() {
        try {
            folder = Files.createTempDirectory("sinter-benchmarks");
            made.push(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A place for a file that someone else writes.
     *
     * @param name its name
     * @return its path; what lies there is removed on close
     */
    Path place(String name) {
        Path file = folder.resolve(name);
        if (!made.contains(file)) {
            made.push(file);
        }
        return file;
    }

    /**
     * A file from the class path.
     *
     * @param name its name at the root of an artifact
     * @return its copy
     * @throws IllegalStateException if its artifact is not on the class path
     */
    Path resource(String name) {
        return copy(name, name);
    }

    /**
     * A generated model.
     *
     * @param name the file's name, without ending
     * @param architecture what it is
     * @param batch see {@link Architecture#write}
     * @param extent likewise
     * @return its file, written now if it was not there
     */
    Path generated(String name, Architecture architecture, int batch, int extent) {
        String property = System.getProperty(KEPT);
        Path kept = property != null ? Path.of(property)
                : Path.of(System.getProperty("java.io.tmpdir"), "sinter-benchmark-models");
        Path file = kept.resolve(name + "-" + GENERATION + ".onnx");
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(kept);
                Path part = Files.createTempFile(kept, name, ".part");
                architecture.write(part, batch, extent);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A file made of another one.
     *
     * @param from an ONNX file
     * @param suffix what its name gets
     * @param change what is done to the model
     * @return the changed file, removed on close
     */
    Path changed(Path from, String suffix, UnaryOperator<ModelProto> change) {
        Path file = folder.resolve(from.getFileName().toString().replace(".onnx", suffix + ".onnx"));
        if (!made.contains(file)) {
            try (OutputStream out = Files.newOutputStream(place(file.getFileName().toString()))) {
                change.apply(ModelProto.parseFrom(Files.readAllBytes(from))).writeTo(out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return file;
    }

    /**
     * The folder with ONNX Runtime's native libraries, so that its processes need not unpack them at each start: its
     * property {@code onnxruntime.native.path}.
     *
     * @return the folder
     */
    Path ortNative() {
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String from = ORT_NATIVE.formatted(arch.equals("amd64") || arch.equals("x86_64") ? "x64" : arch);
        copy(from + "libonnxruntime.so", "libonnxruntime.so");
        copy(from + "libonnxruntime4j_jni.so", "libonnxruntime4j_jni.so");
        return folder;
    }

    private Path copy(String resource, String name) {
        Path file = folder.resolve(name);
        if (made.contains(file)) {
            return file;
        }
        try (InputStream in = ClassLoader.getSystemResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not on the class path");
            }
            Files.copy(in, place(name), StandardCopyOption.REPLACE_EXISTING);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            while (!made.isEmpty()) {
                Files.deleteIfExists(made.pop());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
