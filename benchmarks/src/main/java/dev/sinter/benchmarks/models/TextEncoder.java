package dev.sinter.benchmarks.models;

import com.google.protobuf.ByteString;
import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Encoders of the BERT family as exported from Hugging Face's transformers.
 *
 * @see <a href="https://arxiv.org/abs/1810.04805">BERT</a>
 * @see <a href="https://arxiv.org/abs/1910.01108">DistilBERT</a>
 */
final class TextEncoder {
    private static final int VOCABULARY = 30522;
    private static final int POSITIONS = 512;
    private static final float EPSILON = 1e-12f;
    private static final String BATCH = "batch_size";
    private static final String SEQUENCE = "sequence_length";

    private final TransformerWriter parts;
    private final ModelWriter model;
    private final int hidden;
    private final int heads;

    private TextEncoder(String name, int hidden, int heads) {
        this.parts = new TransformerWriter(name);
        this.model = parts.model();
        this.hidden = hidden;
        this.heads = heads;
    }

    /** BERT of any size. */
    static ModelWriter bert(String name, int layers, int hidden, int heads) {
        var encoder = new TextEncoder(name, hidden, heads);
        var model = encoder.model;
        String ids = model.input("input_ids", DataType.INT64, BATCH, SEQUENCE);
        String mask = model.input("attention_mask", DataType.INT64, BATCH, SEQUENCE);
        String types = model.input("token_type_ids", DataType.INT64, BATCH, SEQUENCE);
        String bias = encoder.bias(mask);
        String x = encoder.embeddings(ids, types);
        for (int layer = 0; layer < layers; layer++) {
            x = encoder.bertLayer("/encoder/layer." + layer, x, bias);
        }
        model.output(x, "last_hidden_state", DataType.FLOAT, BATCH, SEQUENCE, hidden);
        return model;
    }

    /** DistilBERT: half of BERT's layers, no segments, and the mask as a choice instead of a sum. */
    static ModelWriter distilbert() {
        var encoder = new TextEncoder("distilbert", 768, 12);
        var model = encoder.model;
        String ids = model.input("input_ids", DataType.INT64, BATCH, SEQUENCE);
        String mask = model.input("attention_mask", DataType.INT64, BATCH, SEQUENCE);
        String x = encoder.embeddings(ids, "");
        for (int layer = 0; layer < 6; layer++) {
            x = encoder.distilLayer("/transformer/layer." + layer, x, mask);
        }
        model.output(x, "last_hidden_state", DataType.FLOAT, BATCH, SEQUENCE, 768);
        return model;
    }

    /** 0 where the mask keeps a position, the least number elsewhere, to be added to the scores. */
    private String bias(String mask) {
        String one = model.node("/Unsqueeze", "Unsqueeze", List.of(mask, model.list("/Constant_axes", 1)));
        String two = model.node("/Unsqueeze_1", "Unsqueeze", List.of(one, model.list("/Constant_axes_1", 2)));
        String real = model.node("/Cast", "Cast", List.of(two), Attribute.of("to", DataType.FLOAT_VALUE));
        String dropped = parts.binary("/Sub", "Sub", model.scalar("/Constant", 1), real);
        return parts.binary("/Mul", "Mul", dropped, model.scalar("/Constant_1", -Float.MAX_VALUE));
    }

    private String embeddings(String ids, String types) {
        String path = "/embeddings";
        String positionIds = model.initializer("embeddings.position_ids", DataType.INT64, positions(), 1, POSITIONS);
        String length = parts.size(path + "/length", ids, 1);
        String zero = model.list(path + "/Constant", 0);
        String one = model.list(path + "/Constant_1", 1);
        String used = model.node(path + "/Slice", "Slice", List.of(positionIds, zero, length, one, one));
        String x = parts.embedded(path + "/word_embeddings", table("word", VOCABULARY), ids);
        if (!types.isEmpty()) {
            x = parts.binary(path + "/Add_2", "Add", x, parts.embedded(path + "/token_type_embeddings",
                    table("token_type", 2), types));
        }
        x = parts.binary(path + "/Add", "Add", x, parts.embedded(path + "/position_embeddings",
                table("position", POSITIONS), used));
        return parts.normalized(path + "/LayerNorm", x, hidden, EPSILON);
    }

    private String table(String name, int rows) {
        return model.weights("embeddings." + name + "_embeddings.weight", 0, TransformerWriter.DEVIATION, rows,
                hidden);
    }

