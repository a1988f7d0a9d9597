package dev.sinter.benchmarks;

import dev.sinter.runtime.Model;
import dev.sinter.testkit.SteadySpeed;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A process that loads a model and runs it: what the suites {@code cold} and {@code memory} start and watch. It names
 * no class of a side it is not asked for, and is started with that side's libraries alone on the class path.
 */
public final class FirstResult {
    /** The line that says the first result is there. */
    static final String FIRST = "first";
    /** Begins the line with the milliseconds after the first result at which the steady speed was nearly reached. */
    static final String STEADY = "steady ";
    /** Begins the last line, before the largest resident size in bytes. */
    static final String RESIDENT = "resident ";
    /** Asks for a compiled jar on Sinter. */
    static final String SINTER = "sinter";
    /** Asks for an ONNX file on ONNX Runtime. */
    static final String ORT = "onnxruntime";

    private static final long MILLION = 1_000_000L;
    private static final String HIGH_WATER = "VmHWM:";
    private static final long KIBI = 1024;

    private FirstResult() {
    }

    /**
     * Prints a line when the first result is there, goes on running for a while, and prints when the steady speed was
     * reached and the largest resident size.
     *
     * @param args side, model file, the inputs' file, milliseconds to go on
     * @throws IOException if a file can't be read
     */
    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[1]);
        List<Feed> feeds = Feed.read(Path.of(args[2]));
        PrintStream out = System.out;
        try (Side side = args[0].equals(SINTER)
                ? Sides.sinter(Model.load(file), feeds, false) : Sides.ort(file, feeds, false, 1)) {
            side.run();
            out.println(FIRST);
            out.flush();
            long first = System.nanoTime();
            var speed = new SteadySpeed(first);
            long end = first + Long.parseLong(args[3]) * MILLION;
            for (long now = first; now < end;) {
                side.run();
                now = System.nanoTime();
                speed.call(now);
            }
            out.println(STEADY + speed.reached() / MILLION);
            out.println(RESIDENT + highWater());
            out.flush();
        }
    }

    private static long highWater() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(HIGH_WATER)) {
                return Long.parseLong(line.substring(HIGH_WATER.length()).replace("kB", "").strip()) * KIBI;
            }
        }
        throw new IOException("the process's status has no " + HIGH_WATER);
    }
}
