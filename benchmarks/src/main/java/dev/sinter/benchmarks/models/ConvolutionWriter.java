package dev.sinter.benchmarks.models;

import dev.sinter.frontend.onnx.Attribute;
import java.util.List;

/** The parts that convolutional networks share. */
final class ConvolutionWriter {
    private static final double BIAS = 0.02;

    private final ModelWriter model;
    private int weights;

    ConvolutionWriter(ModelWriter model) {
        this.model = model;
    }

    /**
     * Adds a square convolution with bias and padding that keeps the size at stride 1; its weights have He's deviation.
     *
     * @param path the node's name
     * @param x its input
     * @param from input channels
     * @param to output channels
     * @param size the window's side
     * @param stride step in both directions
     * @param groups channel groups
     * @param scale factor on the deviation
     * @return the output
     */
    String conv(String path, String x, int from, int to, int size, int stride, int groups, double scale) {
        double fan = (double) from / groups * size * size;
        String name = "onnx::Conv_" + weights++;
        String w = model.weights(name, 0, scale * Math.sqrt(2 / fan), to, from / groups, size, size);
        String b = model.weights("onnx::Conv_" + weights++, 0, BIAS, to);
        long pad = size / 2;
        return model.node(path, "Conv", List.of(x, w, b), Attribute.integers("dilations", 1, 1),
                Attribute.of("group", groups), Attribute.integers("kernel_shape", size, size),
                Attribute.integers("pads", pad, pad, pad, pad), Attribute.integers("strides", stride, stride));
    }

    /**
     * Adds the mean over the image and a linear layer.
     *
     * @param x feature maps
     * @param path the linear layer's name
     * @param from channels
     * @param to classes
     * @return a figure for each class
     */
    String classifier(String x, String path, int from, int to) {
        String mean = model.node("/avgpool/GlobalAveragePool", "GlobalAveragePool", List.of(x));
        String flat = model.node("/Flatten", "Flatten", List.of(mean), Attribute.of("axis", 1));
        String name = path.substring(1).replace('/', '.');
        String w = model.weights(name + ".weight", 0, Math.sqrt(1.0 / from), to, from);
        String b = model.weights(name + ".bias", 0, BIAS, to);
        return model.node(path + "/Gemm", "Gemm", List.of(flat, w, b), Attribute.of("alpha", 1f),
                Attribute.of("beta", 1f), Attribute.of("transB", 1));
    }
}
