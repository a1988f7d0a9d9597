package dev.sinter.benchmarks.models;

import dev.sinter.frontend.onnx.proto.TensorProto.DataType;
import java.util.List;

/**
 * MobileNetV2 of width 1 as torchvision's model is exported: batch normalization folded, ReLU6 as Clip.
 *
 * @see <a href="https://arxiv.org/abs/1801.04381">Inverted residuals and linear bottlenecks</a>
 */
final class MobileNetwork {
    private static final int CLASSES = 1000;
    private static final int LAST = 1280;
    private static final float SIX = 6;
    private static final double BRANCH = 0.5;
    /** Expansion, channels, repetitions and first stride of each stage. */
    private static final int[][] STAGES = {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1},
            {6, 160, 3, 2}, {6, 320, 1, 1}};

    private final ModelWriter model = new ModelWriter("mobilenetv2", 17);
    private final ConvolutionWriter convolutions = new ConvolutionWriter(model);

    private MobileNetwork() {
    }

    static ModelWriter write(int batch, int size) {
        var network = new MobileNetwork();
        var model = network.model;
        String x = model.input("input", DataType.FLOAT, batch, 3, size, size);
        x = network.clipped("/features/features.0", x, 3, 32, 3, 2, 1);
        int channels = 32;
        int block = 1;
        for (int[] stage : STAGES) {
            for (int i = 0; i < stage[2]; i++) {
                x = network.block("/features/features." + block++ + "/conv", x, channels, stage[1], stage[0],
                        i == 0 ? stage[3] : 1);
                channels = stage[1];
            }
        }
        x = network.clipped("/features/features." + block, x, channels, LAST, 1, 1, 1);
        model.output(network.convolutions.classifier(x, "/classifier/classifier.1", LAST, CLASSES), "output",
                DataType.FLOAT, batch, CLASSES);
        return model;
    }

    private String block(String path, String x, int from, int to, int expansion, int stride) {
        int inner = from * expansion;
        int part = 0;
        String y = x;
        if (expansion != 1) {
            y = clipped(path + "/conv." + part++, y, from, inner, 1, 1, 1);
        }
        y = clipped(path + "/conv." + part++, y, inner, inner, 3, stride, inner);
        boolean residual = stride == 1 && from == to;
        y = convolutions.conv(path + "/conv." + part + "/Conv", y, inner, to, 1, 1, 1, residual ? BRANCH : 1);
        return residual ? model.node(path.substring(0, path.lastIndexOf('/')) + "/Add", "Add", List.of(x, y)) : y;
    }

    private String clipped(String path, String x, int from, int to, int size, int stride, int groups) {
        String y = convolutions.conv(path + "/" + path.substring(path.lastIndexOf('/') + 1) + ".0/Conv", x, from, to,
                size, stride, groups, 1);
        String clip = path + "/" + path.substring(path.lastIndexOf('/') + 1) + ".2";
        return model.node(clip + "/Clip", "Clip", List.of(y, model.scalar(clip + "/Constant", 0),
                model.scalar(clip + "/Constant_1", SIX)));
    }
}
