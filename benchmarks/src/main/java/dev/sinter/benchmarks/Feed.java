package dev.sinter.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One input, the same for both sides. Lists of them go to the measured processes as files; reading one loads no class
 * that could weigh in a process's start.
 *
 * @param name the model's name for it
 * @param element its element type
 * @param shape its extents
 * @param content its elements, row-major, little-endian
 */
record Feed(String name, Element element, long[] shape, byte[] content) {
    /**
     * An input of an array.
     *
     * @param name the input's name
     * @param element its element type
     * @param array its elements, in the Java type that has the element's size
     * @param shape its extents
     * @return the input
     */
    static Feed of(String name, Element element, Object array, long... shape) {
        var content = ByteBuffer.allocate(Array.getLength(array) * element.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        switch (array) {
            case float[] a -> content.asFloatBuffer().put(a);
            case double[] a -> content.asDoubleBuffer().put(a);
            case long[] a -> content.asLongBuffer().put(a);
            case int[] a -> content.asIntBuffer().put(a);
            case short[] a -> content.asShortBuffer().put(a);
            case byte[] a -> content.put(a);
            default -> throw new IllegalArgumentException("an input of " + array.getClass());
        }
        return new Feed(name, element, shape, content.array());
    }

    /**
     * The content for reading.
     *
     * @return a fresh little-endian view
     */
    ByteBuffer buffer() {
        return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The content as an array of the element's own Java type.
     *
     * @return a fresh array
     */
    Object array() {
        int n = content.length / element.bytes();
        switch (element) {
            case F32 -> {
                var a = new float[n];
                buffer().asFloatBuffer().get(a);
                return a;
            }
            case F64 -> {
                var a = new double[n];
                buffer().asDoubleBuffer().get(a);
                return a;
            }
            case F16 -> {
                var a = new short[n];
                buffer().asShortBuffer().get(a);
                return a;
            }
            case I64 -> {
                var a = new long[n];
                buffer().asLongBuffer().get(a);
                return a;
            }
            case I32 -> {
                var a = new int[n];
                buffer().asIntBuffer().get(a);
                return a;
            }
            default -> {
                return content.clone();
            }
        }
    }

    /**
     * Writes inputs to a file.
     *
     * @param file the file, which is replaced
     * @param feeds the inputs
     * @throws IOException if it can't be written
     */
    static void write(Path file, List<Feed> feeds) throws IOException {
        try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            out.writeInt(feeds.size());
            for (Feed feed : feeds) {
                out.writeUTF(feed.name);
                out.writeUTF(feed.element.name());
                out.writeInt(feed.shape.length);
                for (long extent : feed.shape) {
                    out.writeLong(extent);
                }
                out.writeInt(feed.content.length);
                out.write(feed.content);
            }
        }
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param file the file
     * @return the inputs
     * @throws IOException if it can't be read
     */
    static List<Feed> read(Path file) throws IOException {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            int count = in.readInt();
            var feeds = new ArrayList<Feed>(count);
            for (int i = 0; i < count; i++) {
                String name = in.readUTF();
                Element element = Element.valueOf(in.readUTF());
                var shape = new long[in.readInt()];
                for (int axis = 0; axis < shape.length; axis++) {
                    shape[axis] = in.readLong();
                }
                var content = new byte[in.readInt()];
                in.readFully(content);
                feeds.add(new Feed(name, element, shape, content));
            }
            return feeds;
        }
    }
}
