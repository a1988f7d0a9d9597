package dev.sinter.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Images of the hand-written models. */
final class Samples {
    static final String AFFINE = "dev.sinter.runtime.sample.Affine";
    static final String SLOW = "dev.sinter.runtime.sample.Slow";
    static final DimInfo BATCH = new DimInfo.Symbol(0, "batch");
    static final DimInfo COLUMNS = new DimInfo.Symbol(1, "columns");

    private Samples() {
    }

    static ModelInfo affineInfo() {
        return new ModelInfo("affine", AFFINE, "META-INF/sinter/model.ir",
                List.of(new SymbolInfo("batch", 0, 4096), new SymbolInfo("columns", 0, 512)),
                List.of(new ValueInfo("x", DType.F32, List.of(BATCH, COLUMNS))),
                List.of(new ValueInfo("y", DType.F32, List.of(BATCH, new DimInfo.Expression("columns", 3))),
                        new ValueInfo("workers", DType.I32, List.of(BATCH, COLUMNS))),
                List.of(new AllocationInfo(StorageClass.F32, 0, 1, 0, false),
                        new AllocationInfo(StorageClass.F32, 0, 0, 1, true)),
                4, 2, 2, 64);
    }

    static ModelImage affine() {
        MemorySegment weights = Arena.ofAuto().allocate(64, 64);
        weights.set(ValueLayout.JAVA_FLOAT, 0, 0.5f);
        return new ModelImage(affineInfo(), classes("Affine", "Affine$Base", "Affine$Scalar", "Affine$V128",
                "Affine$V256", "Affine$V512"), weights,
                Map.of("META-INF/sinter/model.ir", "a dump".getBytes(StandardCharsets.UTF_8)));
    }

    static ModelImage slow() {
        var info = new ModelInfo("slow", SLOW, "none", List.of(),
                List.of(new ValueInfo("x", DType.F32, List.of())), List.of(new ValueInfo("y", DType.F32, List.of())),
                List.of(), 0, 0, 0, 0);
        return new ModelImage(info, classes("Slow$Scalar"), MemorySegment.NULL, Map.of());
    }

    static Map<String, byte[]> classes(String... names) {
        var classes = new HashMap<String, byte[]>();
        for (String name : names) {
            try (InputStream in = Samples.class.getResourceAsStream("sample/" + name + ".class")) {
                classes.put("dev.sinter.runtime.sample." + name, in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return classes;
    }

    static RunOptions options() {
        return RunOptions.defaults().withForm(Form.SCALAR);
    }

    static float[] ramp(int n) {
        var x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = i;
        }
        return x;
    }
}
