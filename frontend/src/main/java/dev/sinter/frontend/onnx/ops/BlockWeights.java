package dev.sinter.frontend.onnx.ops;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.ScaledMatMul;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Constant weights of MatMulNBits: elements of a few bits side by side in bytes, the low bits first, a row of blocks for
 * each column of the product.
 *
 * @param k
 *            elements of a column
 * @param n
 *            columns
 * @param bits
 *            2, 4 or 8
 * @param block
 *            elements with one scale
 */
record BlockWeights(int k, int n, int bits, int block) {
    private static final int BYTE = 8;
    /** The accuracy level at which activations may be rounded to 8 bits. */
    private static final long EIGHT_BITS = 4;

    /** {@code A x ((B - zero) * scale)} in f32; null where B, scale or zero are not constant, or columns are reordered. */
    @Nullable
    Value product(NodeContext node) {
        var packed = node.value(1).constant();
        var scales = node.value(2).constant();
        var zeros = node.has(3) ? node.value(3).constant() : null;
        if (packed == null || scales == null || node.has(3) && zeros == null || node.has(4)
                || NodeContext.wide(node.type(0).dtype()) != DType.F32) {
            return null;
        }
        int bytes = Math.ceilDiv(block * bits, BYTE);
        expect(node, 1, packed, (long) n * blocks() * bytes);
        expect(node, 2, scales, (long) n * blocks());
        if (zeros != null) {
            expect(node, 3, zeros,
                    (long) n * (zeros.dtype() == DType.U8 ? Math.ceilDiv(blocks() * bits, BYTE) : blocks()));
        }
        boolean unsigned = zeros != null;
        var operands = new ArrayList<>(List.of(node.cast(node.value(0), DType.F32),
                node.constant(elements(packed, unsigned)), node.constant(byBlock(scales))));
        boolean integers = zeros == null || zeros.dtype() == DType.U8;
        if (zeros != null) {
            operands.add(node.constant(integers ? points(zeros) : byBlock(zeros)));
        }
        boolean rounds = node.attributes().integer("accuracy_level", 0) == EIGHT_BITS && integers
                && block <= ScaledMatMul.LONGEST_ROUNDED;
        var op = new ScaledMatMul(block, unsigned, rounds, Expr.arg(0, DType.F32));
        return node.applyAll(op, operands).getFirst();
    }

    private static void expect(NodeContext node, int input, TensorData data, long elements) {
        if (data.size() != elements) {
            throw node.error(elements + " elements were expected in input " + input + ", not " + data.type());
        }
    }

    private int blocks() {
        return Math.ceilDiv(k, block);
    }

    private DType type(boolean unsigned) {
        return switch (bits) {
            case 2 -> unsigned ? DType.U2 : DType.I2;
            case 4 -> unsigned ? DType.U4 : DType.I4;
            default -> unsigned ? DType.U8 : DType.I8;
        };
    }

    private int element(TensorData bytes, int row, int length, int i) {
        int each = BYTE / bits;
        int value = (int) bytes.getLong(row * length + i / each);
        return value >> i % each * bits & (1 << bits) - 1;
    }

    /** {@code [K,N]}; with the zero point there is where none is given taken off where they are signed. */
    private TensorData elements(TensorData packed, boolean unsigned) {
        var out = TensorData.zeros(type(unsigned), k, n);
        int length = Math.ceilDiv(block * bits, BYTE);
        int zero = unsigned ? 0 : 1 << bits - 1;
        for (int column = 0; column < n; column++) {
            for (int i = 0; i < k; i++) {
                int code = element(packed, column * blocks() + i / block, length, i % block);
                out.set(i * n + column, (long) code - zero);
            }
        }
        return out;
    }

    private TensorData points(TensorData packed) {
        var out = TensorData.zeros(type(true), blocks(), n);
        int length = Math.ceilDiv(blocks() * bits, BYTE);
        for (int i = 0; i < out.size(); i++) {
            out.set(i, (long) element(packed, i % n, length, i / n));
        }
        return out;
    }

    /** Real numbers {@code [N,blocks]} as f32 {@code [blocks,N]}. */
    private TensorData byBlock(TensorData real) {
        var out = TensorData.zeros(DType.F32, blocks(), n);
        for (int i = 0; i < out.size(); i++) {
            out.set(i, real.getDouble(i % n * blocks() + i / n));
        }
        return out;
    }
}
