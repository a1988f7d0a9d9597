package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Routines for text, for tables of labels and for maps. */
final class TextRoutines {
    private TextRoutines() {
    }

    static void addTo(Map<String, Routines.Writer> all) {
        all.put("string.concat", call -> call.as("StringConcat", List.of()));
        all.put("string.split", TextRoutines::split);
        all.put("string.normalize", TextRoutines::normalize);
        all.put("string.match", call -> call.as("RegexFullMatch", List.of(Attribute.of("pattern",
                call.text("pattern")))));
        all.put("cast.to_string", call -> List.of(call.site().cast(call.operand(0), DType.STRING)));
        all.put("cast.string_to", call -> List.of(call.site().cast(call.operand(0), call.dtype())));
        all.put("tfidf", TextRoutines::tfidf);
        all.put("label.encode", TextRoutines::encode);
        all.put("vectorize.dict", TextRoutines::dictionary);
        all.put("zipmap", TextRoutines::zipMap);
        all.put("castmap", TextRoutines::castMap);
    }

    private static List<String> texts(TensorData data) {
        return Arrays.asList((String[]) data.array());
    }

    private static List<Long> integers(TensorData data) {
        var all = new ArrayList<Long>();
        for (int i = 0; i < data.size(); i++) {
            all.add(data.getLong(i));
        }
        return all;
    }

    private static List<Float> reals(TensorData data) {
        var all = new ArrayList<Float>();
        for (int i = 0; i < data.size(); i++) {
            all.add((float) data.getDouble(i));
        }
        return all;
    }

    private static List<Ref> split(Call call) {
        var attributes = new ArrayList<AttributeProto>();
        if (call.has("delimiter")) {
            attributes.add(Attribute.of("delimiter", call.text("delimiter")));
        }
        attributes.addAll(call.integers("maxsplit"));
        return call.as("StringSplit", attributes);
    }

    private static List<Ref> normalize(Call call) {
        var attributes = new ArrayList<>(List.of(Attribute.of("case_change_action", call.text("case")),
                Attribute.of("is_case_sensitive", call.integer("case_sensitive"))));
        var stopwords = texts(call.constant(1));
        if (!stopwords.isEmpty()) {
            attributes.add(Attribute.texts("stopwords", stopwords));
        }
        if (call.has("locale")) {
            attributes.add(Attribute.of("locale", call.text("locale")));
        }
        return call.as("StringNormalizer", Site.list(call.operand(0)), attributes);
    }

    private static List<Ref> tfidf(Call call) {
        var pool = call.constant(1);
        var attributes = new ArrayList<>(List.of(Attribute.of("mode", call.text("mode")),
                Attribute.of("min_gram_length", call.integer("min")),
                Attribute.of("max_gram_length", call.integer("max")),
                Attribute.of("max_skip_count", call.integer("skip")),
                Attribute.integers("ngram_counts", integers(call.constant(2))),
                Attribute.integers("ngram_indexes", integers(call.constant(3))),
                pool.dtype() == DType.STRING ? Attribute.texts("pool_strings", texts(pool))
                        : Attribute.integers("pool_int64s", integers(pool))));
        if (call.node().inputs().size() > 4) {
            attributes.add(Attribute.reals("weights", reals(call.constant(4))));
        }
        return call.as("TfIdfVectorizer", Site.list(call.operand(0)), attributes);
    }

    private static List<Ref> encode(Call call) {
        var keys = call.constant(0);
        var values = call.constant(1);
        var otherwise = call.constant(2);
        var attributes = new ArrayList<>(List.of(list("keys", keys), list("values", values)));
        attributes.add(switch (values.dtype()) {
            case STRING -> Attribute.of("default_string", texts(otherwise).getFirst());
            case F32 -> Attribute.of("default_float", (float) otherwise.getDouble(0));
            case I64 -> Attribute.of("default_int64", otherwise.getLong(0));
            default -> Attribute.of("default_tensor", TensorEncoder.encode(otherwise, "default"));
        });
        return call.ml(4, "LabelEncoder", Site.list(call.operand(3)), attributes);
    }

    private static AttributeProto list(String prefix, TensorData data) {
        return switch (data.dtype()) {
            case STRING -> Attribute.texts(prefix + "_strings", texts(data));
            case F32 -> Attribute.reals(prefix + "_floats", reals(data));
            case I64 -> Attribute.integers(prefix + "_int64s", integers(data));
            default -> Attribute.of(prefix + "_tensor", TensorEncoder.encode(data, prefix));
        };
    }

    private static List<Ref> dictionary(Call call) {
        var words = call.constant(1);
        return call.ml(1, "DictVectorizer", Site.list(call.operand(0)), List.of(words.dtype() == DType.STRING
                ? Attribute.texts("string_vocabulary", texts(words))
                : Attribute.integers("int64_vocabulary", integers(words))));
    }

    private static List<Ref> zipMap(Call call) {
        var keys = call.constant(0);
        return call.ml(1, "ZipMap", Site.list(call.operand(1)), List.of(keys.dtype() == DType.STRING
                ? Attribute.texts("classlabels_strings", texts(keys))
                : Attribute.integers("classlabels_int64s", integers(keys))));
    }

    private static List<Ref> castMap(Call call) {
        var to = switch (call.dtype()) {
            case STRING -> "TO_STRING";
            case I64 -> "TO_INT64";
            default -> "TO_FLOAT";
        };
        return call.ml(1, "CastMap", Site.list(call.operand(0)), List.of(Attribute.of("cast_to", to),
                Attribute.of("map_form", call.text("form")), Attribute.of("max_map", call.integer("max"))));
    }
}
