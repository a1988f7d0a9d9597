package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.OnnxTypes;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.ir.DType;
import dev.sinter.ir.Node;
import dev.sinter.ir.op.Library;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code library}: each routine is the operator it was made for. */
final class Routines {
    /** Writes a call. */
    interface Writer {
        /** The results. */
        List<Ref> write(Call call);
    }

    private static final Set<DType> SORTED = EnumSet.of(DType.F32, DType.F64, DType.F16, DType.I32, DType.I64);
    private static final Set<DType> DISTINCT =
            EnumSet.of(DType.F32, DType.F64, DType.I8, DType.I64, DType.STRING);
    private static final Set<DType> TESTED = EnumSet.of(DType.F32, DType.I32, DType.I64, DType.U8, DType.BOOL);
    private static final Map<String, Writer> WRITERS = writers();

    private Routines() {
    }

    private static Map<String, Writer> writers() {
        var all = new HashMap<String, Writer>();
        all.put("sort.topk", Routines::topK);
        all.put("sort.unique", Routines::unique);
        all.put("sort.nonzero", Routines::nonZero);
        all.put("sort.compress", Routines::compress);
        all.put("nms", Routines::suppression);
        all.put("matrix.determinant", Routines::determinant);
        all.put("image.decode", call -> call.as("ImageDecoder",
                List.of(Attribute.of("pixel_format", call.text("pixel_format")))));
        all.put("random.normal", call -> filled(call, "RandomNormal", "mean", "scale"));
        all.put("random.uniform", call -> filled(call, "RandomUniform", "low", "high"));
        all.put("random.bernoulli", Routines::bernoulli);
        all.put("random.multinomial", Routines::multinomial);
        all.put("random.dropout_mask", Routines::dropoutMask);
        TextRoutines.addTo(all);
        Containers.addTo(all);
        return Map.copyOf(all);
    }

    static List<Ref> export(Library op, Node node, Site site) {
        var writer = WRITERS.get(op.routine());
        if (writer == null) {
            throw new Unexportable("no operator is the routine " + op.routine());
        }
        return writer.write(new Call(op, node, site));
    }

    // ---- sorting

    /** Elements in the same order, of a type that an operator compares. */
    private static Ref compared(Site site, Ref value, Set<DType> types) {
        var type = value.dtype();
        if (types.contains(type)) {
            return value;
        }
        if (type == DType.U64) {
            return Folds.ordered(site, value);
        }
        if (type.isFloat() || type.isInteger() || type == DType.BOOL) {
            return site.cast(value, type.isFloat() ? DType.F32 : DType.I64);
        }
        throw new Unexportable("no operator compares elements of " + type);
    }

    private static Ref asBefore(Site site, Ref made, DType type) {
        return type == DType.U64 ? Folds.unordered(site, made) : site.cast(made, type);
    }

    private static List<Ref> topK(Call call) {
        var site = call.site();
        var type = call.operand(0).dtype();
        var value = compared(site, call.operand(0), SORTED);
        var k = site.op("Reshape", DType.I64, site.cast(call.operand(1), DType.I64), site.longs(1));
        var made = site.op("TopK", List.of(Types.tensor(value.dtype()), Types.tensor(DType.I64)),
                Site.list(value, k),
                call.integers("axis", "largest", "sorted").toArray(AttributeProto[]::new));
        return List.of(asBefore(site, made.get(0), type), made.get(1));
    }

    private static List<Ref> unique(Call call) {
        var site = call.site();
        var type = call.operand(0).dtype();
        var value = compared(site, call.operand(0), DISTINCT);
        var types = new ArrayList<>(call.types());
        types.set(0, Types.tensor(value.dtype()));
        var made = new ArrayList<>(site.op("Unique", types, Site.list(value),
                call.integers("axis", "sorted").toArray(AttributeProto[]::new)));
        made.set(0, asBefore(site, made.get(0), type));
        return made;
    }

