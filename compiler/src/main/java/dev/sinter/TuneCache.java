package dev.sinter;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Measured times in a small text file: a line with the version, one with the machine, then a line for each key, sorted,
 * with the nanoseconds before it. What can't be read is left out, and what another machine measured is not believed.
 */
final class TuneCache {
    private static final String VERSION = "sinter tune 1";
    private static final String MACHINE = "machine ";
    private static final char TAB = '\t';
    /** A day: no call takes longer. */
    private static final long MOST = 86_400_000_000_000L;

    private final String machine;
    private final SortedMap<String, Long> nanos = new TreeMap<>();
    private boolean changed;

    private TuneCache(String machine) {
        this.machine = machine;
    }

    /** Nothing measured. */
    static TuneCache empty(String machine) {
        return new TuneCache(machine);
    }

    /**
     * Reads a file; one that is not there is empty.
     *
     * @param machine
     *            what the times are about, one line
     * @param problems
     *            told what was not believed
     */
    static TuneCache read(Path file, String machine, Consumer<String> problems) {
        var cache = new TuneCache(machine);
        try {
            var lines = Files.readAllLines(file);
            if (lines.isEmpty() || !lines.getFirst().equals(VERSION)) {
                problems.accept(file + ": no measured times of this version; all are taken again");
            } else if (lines.size() < 2 || !lines.get(1).equals(MACHINE + machine)) {
                problems.accept(file + ": times of another machine; all are taken again");
            } else {
                long bad = lines.stream().skip(2).filter(line -> !cache.add(line)).count();
                if (bad > 0) {
                    problems.accept(file + ": " + bad + (bad == 1 ? " line is" : " lines are")
                            + " damaged and left out");
                }
            }
        } catch (NoSuchFileException e) {
            // the first time
        } catch (CharacterCodingException e) {
            problems.accept(file + ": not a text; all times are taken again");
        } catch (IOException e) {
            problems.accept(file + ": measured times can't be read, all are taken again: " + e);
        }
        return cache;
    }

    private boolean add(String line) {
        int tab = line.indexOf(TAB);
        if (tab < 1 || tab == line.length() - 1) {
            return false;
        }
        try {
            long time = Long.parseLong(line.substring(0, tab));
            return time > 0 && time < MOST && nanos.put(line.substring(tab + 1), time) == null;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    OptionalLong get(String key) {
        var time = nanos.get(key);
        return time == null ? OptionalLong.empty() : OptionalLong.of(time);
    }

    /** Keeps a time; the key is one line. */
    void put(String key, long time) {
        nanos.put(key, Math.clamp(time, 1, MOST - 1));
        changed = true;
    }

    /** {@return the times by key} */
    Map<String, Long> times() {
        return Map.copyOf(nanos);
    }

    /** Writes the file at once, if there is something new. */
    void write(Path file) throws IOException {
        if (!changed) {
            return;
        }
        var lines = new ArrayList<>(List.of(VERSION, MACHINE + machine));
        nanos.forEach((key, time) -> lines.add(time + "" + TAB + key));
        Replacement.of(file, draft -> Files.write(draft, lines));
        changed = false;
    }
}
