package dev.sinter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TuneCacheTest {
    private static final String HERE = "this machine";

    @TempDir
    private Path folder = Path.of("");
    private final List<String> problems = new ArrayList<>();

    private TuneCache read(Path file, String machine) {
        return TuneCache.read(file, machine, problems::add);
    }

    private Path written() throws IOException {
        var file = folder.resolve("new/model.jar.tune");
        var cache = read(file, HERE);
        cache.put("V512 b", 20);
        cache.put("V512 a", 10);
        cache.write(file);
        return file;
    }

    @Test
    void whatIsWrittenIsReadSortedAndAgain() throws IOException {
        var file = written();
        assertThat(Files.readAllLines(file)).containsExactly("sinter tune 1", "machine this machine", "10\tV512 a",
                "20\tV512 b");
        var again = read(file, HERE);
        assertThat(again.times()).isEqualTo(Map.of("V512 a", 10L, "V512 b", 20L));
        assertThat(problems).isEmpty();
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void nothingNewLeavesTheFileAlone() throws IOException {
        var file = written();
        var cache = read(file, HERE);
        Files.delete(file);
        cache.write(file);
        assertThat(file).doesNotExist();
    }

    @Test
    void timesOfAnotherMachineAreNotBelieved() throws IOException {
        var file = written();
        assertThat(read(file, "another").times()).isEmpty();
        assertThat(problems).singleElement().asString().contains("another machine");
        var there = read(file, "another");
        there.put("V256 c", 30);
        there.write(file);
        assertThat(read(file, "another").times()).containsOnlyKeys("V256 c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\tV512 c", "-1\tV512 c", "0\tV512 c", "5", "5\t", "\tV512 c", "", "11\tV512 a",
            "99999999999999999999\tV512 c"})
    void damagedLinesAreLeftOut(String line) throws IOException {
        var file = written();
        var lines = new ArrayList<>(Files.readAllLines(file));
        lines.add(line);
        Files.write(file, lines);
        assertThat(read(file, HERE).times()).containsOnlyKeys("V512 a", "V512 b");
        assertThat(problems).singleElement().asString().contains("1 line is damaged");
    }

    @Property(tries = 200)
    void anyBytesAreReadWithoutHarm(@ForAll byte[] bytes) throws IOException {
        var file = Files.write(Files.createTempFile("model", ".tune"), bytes);
        try {
            var said = new ArrayList<String>();
            assertThat(TuneCache.read(file, HERE, said::add).times()).isEmpty();
            assertThat(said).isNotEmpty();
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void aFolderIsNoCache() {
        assertThat(read(folder, HERE).times()).isEmpty();
        assertThat(problems).hasSize(1);
    }
}
