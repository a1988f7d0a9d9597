package dev.sinter.benchmarks.models;

import com.google.protobuf.ByteString;
import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Two layers of LSTM of width 128 as PyTorch exports {@code nn.LSTM(128, 128, 2, batch_first=True)}. */
final class RecurrentNetwork {
    private static final int HIDDEN = 128;
    private static final int LAYERS = 2;
    private static final int GATES = 4;

    private RecurrentNetwork() {
    }

    static ModelWriter write(int batch, int steps) {
        var model = new ModelWriter("lstm", 17);
        String x = model.input("input", DataType.FLOAT, batch, steps, HIDDEN);
        x = model.node("/lstm/Transpose", "Transpose", List.of(x), Attribute.integers("perm", 1, 0, 2));
        String zero = model.initializer("onnx::LSTM_0", DataType.FLOAT,
                ByteString.copyFrom(ByteBuffer.allocate(Float.BYTES * batch * HIDDEN)), 1, batch, HIDDEN);
        var hidden = new ArrayList<String>();
        var cells = new ArrayList<String>();
        double deviation = Math.sqrt(1.0 / HIDDEN);
        for (int layer = 0; layer < LAYERS; layer++) {
            String path = layer == 0 ? "/lstm/LSTM" : "/lstm/LSTM_" + layer;
            String w = model.weights("onnx::LSTM_W" + layer, 0, deviation, 1, GATES * HIDDEN, HIDDEN);
            String r = model.weights("onnx::LSTM_R" + layer, 0, deviation, 1, GATES * HIDDEN, HIDDEN);
            String b = model.weights("onnx::LSTM_B" + layer, 0, 0.1, 1, 2 * GATES * HIDDEN);
            var y = model.nodes(path, "LSTM", "", List.of(x, w, r, b, "", zero, zero), 3,
                    Attribute.of("hidden_size", HIDDEN));
            hidden.add(y.get(1));
            cells.add(y.get(2));
            String axis = model.list(path + "/Constant", 1);
            x = model.node(path + "/Squeeze", "Squeeze", List.of(y.getFirst(), axis));
        }
        x = model.node("/lstm/Transpose_1", "Transpose", List.of(x), Attribute.integers("perm", 1, 0, 2));
        model.output(x, "output", DataType.FLOAT, batch, steps, HIDDEN);
        model.output(joined(model, "/lstm/Concat", hidden), "hn", DataType.FLOAT, LAYERS, batch, HIDDEN);
        model.output(joined(model, "/lstm/Concat_1", cells), "cn", DataType.FLOAT, LAYERS, batch, HIDDEN);
        return model;
    }

    private static String joined(ModelWriter model, String path, List<String> parts) {
        return model.node(path, "Concat", parts, Attribute.of("axis", 0));
    }
}
