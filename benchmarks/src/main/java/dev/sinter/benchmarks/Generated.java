package dev.sinter.benchmarks;

import dev.sinter.benchmarks.models.Architecture;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * A generated model with one input of normally distributed numbers.
 *
 * @param name its name
 * @param architecture what it is
 * @param usual see {@link Subject#usual}; other shapes need as many sizes
 * @param layout the input's extents
 * @param operations operations of a call; zero where they say nothing
 */
record Generated(String name, Architecture architecture, List<Shape> usual, Layout layout,
        ToDoubleFunction<Shape> operations) implements Subject {
    private static final long SEED = 20240608L;
    private static final double TOLERANCE = 1e-3;

    /** An input's extents for a shape. */
    enum Layout {
        /** Batch and 30 columns, any batch. */
        ROWS {
            @Override
            long[] dims(Shape shape) {
                return new long[]{shape.batch(), 30};
            }
        },
        /** Batch, three colours, and a square. */
        IMAGES {
            @Override
            long[] dims(Shape shape) {
                return new long[]{shape.batch(), 3, shape.extent(), shape.extent()};
            }
        },
        /** Batch, steps, and vectors of 128. */
        STEPS {
            @Override
            long[] dims(Shape shape) {
                return new long[]{shape.batch(), shape.extent(), 128};
            }
        };

        abstract long[] dims(Shape shape);
    }

    @Override
    public void check(Shape shape) {
        if (!shape.plain(usual.getFirst().sizes().size())) {
            throw new UsageException("shape '%s': %s takes %s".formatted(shape, name, switch (layout) {
                case ROWS -> "a number of rows, such as 1000";
                case IMAGES -> "BATCHxSIDE, such as 1x224";
                case STEPS -> "BATCHxSTEPS, such as 1x50";
            }));
        }
    }

    /** Where the input's size is fixed, there is a file for each shape. */
    @Override
    public Path onnx(ModelFiles files, Shape shape) {
        String file = layout == Layout.ROWS ? name : name + "-" + shape;
        return files.generated(file, architecture, shape.batch(), shape.extent());
    }

    @Override
    public List<Feed> inputs(Shape shape) {
        long[] dims = layout.dims(shape);
        long n = 1;
        for (long dim : dims) {
            n *= dim;
        }
        var values = new float[Math.toIntExact(n)];
        var random = new Random(SEED);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return List.of(Feed.of("input", Element.F32, values, dims));
    }

    @Override
    public OptionalDouble operations(Shape shape) {
        double count = operations.applyAsDouble(shape);
        return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(count);
    }

    @Override
    public double tolerance() {
        return TOLERANCE;
    }
}
