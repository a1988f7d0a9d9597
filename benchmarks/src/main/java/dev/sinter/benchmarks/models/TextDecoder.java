package dev.sinter.benchmarks.models;

import com.google.protobuf.ByteString;
import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * GPT-2 with its key-value cache as exported from Hugging Face's transformers: the keys and values of earlier tokens
 * come in, theirs and the new tokens' go out.
 *
 * @see <a href="https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf">
 *     GPT-2</a>
 */
final class TextDecoder {
    private static final int VOCABULARY = 50257;
    private static final int POSITIONS = 1024;
    private static final int HIDDEN = 768;
    private static final int HEADS = 12;
    private static final int LAYERS = 12;
    private static final float EPSILON = 1e-5f;
    private static final String BATCH = "batch_size";
    private static final String SEQUENCE = "sequence_length";
    private static final String PAST = "past_sequence_length";
    private static final String TOTAL = "past_sequence_length + sequence_length";

    private final TransformerWriter parts = new TransformerWriter("gpt2");
    private final ModelWriter model = parts.model();
    private final List<String> present = new ArrayList<>();

    private TextDecoder() {
    }

    static ModelWriter write() {
        return new TextDecoder().decoder();
    }

    private ModelWriter decoder() {
        String ids = model.input("input_ids", DataType.INT64, BATCH, SEQUENCE);
        var past = new ArrayList<String>();
        for (int layer = 0; layer < LAYERS; layer++) {
            for (String part : List.of("key", "value")) {
                past.add(model.input("past_key_values." + layer + "." + part, DataType.FLOAT, BATCH, HEADS, PAST,
                        HIDDEN / HEADS));
            }
        }
        String mask = model.input("attention_mask", DataType.INT64, BATCH, TOTAL);
        String positions = model.input("position_ids", DataType.INT64, BATCH, SEQUENCE);
        String words = model.weights("transformer.wte.weight", 0, TransformerWriter.DEVIATION, VOCABULARY, HIDDEN);
        String places = model.weights("transformer.wpe.weight", 0, TransformerWriter.DEVIATION, POSITIONS, HIDDEN);
        String x = parts.binary("/transformer/Add", "Add", parts.embedded("/transformer/wte", words, ids),
                parts.embedded("/transformer/wpe", places, positions));
        String bias = bias(mask);
        String causal = model.initializer("transformer.h.0.attn.bias", DataType.BOOL, triangle(), 1, 1, POSITIONS,
                POSITIONS);
        for (int layer = 0; layer < LAYERS; layer++) {
            x = layer("/transformer/h." + layer, x, past.get(2 * layer), past.get(2 * layer + 1), bias, causal);
        }
        x = parts.normalized("/transformer/ln_f", x, HIDDEN, EPSILON);
        String logits = parts.binary("/lm_head/MatMul", "MatMul", x, model.transposed("onnx::MatMul_lm_head", words));
        model.output(logits, "logits", DataType.FLOAT, BATCH, SEQUENCE, VOCABULARY);
        for (int i = 0; i < present.size(); i++) {
            model.output(present.get(i), "present." + i / 2 + (i % 2 == 0 ? ".key" : ".value"), DataType.FLOAT, BATCH,
                    HEADS, TOTAL, HIDDEN / HEADS);
        }
        return model;
    }

    private static ByteString triangle() {
        var bytes = new byte[POSITIONS * POSITIONS];
        for (int row = 0; row < POSITIONS; row++) {
            Arrays.fill(bytes, row * POSITIONS, row * POSITIONS + row + 1, (byte) 1);
        }
        return ByteString.copyFrom(bytes);
    }

    private String bias(String mask) {
        String one = model.node("/transformer/Unsqueeze", "Unsqueeze", List.of(mask,
                model.list("/transformer/Constant_axes", 1)));
        String two = model.node("/transformer/Unsqueeze_1", "Unsqueeze", List.of(one,
                model.list("/transformer/Constant_axes_1", 2)));
        String real = model.node("/transformer/Cast", "Cast", List.of(two),
                Attribute.of("to", DataType.FLOAT_VALUE));
        String dropped = parts.binary("/transformer/Sub", "Sub", model.scalar("/transformer/Constant", 1), real);
        return parts.binary("/transformer/Mul", "Mul", dropped,
                model.scalar("/transformer/Constant_1", -Float.MAX_VALUE));
    }

