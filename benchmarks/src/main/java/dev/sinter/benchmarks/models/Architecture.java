package dev.sinter.benchmarks.models;

import java.io.IOException;
import java.nio.file.Path;

/** The architectures that can be written. */
public enum Architecture {
    /** BERT-base: 12 layers of 768. */
    BERT_BASE((batch, extent) -> TextEncoder.bert("bert-base", 12, 768, 12)),
    /** DistilBERT: 6 layers of 768. */
    DISTILBERT((batch, extent) -> TextEncoder.distilbert()),
    /** BERT-mini: 4 layers of 256. */
    BERT_MINI((batch, extent) -> TextEncoder.bert("bert-mini", 4, 256, 4)),
    /** ResNet-18. */
    RESNET18((batch, extent) -> ResidualNetwork.resnet18(batch, extent)),
    /** ResNet-50. */
    RESNET50((batch, extent) -> ResidualNetwork.resnet50(batch, extent)),
    /** MobileNetV2 of width 1. */
    MOBILENETV2((batch, extent) -> MobileNetwork.write(batch, extent)),
    /** Two layers of LSTM of width 128. */
    LSTM((batch, extent) -> RecurrentNetwork.write(batch, extent)),
    /** GPT-2 with its key-value cache. */
    GPT2((batch, extent) -> TextDecoder.write()),
    /** Linear layers of 30, 64, 32 and 1. */
    MLP((batch, extent) -> Perceptron.write()),
    /** 100 boosted trees of depth 6 over 30 features. */
    TREES((batch, extent) -> BoostedTrees.write());

    private final Form form;

    /** Makes a writer of a model for a batch and an extent, which those of free sizes don't need. */
    private interface Form {
        ModelWriter writer(int batch, int extent);
    }

    Architecture(Form form) {
        this.form = form;
    }

    ModelWriter writer(int batch, int extent) {
        return form.writer(batch, extent);
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
        writer(batch, extent).write(file);
    }
}
