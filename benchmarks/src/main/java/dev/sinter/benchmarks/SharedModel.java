package dev.sinter.benchmarks;

import dev.sinter.frontend.onnx.OnnxReader;
import dev.sinter.runtime.Tensor;
import dev.sinter.testkit.ProtoValues;
import dev.sinter.testkit.ValueKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A real model in the folder {@code models} of the property {@code sinter.shared}, fed with its first test data; its
 * only shape is its first input's.
 *
 * @param name the folder's name
 * @param folder the folder, an ONNX case
 */
record SharedModel(String name, Path folder) implements Subject {
    private static final String PROPERTY = "sinter.shared";
    private static final double TOLERANCE = 1e-2;
    private static final double QUANTIZED_TOLERANCE = 0.1;

    /**
     * The model with this name.
     *
     * @param name a folder's name
     * @return it, or nothing if there is no such folder
     */
    static List<SharedModel> named(String name) {
        return all().stream().filter(m -> m.name.equals(name)).toList();
    }

    /**
     * All models, sorted.
     *
     * @return none without the property
     */
    static List<SharedModel> all() {
        String shared = System.getProperty(PROPERTY);
        if (shared == null || !Files.isDirectory(Path.of(shared, "models"))) {
            return List.of();
        }
        try (var folders = Files.list(Path.of(shared, "models"))) {
            return folders.filter(f -> Files.exists(f.resolve("model.onnx"))).sorted()
                    .map(f -> new SharedModel(f.getFileName().toString(), f)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<Shape> usual() {
        var first = inputs().getFirst();
        return List.of(Shape.of(Arrays.stream(first.shape()).mapToObj(Math::toIntExact).toArray(Integer[]::new)));
    }

    @Override
    public void check(Shape shape) {
        if (!usual().contains(shape)) {
            throw new UsageException("shape '%s': %s has test data of %s only".formatted(shape, name,
                    usual().getFirst()));
        }
    }

    @Override
    public Path onnx(ModelFiles files, Shape shape) {
        return folder.resolve("model.onnx");
    }

    @Override
    public List<Feed> inputs(Shape shape) {
        return inputs();
    }

    private List<Feed> inputs() {
        try {
            var graph = OnnxReader.readModel(folder.resolve("model.onnx")).getGraph();
            var constants = new HashSet<String>();
            graph.getInitializerList().forEach(t -> constants.add(t.getName()));
            var names = graph.getInputList().stream().map(i -> i.getName()).filter(n -> !constants.contains(n))
                    .toList();
            var feeds = new ArrayList<Feed>();
            for (int i = 0; i < names.size(); i++) {
                Path file = folder.resolve("test_data_set_0").resolve("input_" + i + ".pb");
                var tensor = (Tensor) ProtoValues.read(file, ValueKind.TENSOR);
                feeds.add(Feed.of(names.get(i), Element.valueOf(tensor.dtype().name()), tensor.array(),
                        tensor.shape()));
            }
            return feeds;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public OptionalDouble operations(Shape shape) {
        return OptionalDouble.empty();
    }

    @Override
    public double tolerance() {
        return name.contains("qdq") || name.contains("qoperator") || name.startsWith("moonshine")
                ? QUANTIZED_TOLERANCE : TOLERANCE;
    }
}
