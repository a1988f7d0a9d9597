package dev.sinter.ir.op;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.IrException;
import dev.sinter.ir.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reference evaluation of matrix products and what belongs to them: attention, and quantization to 8 bits. */
final class Products {
    private static final float U8_MAX = 255;

    private Products() {
    }

    static TensorData matmul(MatMul op, List<TensorData> inputs) {
        var a = inputs.get(0);
        var b = inputs.get(1);
        var plan = Plan.of(a.dims(), b.dims());
        var product = TensorData.zeros(a.dtype(), plan.dims());
        switch (a.dtype().kind()) {
            case FLOAT -> {
                if (a.dtype() == DType.F32) {
                    plan.run((float[]) product.array(), (float[]) a.array(), (float[]) b.array());
                } else {
                    plan.run(product, a, b);
                }
            }
            case SIGNED, UNSIGNED -> plan.run(product, longs(a), longs(b));
            default -> throw new IrException("matmul: numbers were expected, not " + a.type());
        }
        return epilogue(op.epilogue(), op.isPlain(), product, inputs.subList(2, inputs.size()));
    }

    static TensorData matmulInteger(MatMulInteger op, List<TensorData> inputs) {
        var a = inputs.get(0);
        var b = inputs.get(1);
        var left = longs(a);
        var right = longs(b);
        if (op.zeroA()) {
            subtract(left, a.dims(), inputs.get(2), true);
        }
        if (op.zeroB()) {
            subtract(right, b.dims(), inputs.get(op.zeroBInput()), false);
        }
        var plan = Plan.of(a.dims(), b.dims());
        var product = TensorData.zeros(DType.I32, plan.dims());
        plan.run(product, left, right);
        return epilogue(op.epilogue(), op.isPlain(), product, inputs.subList(op.firstExtra(), inputs.size()));
    }

    static TensorData scaledMatmul(ScaledMatMul op, List<TensorData> inputs) {
        var a = inputs.get(0);
        var q = inputs.get(1);
        var plan = Plan.of(a.dims(), q.dims());
        var product = TensorData.zeros(DType.F32, plan.dims());
        var blocks = new Blocks(op, plan.n(), plan.k(), centered(op, inputs), inputs.get(2).floatArray());
        for (int row = 0; row < plan.offsetsA().length * plan.m(); row++) {
            int at = plan.offsetsA()[row / plan.m()] + row % plan.m() * plan.k();
            for (int begin = 0; begin < plan.k(); begin += op.block()) {
                blocks.add(a.floatArray(), at, begin, (float[]) product.array(), row * plan.n());
            }
        }
        return epilogue(op.epilogue(), op.isPlain(), product, inputs.subList(op.firstExtra(), inputs.size()));
    }

    /** Quantized weights less their zero points. */
    private static float[] centered(ScaledMatMul op, List<TensorData> inputs) {
        var q = inputs.get(1);
        int n = (int) q.dims()[1];
        var out = new float[q.size()];
        for (int i = 0; i < out.length; i++) {
            int block = i / n / op.block() * n + i % n;
            out[i] = op.zero() ? q.getLong(i) - (float) inputs.get(3).getDouble(block) : q.getLong(i);
        }
        return out;
    }

    /**
     * Quantized weights.
     *
     * @param weights
     *            {@code [K,N]}, without zero points
     * @param scales
     *            {@code [ceil(K/block),N]}
     */
    private record Blocks(ScaledMatMul op, int n, int k, float[] weights, float[] scales) {
        /** Adds a block's part to a row of sums. */
        void add(float[] a, int at, int begin, float[] sums, int out) {
            int end = Math.min(k, begin + op.block());
            float most = 0;
            for (int p = begin; p < end; p++) {
                most = Math.max(most, Math.abs(a[at + p]));
            }
            float inverse = most < ScaledMatMul.LEAST ? 0 : ScaledMatMul.MOST / most;
            float factor = most / ScaledMatMul.MOST;
            for (int j = 0; j < n; j++) {
                float sum = 0;
                int integers = 0;
                for (int p = begin; p < end; p++) {
                    float w = weights[p * n + j];
                    if (op.roundsA()) {
                        integers += (int) Math.rint(a[at + p] * inverse) * (int) w;
                    } else {
                        sum = Math.fma(a[at + p], w, sum);
                    }
                }
                float scale = scales[begin / op.block() * n + j];
                sums[out + j] = op.roundsA() ? Math.fma((float) integers, factor * scale, sums[out + j])
                        : Math.fma(sum, scale, sums[out + j]);
            }
        }
    }