    private static List<Ref> nonZero(Call call) {
        var site = call.site();
        var type = call.operand(0).dtype();
        // a small number must not become 0
        var in = TESTED.contains(type) ? type : DType.BOOL;
        return List.of(site.op("NonZero", DType.I64, site.cast(call.operand(0), in)));
    }

    private static List<Ref> compress(Call call) {
        var condition = call.site().cast(call.operand(1), DType.BOOL);
        return List.of(Views.moved(call.site(), call.operand(0), v -> call.site().op("Compress", v.dtype(),
                Site.list(v, condition), call.integers("axis").toArray(AttributeProto[]::new))));
    }

    private static List<Ref> suppression(Call call) {
        var operands = new ArrayList<@Nullable Ref>();
        if (call.has("operands")) {
            int next = 0;
            for (var place : call.text("operands").split(",")) {
                while (operands.size() < Integer.parseInt(place.strip())) {
                    operands.add(null);
                }
                operands.add(call.operand(next++));
            }
        } else {
            operands.addAll(call.operands());
        }
        return call.as("NonMaxSuppression", operands, call.integers("center_point_box"));
    }

    private static List<Ref> determinant(Call call) {
        var site = call.site();
        return List.of(site.cast(site.op("Det", DType.F32, site.cast(call.operand(0), DType.F32)), call.dtype()));
    }

    // ---- random numbers

    private static List<AttributeProto> seed(Call call) {
        return call.has("seed") ? List.of(Attribute.of("seed", call.real("seed"))) : List.of();
    }

    private static DType random(DType type) {
        return type == DType.F64 ? DType.F64 : DType.F32;
    }

    private static List<Ref> filled(Call call, String operator, String first, String second) {
        var in = random(call.dtype());
        var attributes = new ArrayList<>(seed(call));
        attributes.add(Attribute.of(first, call.real(first)));
        attributes.add(Attribute.of(second, call.real(second)));
        attributes.add(Attribute.of("dtype", OnnxTypes.code(in)));
        return List.of(call.site().cast(sized(call, operator, in, attributes), call.dtype()));
    }

    /** Random numbers in the shape that operand 0 gives. */
    private static Ref sized(Call call, String operator, DType type, List<AttributeProto> attributes) {
        var known = call.node().input(0).constant();
        if (known != null) {
            var shape = new ArrayList<Long>();
            for (int i = 0; i < known.size(); i++) {
                shape.add(known.getLong(i));
            }
            var all = new ArrayList<>(attributes);
            all.add(Attribute.integers("shape", shape));
            return call.anew(operator, type, List.of(), all);
        }
        var site = call.site();
        var shaped = site.op("Expand", type, site.scalar(type, 0), site.cast(call.operand(0), DType.I64));
        return call.anew(operator + "Like", type, Site.list(shaped), attributes);
    }

    /** Whether a number from 0 to 1 is below the chance. */
    private static List<Ref> bernoulli(Call call) {
        var site = call.site();
        var in = random(call.operand(0).dtype());
        var chance = site.cast(call.operand(0), in);
        var drawn = call.anew("RandomUniformLike", in, Site.list(chance), seed(call));
        return List.of(site.cast(site.op("Less", DType.BOOL, drawn, chance), call.dtype()));
    }

    private static List<Ref> multinomial(Call call) {
        var site = call.site();
        var in = call.dtype() == DType.I64 ? DType.I64 : DType.I32;
        var attributes = new ArrayList<>(seed(call));
        attributes.add(Attribute.of("sample_size", call.integer("sample_size")));
        attributes.add(Attribute.of("dtype", OnnxTypes.code(in)));
        return List.of(site.cast(call.anew("Multinomial", in, Site.list(site.cast(call.operand(0), DType.F32)),
                attributes), call.dtype()));
    }

    /** Whether an element is kept. */
    private static List<Ref> dropoutMask(Call call) {
        var site = call.site();
        var drawn = sized(call, "RandomUniform", DType.F32, seed(call));
        return List.of(site.op("LessOrEqual", DType.BOOL, site.cast(call.operand(1), DType.F32), drawn));
    }
}
