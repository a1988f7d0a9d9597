package dev.sinter.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes models as jars. */
final class Jars {
    /** How the weights lie in the jar. */
    enum Layout {
        ALIGNED, MISALIGNED, COMPRESSED
    }

    private Jars() {
    }

    static byte[] write(ModelImage image, Layout layout) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            put(zip, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n".getBytes(StandardCharsets.UTF_8));
            put(zip, ModelInfo.RESOURCE, image.info().write().getBytes(StandardCharsets.UTF_8));
            for (var entry : image.classes().entrySet()) {
                put(zip, ModelClassLoader.path(entry.getKey()), entry.getValue());
            }
            for (var entry : image.resources().entrySet()) {
                put(zip, entry.getKey(), entry.getValue());
            }
            byte[] weights = image.weights().toArray(ValueLayout.JAVA_BYTE);
            if (layout == Layout.COMPRESSED) {
                put(zip, ModelInfo.WEIGHTS_RESOURCE, weights);
            } else {
                zip.flush();
                store(zip, weights, bytes.size(), layout == Layout.ALIGNED ? 0 : 1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    /** Stores the weights, padded by an extra field so that they begin at a multiple of 64, plus some bytes. */
    private static void store(ZipOutputStream zip, byte[] weights, int at, int beside) throws IOException {
        var entry = new ZipEntry(ModelInfo.WEIGHTS_RESOURCE);
        var crc = new CRC32();
        crc.update(weights);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(weights.length);
        entry.setCrc(crc.getValue());
        int begin = at + 30 + ModelInfo.WEIGHTS_RESOURCE.length() + 4;
        int padding = Math.floorMod(beside - begin, ModelInfo.WEIGHTS_ALIGNMENT);
        var extra = new byte[4 + padding];
        extra[0] = 0x35;
        extra[1] = (byte) 0xD9;
        extra[2] = (byte) padding;
        entry.setExtra(extra);
        zip.putNextEntry(entry);
        zip.write(weights);
        zip.closeEntry();
    }
}
