package dev.sinter.frontend.files;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Files that a model names: in its folder or below, so that a model from elsewhere can't make us read other files. */
public final class NamedFiles {
    private NamedFiles() {
    }

    /**
     * The file of a name.
     *
     * @param folder
     *            of the model
     * @param name
     *            seen from there
     * @return its absolute path, whether there is such a file or not; empty if it would lie outside
     * @throws InvalidPathException
     *             if that can't be a name
     */
    public static Optional<Path> find(Path folder, String name) {
        var root = folder.toAbsolutePath().normalize();
        var relative = Path.of(name);
        var file = root.resolve(relative).normalize();
        boolean outside = relative.isAbsolute() || name.startsWith("/") || name.startsWith("\\")
                || !file.startsWith(root) || file.equals(root);
        return outside ? Optional.empty() : Optional.of(file);
    }

    /**
     * Whether a file, which lies in a folder or below by its name, does not because of links.
     *
     * @param folder
     *            of the model
     * @param file
     *            that {@link #find} gave
     * @return whether it is there, but elsewhere
     * @throws IOException
     *             if links can't be followed
     */
    public static boolean isElsewhere(Path folder, Path file) throws IOException {
        return Files.exists(file) && !file.toRealPath().startsWith(folder.toRealPath());
    }

    /**
     * Reads a part of a file.
     *
     * @param channel
     *            of the file
     * @param from
     *            the first byte
     * @param length
     *            how many bytes
     * @return the bytes
     * @throws EOFException
     *             if the file ends before
     * @throws IOException
     *             if it can't be read
     */
    public static ByteBuffer read(FileChannel channel, long from, int length) throws IOException {
        var bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
            // reads go on until the buffer is full
        }
        if (bytes.hasRemaining()) {
            throw new EOFException("the file ends too early");
        }
        return bytes.flip();
    }
}
