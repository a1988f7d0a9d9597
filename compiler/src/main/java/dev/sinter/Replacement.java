package dev.sinter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Writes a file, or changes nothing: it is written beside its place and then moved there, so that nobody reads a part, and
 * who has mapped the old one keeps it.
 */
final class Replacement {
    /** Writes a file that does not exist yet. */
    @FunctionalInterface
    interface Writer {
        void write(Path draft) throws IOException;
    }

    private Replacement() {
    }

    /** Puts a file in its place; missing folders are made. */
    static void of(Path file, Writer writer) throws IOException {
        var place = file.toAbsolutePath();
        var folder = Files.createDirectories(place.getParent());
        var draft = folder.resolve("." + place.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            writer.write(draft);
            Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }
}