    private static TensorData epilogue(Expr epilogue, boolean plain, TensorData product, List<TensorData> extra) {
        if (plain) {
            return product;
        }
        var operands = new ArrayList<TensorData>(List.of(product));
        operands.addAll(extra);
        return Elementwise.evaluate(epilogue, operands);
    }

    private static long[] longs(TensorData data) {
        var out = new long[data.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = data.getLong(i);
        }
        return out;
    }

    /** Takes off zero points: one for all, one for each row (along the last but one axis), or any that broadcast. */
    private static void subtract(long[] values, long[] dims, TensorData zero, boolean perRow) {
        var shape = zero.dims();
        if (perRow && shape.length == 1 && dims.length > 1) {
            shape = new long[]{shape[0], 1};
        }
        var at = Strides.positions(dims, Strides.broadcast(zero.size() == 1 ? new long[0] : shape, dims));
        for (int i = 0; i < values.length; i++) {
            values[i] -= zero.getLong(at[i]);
        }
    }

    /**
     * Sizes of a product by numpy's rules and where each of its matrices lies.
     *
     * @param dims
     *            of the product
     * @param offsetsA
     *            of the left matrices
     * @param offsetsB
     *            of the right matrices
     */
    private record Plan(long[] dims, int[] offsetsA, int[] offsetsB, int m, int n, int k) {
        static Plan of(long[] a, long[] b) {
            var left = a.length == 1 ? new long[]{1, a[0]} : a;
            var right = b.length == 1 ? new long[]{b[0], 1} : b;
            int m = (int) left[left.length - 2];
            int k = (int) left[left.length - 1];
            int n = (int) right[right.length - 1];
            if (right[right.length - 2] != k) {
                throw new IrException(
                        "matmul: inner sizes of " + Arrays.toString(a) + " and " + Arrays.toString(b) + " differ");
            }
            var leadA = Arrays.copyOf(left, left.length - 2);
            var leadB = Arrays.copyOf(right, right.length - 2);
            var lead = Strides.common(List.of(leadA, leadB));
            int rank = lead.length + Math.min(1, a.length - 1) + Math.min(1, b.length - 1);
            var dims = Arrays.copyOf(lead, rank);
            if (a.length > 1) {
                dims[lead.length] = m;
            }
            if (b.length > 1) {
                dims[rank - 1] = n;
            }
            return new Plan(dims, offsets(leadA, lead, m * k), offsets(leadB, lead, k * n), m, n, k);
        }

        private static int[] offsets(long[] from, long[] to, int matrix) {
            var strides = Strides.broadcast(from, to);
            for (int i = 0; i < strides.length; i++) {
                strides[i] *= matrix;
            }
            return Strides.positions(to, strides);
        }

        void run(float[] out, float[] a, float[] b) {
            for (int row = 0; row < offsetsA.length * m; row++) {
                int atA = offsetsA[row / m] + row % m * k;
                for (int p = 0; p < k; p++) {
                    float x = a[atA + p];
                    int atB = offsetsB[row / m] + p * n;
                    for (int j = 0; j < n; j++) {
                        out[row * n + j] = Math.fma(x, b[atB + j], out[row * n + j]);
                    }
                }
            }
        }

