package dev.sinter.benchmarks;

import dev.sinter.benchmarks.models.Architecture;
import dev.sinter.frontend.onnx.ImportOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;

/** One product with constant weights: the shape has its rows, inputs and outputs. */
final class Product implements Subject {
    private static final String NAME = "product";
    private static final int SIZES = 3;
    private static final long SEED = 20240609L;
    private static final double TOLERANCE = 1e-3;
    private static final String TEXT = """
            model product {
                input x as "input": f32[%d, %d]
                param w: f32[%2$d, %d] = normal()
                output "output" = x @ w
            }
            """;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Shape> usual() {
        return Shape.all("128x768x768");
    }

    @Override
    public void check(Shape shape) {
        if (!shape.plain(SIZES)) {
            throw new UsageException(
                    "shape '%s': %s takes ROWSxINPUTSxOUTPUTS, such as 128x768x3072".formatted(shape, NAME));
        }
    }

    @Override
    public Path onnx(ModelFiles files, Shape shape) {
        Path file = files.place(NAME + "-" + shape + ".onnx");
        try {
            if (!Files.exists(file)) {
                var text = TEXT.formatted(shape.sizes().toArray());
                Architecture.write(text.getBytes(StandardCharsets.UTF_8), ImportOptions.NONE, file);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<Feed> inputs(Shape shape) {
        var values = new float[shape.sizes().get(0) * shape.sizes().get(1)];
        var random = new Random(SEED);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return List.of(Feed.of("input", Element.F32, values, shape.sizes().get(0), shape.sizes().get(1)));
    }

    @Override
    public OptionalDouble operations(Shape shape) {
        return OptionalDouble.of(shape.sizes().stream().mapToDouble(Integer::doubleValue).reduce(2, (a, b) -> a * b));
    }

    @Override
    public double tolerance() {
        return TOLERANCE;
    }
}
