package dev.sinter.benchmarks.models;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.TensorProto.DataType;
import java.util.List;

/**
 * ResNet-18 and ResNet-50 as torchvision's models are exported: batch normalization folded into the convolutions before
 * it, fixed input size.
 *
 * @see <a href="https://arxiv.org/abs/1512.03385">Deep residual learning</a>
 */
final class ResidualNetwork {
    private static final int CLASSES = 1000;
    private static final int STAGES = 4;
    /** He's scale on the branch that is added to the other, smaller so that the sums do not grow. */
    private static final double BRANCH = 0.5;

    private final ConvolutionWriter convolutions;
    private final ModelWriter model;
    private final boolean bottleneck;

    private ResidualNetwork(ModelWriter model, boolean bottleneck) {
        this.model = model;
        this.convolutions = new ConvolutionWriter(model);
        this.bottleneck = bottleneck;
    }

    static ModelWriter resnet18(int batch, int size) {
        return write("resnet18", false, new int[]{2, 2, 2, 2}, batch, size);
    }

    static ModelWriter resnet50(int batch, int size) {
        return write("resnet50", true, new int[]{3, 4, 6, 3}, batch, size);
    }

    private static ModelWriter write(String name, boolean bottleneck, int[] blocks, int batch, int size) {
        var model = new ModelWriter(name, 17);
        var network = new ResidualNetwork(model, bottleneck);
        var x = model.input("input", DataType.FLOAT, batch, 3, size, size);
        x = network.stem(x);
        int channels = 64;
        for (int stage = 0; stage < STAGES; stage++) {
            int width = 64 << stage;
            for (int block = 0; block < blocks[stage]; block++) {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                x = network.block("/layer" + (stage + 1) + "/layer" + (stage + 1) + "." + block, x, channels, width,
                        stride);
                channels = bottleneck ? 4 * width : width;
            }
        }
        model.output(network.convolutions.classifier(x, "/fc", channels, CLASSES), "output", DataType.FLOAT, batch,
                CLASSES);
        return model;
    }

    private String stem(String x) {
        String y = relu("/relu", convolutions.conv("/conv1/Conv", x, 3, 64, 7, 2, 1, 1));
        return model.node("/maxpool/MaxPool", "MaxPool", List.of(y), Attribute.of("ceil_mode", 0),
                Attribute.integers("dilations", 1, 1), Attribute.integers("kernel_shape", 3, 3),
                Attribute.integers("pads", 1, 1, 1, 1), Attribute.integers("strides", 2, 2));
    }

    private String block(String path, String x, int from, int width, int stride) {
        int to = bottleneck ? 4 * width : width;
        String y;
        if (bottleneck) {
            y = relu(path + "/relu", convolutions.conv(path + "/conv1/Conv", x, from, width, 1, 1, 1, 1));
            y = relu(path + "/relu_1", convolutions.conv(path + "/conv2/Conv", y, width, width, 3, stride, 1, 1));
            y = convolutions.conv(path + "/conv3/Conv", y, width, to, 1, 1, 1, BRANCH);
        } else {
            y = relu(path + "/relu", convolutions.conv(path + "/conv1/Conv", x, from, width, 3, stride, 1, 1));
            y = convolutions.conv(path + "/conv2/Conv", y, width, to, 3, 1, 1, BRANCH);
        }
        String shortcut = stride == 1 && from == to ? x
                : convolutions.conv(path + "/downsample/downsample.0/Conv", x, from, to, 1, stride, 1, Math.sqrt(0.5));
        String sum = model.node(path + "/Add", "Add", List.of(y, shortcut));
        return relu(path + "/relu_2", sum);
    }

    private String relu(String path, String x) {
        return model.node(path + "/Relu", "Relu", List.of(x));
    }
}
