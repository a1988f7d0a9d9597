package dev.sinter;

import dev.sinter.runtime.ModelImage;
import dev.sinter.runtime.ModelInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a compiled model as files in a folder of classes. A file that is there with the same content stays untouched;
 * another one is replaced, not written over, since a running program may have mapped it.
 */
final class FolderWriter {
    private FolderWriter() {
    }

    /** Writes the model of a class; gives the files' paths, with slashes, and sizes. */
    static Map<String, Long> write(ModelImage image, String owner, Path folder) throws IOException {
        var own = ModelInfo.FOLDER + owner + "/";
        var files = new TreeMap<String, MemorySegment>();
        image.classes().forEach((name, bytes) -> files.put(name.replace('.', '/') + ".class",
                MemorySegment.ofArray(bytes)));
        image.resources().forEach((path, bytes) -> files.put(own + (path.startsWith(ModelInfo.FOLDER)
                ? path.substring(ModelInfo.FOLDER.length()) : path), MemorySegment.ofArray(bytes)));
        files.put(own + ModelInfo.INFO_FILE,
                MemorySegment.ofArray(image.info().write().getBytes(StandardCharsets.UTF_8)));
        files.put(own + ModelInfo.WEIGHTS_FILE, image.weights());
        var sizes = new TreeMap<String, Long>();
        for (var file : files.entrySet()) {
            replace(folder.resolve(file.getKey()), file.getValue());
            sizes.put(file.getKey(), file.getValue().byteSize());
        }
        return Collections.unmodifiableMap(sizes);
    }

    /** Writes a file, if it is not there with this content. */
    static void replace(Path file, MemorySegment content) throws IOException {
        if (isSame(file, content)) {
            return;
        }
        Replacement.of(file, draft -> {
            try (var channel = FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                for (long at = 0; at < content.byteSize(); at += ZipWriter.WINDOW) {
                    var window = JarWriter.window(content, at);
                    while (window.hasRemaining()) {
                        channel.write(window);
                    }
                }
            }
        });
    }

    private static boolean isSame(Path file, MemorySegment content) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) != content.byteSize()) {
            return false;
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (long at = 0; at < content.byteSize(); at += ZipWriter.WINDOW) {
                var window = JarWriter.window(content, at);
                var there = channel.map(FileChannel.MapMode.READ_ONLY, at, window.remaining());
                if (!window.equals(there)) {
                    return false;
                }
            }
            return true;
        }
    }
}
