package dev.sinter.maven;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Rewrites a jar with the weights of models stored at multiples of 64 bytes. All else stays: the order of entries, their
 * times and their content.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">The format</a>
 */
final class JarAlignment {
    private static final String FOLDER = "META-INF/sinter/";
    private static final String WEIGHTS = "weights.bin";
    private static final int ALIGNMENT = 64;
    /** Bytes of an entry's header before its name. */
    private static final int HEADER = 30;
    /** An extra field's own header: its id and its length. */
    private static final int FIELD = 4;
    /** The id of a field that only fills up, as it is used for the purpose elsewhere. */
    private static final int FILLING = 0xD935;
    /** An entry this large has another field, of 20 bytes, with its size. */
    private static final long LARGE = 0xFFFF_FFFFL;
    private static final int LARGE_FIELD = 20;

    private final Path jar;

    JarAlignment(Path jar) {
        this.jar = jar;
    }

    /** Counts what goes through. */
    private static final class Counter extends FilterOutputStream {
        private long count;

        Counter(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count += length;
        }
    }

    /** Rewrites the jar if it must be; gives the names of the entries that now lie elsewhere. */
    List<String> run() throws IOException {
        var part = jar.resolveSibling(jar.getFileName() + ".part");
        try {
            var weights = write(part);
            if (weights.isEmpty() || Files.mismatch(jar, part) < 0) {
                return List.of();
            }
            Files.move(part, jar, StandardCopyOption.REPLACE_EXISTING);
            return weights;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Writes all anew if there are weights. */
    private List<String> write(Path file) throws IOException {
        try (var zip = new ZipFile(jar.toFile())) {
            var weights = zip.stream().filter(JarAlignment::isWeights).map(ZipEntry::getName).toList();
            if (!weights.isEmpty()) {
                write(zip, file);
            }
            return weights;
        }
    }

    private static boolean isWeights(ZipEntry entry) {
        var name = entry.getName();
        return name.startsWith(FOLDER) && name.substring(name.lastIndexOf('/') + 1).equals(WEIGHTS);
    }

    private static void write(ZipFile zip, Path file) throws IOException {
        var counter = new Counter(new BufferedOutputStream(Files.newOutputStream(file)));
        try (var out = new ZipOutputStream(counter)) {
            for (var entry : Collections.list(zip.entries())) {
                out.putNextEntry(isWeights(entry) ? stored(entry, counter.count) : copy(entry));
                try (var in = zip.getInputStream(entry)) {
                    in.transferTo(out);
                }
                out.closeEntry();
            }
        }
    }

    /** The same entry; how many bytes it takes is seen when it is written. */
    private static ZipEntry copy(ZipEntry entry) {
        var copy = new ZipEntry(entry);
        if (copy.getMethod() == ZipEntry.DEFLATED) {
            copy.setCompressedSize(-1);
        }
        return copy;
    }

    private static ZipEntry stored(ZipEntry entry, long at) {
        var stored = new ZipEntry(entry.getName());
        stored.setMethod(ZipEntry.STORED);
        stored.setSize(entry.getSize());
        stored.setCrc(entry.getCrc());
        stored.setTimeLocal(entry.getTimeLocal());
        long begin = at + HEADER + entry.getName().getBytes(StandardCharsets.UTF_8).length + FIELD
                + (entry.getSize() >= LARGE ? LARGE_FIELD : 0);
        int filling = (int) (-begin & ALIGNMENT - 1);
        var extra = new byte[FIELD + filling];
        extra[0] = (byte) FILLING;
        extra[1] = (byte) (FILLING >> 8);
        extra[2] = (byte) filling;
        stored.setExtra(extra);
        return stored;
    }
}
