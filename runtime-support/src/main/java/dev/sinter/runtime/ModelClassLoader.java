package dev.sinter.runtime;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Holds one model's emitted classes and weights. The classes are ordinary named ones, so that stack traces and
 * profilers show them; they go when the model goes. A class of the model is always its own, even where the class path
 * has one of the same name.
 */
final class ModelClassLoader extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    /** A model's files by their paths. */
    interface Files {
        /** Whether there is a file. */
        boolean has(String path);

        /** A file's bytes, or null. */
        byte[] read(String path);
    }

    /** Files in memory. */
    record Defined(Map<String, byte[]> files) implements Files {
        @Override
        public boolean has(String path) {
            return files.containsKey(path);
        }

        @Override
        public byte[] read(String path) {
            return files.get(path);
        }
    }

    private final Files files;
    private final FileBytes weights;

    /**
     * A loader.
     *
     * @param files the model's files
     * @param weights the model's weights
     */
    ModelClassLoader(Files files, FileBytes weights) {
        super(ModelClassLoader.class.getClassLoader());
        this.files = files;
        this.weights = weights;
    }

    MemorySegment weights() {
        return weights.segment();
    }

    /** The weights for code without vectors. */
    ByteBuffer[] weightBuffers() {
        return Weights.buffers(weights);
    }

    /** Whether the model has a file. */
    boolean has(String path) {
        return files.has(path);
    }

    /** The bytes of one of the model's files; null if there is none. */
    byte[] file(String path) {
        return files.read(path);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            byte[] bytes = name.startsWith("java.") ? null : files.read(path(name));
            return bytes == null ? super.loadClass(name, resolve) : defineClass(name, bytes, 0, bytes.length);
        }
    }

    @Override
    public InputStream getResourceAsStream(String name) {
        byte[] bytes = files.read(name);
        return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
    }

    static String path(String className) {
        return className.replace('.', '/') + ".class";
    }
}
