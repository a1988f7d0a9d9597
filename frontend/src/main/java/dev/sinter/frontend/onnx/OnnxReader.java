package dev.sinter.frontend.onnx;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import dev.sinter.frontend.onnx.proto.ModelProto;
import dev.sinter.frontend.onnx.proto.SparseTensorProto;
import dev.sinter.frontend.onnx.proto.TensorProto;
import dev.sinter.ir.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads ONNX files and turns their tensors into {@link TensorData}. */
public final class OnnxReader {
    /** Protobuf counts in int, so do Java arrays. */
    private static final long LARGEST_FILE = Integer.MAX_VALUE - 8;

    private OnnxReader() {
    }

    /**
     * Reads a model file.
     *
     * @param file
     *            an ONNX file
     * @return its messages; external data stays where it is
     * @throws OnnxImportException
     *             if the file cannot be read or is no ONNX model
     */
    public static ModelProto readModel(Path file) {
        return parse(ModelProto.parser(), bytes(file), file.toString());
    }

    /**
     * Reads a model from memory.
     *
     * @param bytes
     *            an ONNX file's content; not to be changed while the model is in use
     * @return its messages
     * @throws OnnxImportException
     *             if this is no ONNX model
     */
    public static ModelProto readModel(byte[] bytes) {
        return parse(ModelProto.parser(), bytes, "model");
    }

    /**
     * Reads a file that holds one message, such as the {@code .pb} files of ONNX test data.
     *
     * @param <T>
     *            type of the message
     * @param parser
     *            of that message
     * @param file
     *            the file
     * @return the message
     * @throws OnnxImportException
     *             if the file cannot be read or holds something else
     */
    public static <T> T read(Parser<T> parser, Path file) {
        return parse(parser, bytes(file), file.toString());
    }

    /**
     * The elements of a tensor.
     *
     * @param tensor
     *            of any element type, with its data inside or in another file
     * @param folder
     *            the folder external data is relative to, or null if there is none
     * @return type, shape and elements
     * @throws OnnxImportException
     *             if type, shape and data do not fit each other
     */
    public static TensorData tensor(TensorProto tensor, @Nullable Path folder) {
        return new TensorDecoder(tensor, folder).decode();
    }

    /**
     * The elements of a sparse tensor, the zeros included.
     *
     * @param tensor
     *            values and where they stand
     * @param folder
     *            the folder external data is relative to, or null if there is none
     * @return type, shape and all elements
     * @throws OnnxImportException
     *             if values, indices and shape do not fit each other
     */
    public static TensorData sparseTensor(SparseTensorProto tensor, @Nullable Path folder) {
        return SparseDecoder.decode(tensor, folder);
    }

    private static byte[] bytes(Path file) {
        try {
            long size = Files.size(file);
            if (size > LARGEST_FILE) {
                throw new OnnxImportException(file + ": " + size + " bytes; an ONNX file of at most " + LARGEST_FILE
                        + " bytes was expected, larger models keep their weights in external data files");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new OnnxImportException(file + ": cannot be read (" + e + ")", e);
        }
    }

    private static <T> T parse(Parser<T> parser, byte[] bytes, String where) {
        try {
            // Aliasing leaves tensors' bytes where they are: a model of 2 GiB need not be held twice.
            var input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
            input.enableAliasing(true);
            var message = parser.parseFrom(input);
            input.checkLastTagWas(0);
            return message;
        } catch (InvalidProtocolBufferException e) {
            throw new OnnxImportException(where + ": no ONNX file, or a damaged one (" + e.getMessage() + ")", e);
        }
    }
}