    private static ByteString positions() {
        var bytes = ByteBuffer.allocate(Long.BYTES * POSITIONS).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < POSITIONS; i++) {
            bytes.putLong(i);
        }
        return ByteString.copyFrom(bytes.flip());
    }

    private String bertLayer(String path, String x, String bias) {
        String self = path + "/attention/self";
        String query = parts.linear(self + "/query", x, hidden, hidden);
        String key = heads(self + "/key", parts.linear(self + "/key", x, hidden, hidden));
        String value = heads(self + "/value", parts.linear(self + "/value", x, hidden, hidden));
        value = parts.permuted(self + "/Transpose", value, 0, 2, 1, 3);
        query = parts.permuted(self + "/Transpose_1", heads(self + "/query", query), 0, 2, 1, 3);
        key = parts.permuted(self + "/Transpose_2", key, 0, 2, 3, 1);
        String scores = parts.binary(self + "/MatMul", "MatMul", query, key);
        scores = parts.binary(self + "/Div", "Div", scores, model.scalar(self + "/Constant", root()));
        scores = parts.binary(self + "/Add", "Add", scores, bias);
        String y = parts.linear(path + "/attention/output/dense", mixed(self, scores, value), hidden, hidden);
        y = parts.binary(path + "/attention/output/Add", "Add", y, x);
        y = parts.normalized(path + "/attention/output/LayerNorm", y, hidden, EPSILON);
        String z = parts.linear(path + "/intermediate/dense", y, hidden, 4 * hidden);
        z = parts.gelu(path + "/intermediate/intermediate_act_fn", z);
        z = parts.linear(path + "/output/dense", z, 4 * hidden, hidden);
        return parts.normalized(path + "/output/LayerNorm", parts.binary(path + "/output/Add", "Add", z, y), hidden,
                EPSILON);
    }

    private String distilLayer(String path, String x, String mask) {
        String self = path + "/attention";
        String query = heads(self + "/q_lin", parts.linear(self + "/q_lin", x, hidden, hidden));
        String key = heads(self + "/k_lin", parts.linear(self + "/k_lin", x, hidden, hidden));
        String value = heads(self + "/v_lin", parts.linear(self + "/v_lin", x, hidden, hidden));
        query = parts.permuted(self + "/Transpose", query, 0, 2, 1, 3);
        value = parts.permuted(self + "/Transpose_1", value, 0, 2, 1, 3);
        query = parts.binary(self + "/Div", "Div", query, model.scalar(self + "/Constant", root()));
        String scores = parts.binary(self + "/MatMul", "MatMul", query,
                parts.permuted(self + "/Transpose_2", key, 0, 2, 3, 1));
        scores = masked(self, scores, mask);
        String y = parts.linear(self + "/out_lin", mixed(self, scores, value), hidden, hidden);
        y = parts.normalized(path + "/sa_layer_norm", parts.binary(path + "/Add", "Add", y, x), hidden, EPSILON);
        String z = parts.linear(path + "/ffn/lin1", y, hidden, 4 * hidden);
        z = parts.linear(path + "/ffn/lin2", parts.gelu(path + "/ffn/activation", z), 4 * hidden, hidden);
        return parts.normalized(path + "/output_layer_norm", parts.binary(path + "/Add_1", "Add", z, y), hidden,
                EPSILON);
    }

    /** {@code scores.masked_fill((mask == 0).view(...).expand_as(scores), least)}. */
    private String masked(String path, String scores, String mask) {
        String zero = model.index(path + "/Constant_zero", 0);
        String dropped = parts.binary(path + "/Equal", "Equal", mask, zero);
        String shape = model.node(path + "/Concat_view", "Concat", List.of(
                parts.size(path + "/view_0", mask, 0), model.list(path + "/view_1", 1),
                model.list(path + "/view_2", 1), parts.size(path + "/view_3", mask, 1)),
                Attribute.of("axis",
                        0));
        String view = model.node(path + "/Reshape_view", "Reshape", List.of(dropped, shape), Attribute.of(
                "allowzero", 0));
        String full = model.node(path + "/Expand", "Expand", List.of(view,
                model.node(path + "/Shape_scores", "Shape", List.of(scores))));
        return model.node(path + "/Where", "Where", List.of(full, model.scalar(path + "/Constant_least",
                -Float.MAX_VALUE), scores));
    }

    private String mixed(String path, String scores, String value) {
        String shares = model.node(path + "/Softmax", "Softmax", List.of(scores), Attribute.of("axis", -1));
        String y = parts.binary(path + "/MatMul_1", "MatMul", shares, value);
        y = parts.permuted(path + "/Transpose_3", y, 0, 2, 1, 3);
        return parts.reshaped(path + "/merge", y, hidden);
    }

    private String heads(String path, String x) {
        return parts.reshaped(path + "/view", x, heads, hidden / heads);
    }

    private float root() {
        return (float) Math.sqrt((double) hidden / heads);
    }
}
