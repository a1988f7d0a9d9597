package dev.sinter.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Says when and where a table was measured. */
final class Machine {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
    private static final String MODEL = "model name";

    private Machine() {
    }

    /**
     * Day, processor and JVM.
     *
     * @return one line, without its end
     */
    static String line() {
        return "%s, %s, %d CPUs, %s %s".formatted(LocalDate.now(ZoneOffset.UTC), processor(),
                Runtime.getRuntime().availableProcessors(), System.getProperty("java.vendor.version"),
                System.getProperty("os.arch"));
    }

    private static String processor() {
        try (var lines = Files.lines(PROCESSORS)) {
            return lines.filter(l -> l.startsWith(MODEL)).map(l -> l.substring(l.indexOf(':') + 1).strip())
                    .findFirst().orElse("unknown processor");
        } catch (IOException e) {
            return "unknown processor";
        }
    }
}
