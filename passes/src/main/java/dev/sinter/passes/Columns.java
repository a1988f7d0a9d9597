package dev.sinter.passes;

import dev.sinter.ir.TensorData;
import java.util.List;

/** Constants laid side by side. */
final class Columns {
    private Columns() {
    }

    /** Matrices {@code [K,N1], [K,N2], …} as one {@code [K,N1+N2+…]}. */
    static TensorData join(List<TensorData> parts) {
        int rows = Math.toIntExact(parts.getFirst().dims()[0]);
        long width = parts.stream().mapToLong(p -> p.dims()[1]).sum();
        var all = TensorData.zeros(parts.getFirst().dtype(), rows, width);
        int begin = 0;
        for (var part : parts) {
            int columns = Math.toIntExact(part.dims()[1]);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(part.array(), row * columns, all.array(), Math.toIntExact(row * width + begin),
                        columns);
            }
            begin += columns;
        }
        return all;
    }

    /** Vectors, or scalars that stand for all columns of their part, as one vector. */
    static TensorData vector(List<TensorData> parts, List<Long> columns) {
        var all = TensorData.zeros(parts.getFirst().dtype(), columns.stream().mapToLong(n -> n).sum());
        int begin = 0;
        for (int i = 0; i < parts.size(); i++) {
            var part = parts.get(i);
            for (int j = 0; j < columns.get(i); j++) {
                System.arraycopy(part.array(), part.size() == 1 ? 0 : j, all.array(), begin++, 1);
            }
        }
        return all;
    }
}
