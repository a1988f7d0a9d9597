package dev.sinter.frontend.onnx.export;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.Loop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code if} and {@code loop}, whose regions become the bodies of If and Loop. */
final class Control {
    private Control() {
    }

    static List<Ref> export(If op, Node node, Site site, GraphExport around) {
        var bodies = new LinkedHashMap<String, Body>();
        var names = List.of("then_branch", "else_branch");
        for (int i = 0; i < names.size(); i++) {
            bodies.put(names.get(i), body(node.regions().get(i), site.inner(node.regions().get(i)), around));
        }
        return site.own("If", types(op.results()), Site.list(site.value(node.input(0))), bodies);
    }

    static List<Ref> export(Loop op, Node node, Site site, GraphExport around) {
        var region = node.regions().getFirst();
        var inner = site.inner(region);
        for (int i = 0; i < region.inputs().size(); i++) {
            var port = region.inputs().get(i);
            var ref = new Ref(i == 0 ? scalar(DType.I64) : i == 1 ? scalar(DType.BOOL)
                    : Types.sizeless(port.value().type()), "");
            inner.body().input(port.name(), ref);
            inner.define(port.value(), ref);
            sizes(inner, port.value().type(), ref);
        }
        var operands = new ArrayList<@Nullable Ref>();
        for (int i = 0; i < node.inputs().size(); i++) {
            operands.add(site.value(node.input(i)));
        }
        return site.own("Loop", types(op.results()), operands, new LinkedHashMap<>(
                Map.of("body", body(region, inner, around))));
    }

    private static void sizes(Site inner, Type type, Ref ref) {
        if (type instanceof TensorType(var dtype, var shape) && shape.isRanked()) {
            for (int i = 0; i < shape.rank(); i++) {
                int axis = i;
                if (shape.dim(i) instanceof Dim.Sym(var name)) {
                    inner.ownSymbol(name, () -> inner.sizeOf(ref, axis));
                }
            }
        }
    }

    private static Body body(Graph region, Site inner, GraphExport around) {
        new GraphExport(inner, around.problems()).nodes();
        for (var port : region.outputs()) {
            inner.body().output(port.name(), inner.value(port.value()), Types.sizeless(port.value().type()));
        }
        return inner.body();
    }

    private static TensorType scalar(DType dtype) {
        return new TensorType(dtype, Shape.SCALAR);
    }

    private static List<Type> types(List<Type> types) {
        return types.stream().map(Types::sizeless).toList();
    }
}
