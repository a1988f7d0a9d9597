package dev.sinter.frontend.onnx.ops;

import static dev.sinter.frontend.onnx.ops.OnnxOps.ml;
import static dev.sinter.frontend.onnx.ops.OnnxOps.onnx;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attributes;
import dev.sinter.ir.op.Map;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Strings, and tables of them: StringConcat, StringSplit, RegexFullMatch (20), StringNormalizer (10), TfIdfVectorizer
 * (9); of ai.onnx.ml LabelEncoder (1, 2, 4), CategoryMapper, DictVectorizer, ZipMap and CastMap (1).
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__StringSplit.html">StringSplit</a>
 */
final class Texts {
    static final List<OnnxOp> OPS = List.of(
            onnx("StringConcat", 20, Texts::concat),
            onnx("StringSplit", 20, Texts::split),
            onnx("StringNormalizer", 10, Texts::normalize),
            onnx("RegexFullMatch", 20, Texts::match),
            onnx("TfIdfVectorizer", 9, Texts::tfidf),
            ml("LabelEncoder", 1, Texts::encode),
            ml("CategoryMapper", 1, Texts::category),
            ml("DictVectorizer", 1, Texts::dictionary),
            ml("ZipMap", 1, Texts::zipMap),
            ml("CastMap", 1, Texts::castMap));

    private Texts() {
    }

    private static List<Operand> concat(NodeContext node) {
        var shape = Map.broadcast(List.of(node.shape(0), node.shape(1)), node.symbols(), "StringConcat");
        return node.results(node.library("string.concat", Attributes.NONE, new TensorType(DType.STRING, shape),
                node.value(0), node.value(1)));
    }

    private static List<Operand> split(NodeContext node) {
        var dims = new ArrayList<Dim>(node.shape(0).dims());
        dims.add(node.fresh("pieces"));
        var delimiter = node.attributes().text("delimiter", "");
        var made = node.library("string.split", Attributes.of(
                "delimiter", delimiter.isEmpty() ? null : delimiter,
                "maxsplit", node.attributes().has("maxsplit") ? node.attributes().integer("maxsplit", 0) : null),
                List.of(new TensorType(DType.STRING, new Shape(dims)), new TensorType(DType.I64, node.shape(0))),
                List.of(node.value(0)));
        return node.results(made.toArray(Value[]::new));
    }

    private static List<Operand> normalize(NodeContext node) {
        var shape = node.shape(0);
        var words = node.attributes().texts("stopwords");
        var stopwords = node.constant(strings(words == null ? new String[0] : words));
        // without stop words nothing is left out
        var result = words == null || words.length == 0 ? keptOrOne(node, shape)
                : shape.with(-1, node.fresh("words"));
        var arguments = Attributes.of("case", node.attributes().text("case_change_action", "NONE"),
                "case_sensitive", node.attributes().integer("is_case_sensitive", 0),
                "locale", node.attributes().has("locale") ? node.attributes().text("locale", "") : null);
        return node.results(node.library("string.normalize", arguments, new TensorType(DType.STRING, result),
                node.value(0), stopwords));
    }

    private static Shape keptOrOne(NodeContext node, Shape shape) {
        return shape.dim(-1) instanceof Dim.Const(long size) && size > 0 ? shape : shape.with(-1, node.fresh("words"));
    }

    private static List<Operand> match(NodeContext node) {
        return node.results(node.library("string.match",
                Attributes.of("pattern", node.attributes().text("pattern", "")),
                new TensorType(DType.BOOL, node.shape(0)), node.value(0)));
    }

    private static TensorData strings(String[] texts) {
        return TensorData.of(DType.STRING, texts, texts.length);
    }

    private static long[] integers(NodeContext node, String name) {
        var values = node.attributes().integers(name);
        if (values == null) {
            throw node.error("attribute '" + name + "' was expected, it is missing");
        }
        return values;
    }

    private static List<Operand> tfidf(NodeContext node) {
        var shape = node.shape(0);
        var texts = node.attributes().texts("pool_strings");
        var indexes = integers(node, "ngram_indexes");
        var counts = integers(node, "ngram_counts");
        var pool = texts != null && texts.length > 0 ? strings(texts) : longs(integers(node, "pool_int64s"));
        var operands = new ArrayList<>(List.of(node.value(0), node.constant(pool), node.constant(longs(counts)),
                node.constant(longs(indexes))));
        var weights = node.attributes().reals("weights");
        if (weights != null && weights.length > 0) {
            operands.add(node.constant(TensorData.floats(weights, weights.length)));
        }
        var width = Dim.of(Arrays.stream(indexes).max().orElse(-1) + 1);
        var type = new TensorType(DType.F32, shape.rank() == 2 ? Shape.of(shape.dim(0), width) : Shape.of(width));
        var arguments = Attributes.of("mode", node.attributes().text("mode", "TF"),
                "min", node.attributes().integer("min_gram_length", 1),
                "max", node.attributes().integer("max_gram_length", 1),
                "skip", node.attributes().integer("max_skip_count", 0));
        return node.results(node.library("tfidf", arguments, List.of(type), operands).getFirst());
    }

