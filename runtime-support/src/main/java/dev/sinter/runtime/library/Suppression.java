package dev.sinter.runtime.library;

import dev.sinter.runtime.DType;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** <a href="https://onnx.ai/onnx/operators/onnx__NonMaxSuppression.html">NonMaxSuppression</a>. */
final class Suppression {
    /**
     * What decides.
     *
     * @param most boxes to keep of a batch and class
     * @param overlap above which a box falls to a better one
     * @param score that a box must exceed; NaN for none
     */
    private record Limits(int most, float overlap, float score) {
    }

    private Suppression() {
    }

    /**
     * {@code boxes f32[B,N,4], scores f32[B,C,N], maxOutput i64[]?, iou f32[]?, score f32[]? -> i64[n,3]}: batch, class
     * and box of those kept, best first within a class, equal ones by number.
     */
    static Value[] nms(Invocation call) {
        Tensor boxes = call.tensor(0, DType.F32, DType.F16, DType.F64, DType.BF16);
        Tensor scores = call.tensor(1, DType.F32, DType.F16, DType.F64, DType.BF16);
        if (boxes.rank() != 3 || boxes.dim(2) != 4) {
            throw call.wrong(0, "boxes [B,N,4]", Invocation.text(boxes));
        }
        if (scores.rank() != 3 || scores.dim(0) != boxes.dim(0) || scores.dim(2) != boxes.dim(1)) {
            throw call.wrong(1, "scores [" + boxes.dim(0) + ",C," + boxes.dim(1) + "]", Invocation.text(scores));
        }
        var limits = new Limits(Math.clamp(call.number(2, 0), 0, Integer.MAX_VALUE), (float) call.real(3, 0),
                (float) call.real(4, Double.NaN));
        int n = (int) boxes.dim(1);
        int classes = (int) scores.dim(1);
        float[] corners = corners(boxes.toFloats(), call.flag("center_point_box", false));
        float[] values = scores.toFloats();
        var kept = new ArrayList<long[]>();
        for (int b = 0; b < boxes.dim(0); b++) {
            for (int c = 0; c < classes; c++) {
                int from = (b * classes + c) * n;
                int[] chosen = keep(corners, b * n, Arrays.copyOfRange(values, from, from + n), limits);
                for (int box : chosen) {
                    kept.add(new long[]{b, c, box});
                }
            }
        }
        return new Value[]{table(kept)};
    }

    private static Tensor table(List<long[]> rows) {
        var out = new long[rows.size() * 3];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, out, 3 * i, 3);
        }
        return Tensor.of(out, rows.size(), 3);
    }

    /** Boxes as smaller corner, greater corner. */
    private static float[] corners(float[] boxes, boolean centers) {
        var out = new float[boxes.length];
        for (int i = 0; i < boxes.length; i += 4) {
            float a = boxes[i];
            float b = boxes[i + 1];
            float c = boxes[i + 2];
            float d = boxes[i + 3];
            out[i] = centers ? a - c / 2 : Math.min(a, c);
            out[i + 1] = centers ? b - d / 2 : Math.min(b, d);
            out[i + 2] = centers ? a + c / 2 : Math.max(a, c);
            out[i + 3] = centers ? b + d / 2 : Math.max(b, d);
        }
        return out;
    }

    private static int[] keep(float[] corners, int first, float[] scores, Limits limits) {
        var candidates = new int[scores.length];
        int count = 0;
        for (int i = 0; i < scores.length; i++) {
            if (Float.isNaN(limits.score()) || scores[i] > limits.score()) {
                candidates[count++] = i;
            }
        }
        var keys = new float[count];
        for (int i = 0; i < count; i++) {
            keys[i] = scores[candidates[i]];
        }
        int[] order = limits.most() == 0 ? new int[0]
                : Order.sorted(count, (a, b) -> Float.compare(keys[b] + 0f, keys[a] + 0f));
        var kept = new int[Math.min(order.length, limits.most())];
        int size = 0;
        for (int i = 0; i < order.length && size < limits.most(); i++) {
            int box = candidates[order[i]];
            boolean free = true;
            for (int k = 0; k < size && free; k++) {
                free = !overlaps(corners, 4 * (first + box), 4 * (first + kept[k]), limits.overlap());
            }
            if (free) {
                kept[size++] = box;
            }
        }
        return Arrays.copyOf(kept, size);
    }

    /** Whether the intersection over the union of two boxes is above a limit; empty boxes overlap nothing. */
    private static boolean overlaps(float[] c, int a, int b, float limit) {
        float height = Math.min(c[a + 2], c[b + 2]) - Math.max(c[a], c[b]);
        float width = Math.min(c[a + 3], c[b + 3]) - Math.max(c[a + 1], c[b + 1]);
        if (!(height > 0) || !(width > 0)) {
            return false;
        }
        float common = height * width;
        float areaA = (c[a + 2] - c[a]) * (c[a + 3] - c[a + 1]);
        float areaB = (c[b + 2] - c[b]) * (c[b + 3] - c[b + 1]);
        float union = areaA + areaB - common;
        return common > 0 && areaA > 0 && areaB > 0 && union > 0 && common / union > limit;
    }
}
