package dev.sinter.passes;

import dev.sinter.ir.ConstantSink;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphPrinter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Writes every stage of a pipeline to a folder: {@code 00-import.ir}, {@code 01-drop-dead.ir}, … Each parses back.
 *
 * @param folder
 *            exists
 * @param constants
 *            where large constants go
 */
public record IrDump(Path folder, ConstantSink constants) implements PassListener {
    /**
     * Writes one stage.
     *
     * @throws UncheckedIOException
     *             if the file can't be written
     */
    @Override
    public void stage(int number, String name, Graph graph) {
        try {
            Files.writeString(folder.resolve(String.format(Locale.ROOT, "%02d-%s.ir", number, name)),
                    GraphPrinter.print(graph, constants));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
