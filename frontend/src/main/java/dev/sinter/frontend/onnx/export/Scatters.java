package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.export.Elements.Values;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.op.Scatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code scatter}: ScatterND with all indices and updates computed at once, with a reduction where the new element is
 * the old one combined with another; anything else is a Loop that replaces one element after the other.
 */
final class Scatters {
    private static final String OLD = "old";
    private static final Map<Fn, String> REDUCTIONS =
            Map.of(Fn.ADD, "add", Fn.MUL, "mul", Fn.MAX, "max", Fn.MIN, "min");

    private Scatters() {
    }

    static Ref export(Scatter op, Node node, Site site) {
        if (op.index().isEmpty()) {
            throw new Unexportable("updates of a scalar are not written");
        }
        var update = op.value();
        String reduction = "none";
        if (Foldings.mentions(update, OLD)) {
            update = combined(op.value());
            if (update == null) {
                return loop(op, node, site);
            }
            reduction = REDUCTIONS.get(((Expr.Apply) op.value()).fn());
        }
        var elements = Elements.over(site, node.inputs(), op.domain().dims());
        var updates = elements.full(elements.of(update));
        var indices = indices(op, elements, true);
        var how = Attribute.of("reduction", reduction);
        var data = site.value(node.input(0));
        var in = reduction.equals("none") ? Views.carrier(data.dtype()) : reducible(data.dtype());
        return site.cast(site.op("ScatterND", in, List.of(site.cast(data, in), indices, site.cast(updates, in)), how),
                data.dtype());
    }

    /** A type that ScatterND can combine. */
    private static DType reducible(DType type) {
        return switch (type) {
            case F32, F64, F16, I32, I64 -> type;
            default -> type.isFloat() ? DType.F32 : type.bits() < 32 ? DType.I32 : DType.I64;
        };
    }

    /** What the old element is combined with, or null. */
    private static @Nullable Expr combined(Expr value) {
        if (!(value instanceof Expr.Apply(var fn, var args, var type)) || !REDUCTIONS.containsKey(fn)) {
            return null;
        }
        for (int i = 0; i < 2; i++) {
            if (args.get(i) instanceof Expr.Var(var name, var t) && name.equals(OLD)
                    && !Foldings.mentions(args.get(1 - i), OLD)) {
                return args.get(1 - i);
            }
        }
        return null;
    }

    /** The indices of all updates, or of one, along a last axis. */
    private static Ref indices(Scatter op, Elements elements, boolean all) {
        var site = elements.site();
        var parts = new ArrayList<@Nullable Ref>();
        for (var index : op.index()) {
            var values = elements.of(index);
            var full = all ? elements.full(values) : values.ref();
            parts.add(site.op("Unsqueeze", DType.I64, full, site.longs(-1)));
        }
        return parts.size() == 1 ? Objects.requireNonNull(parts.getFirst())
                : site.op("Concat", DType.I64, parts, Attribute.of("axis", -1));
    }

    private static Ref loop(Scatter op, Node node, Site site) {
        var type = node.input(0).dtype();
        var body = site.inner();
        var round = new Ref(new TensorType(DType.I64, Shape.SCALAR), "");
        var more = new Ref(new TensorType(DType.BOOL, Shape.SCALAR), "");
        var data = new Ref(Types.tensor(type), "");
        body.body().input("round", round);
        body.body().input("go_on", more);
        body.body().input("data", data);
        var elements = Elements.at(body, node.inputs(), coordinates(op, body, round));
        var at = indices(op, elements, false);
        var old = Views.moved(body, data, v -> body.op("GatherND", v.dtype(), v, at));
        elements.name(OLD, Values.single(old));
        var update = elements.of(op.value()).ref();
        var in = Views.carrier(type);
        var next = body.cast(body.op("ScatterND", in, body.cast(data, in),
                body.op("Unsqueeze", DType.I64, at, body.longs(0)),
                body.op("Reshape", in, body.cast(update, in), body.longs(1))), type);
        body.body().output("more", more, more.type());
        body.body().output("next", next, next.type());
        var rounds = site.toScalar(site.size(op.domain().size()));
        return site.own("Loop", List.of(Types.tensor(type)), Site.list(rounds, null, site.value(node.input(0))),
                new LinkedHashMap<>(Map.of("body", body.body()))).getFirst();
    }

    /** The indices of the update that is the round's. */
    private static Map<String, Ref> coordinates(Scatter op, Site body, Ref round) {
        var all = new HashMap<String, Ref>();
        var rest = round;
        for (int axis = op.domain().rank() - 1; axis >= 0; axis--) {
            var size = body.toScalar(body.size(op.domain().dim(axis)));
            all.put("i" + axis, axis == 0 ? rest : body.op("Mod", DType.I64, rest, size));
            rest = axis == 0 ? rest : body.op("Div", DType.I64, rest, size);
        }
        return all;
    }

}
