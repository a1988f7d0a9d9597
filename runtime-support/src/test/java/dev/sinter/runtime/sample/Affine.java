package dev.sinter.runtime.sample;

import dev.sinter.runtime.Frame;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.Program;
import dev.sinter.runtime.Weights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A model as the compiler would emit it, by hand: {@code y[b,n] = 2 * x[b,n] + w[0]} through a scratch arena, and
 * {@code workers[b,n]}, the scratch slot that computed each row. A row that begins with a negative number fails, one
 * that begins with NaN fails by an index out of range.
 */
public final class Affine {
    static final MemorySegment W = Weights.of(Affine.class);

    private Affine() {
    }

    /** What all forms share; values: scratch, per-worker scratch, rows, columns. */
    public abstract static class Base extends Program {
        /** For the forms. */
        protected Base() {
        }

        @Override
        public void bind(long[] symbols, long[] values) {
            values[0] = Math.multiplyExact(symbols[0], symbols[1]);
            values[1] = symbols[1];
            values[2] = symbols[0];
            values[3] = symbols[1];
        }

        @Override
        public void run(Frame frame) {
            frame.parallel(this, 0, frame.p[2]);
            frame.parallel(this, 1, frame.p[2]);
        }

        @Override
        public void step(int step, Frame frame, int worker, int from, int to) {
            if (step == 0) {
                n000_twice(frame, worker, from, to);
            } else {
                n001_add(frame, worker, from, to);
            }
        }

        private static void n000_twice(Frame frame, int worker, int from, int to) {
            float[] x = (float[]) frame.io[0];
            int columns = frame.p[3];
            int scratch = frame.offset(1, worker);
            for (int row = from; row < to; row++) {
                if (columns > 0 && x[row * columns] < 0) {
                    throw new ModelException("node twice, row " + row + ": expected no negative number");
                }
                int wrong = columns > 0 && Float.isNaN(x[row * columns]) ? frame.f32.length : 0;
                for (int i = 0; i < columns; i++) {
                    frame.f32[scratch + i + wrong] = 2 * x[row * columns + i];
                }
                System.arraycopy(frame.f32, scratch, frame.f32, frame.p[0] + row * columns, columns);
            }
        }

        private static void n001_add(Frame frame, int worker, int from, int to) {
            float[] y = (float[]) frame.io[1];
            int[] workers = (int[]) frame.io[2];
            int columns = frame.p[3];
            float w = W.get(ValueLayout.JAVA_FLOAT, 0);
            for (int i = from * columns; i < to * columns; i++) {
                y[i] = frame.f32[frame.p[0] + i] + w;
                workers[i] = worker;
            }
        }
    }

    /** The scalar form. */
    public static final class Scalar extends Base {
        /** As emitted classes have it. */
        public Scalar() {
        }
    }

    /** Stands for the 128-bit form. */
    public static final class V128 extends Base {
        /** As emitted classes have it. */
        public V128() {
        }
    }

    /** Stands for the 256-bit form. */
    public static final class V256 extends Base {
        /** As emitted classes have it. */
        public V256() {
        }
    }

    /** Stands for the 512-bit form. */
    public static final class V512 extends Base {
        /** As emitted classes have it. */
        public V512() {
        }
    }
}
