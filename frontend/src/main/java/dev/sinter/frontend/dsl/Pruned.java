package dev.sinter.frontend.dsl;

import dev.sinter.ir.Pruning;
import dev.sinter.ir.TensorData;

/** Parameters with the zeros that their annotations ask for. */
final class Pruned {
    private Pruned() {
    }

    /** Blocks of the matrix whose rows are the first axis and whose columns are all others. */
    static TensorData blocks(TensorData data, Annotation.Sparse s, Frame frame) {
        int rows = (int) data.dims()[0];
        int columns = rows == 0 ? 0 : data.size() / rows;
        if (rows % s.rows() != 0 || columns % s.columns() != 0) {
            throw frame.error(s.place(), "blocks that divide " + rows + " rows and " + columns
                    + " columns were expected, not " + s.rows() + "x" + s.columns());
        }
        var values = data.floatArray().clone();
        new Pruning(values, rows, columns, columns, 1).blocks((int) s.rows(), (int) s.columns(), s.share());
        return TensorData.floats(values, data.dims());
    }

    /** Neighbours along the last axis. */
    static TensorData structured(TensorData data, Annotation.Structured s, Frame frame) {
        var dims = data.dims();
        int last = (int) dims[dims.length - 1];
        if (last % s.of() != 0) {
            throw frame.error(s.place(),
                    "a last axis of a multiple of " + s.of() + " was expected, not " + data.type());
        }
        var values = data.floatArray().clone();
        new Pruning(values, last == 0 ? 0 : values.length / last, last, last, 1).some(s.kept(), s.of());
        return TensorData.floats(values, dims);
    }
}
