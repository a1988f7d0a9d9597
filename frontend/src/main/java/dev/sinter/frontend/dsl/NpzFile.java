package dev.sinter.frontend.dsl;

import dev.sinter.ir.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipFile;

/** Arrays of NumPy in a zip file; an entry {@code w.npy} is called {@code w}. */
final class NpzFile implements WeightFile {
    private static final String ENDING = ".npy";

    private final Path file;
    private final String name;
    private final Set<String> names = new TreeSet<>();

    NpzFile(Path file, String name) throws WeightFileException {
        this.file = file;
        this.name = name;
        try (var zip = new ZipFile(file.toFile())) {
            zip.stream().map(e -> e.getName()).filter(n -> n.endsWith(ENDING))
                    .forEach(n -> names.add(n.substring(0, n.length() - ENDING.length())));
        } catch (IOException e) {
            throw new WeightFileException("is no zip file: " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> names() {
        return names;
    }

    @Override
    public TensorData read(String key) throws WeightFileException {
        try (var zip = new ZipFile(file.toFile())) {
            var entry = zip.getEntry(key + ENDING);
            if (entry == null || entry.getSize() < 0 || entry.getSize() > Integer.MAX_VALUE - 16) {
                throw new WeightFileException("array \"" + key + "\" has no size that could be read");
            }
            try (var in = zip.getInputStream(entry)) {
                var bytes = in.readNBytes((int) entry.getSize());
                return NpyFile.decode(key, ByteBuffer.wrap(bytes));
            }
        } catch (IOException e) {
            throw new WeightFileException("array \"" + key + "\" can't be read: " + e.getMessage(), e);
        }
    }
}