    private String layer(String path, String x, String pastKey, String pastValue, String bias, String causal) {
        String self = path + "/attn";
        String qkv = gemm(self + "/c_attn", parts.normalized(path + "/ln_1", x, HIDDEN, EPSILON), HIDDEN, 3 * HIDDEN);
        var three = model.nodes(self + "/Split", "Split", "", List.of(qkv, model.list(self + "/Constant_split",
                HIDDEN, HIDDEN, HIDDEN)), 3, Attribute.of("axis", 2));
        String query = heads(self + "/query", three.get(0));
        String key = joined(self + "/Concat_key", pastKey, heads(self + "/key", three.get(1)));
        String value = joined(self + "/Concat_value", pastValue, heads(self + "/value", three.get(2)));
        present.add(key);
        present.add(value);
        String scores = parts.binary(self + "/MatMul", "MatMul", query, parts.permuted(self + "/Transpose", key, 0, 1,
                3, 2));
        scores = parts.binary(self + "/Div", "Div", scores, model.scalar(self + "/Constant", (float) Math.sqrt(
                HIDDEN / HEADS)));
        scores = model.node(self + "/Where", "Where", List.of(window(self, query, key, causal), scores,
                model.scalar(self + "/Constant_1", -Float.MAX_VALUE)));
        scores = parts.binary(self + "/Add", "Add", scores, bias);
        String shares = model.node(self + "/Softmax", "Softmax", List.of(scores), Attribute.of("axis", -1));
        String y = parts.binary(self + "/MatMul_1", "MatMul", shares, value);
        y = parts.reshaped(self + "/merge", parts.permuted(self + "/Transpose_1", y, 0, 2, 1, 3), HIDDEN);
        y = parts.binary(path + "/Add", "Add", gemm(self + "/c_proj", y, HIDDEN, HIDDEN), x);
        String z = gemm(path + "/mlp/c_fc", parts.normalized(path + "/ln_2", y, HIDDEN, EPSILON), HIDDEN, 4 * HIDDEN);
        z = gemm(path + "/mlp/c_proj", gelu(path + "/mlp/act", z), 4 * HIDDEN, HIDDEN);
        return parts.binary(path + "/Add_1", "Add", y, z);
    }

    /** {@code bias[:, :, keys - queries : keys, :keys]} of the triangle. */
    private String window(String path, String query, String key, String causal) {
        String queries = parts.size(path + "/queries", query, 2);
        String keys = parts.size(path + "/keys", key, 2);
        String from = parts.binary(path + "/Sub", "Sub", keys, queries);
        String one = model.list(path + "/Constant_one", 1);
        String rows = model.node(path + "/Slice", "Slice", List.of(causal, from, keys,
                model.list(path + "/Constant_rows", 2), one));
        return model.node(path + "/Slice_1", "Slice", List.of(rows, model.list(path + "/Constant_zero", 0), keys,
                model.list(path + "/Constant_columns", 3), one));
    }

    private String joined(String path, String past, String now) {
        return model.node(path, "Concat", List.of(past, now), Attribute.of("axis", -2));
    }

    private String heads(String path, String x) {
        return parts.permuted(path + "/Transpose", parts.reshaped(path, x, HEADS, HIDDEN / HEADS), 0, 2, 1, 3);
    }

    /** The linear layer of GPT-2, which flattens batch and sequence around a Gemm. */
    private String gemm(String path, String x, int from, int to) {
        String flat = model.node(path + "/Reshape_flat", "Reshape", List.of(x, model.list(path + "/Constant", -1,
                from)), Attribute.of("allowzero", 0));
        String name = TransformerWriter.dotted(path);
        String w = model.weights(name + ".weight", 0, TransformerWriter.DEVIATION, from, to);
        String b = model.weights(name + ".bias", 0, TransformerWriter.DEVIATION, to);
        String y = model.node(path + "/Gemm", "Gemm", List.of(flat, w, b), Attribute.of("alpha", 1f),
                Attribute.of("beta", 1f));
        String shape = model.node(path + "/Concat", "Concat", List.of(parts.size(path + "/size_0", x, 0),
                parts.size(path + "/size_1", x, 1), model.list(path + "/extent", to)), Attribute.of("axis", 0));
        return model.node(path + "/Reshape", "Reshape", List.of(y, shape), Attribute.of("allowzero", 0));
    }

    /** GELU by tanh. */
    private String gelu(String path, String x) {
        String half = parts.binary(path + "/Mul", "Mul", x, model.scalar(path + "/Constant", 0.5f));
        String cube = parts.binary(path + "/Pow", "Pow", x, model.scalar(path + "/Constant_1", 3));
        String term = parts.binary(path + "/Mul_1", "Mul", cube, model.scalar(path + "/Constant_2", 0.044715f));
        String sum = parts.binary(path + "/Add", "Add", x, term);
        String inner = parts.binary(path + "/Mul_2", "Mul", sum, model.scalar(path + "/Constant_3",
                (float) Math.sqrt(2 / Math.PI)));
        String tanh = model.node(path + "/Tanh", "Tanh", List.of(inner));
        String one = parts.binary(path + "/Add_1", "Add", tanh, model.scalar(path + "/Constant_4", 1));
        return parts.binary(path + "/Mul_3", "Mul", half, one);
    }
}
