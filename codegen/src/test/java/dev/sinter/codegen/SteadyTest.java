package dev.sinter.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.Softmax;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.Session;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Vectors live on the heap until the second compiler has seen a kernel: then, and in scalar form from the first run on,
 * nothing is allocated. Widths follow each other in one process, so that the profiles of the vector methods name
 * several classes, as they do beside other users of vectors.
 */
class SteadyTest {
    private static final int RUNS = 100;
    /** Bytes that the measurement itself allocates. */
    private static final long NOISE = 2 * RUNS;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    @ParameterizedTest
    @CsvSource({"encoder,SCALAR", "encoder,V256", "encoder,V512", "images,SCALAR", "images,V256", "images,V512",
            "images,V256"})
    void sessionsAllocateNothing(String name, Form form) {
        var s = name.equals("encoder") ? EncoderTest.encoder(EncoderTest.EVEN) : images();
        var generated = CodeGenerator.generate(s.builder().build(), new CodegenOptions("", "Steady", false));
        try (var model = Model.define(generated.image(), RunOptions.defaults().withForm(form).withThreads(1))) {
            var session = model.newSession();
            Compiled.tensors(s.inputs()).forEach(session::set);
            session.run();
            long deadline = System.nanoTime() + (form == Form.SCALAR ? 0 : PATIENCE_NANOS);
            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long least = allocated(threads, session);
            while (least > NOISE && System.nanoTime() < deadline) {
                least = Math.min(least, allocated(threads, session));
            }
            assertThat(least).as("bytes in %s runs", RUNS).isLessThanOrEqualTo(NOISE);
        }
    }

    private static long allocated(ThreadMXBean threads, Session session) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < RUNS; i++) {
            session.run();
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /** Convolutions of every kind: Winograd's, strided, depthwise, narrow, pointwise; and what ends a classifier of pixels. */
    private static Samples images() {
        var s = new Samples(2, false);
        var x = s.input(DType.F32, 1, 12, 12, 32);
        x = conv(s, x, 1, 3, 1, 32, 32);
        x = conv(s, x, 1, 3, 2, 32, 32);
        x = conv(s, x, 1, 3, 1, 32, 32);
        x = conv(s, x, 32, 3, 1, 1, 32);
        x = conv(s, x, 1, 1, 1, 32, 16);
        x = conv(s, x, 1, 3, 1, 16, 20);
        x = s.add(new Softmax(3), x);
        s.builder().output("y", s.add(new Reduce(Reduce.Monoid.MEAN, List.of(1, 2), false), x));
        return s;
    }

    private static Value conv(Samples s, Value x, int groups, int window, int stride, int channels, int results) {
        var relu = Expr.apply(Fn.MAX, Expr.arg(0, DType.F32), Expr.literal(0, DType.F32));
        var op = new Conv(groups, both(stride), both(1), both(window / 2), both(window / 2), true)
                .in(Conv.Layout.CHANNELS_LAST).with(relu);
        return s.add(op, x, s.constant(DType.F32, results, channels, window, window), s.constant(DType.F32, results));
    }

    private static List<Integer> both(int value) {
        return Collections.nCopies(2, value);
    }
}
