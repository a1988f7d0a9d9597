package dev.sinter.benchmarks.models;

import java.io.IOException;
import java.nio.file.Path;

/** The architectures that can be written. */
public enum Architecture {
    /** BERT-base: 12 layers of 768. */
    BERT_BASE {
        @Override
        ModelWriter writer(int batch, int extent) {
            return TextEncoder.bert("bert-base", 12, 768, 12);
        }
    },
    /** DistilBERT: 6 layers of 768. */
    DISTILBERT {
        @Override
        ModelWriter writer(int batch, int extent) {
            return TextEncoder.distilbert();
        }
    },
    /** BERT-mini: 4 layers of 256. */
    BERT_MINI {
        @Override
        ModelWriter writer(int batch, int extent) {
            return TextEncoder.bert("bert-mini", 4, 256, 4);
        }
    },
    /** ResNet-18. */
    RESNET18 {
        @Override
        ModelWriter writer(int batch, int extent) {
            return ResidualNetwork.resnet18(batch, extent);
        }
    },
    /** ResNet-50. */
    RESNET50 {
        @Override
        ModelWriter writer(int batch, int extent) {
            return ResidualNetwork.resnet50(batch, extent);
        }
    },
    /** MobileNetV2 of width 1. */
    MOBILENETV2 {
        @Override
        ModelWriter writer(int batch, int extent) {
            return MobileNetwork.write(batch, extent);
        }
    },
    /** Two layers of LSTM of width 128. */
    LSTM {
        @Override
        ModelWriter writer(int batch, int extent) {
            return RecurrentNetwork.write(batch, extent);
        }
    },
    /** GPT-2 with its key-value cache. */
    GPT2 {
        @Override
        ModelWriter writer(int batch, int extent) {
            return TextDecoder.write();
        }
    },
    /** Linear layers of 30, 64, 32 and 1. */
    MLP {
        @Override
        ModelWriter writer(int batch, int extent) {
            return Perceptron.write();
        }
    },
    /** 100 boosted trees of depth 6 over 30 features. */
    TREES {
        @Override
        ModelWriter writer(int batch, int extent) {
            return BoostedTrees.write();
        }
    };

    abstract ModelWriter writer(int batch, int extent);

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
