package dev.sinter;

import dev.sinter.runtime.ModelImage;
import dev.sinter.runtime.ModelInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * Writes a compiled model as a jar. The same model gives the same bytes: entries are sorted, their time is fixed. The
 * weights are stored uncompressed at a position that is a multiple of {@link ModelInfo#WEIGHTS_ALIGNMENT}, so that the
 * runtime maps them in place; they are written from where they lie, without a copy.
 *
 * <p>
 * {@code java.util.zip} can't align entries, so this is a small writer of its own
 * (<a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">the format</a>).
 */
public final class JarWriter {
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final byte[] MANIFEST_TEXT = "Manifest-Version: 1.0\r\nCreated-By: Sinter\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    private JarWriter() {
    }

    /**
     * Writes a jar, or changes nothing: it is written beside its place and then moved there.
     *
     * @param image
     *            the model
     * @param jar
     *            where to; an existing file is replaced, missing folders are made
     * @throws IOException
     *             if it can't be written
     */
    public static void write(ModelImage image, Path jar) throws IOException {
        if (jar.toAbsolutePath().getParent() == null || Files.isDirectory(jar)) {
            throw new IOException(jar + " is a folder, a file was expected");
        }
        Replacement.of(jar, draft -> {
            try (var channel = Files.newByteChannel(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                write(image, channel);
            }
        });
    }

    /**
     * Writes a jar to a channel.
     *
     * @param image
     *            the model
     * @param channel
     *            where to, at its start; not closed
     * @throws IOException
     *             if it can't be written
     */
    public static void write(ModelImage image, WritableByteChannel channel) throws IOException {
        var files = new TreeMap<String, byte[]>(image.resources());
        files.remove(MANIFEST);
        image.classes().forEach((name, bytes) -> files.put(name.replace('.', '/') + ".class", bytes));
        var zip = new ZipWriter(channel);
        zip.deflated(MANIFEST, MANIFEST_TEXT);
        zip.deflated(ModelInfo.RESOURCE, image.info().write().getBytes(StandardCharsets.UTF_8));
        for (var file : files.entrySet()) {
            zip.deflated(file.getKey(), file.getValue());
        }
        zip.stored(ModelInfo.WEIGHTS_RESOURCE, image.weights(), ModelInfo.WEIGHTS_ALIGNMENT);
        zip.finish();
    }

    /** The checksum of a segment of any size. */
    static long checksum(MemorySegment data) {
        var crc = new CRC32();
        for (long at = 0; at < data.byteSize(); at += ZipWriter.WINDOW) {
            crc.update(window(data, at));
        }
        return crc.getValue();
    }

    /** Part of a segment as a buffer, which can't span more than an int. */
    static ByteBuffer window(MemorySegment data, long at) {
        var part = data.asSlice(at, Math.min(ZipWriter.WINDOW, data.byteSize() - at));
        boolean plain = part.isNative() || part.heapBase().orElse(null) instanceof byte[];
        return plain ? part.asByteBuffer() : ByteBuffer.wrap(part.toArray(ValueLayout.JAVA_BYTE));
    }
}
