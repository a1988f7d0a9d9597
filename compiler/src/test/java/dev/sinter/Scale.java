package dev.sinter;

import dev.sinter.runtime.Frame;
import dev.sinter.runtime.Program;
import dev.sinter.runtime.Weights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A model written by hand, laid out as emitted ones are: y = w * x, with one weight. */
final class Scale {
    private Scale() {
    }

    /** Its scalar form. */
    public static final class Scalar extends Program {
        private static final MemorySegment WEIGHTS = Weights.of(Scalar.class);

        /** For the runtime. */
        public Scalar() {
        }

        @Override
        public void bind(long[] symbols, long[] values) {
            // nothing depends on the size
        }

        @Override
        public void run(Frame frame) {
            var x = (float[]) frame.io[0];
            var y = (float[]) frame.io[1];
            for (int i = 0; i < y.length; i++) {
                y[i] = x[i] * WEIGHTS.get(ValueLayout.JAVA_FLOAT, 0);
            }
        }

        @Override
        public void step(int step, Frame frame, int worker, int from, int to) {
            throw new IllegalStateException("there are no parallel steps");
        }
    }
}
