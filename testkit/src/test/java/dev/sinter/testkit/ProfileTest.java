package dev.sinter.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sinter.runtime.RunOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A profiler sees kernels, and one frame up the node that called them. */
class ProfileTest {
    private static final long RUN_NANOS = 4_000_000_000L;
    private static final String NODE = "n\\d+_.*";

    @TempDir
    Path folder;

    @Test
    void samplesShowKernelsAndNodes() throws Exception {
        try (var model = Encoder.MINILM.compilation().define(RunOptions.defaults()); var recording = new Recording()) {
            recording.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(10));
            recording.enable("dev.sinter.Run");
            recording.start();
            var inputs = Encoder.inputs(1, 128);
            for (long start = System.nanoTime(); System.nanoTime() - start < RUN_NANOS;) {
                model.run(inputs);
            }
            recording.stop();
            var file = folder.resolve("run.jfr");
            recording.dump(file);
            var kernelAndNode = new ArrayList<String>();
            int inside = 0;
            for (var event : RecordingFile.readAllEvents(file)) {
                if (event.getEventType().getName().equals("jdk.ExecutionSample") && event.getStackTrace() != null) {
                    inside += attribute(model.info().className(), event.getStackTrace().getFrames(), kernelAndNode);
                }
            }
            assertThat(inside).as("samples inside the model").isGreaterThan(20);
            assertThat(kernelAndNode.size()).as("samples with a kernel and its node").isGreaterThan(inside / 2);
        }
    }

    /** Returns 1 for a sample inside the model; adds kernel and node where the one is above the other. */
    private static int attribute(String className, List<RecordedFrame> frames, List<String> found) {
        int first = 0;
        while (first < frames.size() && !frames.get(first).getMethod().getType().getName().startsWith(className)) {
            first++; // what the JDK's own vector code put on top
        }
        for (int i = first; i + 1 < frames.size(); i++) {
            var kernel = frames.get(i).getMethod().getName();
            var node = frames.get(i + 1).getMethod().getName();
            if (!kernel.matches(NODE) && node.matches(NODE)) {
                found.add(kernel + " in " + node);
                break;
            }
        }
        return first < frames.size() ? 1 : 0;
    }
}
