package dev.sinter.runtime.sample;

import dev.sinter.runtime.Frame;
import dev.sinter.runtime.Program;
import java.util.concurrent.CountDownLatch;

/** A model whose run waits: its input is its output, and it holds until the latches, handed in as input data, say. */
public final class Slow {
    private Slow() {
    }

    /** The scalar form. */
    public static final class Scalar extends Program {
        /** As emitted classes have it. */
        public Scalar() {
        }

        @Override
        public void bind(long[] symbols, long[] values) {
            // nothing to resolve
        }

        @Override
        public void run(Frame frame) {
            Gate.ENTERED.countDown();
            try {
                Gate.RELEASE.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            ((float[]) frame.io[1])[0] = ((float[]) frame.io[0])[0];
        }

        @Override
        public void step(int step, Frame frame, int worker, int from, int to) {
            throw new IllegalStateException("no parallel step");
        }
    }

    /** Lies on the test's class path, so that the test and the model see the same latches. */
    public static final class Gate {
        /** A run has begun. */
        public static final CountDownLatch ENTERED = new CountDownLatch(1);
        /** Lets the run end. */
        public static final CountDownLatch RELEASE = new CountDownLatch(1);

        private Gate() {
        }
    }
}
