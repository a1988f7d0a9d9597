package dev.sinter.codegen;

import dev.sinter.codegen.kernel.Winograd;
import dev.sinter.codegen.plan.Plan;
import dev.sinter.codegen.plan.WeightItem;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.Texts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Lays constants out in the weight segment. */
final class WeightPacker {
    private static final int PANEL = 16;

    private WeightPacker() {
    }

    static MemorySegment pack(Plan plan) {
        var segment = Arena.ofAuto().allocate(Math.max(1, plan.weightBytes()), ModelInfo.WEIGHTS_ALIGNMENT);
        for (var item : plan.weights()) {
            var target = segment.asSlice(item.byteOffset(), item.byteSize());
            switch (item.form()) {
                case PLAIN -> plain(item, target);
                case PANEL16 -> panels(item, target);
                case WINDOW16 -> windows(item, target);
                case WINOGRAD2 -> transformed(Winograd.F2, item, target);
                case WINOGRAD4 -> transformed(Winograd.F4, item, target);
            }
        }
        return segment.asSlice(0, plan.weightBytes()).asReadOnly();
    }

    private static void plain(WeightItem item, MemorySegment target) {
        if (item.data().array() instanceof String[] texts) {
            Texts.write(texts, target, 0);
            return;
        }
        var source = switch (item.data().array()) {
            case float[] a -> MemorySegment.ofArray(a);
            case double[] a -> MemorySegment.ofArray(a);
            case long[] a -> MemorySegment.ofArray(a);
            case int[] a -> MemorySegment.ofArray(a);
            case short[] a -> MemorySegment.ofArray(a);
            case byte[] a -> MemorySegment.ofArray(a);
            default -> throw new IllegalStateException("no elements: " + item.data().type());
        };
        target.copyFrom(source);
    }

    /** {@code [K,N]} to {@code [ceil(N/16)][K][16]}; what lies beyond N stays zero. */
    private static void panels(WeightItem item, MemorySegment target) {
        int k = (int) item.data().dims()[0];
        int n = (int) item.data().dims()[1];
        var array = item.data().array();
        for (int panel = 0; panel * PANEL < n; panel++) {
            int width = Math.min(PANEL, n - panel * PANEL);
            for (int row = 0; row < k; row++) {
                int from = row * n + panel * PANEL;
                long to = ((long) panel * k + row) * PANEL;
                switch (array) {
                    case float[] a ->
                            MemorySegment.copy(a, from, target, ValueLayout.JAVA_FLOAT, to * Float.BYTES, width);
                    case byte[] a -> MemorySegment.copy(a, from, target, ValueLayout.JAVA_BYTE, to, width);
                    default -> throw new IllegalStateException("panels of " + item.data().dtype());
                }
            }
        }
    }

    /** {@code [G,M,C,T]} to {@code [G][ceil(M/16)][T][C][16]}; what lies beyond M stays zero. */
    private static void windows(WeightItem item, MemorySegment target) {
        var dims = item.data().dims();
        int results = (int) dims[1];
        int channels = (int) dims[2];
        int taps = (int) dims[3];
        int panels = (results + PANEL - 1) / PANEL;
        for (int row = 0; row < dims[0] * results; row++) {
            int group = row / results;
            int result = row % results;
            long panel = (long) group * panels + result / PANEL;
            for (int tap = 0; tap < taps; tap++) {
                for (int channel = 0; channel < channels; channel++) {
                    long to = ((panel * taps + tap) * channels + channel) * PANEL + result % PANEL;
                    int from = (row * channels + channel) * taps + tap;
                    switch (item.data().array()) {
                        case float[] a -> target.setAtIndex(ValueLayout.JAVA_FLOAT, to, a[from]);
                        case byte[] a -> target.set(ValueLayout.JAVA_BYTE, to, a[from]);
                        default -> throw new IllegalStateException("windows of " + item.data().dtype());
                    }
                }
            }
        }
    }

    /** {@code [M,C,3,3]} to {@code [points][ceil(M/16)][C][16]}; what lies beyond M stays zero. */
    private static void transformed(Winograd algorithm, WeightItem item, MemorySegment target) {
        int results = (int) item.data().dims()[0];
        int channels = (int) item.data().dims()[1];
        long panels = (results + PANEL - 1) / PANEL;
        var from = item.data().floatArray();
        var points = new float[algorithm.points() * algorithm.points()];
        for (int result = 0; result < results; result++) {
            for (int channel = 0; channel < channels; channel++) {
                algorithm.weights(from, (result * channels + channel) * 9, points);
                for (int e = 0; e < points.length; e++) {
                    long to = ((e * panels + result / PANEL) * channels + channel) * PANEL + result % PANEL;
                    target.setAtIndex(ValueLayout.JAVA_FLOAT, to, points[e]);
                }
            }
        }
    }
}
