package dev.sinter.frontend.onnx;

import dev.sinter.frontend.files.NamedFiles;
import dev.sinter.frontend.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Elements kept in a file beside the model. The file must lie in the model's folder or below.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/ExternalData.md">External data</a>
 */
final class ExternalData {
    /** A tensor's elements are kept in one Java array. */
    private static final long LARGEST = Integer.MAX_VALUE - 8;

    private ExternalData() {
    }

    /** The bytes of a tensor, which must be exactly as many as its type and shape need. */
    static ByteBuffer read(TensorProto tensor, @Nullable Path folder, long wanted, String where) {
        var entries = entries(tensor);
        var file = file(entries.get("location"), folder, where);
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long offset = number(entries, "offset", 0, where);
            long length = number(entries, "length", wanted, where);
            if (length != wanted) {
                throw new OnnxImportException(
                        where + ": " + wanted + " bytes were expected, its external data has a length of "
                                + length);
            }
            if (offset > channel.size() || length > channel.size() - offset) {
                throw new OnnxImportException(where + ": bytes " + offset + " to " + (offset + length)
                        + " were expected in external data " + file + ", which has " + channel.size());
            }
            if (length > LARGEST) {
                throw new OnnxImportException(where + ": external data of at most " + LARGEST
                        + " bytes for one tensor was expected, not " + length);
            }
            return NamedFiles.read(channel, offset, Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new OnnxImportException(where + ": external data " + file + " cannot be read (" + e + ")", e);
        }
    }

    /** The file that a tensor's elements are in. */
    static Path file(TensorProto tensor, Path folder, String where) {
        return file(entries(tensor).get("location"), folder, where);
    }

    private static Map<String, String> entries(TensorProto tensor) {
        var entries = new HashMap<String, String>();
        for (var entry : tensor.getExternalDataList()) {
            entries.put(entry.getKey(), entry.getValue());
        }
        return entries;
    }

    private static Path file(@Nullable String location, @Nullable Path folder, String where) {
        if (location == null || location.isEmpty()) {
            throw new OnnxImportException(where + ": external data without a location");
        }
        if (folder == null) {
            throw new OnnxImportException(where + ": external data in '" + location
                    + "', but the model was not read from a file, so there is no folder to look in");
        }
        try {
            var file = NamedFiles.find(folder, location).orElseThrow(() -> new OnnxImportException(where
                    + ": external data was expected below the model's folder, not in '" + location + "'"));
            if (NamedFiles.isElsewhere(folder, file)) {
                throw new OnnxImportException(where + ": external data '" + location
                        + "' is a link that leaves the model's folder");
            }
            return file;
        } catch (InvalidPathException | IOException e) {
            throw new OnnxImportException(
                    where + ": external data location '" + location + "' is no file name (" + e + ")", e);
        }
    }

    private static long number(Map<String, String> entries, String key, long otherwise, String where) {
        var text = entries.get(key);
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(text.strip());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // reported below with the same words
        }
        throw new OnnxImportException(
                where + ": a number from 0 was expected as external data " + key + ", not '" + text + "'");
    }
}
