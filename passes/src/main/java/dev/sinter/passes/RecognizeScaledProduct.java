package dev.sinter.passes;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Zeros;
import dev.sinter.ir.cost.Sample;
import dev.sinter.ir.op.IndexMap;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.Op;
import dev.sinter.ir.op.ScaledMatMul;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A product of real numbers with dequantized constant weights ({@code DequantizeLinear -> MatMul}, perhaps transposed
 * between) keeps its weights as integers: each column, or each block of a column, is summed before it is multiplied by
 * its scale. Pruned weights become f32 instead, of which products with many rows leave the zeros out; they are stored as
 * integers again where they are packed.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html">DequantizeLinear</a>
 */
final class RecognizeScaledProduct implements Rule {
    /** Rows with one scale; with fewer, multiplying each weight costs no more. */
    private static final int SHORTEST_BLOCK = 8;
    /** Part of the weights that are zero, from which on leaving them out gains more than integers do. */
    private static final double PRUNED = 0.6;
    /** Rows of the other factor from which on zeros are left out. */
    private static final int ROWS = 16;

    @Override
    public String name() {
        return "recognize-scaled-product";
    }

    @Override
    public Class<? extends Op> looksAt() {
        return MatMul.class;
    }

    @Override
    public Optional<Patch> apply(Node node, GraphIndex graph) {
        if (!(node.op() instanceof MatMul op) || !op.isPlain() || node.output().dtype() != DType.F32
                || node.input(0).isConstant() || node.input(1).shape().rank() != 2) {
            return Optional.empty();
        }
        var b = Dequantized.of(node.input(1), graph);
        var q = b == null ? null : Known.of(b.quantized(), graph);
        var turned = b == null ? null : isTurned(b.views());
        if (b == null || q == null || turned == null || q.size() == 0) {
            return Optional.empty();
        }
        var scale = new Matrix(b.scale(), q.dims(), turned);
        var zero = new Matrix(b.zero(), q.dims(), turned);
        int found = gcd(scale.block(), zero.block());
        int block = found == 0 ? scale.rows : found;
        if (block < Math.min(SHORTEST_BLOCK, scale.rows)) {
            return Optional.empty();
        }
        var pruned = leavesOut(node) ? pruned(new Matrix(q, q.dims(), turned), scale, zero) : null;
        if (pruned != null) {
            var patch = graph.patch("most weights are zero");
            var weights = patch.constant(pruned, b.map().origin().first());
            var result = patch.addAll(op, node.origin().plus(b.map().origin()), List.of(node.input(0), weights));
            return Optional.of(patch.replace(node.output(), result.getFirst()).build());
        }
        boolean hasZero = !(Known.isUniform(b.zero()) && b.zero().getDouble(0) == 0);
        var patch = graph.patch("weights in " + b.quantized().dtype() + ", blocks of " + block);
        var weights = new Matrix(q, q.dims(), turned);
        var operands = new ArrayList<>(List.of(node.input(0),
                patch.constant(weights.every(1, q.dtype()), b.map().origin().first()),
                patch.constant(scale.every(block, DType.F32), "")));
        if (hasZero) {
            operands.add(patch.constant(zero.every(block, q.dtype()), ""));
        }
        var scaled = new ScaledMatMul(block, hasZero, false, Expr.arg(0, DType.F32));
        var result = patch.addAll(scaled, node.origin().plus(b.map().origin()), operands).getFirst();
        return Optional.of(patch.replace(node.output(), result).build());
    }

    private static boolean leavesOut(Node node) {
        return Sample.elements(node.input(0).shape()) >= ROWS * node.input(1).shape().dim(0).value();
    }

    /** The weights as DequantizeLinear gives them; null if too few of them are zero. */
    private static @Nullable TensorData pruned(Matrix q, Matrix scale, Matrix zero) {
        var values = new float[q.rows * q.columns];
        for (int i = 0; i < values.length; i++) {
            int row = i / q.columns;
            int column = i % q.columns;
            values[i] = (float) (q.at(row, column) - zero.at(row, column)) * (float) scale.at(row, column);
        }
        var data = TensorData.floats(values, q.rows, q.columns);
        return Zeros.part(data) < PRUNED ? null : data;
    }

    /** Whether the matrix is transposed between; null if something else is done to it. */
    private static @Nullable Boolean isTurned(List<View> views) {
        boolean turned = false;
        for (var view : views) {
            if (!(view.map() instanceof IndexMap.Permute(var perm)) || perm.size() != 2) {
                return null;
            }
            turned ^= perm.getFirst() == 1;
        }
        return turned;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** A constant as it is broadcast to a matrix of some sizes, which is then transposed or not. */
    private static final class Matrix {
        final int rows;
        private final int columns;
        private final TensorData data;
        private final int rowStride;
        private final int columnStride;

        Matrix(TensorData data, long[] dims, boolean turned) {
            this.data = data;
            var own = data.dims();
            int width = own.length == 0 ? 1 : (int) own[own.length - 1];
            int across = width == 1 ? 0 : 1;
            int down = own.length < 2 || own[own.length - 2] == 1 ? 0 : width;
            this.rows = (int) dims[turned ? 1 : 0];
            this.columns = (int) dims[turned ? 0 : 1];
            this.rowStride = turned ? across : down;
            this.columnStride = turned ? down : across;
        }

        double at(int row, int column) {
            return data.getDouble(row * rowStride + column * columnStride);
        }

        /** The longest block, all of whose rows are alike; 0 where all rows are. */
        int block() {
            int block = 0;
            if (rowStride != 0) {
                for (int row = 1; row < rows; row++) {
                    block = isLikeLast(row) ? block : gcd(block, row);
                }
            }
            return block;
        }

        private boolean isLikeLast(int row) {
            for (int column = 0; column < (columnStride == 0 ? 1 : columns); column++) {
                int at = row * rowStride + column * columnStride;
                if (data.getDouble(at) != data.getDouble(at - rowStride)) {
                    return false;
                }
            }
            return true;
        }

        /** The first of each so many rows. */
        TensorData every(int block, DType type) {
            int count = (rows + block - 1) / block;
            var out = TensorData.zeros(type, count, columns);
            for (int row = 0; row < count; row++) {
                for (int column = 0; column < columns; column++) {
                    int at = row * block * rowStride + column * columnStride;
                    if (type.isFloat()) {
                        out.set(row * columns + column, data.getDouble(at));
                    } else {
                        out.set(row * columns + column, data.getLong(at));
                    }
                }
            }
            return out;
        }
    }
}
