package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.StringStringEntryProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The files of one export. They are written under other names first, and take theirs when both are complete. Weights
 * beside the model are written one after the other, aligned, and never all in memory a second time.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/ExternalData.md">External data</a>
 */
final class ExportFiles implements AutoCloseable {
    /** Smaller constants stay in the model, where shape inference sees them. */
    private static final int SMALL = 1024;
    /** A page, so that weights can be mapped. */
    private static final long ALIGNMENT = 4096;

    private final Path file;
    private final Path part;
    private final Path weights;
    private final Path weightsPart;
    private final long total;
    private final @Nullable FileChannel beside;

    ExportFiles(Path file, Collection<TensorData> constants, ExportOptions options) throws IOException {
        this.file = file.toAbsolutePath();
        var name = file.getFileName().toString();
        this.part = this.file.resolveSibling(name + ".part");
        this.weights = this.file.resolveSibling(name + ".data");
        this.weightsPart = this.file.resolveSibling(name + ".data.part");
        this.total = constants.stream().mapToLong(TensorEncoder::size).sum();
        this.beside = total <= options.inlineBytes() ? null
                : FileChannel.open(weightsPart, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING);
    }

    /** The message of a constant, whose elements may be written beside it. */
    TensorProto constant(TensorData data, String name) {
        if (beside == null || data.dtype() == DType.STRING || TensorEncoder.size(data) < SMALL) {
            return TensorEncoder.encode(data, name);
        }
        try {
            long offset = (beside.position() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            beside.write(ByteBuffer.allocate((int) (offset - beside.position())));
            var bytes = TensorEncoder.bytes(data);
            long length = bytes.remaining();
            while (bytes.hasRemaining()) {
                beside.write(bytes);
            }
            return TensorEncoder.header(data, name).setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(entry("location", weights.getFileName().toString()))
                    .addExternalData(entry("offset", Long.toString(offset)))
                    .addExternalData(entry("length", Long.toString(length))).build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    /** Writes the model and gives the files their names. */
    ExportedFile finish(ModelProto model, int opset) throws IOException {
        try (var out = new BufferedOutputStream(Files.newOutputStream(part))) {
            model.writeTo(out);
        }
        if (beside != null) {
            beside.close();
            move(weightsPart, weights);
        }
        move(part, file);
        return new ExportedFile(file, beside == null ? null : weights, opset, model.getGraph().getNodeCount(),
                Files.size(file), total);
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public void close() throws IOException {
        if (beside != null) {
            beside.close();
        }
        Files.deleteIfExists(part);
        Files.deleteIfExists(weightsPart);
    }
}
