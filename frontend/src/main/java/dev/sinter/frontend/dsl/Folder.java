package dev.sinter.frontend.dsl;

import dev.sinter.frontend.files.NamedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Files that a text names. */
final class Folder {
    private Folder() {
    }

    /**
     * The file of a name.
     *
     * @throws WeightFileException
     *             if it is not there, or would lie outside
     */
    static Path file(Source source, String name) throws WeightFileException {
        if (source.folder() == null) {
            throw new WeightFileException("this text was not read from a file, so there is no folder to look in");
        }
        try {
            var file = NamedFiles.find(source.folder(), name).orElseThrow(() -> new WeightFileException(
                    "a file in the folder of " + source.name() + " or below was expected"));
            if (!Files.isRegularFile(file)) {
                throw new WeightFileException("there is no such file in the folder of " + source.name());
            }
            if (NamedFiles.isElsewhere(source.folder(), file)) {
                throw new WeightFileException("a link that leaves the folder of " + source.name());
            }
            return file;
        } catch (InvalidPathException | IOException e) {
            throw new WeightFileException("no file name: " + e.getMessage(), e);
        }
    }
}