    private static TensorData longs(long[] values) {
        return TensorData.longs(values, values.length);
    }

    /** A list of a table: one of the attributes {@code prefix_strings, _int64s, _floats, _tensor}, or null. */
    private static @Nullable TensorData list(NodeContext node, String prefix) {
        var attributes = node.attributes();
        if (attributes.texts(prefix + "_strings") instanceof String[] texts && texts.length > 0) {
            return strings(texts);
        }
        if (attributes.integers(prefix + "_int64s") instanceof long[] integers && integers.length > 0) {
            return longs(integers);
        }
        if (attributes.reals(prefix + "_floats") instanceof float[] reals && reals.length > 0) {
            return TensorData.floats(reals, reals.length);
        }
        return attributes.tensor(prefix + "_tensor");
    }

    private static List<Operand> encode(NodeContext node) {
        if (node.opset() < 2) {
            return table(node, "classes_strings");
        }
        var keys = list(node, "keys");
        var values = list(node, "values");
        if (keys == null || values == null) {
            throw node.error("keys and values were expected");
        }
        var given = node.attributes().tensor("default_tensor");
        return looked(node, keys, values, given != null ? given : otherwise(node, values.dtype()));
    }

    private static TensorData otherwise(NodeContext node, DType dtype) {
        return switch (dtype) {
            case STRING -> strings(new String[]{node.attributes().text("default_string", "_Unused")});
            case F32 -> TensorData.floats(new float[]{node.attributes().real("default_float", -0.0)}, 1);
            case I64 -> longs(new long[]{node.attributes().integer("default_int64", -1)});
            default -> dtype.isFloat() ? TensorData.scalar(dtype, -0.0) : TensorData.scalar(dtype, -1);
        };
    }

    /** Strings to their places in a list, or places to strings. */
    private static List<Operand> table(NodeContext node, String classes) {
        var texts = node.attributes().texts(classes);
        var names = strings(texts == null ? new String[0] : texts);
        var places = new long[names.size()];
        Arrays.setAll(places, i -> i);
        return pair(node, names, longs(places));
    }

    private static List<Operand> category(NodeContext node) {
        var texts = node.attributes().texts("cats_strings");
        var numbers = node.attributes().integers("cats_int64s");
        return pair(node, strings(texts == null ? new String[0] : texts),
                longs(numbers == null ? new long[0] : numbers));
    }

    private static List<Operand> pair(NodeContext node, TensorData texts, TensorData numbers) {
        return node.type(0).dtype() == DType.STRING ? looked(node, texts, numbers, otherwise(node, DType.I64))
                : looked(node, numbers, texts, otherwise(node, DType.STRING));
    }

    private static List<Operand> looked(NodeContext node, TensorData keys, TensorData values, TensorData otherwise) {
        return node.results(node.library("label.encode", Attributes.NONE,
                new TensorType(values.dtype(), node.shape(0)), flat(node, keys), flat(node, values),
                flat(node, otherwise), node.value(0)));
    }

    private static Value flat(NodeContext node, TensorData list) {
        return node.reshape(node.constant(list), Shape.of(list.size()));
    }

    private static List<Operand> dictionary(NodeContext node) {
        if (!(node.kind(0) instanceof Type.MapOf(var key, TensorType value))) {
            throw node.error("a map to numbers or strings was expected, not " + node.kind(0));
        }
        var texts = node.attributes().texts("string_vocabulary");
        var numbers = node.attributes().integers("int64_vocabulary");
        var words = key == DType.STRING ? strings(texts == null ? new String[0] : texts)
                : longs(numbers == null ? new long[0] : numbers);
        return node.results(node.library("vectorize.dict", Attributes.of("dtype", value.dtype().label()),
                TensorType.of(value.dtype(), 1, words.size()), node.value(0), node.constant(words)));
    }

    private static List<Operand> zipMap(NodeContext node) {
        var texts = node.attributes().texts("classlabels_strings");
        var numbers = node.attributes().integers("classlabels_int64s");
        boolean named = texts != null && texts.length > 0;
        var keys = named ? strings(texts) : longs(numbers == null ? new long[0] : numbers);
        var type = new Type.Sequence(new Type.MapOf(keys.dtype(), Control.scalar(node.type(0).dtype())));
        return node.results(node.library("zipmap", Attributes.NONE, type, node.constant(keys), node.value(0)));
    }

    private static List<Operand> castMap(NodeContext node) {
        var to = switch (node.attributes().text("cast_to", "TO_FLOAT")) {
            case "TO_FLOAT" -> DType.F32;
            case "TO_STRING" -> DType.STRING;
            case "TO_INT64" -> DType.I64;
            default -> throw node.error("cast_to was expected to be TO_FLOAT, TO_STRING or TO_INT64");
        };
        var form = node.attributes().text("map_form", "DENSE");
        long most = node.attributes().integer("max_map", 1);
        var width = form.equals("SPARSE") ? Dim.of(most) : node.fresh("entries");
        return node.results(node.library("castmap", Attributes.of("to", to.label(), "form", form, "max", most),
                new TensorType(to, Shape.of(Dim.ONE, width)), node.value(0)));
    }
}
