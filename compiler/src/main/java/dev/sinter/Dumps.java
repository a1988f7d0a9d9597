package dev.sinter;

import dev.sinter.ir.ConstantFile;
import dev.sinter.ir.GraphPrinter;
import dev.sinter.runtime.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which dumps to write, and where. */
record Dumps(@Nullable Path ir, Set<String> stages, @Nullable Path classes) {
    static final String ALL = "all";
    static final Dumps NONE = new Dumps(null, Set.of(), null);
    private static final String PLAN = "plan";

    Dumps {
        stages = Set.copyOf(stages);
    }

    Dumps withIr(Path folder, Set<String> which) {
        return new Dumps(folder, which, classes);
    }

    Dumps withClasses(Path folder) {
        return new Dumps(ir, stages, folder);
    }

    void write(Compilation compilation) throws IOException {
        if (ir != null) {
            writeStages(ir, compilation);
        }
        if (classes != null) {
            for (var entry : compilation.image().classes().entrySet()) {
                var file = classes.resolve(entry.getKey().replace('.', '/') + ".class");
                Files.createDirectories(file.toAbsolutePath().getParent());
                Files.write(file, entry.getValue());
            }
        }
    }

    private void writeStages(Path folder, Compilation compilation) throws IOException {
        var known = new TreeSet<String>();
        compilation.stages().forEach(s -> known.add(s.name()));
        known.add(PLAN);
        for (var wanted : stages) {
            if (!wanted.equals(ALL) && !known.contains(wanted)) {
                throw new ModelException("no stage '" + wanted + "' to dump; there are " + known);
            }
        }
        Files.createDirectories(folder);
        int next = 0;
        try (var constants = ConstantFile.open(folder)) {
            for (var stage : compilation.stages()) {
                next = Math.max(next, stage.number() + 1);
                if (wants(stage.name())) {
                    var file = "%02d-%s.ir".formatted(stage.number(), stage.name());
                    Files.writeString(folder.resolve(file), GraphPrinter.print(stage.graph(), constants));
                }
            }
        }
        if (wants(PLAN)) {
            Files.writeString(folder.resolve("%02d-%s.ir".formatted(next, PLAN)), compilation.generated().planText());
        }
    }

    private boolean wants(String stage) {
        return stages.contains(ALL) || stages.contains(stage);
    }
}
