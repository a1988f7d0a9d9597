package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Graph;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Node;
import dev.sinter.ir.SymbolUse;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Attention;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Concat;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.Cumulate;
import dev.sinter.ir.op.Define;
import dev.sinter.ir.op.Dims;
import dev.sinter.ir.op.Gather;
import dev.sinter.ir.op.If;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.Loop;
import dev.sinter.ir.op.Map;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Normalize;
import dev.sinter.ir.op.QuantizeDynamic;
import dev.sinter.ir.op.Recurrence;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.ScaledMatMul;
import dev.sinter.ir.op.Scatter;
import dev.sinter.ir.op.Softmax;
import dev.sinter.ir.op.Trees;
import dev.sinter.ir.op.View;
import java.util.ArrayList;
import java.util.List;

/** Writes the nodes of a graph or region one after the other; what fails is noted, and the others go on. */
final class GraphExport {
    private final Site site;
    private final List<String> problems;

    /**
     * An export.
     *
     * @param site
     *            where the nodes go
     * @param problems
     *            collects what cannot be written
     */
    GraphExport(Site site, List<String> problems) {
        this.site = site;
        this.problems = problems;
    }

    List<String> problems() {
        return problems;
    }

    /** The inputs of the model. */
    void inputs() {
        for (var port : site.graph().inputs()) {
            var value = port.value();
            var ref = new Ref(value.type(), port.name());
            try {
                site.draft().require(value.type());
            } catch (Unexportable e) {
                problems.add("input '" + port.name() + "': " + e.getMessage());
            }
            site.body().input(port.name(), ref);
            site.define(value, ref);
            shape(value, ref, true);
        }
    }

    /** All nodes. */
    void nodes() {
        for (var node : site.graph().nodes()) {
            site.begin(node.origin());
            try {
                var results = export(node);
                for (int i = 0; i < node.outputs().size(); i++) {
                    site.define(node.outputs().get(i), results.get(i));
                }
                symbols(node, results);
            } catch (Unexportable | IrException e) {
                failed(node, String.valueOf(e.getMessage()));
            }
        }
    }

    /** What comes after a node that failed may still be looked at. */
    private void failed(Node node, String reason) {
        var name = node.origin().first();
        problems.add("node '" + name + "' (" + node.op().mnemonic() + "): " + reason);
        for (var output : node.outputs()) {
            site.define(output, new Ref(output.type(), ""));
            shape(output, site.value(output), false);
        }
        if (node.op() instanceof Define(var names)) {
            names.forEach(n -> site.symbol(n, () -> site.longs(0)));
        }
    }

    private void symbols(Node node, List<Ref> results) {
        if (node.op() instanceof Define(var names)) {
            for (int i = 0; i < names.size(); i++) {
                long at = i;
                site.symbol(names.get(i), () -> site.op("Gather", DType.I64,
                        site.cast(site.flat(results.getFirst()), DType.I64), site.longs(at)));
            }
        } else if (!SymbolUse.definedBy(node).isEmpty()) {
            for (int i = 0; i < results.size(); i++) {
                shape(node.outputs().get(i), results.get(i), false);
            }
        }
    }

    /** A value's sizes that are symbols are known from here on. */
    private void shape(Value value, Ref ref, boolean own) {
        if (value.type() instanceof TensorType(var dtype, var shape) && shape.isRanked()) {
            for (int i = 0; i < shape.rank(); i++) {
                int axis = i;
                if (shape.dim(i) instanceof Dim.Sym(var name)) {
                    if (own) {
                        site.ownSymbol(name, () -> site.sizeOf(ref, axis));
                    } else {
                        site.symbol(name, () -> site.sizeOf(ref, axis));
                    }
                }
            }
        }
    }

    private List<Ref> export(Node node) {
        return switch (node.op()) {
            case QuantizeDynamic q -> Products.export(q, node, site);
            case Recurrence r -> Recurrences.export(r, node, site);
            case Library l -> Routines.export(l, node, site);
            case If i -> Control.export(i, node, site, this);
            case Loop l -> Control.export(l, node, site, this);
            case Constant c -> List.of(site.draft().constant(c.data(), c.label()));
            case Dims d -> List.of(dims(d));
            case Map m -> List.of(Maps.export(m, node, site));
            case Reduce r -> List.of(Folds.export(r, node, site));
            case View v -> List.of(Views.export(v, node, site));
            case Concat c -> List.of(concat(c, node));
            case Gather g -> List.of(gather(g, node));
            case MatMul m -> List.of(Products.export(m, node, site));
            case MatMulInteger m -> List.of(Products.export(m, node, site));
            case ScaledMatMul m -> List.of(Products.export(m, node, site));
            case Normalize n -> List.of(Folds.export(n, node, site));
            case Softmax s -> List.of(Folds.export(s, node, site));
            case Attention a -> List.of(Products.export(a, node, site));
            case Compute c -> List.of(Computes.export(c, node, site));
            case Conv c -> List.of(Products.export(c, node, site));
            case Scatter s -> List.of(Scatters.export(s, node, site));
            case Cumulate c -> List.of(Folds.export(c, node, site));
            case Trees t -> List.of(Forests.export(t, node, site));
            case Define d -> List.of(site.value(node.input(0)));
        };
    }

    private Ref dims(Dims op) {
        var elements = site.cast(site.sizes(op.elements()), op.dtype());
        return op.type().shape().rank() == 1 ? elements
                : site.op("Reshape", op.dtype(), elements, site.longs(op.type().shape().toLongs()));
    }

    private Ref concat(Concat op, Node node) {
        var type = node.output().dtype();
        var in = Views.carrier(type);
        var parts = new ArrayList<@org.jspecify.annotations.Nullable Ref>();
        node.inputs().forEach(v -> parts.add(site.cast(site.value(v), in)));
        return parts.size() == 1 ? site.value(node.input(0))
                : site.cast(site.op("Concat", in, parts, Attribute.of("axis", op.axis())), type);
    }

    private Ref gather(Gather op, Node node) {
        var indices = site.value(node.input(1));
        boolean taken = indices.dtype() == DType.I32 || indices.dtype() == DType.I64;
        var at = taken ? indices : site.cast(indices, DType.I64);
        return Views.moved(site, site.value(node.input(0)),
                v -> site.op("Gather", v.dtype(), v, at, Attribute.of("axis", op.axis())));
    }
}
