package dev.sinter.benchmarks;

import dev.sinter.benchmarks.models.Architecture;
import dev.sinter.frontend.onnx.ImportOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A model of one layer with constant weights; the shape says how large it is.
 *
 * @param name its name
 * @param takes its sizes in words
 * @param standard its sizes where none are asked for
 * @param text the model in the DSL, with a place for each size
 * @param input the input's sizes
 * @param products multiply-additions of a call
 */
record Layer(String name, String takes, Shape standard, String text, Function<List<Integer>, int[]> input,
        ToDoubleFunction<List<Integer>> products) implements Subject {
    /** A product. */
    static final Layer PRODUCT = new Layer("product", "ROWSxINPUTSxOUTPUTS", Shape.parse("128x768x768"), """
            model product {
                input x as "input": f32[%1$d, %2$d]
                param w: f32[%2$d, %3$d] = normal()
                output "output" = x @ w
            }
            """, s -> new int[]{s.get(0), s.get(1)}, s -> (double) s.get(0) * s.get(1) * s.get(2));
    /** A convolution of a square image with a square window, with as many zeros around it as keep its size. */
    static final Layer CONVOLUTION = new Layer("convolution", "CHANNELSxRESULTSxSIDExWINDOWxSTRIDE",
            Shape.parse("64x64x56x3x1"), """
                    model convolution {
                        input x as "input": f32[1, %1$d, %3$d, %3$d]
                        output "output" = conv2d(x, %2$d, %4$d, stride = %5$d)
                    }
                    """, s -> new int[]{1, s.get(0), s.get(2), s.get(2)}, s -> {
                int window = s.get(3);
                double side = (s.get(2) + window / 2 * 2 - window) / s.get(4) + 1;
                return s.get(0) * s.get(1) * side * side * window * window;
            });
    private static final long SEED = 20240609L;
    private static final double TOLERANCE = 1e-3;

    @Override
    public List<Shape> usual() {
        return List.of(standard);
    }

    @Override
    public void check(Shape shape) {
        if (!shape.plain(standard.sizes().size())) {
            throw new UsageException("shape '%s': %s takes %s, such as %s".formatted(shape, name, takes, standard));
        }
    }

    @Override
    public Path onnx(ModelFiles files, Shape shape) {
        Path file = files.place(name + "-" + shape + ".onnx");
        try {
            if (!Files.exists(file)) {
                var model = text.formatted(shape.sizes().toArray());
                Architecture.write(model.getBytes(StandardCharsets.UTF_8), ImportOptions.NONE, file);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<Feed> inputs(Shape shape) {
        var dims = input.apply(shape.sizes());
        var values = new float[Arrays.stream(dims).reduce(1, Math::multiplyExact)];
        var random = new Random(SEED);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return List.of(Feed.of("input", Element.F32, values, Arrays.stream(dims).asLongStream().toArray()));
    }

    @Override
    public OptionalDouble operations(Shape shape) {
        return OptionalDouble.of(2 * products.applyAsDouble(shape.sizes()));
    }

    @Override
    public double tolerance() {
        return TOLERANCE;
    }
}
