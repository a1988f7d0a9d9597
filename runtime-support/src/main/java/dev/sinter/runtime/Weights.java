package dev.sinter.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collections;

/** Where emitted classes find their weights. */
public final class Weights {
    private static final int SHIFT = 30;
    private static final int WINDOW = 1 << SHIFT;

    private Weights() {
    }

    /**
     * The weights of the model that a class belongs to, for a {@code static final} field of that class. A class that
     * lies on an ordinary class path has its weights beside it, in the same jar or folder; they are mapped if that is
     * a plain file, else copied to memory outside the heap.
     *
     * @param emitted an emitted class
     * @return a read-only segment, aligned to 64 bytes
     * @throws ModelException if there are none or they can't be read
     */
    public static MemorySegment of(Class<?> emitted) {
        if (emitted.getClassLoader() instanceof ModelClassLoader loader) {
            return loader.weights();
        }
        String own = ModelClassLoader.path(emitted.getName());
        try {
            URL place = emitted.getClassLoader().getResource(own);
            if (place != null && place.toString().endsWith(own)) {
                String root = place.toString().substring(0, place.toString().length() - own.length());
                for (URL url : Collections.list(emitted.getClassLoader().getResources(ModelInfo.WEIGHTS_RESOURCE))) {
                    if (url.toString().equals(root + ModelInfo.WEIGHTS_RESOURCE)) {
                        return at(url, root);
                    }
                }
            }
        } catch (IOException e) {
            throw new ModelException("weights of " + emitted.getName() + " can't be read: " + e.getMessage(), e);
        }
        throw new ModelException("no " + ModelInfo.WEIGHTS_RESOURCE + " beside " + emitted.getName());
    }

    private static MemorySegment at(URL url, String root) throws IOException {
        if (root.startsWith("file:")) {
            return FileBytes.map(Path.of(URI.create(url.toString()))).segment();
        }
        if (root.startsWith("jar:file:") && root.indexOf("!/") == root.length() - 2) {
            Path jar = Path.of(URI.create(root.substring("jar:".length(), root.length() - 2)));
            return ModelJar.weights(Zip.of(FileBytes.map(jar), jar.toString())).segment();
        }
        try (InputStream in = url.openStream()) {
            return copy(in, url.openConnection().getContentLengthLong(), url);
        }
    }

    /** Copies a stream of known length to memory outside the heap. */
    static MemorySegment copy(InputStream in, long length, URL url) throws IOException {
        if (length < 0) {
            throw new ModelException("the size of " + url + " is unknown");
        }
        MemorySegment target = Arena.ofAuto().allocate(Math.max(1, length), ModelInfo.WEIGHTS_ALIGNMENT)
                .asSlice(0, length);
        var chunk = new byte[1 << 16];
        long at = 0;
        for (int n; at < length && (n = in.read(chunk, 0, (int) Math.min(chunk.length, length - at))) > 0; at += n) {
            MemorySegment.copy(chunk, 0, target, ValueLayout.JAVA_BYTE, at, n);
        }
        if (at != length) {
            throw new ModelException(url + ": expected " + length + " bytes, got " + at);
        }
        return target.asReadOnly();
    }

    /**
     * Buffers over the weights, for code without vectors: unlike a segment's, their accessors are plain methods, which
     * cost the start of a process nothing.
     *
     * @param weights the segment
     * @return buffers of a gibibyte each, and of a few bytes of the next
     */
    public static ByteBuffer[] buffers(MemorySegment weights) {
        return buffers(FileBytes.of(weights));
    }

    /**
     * The same without a segment, for a class of a model that was loaded by itself.
     *
     * @param emitted an emitted class
     * @return buffers over its model's weights, or null if the class lies on an ordinary class path
     */
    public static ByteBuffer[] loadedBuffers(Class<?> emitted) {
        return emitted.getClassLoader() instanceof ModelClassLoader loader ? loader.weightBuffers() : null;
    }

    static ByteBuffer[] buffers(FileBytes weights) {
        var buffers = new ByteBuffer[Math.max(1, Math.toIntExact((weights.size() + WINDOW - 1) / WINDOW))];
        for (int i = 0; i < buffers.length; i++) {
            long from = (long) i * WINDOW;
            int length = (int) Math.min((long) WINDOW + Long.BYTES, weights.size() - from);
            buffers[i] = weights.buffer(from, length).order(ByteOrder.nativeOrder());
        }
        return buffers;
    }

    /**
     * A byte.
     *
     * @param weights what {@link #buffers} gave
     * @param offset in bytes
     * @return the byte there
     */
    public static byte getByte(ByteBuffer[] weights, long offset) {
        return weights[(int) (offset >>> SHIFT)].get((int) offset & WINDOW - 1);
    }

    /**
     * Two bytes.
     *
     * @param weights what {@link #buffers} gave
     * @param offset in bytes
     * @return the short there
     */
    public static short getShort(ByteBuffer[] weights, long offset) {
        return weights[(int) (offset >>> SHIFT)].getShort((int) offset & WINDOW - 1);
    }

    /**
     * Four bytes.
     *
     * @param weights what {@link #buffers} gave
     * @param offset in bytes
     * @return the int there
     */
    public static int getInt(ByteBuffer[] weights, long offset) {
        return weights[(int) (offset >>> SHIFT)].getInt((int) offset & WINDOW - 1);
    }

    /**
     * Eight bytes.
     *
     * @param weights what {@link #buffers} gave
     * @param offset in bytes
     * @return the long there
     */
    public static long getLong(ByteBuffer[] weights, long offset) {
        return weights[(int) (offset >>> SHIFT)].getLong((int) offset & WINDOW - 1);
    }

    /**
     * Four bytes.
     *
     * @param weights what {@link #buffers} gave
     * @param offset in bytes
     * @return the float there
     */
    public static float getFloat(ByteBuffer[] weights, long offset) {
        return weights[(int) (offset >>> SHIFT)].getFloat((int) offset & WINDOW - 1);
    }

    /**
     * Views of buffers for {@link #copy}: one made for each call would be garbage wherever HotSpot does not see through it.
     *
     * @param weights what {@link #buffers} gave
     * @return the same memory as floats
     */
    public static FloatBuffer[] floats(ByteBuffer[] weights) {
        var floats = new FloatBuffer[weights.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = weights[i].asFloatBuffer();
        }
        return floats;
    }

    /**
     * Many floats.
     *
     * @param weights what {@link #floats} gave
     * @param index of the first
     * @param to where they go
     * @param at index there
     * @param count how many
     */
    public static void copy(FloatBuffer[] weights, long index, float[] to, int at, int count) {
        int done = 0;
        while (done < count) {
            long from = (index + done) * Float.BYTES;
            int inside = (int) from & WINDOW - 1;
            int some = Math.min(count - done, (WINDOW - inside) / Float.BYTES);
            weights[(int) (from >>> SHIFT)].get(inside / Float.BYTES, to, at + done, some);
            done += some;
        }
    }

    /**
     * Eight bytes.
     *
     * @param weights what {@link #buffers} gave
     * @param offset in bytes
     * @return the double there
     */
    public static double getDouble(ByteBuffer[] weights, long offset) {
        return weights[(int) (offset >>> SHIFT)].getDouble((int) offset & WINDOW - 1);
    }
}
