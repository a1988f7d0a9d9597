package dev.sinter.benchmarks;

import dev.sinter.benchmarks.models.Architecture;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** All models that the comparison knows. */
final class Subjects {
    private static final double EXACT = 1e-3;
    /** One value at a rounding tie changes all layers behind it. */
    private static final double QUANTIZED = 0.1;
    private static final List<Shape> ENCODER_SHAPES = Shape.all("1x8", "1x32", "1x128", "1x256", "32x128");
    private static final double LSTM_STEP = 2 * 2 * 2 * 4 * 128 * 128.0;
    private static final double MLP_ROW = 2 * (30 * 64 + 64 * 32 + 32.0);

    private static final List<Subject> OWN = List.of(
            artifact("all-minilm-l6-v2", 6, EXACT),
            artifact("all-minilm-l6-v2-q", 6, QUANTIZED),
            artifact("bge-small-en-v1.5", 12, EXACT),
            artifact("bge-small-en-v1.5-q", 12, QUANTIZED),
            bert("bert-base", Architecture.BERT_BASE, 12, 768, true, "1x8", "1x128"),
            bert("distilbert", Architecture.DISTILBERT, 6, 768, false, "1x128"),
            bert("bert-mini", Architecture.BERT_MINI, 4, 256, true, "1x128"),
            image("resnet18", Architecture.RESNET18, 1.814e9),
            image("resnet50", Architecture.RESNET50, 4.089e9),
            image("mobilenetv2", Architecture.MOBILENETV2, 0.3008e9),
            new Generated("lstm", Architecture.LSTM, Shape.all("1x50"), Generated.Layout.STEPS,
                    s -> s.batch() * s.extent() * LSTM_STEP),
            new Decoder(),
            rows("mlp", Architecture.MLP, s -> s.batch() * MLP_ROW),
            rows("trees", Architecture.TREES, s -> 0),
            Layer.PRODUCT,
            Layer.CONVOLUTION);

    private Subjects() {
    }

    private static Subject artifact(String name, int layers, double tolerance) {
        return new Encoder(name, layers, 384, true, tolerance, ENCODER_SHAPES, f -> f.resource(name + ".onnx"));
    }

    private static Subject bert(String name, Architecture architecture, int layers, int hidden, boolean segments,
            String... shapes) {
        return new Encoder(name, layers, hidden, segments, EXACT, Shape.all(shapes),
                f -> f.generated(name, architecture, 1, 1));
    }

    /** The published number of multiply-additions of an image of side 224 grows with the area. */
    private static Subject image(String name, Architecture architecture, double multiplyAdds) {
        return new Generated(name, architecture, Shape.all("1x224"), Generated.Layout.IMAGES,
                s -> 2 * multiplyAdds * s.batch() * s.extent() * s.extent() / (224 * 224));
    }

    private static Subject rows(String name, Architecture architecture, ToDoubleFunction<Shape> operations) {
        return new Generated(name, architecture, Shape.all("1", "1000"), Generated.Layout.ROWS, operations);
    }

    /**
     * The model with this name.
     *
     * @param name a name on the command line
     * @return the model, or empty if there is none
     */
    static Optional<Subject> named(String name) {
        return OWN.stream().filter(s -> s.name().equals(name)).findFirst()
                .or(() -> OWN.stream().flatMap(whole -> PrunedModel.of(name, whole).stream()).findFirst())
                .or(() -> OWN.stream().flatMap(whole -> QuantizedModel.of(name, whole).stream()).findFirst())
                .or(() -> OWN.stream().flatMap(whole -> CodedModel.of(name, whole).stream()).findFirst())
                .or(() -> SharedModel.named(name).stream().map(Subject.class::cast).findFirst());
    }

    /**
     * The models' names.
     *
     * @return the names, the shared ones last
     */
    static List<String> names() {
        var names = new ArrayList<>(OWN.stream().map(Subject::name).toList());
        SharedModel.all().forEach(m -> names.add(m.name()));
        return names;
    }
}
