package dev.sinter.runtime;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Holds one model's emitted classes and weights. The classes are ordinary named ones, so that stack traces and
 * profilers show them; they go when the model goes. A class of the model is always its own, even where the class path
 * has one of the same name.
 */
final class ModelClassLoader extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    private final Function<String, byte[]> files;
    private final Predicate<String> has;
    private final MemorySegment weights;

    /**
     * A loader.
     *
     * @param files the bytes of a file by its path, or null
     * @param has whether there is such a file
     * @param weights the model's weights
     */
    ModelClassLoader(Function<String, byte[]> files, Predicate<String> has, MemorySegment weights) {
        super(ModelClassLoader.class.getClassLoader());
        this.files = files;
        this.has = has;
        this.weights = weights.isReadOnly() ? weights : weights.asReadOnly();
    }

    MemorySegment weights() {
        return weights;
    }

    /** Whether the model has a file. */
    boolean has(String path) {
        return has.test(path);
    }

    /** The bytes of one of the model's files; null if there is none. */
    byte[] file(String path) {
        return files.apply(path);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            byte[] bytes = name.startsWith("java.") ? null : files.apply(path(name));
            return bytes == null ? super.loadClass(name, resolve) : defineClass(name, bytes, 0, bytes.length);
        }
    }

    @Override
    public InputStream getResourceAsStream(String name) {
        byte[] bytes = files.apply(name);
        return bytes == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(bytes);
    }

    static String path(String className) {
        return className.replace('.', '/') + ".class";
    }
}
