package dev.sinter.benchmarks.models;

import dev.sinter.frontend.dsl.DslImporter;
import dev.sinter.frontend.onnx.ImportOptions;
import dev.sinter.frontend.onnx.export.ExportOptions;
import dev.sinter.frontend.onnx.export.OnnxExporter;
import dev.sinter.passes.Pipeline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/**
 * The architectures that can be written as ONNX. Each is a text of the model language, {@code NAME.sinter} beside this
 * class, with seeded weights; so every engine, Sinter too, reads the same ONNX file. Only {@link #TREES} is written
 * node by node: the language describes layers of tensors, and has no words for decision trees.
 */
public enum Architecture {
    /** BERT-base: 12 layers of 768. */
    BERT_BASE(""),
    /** DistilBERT: 6 layers of 768. */
    DISTILBERT(""),
    /** BERT-mini: 4 layers of 256. */
    BERT_MINI(""),
    /** ResNet-18. */
    RESNET18("side"),
    /** ResNet-50. */
    RESNET50("side"),
    /** MobileNetV2 of width 1. */
    MOBILENETV2("side"),
    /** Two layers of LSTM of width 128. */
    LSTM("steps"),
    /** GPT-2 with its key-value cache. */
    GPT2(""),
    /** Linear layers of 30, 64, 32 and 1. */
    MLP(""),
    /** 100 boosted trees of depth 6 over 30 features. */
    TREES("");

    /**
     * What PyTorch's exporter does before it writes: it computes what is constant, transposed weights above all, and
     * folds batch normalization into the convolutions before it. Without that ONNX Runtime would do the same whenever it
     * opens the file, and start later than it does with the files that people have.
     */
    private static final Set<String> BEFORE = Set.of("drop-dead", "fold-constants", "recognize-conv");

    private final String sized;

    /** An architecture whose input's sizes are fixed in the file, {@code batch} and this one; or none of them. */
    Architecture(String sized) {
        this.sized = sized;
    }

    /**
     * The model as text.
     *
     * @return the text, in UTF-8
     * @throws IOException if it can't be read
     * @throws IllegalArgumentException if it is written otherwise
     */
    public byte[] text() throws IOException {
        var resource = name().toLowerCase(Locale.ROOT).replace('_', '-') + ".sinter";
        try (var in = Architecture.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException("there is no text " + resource);
            }
            return in.readAllBytes();
        }
    }

    /**
     * Writes a model as ONNX. Equal calls write equal files.
     *
     * @param file the file, which is replaced
     * @param batch images or sequences in a call, for the models whose input has a fixed size
     * @param extent an image's side or a sequence's steps, likewise
     * @throws IOException if the file can't be written
     */
    public void write(Path file, int batch, int extent) throws IOException {
        if (this == TREES) {
            BoostedTrees.write(file);
            return;
        }
        write(text(), sized.isEmpty() ? ImportOptions.NONE
                : ImportOptions.NONE.dim("batch", batch).dim(sized, extent), file);
    }

    /**
     * Writes a text as ONNX.
     *
     * @param text a model, in UTF-8
     * @param sizes sizes to fix
     * @param file the file, which is replaced
     * @throws IOException if the file can't be written
     */
    public static void write(byte[] text, ImportOptions sizes, Path file) throws IOException {
        var passes = Pipeline.standard().passes().stream().filter(p -> BEFORE.contains(p.name())).toList();
        OnnxExporter.write(new Pipeline(passes).run(DslImporter.importModel(text, sizes)), file,
                ExportOptions.DEFAULTS);
    }
}
