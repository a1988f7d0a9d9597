package dev.sinter.benchmarks;

import dev.sinter.Compiler;
import dev.sinter.Sinter;
import dev.sinter.ir.cost.Choice;
import dev.sinter.ir.cost.Cost;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * Holds choices by estimate against times: a layer is compiled as usual, which says what is chosen, and with
 * {@code --tune}, which says what each way takes.
 */
final class GridRunner {
    private static final double MICRO = 1000;
    private static final String KIND = "sparse";

    /**
     * What a cell of the grid says.
     *
     * @param row the way chosen by estimate against the dense one; none where no other was considered
     * @param note what was chosen, and all times
     */
    record Cell(Optional<Row> row, String note) {
    }

    private GridRunner() {
    }

    /**
     * Measures a cell.
     *
     * @param job a model of one layer
     * @param files where models come from
     * @return the cell
     */
    static Cell run(Job.Cell job, ModelFiles files) {
        Path file = job.subject().onnx(files, job.shape());
        String name = job.subject().name() + " " + job.shape();
        return choice(Sinter.compiler(), file)
                .map(estimated -> cell(job, name, estimated, choice(Sinter.compiler().tune(true), file)
                        .filter(Choice::measured)
                        .orElseThrow(() -> new IllegalStateException("no times could be taken"))))
                .orElseGet(() -> new Cell(Optional.empty(), name + ": dense, nothing else was considered"));
    }

    private static Optional<Choice> choice(Compiler compiler, Path file) {
        return compiler.compilation(file).choices().stream().filter(c -> c.kind().equals(KIND)).findFirst();
    }

    private static Cell cell(Job.Cell job, String name, Choice estimated, Choice measured) {
        var row = new Row(job.subject().name(), job.shape().toString(), Peer.DENSE.label(), Measure.CALL, 1,
                micros(measured.costs(), estimated.picked()), micros(measured.costs(), Peer.DENSE.label()),
                Optional.empty(), OptionalDouble.empty());
        var times = measured.costs().stream()
                .map(c -> String.format(Locale.ROOT, "%s %.1f (%.1f)", c.way(), c.nanos() / MICRO,
                        micros(estimated.costs(), c.way())))
                .collect(Collectors.joining(", "));
        return new Cell(Optional.of(row), "%s: %s by estimate, %s by time; us (estimates): %s".formatted(name,
                estimated.picked(), measured.picked(), times));
    }

    private static double micros(List<Cost> costs, String way) {
        return costs.stream().filter(c -> c.way().equals(way)).findFirst()
                .orElseThrow(() -> new IllegalStateException("no time of way " + way)).nanos() / MICRO;
    }
}