        void run(TensorData out, TensorData a, TensorData b) {
            for (int row = 0; row < offsetsA.length * m; row++) {
                int atA = offsetsA[row / m] + row % m * k;
                int atB = offsetsB[row / m];
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int p = 0; p < k; p++) {
                        sum = Scalars.fma(out.dtype(), a.getDouble(atA + p), b.getDouble(atB + p * n + j), sum);
                    }
                    out.set(row * n + j, sum);
                }
            }
        }

        void run(TensorData out, long[] a, long[] b) {
            for (int row = 0; row < offsetsA.length * m; row++) {
                int atA = offsetsA[row / m] + row % m * k;
                int atB = offsetsB[row / m];
                for (int j = 0; j < n; j++) {
                    long sum = 0;
                    for (int p = 0; p < k; p++) {
                        sum += a[atA + p] * b[atB + p * n + j];
                    }
                    out.set(row * n + j, sum);
                }
            }
        }
    }

    /**
     * As ONNX defines DynamicQuantizeLinear, each step in f32. The scale of a tensor of nothing but zeros, which the
     * definition leaves as 0 / 0, is 1.
     */
    static List<TensorData> quantizeDynamic(boolean centered, TensorData in) {
        float min = 0;
        float max = 0;
        for (float v : in.floatArray()) {
            min = Math.min(min, v);
            max = Math.max(max, v);
        }
        float scale = min == max ? 1 : (max - min) / U8_MAX;
        float zero = (float) Math.rint(Math.clamp(0 - min / scale, 0, U8_MAX));
        var q = TensorData.zeros(centered ? DType.F32 : DType.U8, in.dims());
        for (int i = 0; i < q.size(); i++) {
            float v = Math.clamp((float) Math.rint(in.floatArray()[i] / scale) + zero, 0, U8_MAX);
            q.set(i, (double) (centered ? v - zero : v));
        }
        var scales = TensorData.scalar(DType.F32, scale);
        return centered ? List.of(q, scales) : List.of(q, scales, TensorData.scalar(DType.U8, zero));
    }

    /**
     * Scores by fma in ascending d, scaled, masked, softmax with each step rounded, then the values weighted by fma in
     * ascending t; all in f32.
     */
    static TensorData attention(Attention op, List<TensorData> given) {
        var inputs = new ArrayList<>(given);
        for (int i = 0; i < 3; i++) {
            inputs.set(i, joinedHeads(given.get(i)));
        }
        var q = inputs.get(0).dims();
        var k = inputs.get(1).dims();
        var v = inputs.get(2).dims();
        int batch = (int) q[0];
        int queries = (int) q[1];
        int keys = (int) k[1];
        int depth = (int) q[2] / op.heads();
        int width = (int) v[2] / op.heads();
        var out = new float[batch * queries * (int) v[2]];
        var scoreDims = new long[]{batch, op.heads(), queries, keys};
        var maskAt = op.mask() ? Strides.positions(scoreDims, Strides.broadcast(inputs.get(3).dims(), scoreDims))
                : new int[0];
        var row = new double[keys];
        for (int i = 0; i < batch * op.heads() * queries; i++) {
            int b = i / (op.heads() * queries);
            int head = i / queries % op.heads();
            int s = i % queries;
            int atQ = (b * queries + s) * (int) q[2] + head * depth;
            int atK = b * keys * (int) k[2] + head * depth;
            for (int t = 0; t < keys; t++) {
                float score = dot(inputs.get(0).floatArray(), atQ, inputs.get(1).floatArray(), atK + t * (int) k[2],
                        depth);
                score = op.divide() ? score / op.scale() : score * op.scale();
                row[t] = op.mask() ? score + inputs.get(3).floatArray()[maskAt[i * keys + t]] : score;
            }
            Reductions.softmax(DType.F32, row);
            int atOut = (b * queries + s) * (int) v[2] + head * width;
            for (int t = 0; t < keys; t++) {
                int atV = (b * keys + t) * (int) v[2] + head * width;
                for (int e = 0; e < width; e++) {
                    out[atOut + e] = Math.fma((float) row[t], inputs.get(2).floatArray()[atV + e], out[atOut + e]);
                }
            }
        }
        return TensorData.floats(out, q[0], q[1], v[2]);
    }

    /** {@code [B,heads,S,D]} as {@code [B,S,heads*D]}; others as they are. */
    private static TensorData joinedHeads(TensorData operand) {
        var dims = operand.dims();
        if (dims.length == 3) {
            return operand;
        }
        var turned = Views.evaluate(new IndexMap.Permute(List.of(0, 2, 1, 3)), operand);
        return TensorData.floats(turned.floatArray(), dims[0], dims[2], dims[1] * dims[3]);
    }

    private static float dot(float[] a, int atA, float[] b, int atB, int n) {
        float sum = 0;
        for (int i = 0; i < n; i++) {
            sum = Math.fma(a[atA + i], b[atB + i], sum);
        }
        return sum;
    }
}
