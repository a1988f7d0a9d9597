package dev.sinter.frontend.onnx;

import dev.sinter.frontend.onnx.proto.SparseTensorProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A sparse tensor message's elements, written out with their zeros.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/IR.md#sparse-tensor">SparseTensorProto</a>
 */
final class SparseDecoder {
    /** A sparse tensor may claim any shape in a few bytes: beyond this size, it must hold an element of each 4096. */
    private static final long LARGEST_EMPTY = 1L << 22;
    private static final long LARGEST_GAP = 1L << 12;

    private SparseDecoder() {
    }

    static TensorData decode(SparseTensorProto sparse, @Nullable Path folder) {
        var values = OnnxReader.tensor(sparse.getValues(), folder);
        var indices = OnnxReader.tensor(sparse.getIndices(), folder);
        var dims = sparse.getDimsList().stream().mapToLong(Long::longValue).toArray();
        var where = "sparse tensor '" + sparse.getValues().getName() + "'";
        long largest = Math.clamp(values.size() * LARGEST_GAP, LARGEST_EMPTY, Integer.MAX_VALUE);
        long size = 1;
        for (var dim : dims) {
            if (dim < 0 || dim > largest || size * dim > largest) {
                throw new OnnxImportException(
                        where + ": at most " + largest + " elements were expected for " + values.size()
                                + " that are not zero, not " + sparse.getDimsList());
            }
            size *= dim;
        }
        boolean linear = indices.dims().length == 1;
        if (!indices.dtype().isInteger() || indices.size() != (long) values.size() * (linear ? 1 : dims.length)
                || values.dims().length != 1) {
            throw new OnnxImportException(
                    where + ": indices [N] or [N,rank] of " + values.size() + " values were expected, not "
                            + indices.type());
        }
        return scatter(values, indices, linear, dims, size, where);
    }

    private static TensorData scatter(TensorData values, TensorData indices, boolean linear, long[] dims, long size,
            String where) {
        var dense = TensorData.zeros(values.dtype(), dims);
        int width = values.dtype().kind() == DType.Kind.COMPLEX ? 2 : 1;
        for (int i = 0; i < values.size(); i++) {
            long at = linear ? indices.getLong(i) : 0;
            for (int d = 0; !linear && d < dims.length; d++) {
                at = at * dims[d] + indices.getLong(i * dims.length + d);
            }
            if (at < 0 || at >= size) {
                throw new OnnxImportException(where + ": index " + at + " is outside its " + size + " elements");
            }
            System.arraycopy(values.array(), i * width, dense.array(), (int) at * width, width);
        }
        return dense;
    }
}
