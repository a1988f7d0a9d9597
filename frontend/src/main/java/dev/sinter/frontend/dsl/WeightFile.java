package dev.sinter.frontend.dsl;

import com.google.protobuf.UnsafeByteOperations;
import dev.sinter.frontend.files.NamedFiles;
import dev.sinter.frontend.onnx.OnnxImportException;
import dev.sinter.frontend.onnx.OnnxReader;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Arrays by name in a file: safetensors, npz, npy (one array, {@code data}) or the initializers of an ONNX model. */
interface WeightFile {
    /** {@return what messages call the file} */
    String name();

    /** {@return names of the arrays} */
    Set<String> names();

    /**
     * Reads an array.
     *
     * @param key
     *            one of the names
     * @return its elements
     * @throws WeightFileException
     *             if it is damaged
     */
    TensorData read(String key) throws WeightFileException;

    /**
     * Opens a file, of whatever kind its first bytes say.
     *
     * @param file
     *            an existing file
     * @param name
     *            what messages call it
     * @return the file
     * @throws WeightFileException
     *             if it is of none of the kinds
     */
    static WeightFile open(Path file, String name) throws WeightFileException {
        try {
            var start = new byte[16];
            int n;
            try (var in = Files.newInputStream(file)) {
                n = in.readNBytes(start, 0, start.length);
            }
            if (n >= 4 && start[0] == 'P' && start[1] == 'K') {
                return new NpzFile(file, name);
            }
            if (n >= 6 && start[0] == (byte) 0x93 && start[1] == 'N' && start[2] == 'U') {
                return new NpyFile(file, name);
            }
            // the length before the header is a small number
            if (n > 8 && start[8] == '{' && start[5] == 0 && start[6] == 0 && start[7] == 0) {
                return new SafetensorsFile(file, name);
            }
            return onnx(file, name);
        } catch (IOException e) {
            throw new WeightFileException("can't be read: " + e, e);
        }
    }

    private static WeightFile onnx(Path file, String name) throws WeightFileException {
        if (!file.getFileName().toString().endsWith(".onnx")) {
            throw new WeightFileException("a safetensors, npz, npy or ONNX file was expected");
        }
        var tensors = new HashMap<String, TensorProto>();
        try {
            OnnxReader.readModel(file).getGraph().getInitializerList().forEach(t -> tensors.put(t.getName(), t));
        } catch (OnnxImportException e) {
            throw new WeightFileException(String.valueOf(e.getMessage()), e);
        }
        return new OnnxWeights(name, tensors, file.toAbsolutePath().getParent());
    }

    /** The initializers of an ONNX model. */
    record OnnxWeights(String name, Map<String, TensorProto> tensors, Path folder) implements WeightFile {
        @Override
        public Set<String> names() {
            return tensors.keySet();
        }

        @Override
        public TensorData read(String key) throws WeightFileException {
            return decode(tensors.getOrDefault(key, TensorProto.getDefaultInstance()), folder);
        }
    }

    /** Decodes elements as ONNX does. */
    private static TensorData decode(TensorProto tensor, Path folder) throws WeightFileException {
        try {
            return OnnxReader.tensor(tensor, folder);
        } catch (OnnxImportException e) {
            throw new WeightFileException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Decodes little-endian elements. */
    static TensorData decode(String key, int type, long[] dims, ByteBuffer bytes) throws WeightFileException {
        var tensor = TensorProto.newBuilder().setName(key).setDataType(type)
                .setRawData(UnsafeByteOperations.unsafeWrap(bytes));
        for (var dim : dims) {
            tensor.addDims(dim);
        }
        return decode(tensor.build(), Path.of(""));
    }

    /** A part of a file, read into memory. */
    static ByteBuffer part(Path file, long from, long length) throws IOException, WeightFileException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (from < 0 || length < 0 || length > Integer.MAX_VALUE - 16 || from + length > channel.size()) {
                throw new WeightFileException("bytes " + from + " to " + (from + length)
                        + " were expected, the file has " + channel.size());
            }
            return NamedFiles.read(channel, from, (int) length);
        }
    }
}
