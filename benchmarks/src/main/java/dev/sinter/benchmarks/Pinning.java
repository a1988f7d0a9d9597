package dev.sinter.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Ties this process's threads to processors, through Linux's {@code taskset}. */
final class Pinning {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";

    private Pinning() {
    }

    /**
     * The first of this process's processors, as {@code taskset} takes them.
     *
     * @param count how many
     * @return a list such as {@code 0,1}; empty where there are fewer, or no Linux
     */
    static Optional<String> cpus(int count) {
        try {
            List<Integer> all = allowed();
            return all.size() < count ? Optional.empty()
                    : Optional.of(all.subList(0, count).stream().map(Object::toString)
                            .collect(Collectors.joining(",")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Ties all threads of this process, those it starts later included, to the first of its processors.
     *
     * @param count how many processors
     * @return whether it worked; it does not where there is no {@code taskset}, or there are fewer processors
     */
    static boolean pin(int count) {
        Optional<String> list = cpus(count);
        if (list.isEmpty()) {
            return false;
        }
        try {
            var process = new ProcessBuilder("taskset", "-a", "-p", "-c", list.get(),
                    Long.toString(ProcessHandle.current().pid()))
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Reads a list such as {@code 0-3,8}. */
    private static List<Integer> allowed() throws IOException {
        var cpus = new ArrayList<Integer>();
        for (String line : Files.readAllLines(STATUS)) {
            if (line.startsWith(ALLOWED)) {
                for (String range : line.substring(ALLOWED.length()).strip().split(",")) {
                    String[] ends = range.split("-");
                    for (int c = Integer.parseInt(ends[0]); c <= Integer.parseInt(ends[ends.length - 1]); c++) {
                        cpus.add(c);
                    }
                }
            }
        }
        return cpus;
    }
}
