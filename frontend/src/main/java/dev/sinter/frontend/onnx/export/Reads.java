package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.frontend.onnx.export.Elements.Values;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Elements of an operand at indices computed: Gather by the position in row-major order. Where an index is outside, the
 * position is that of one more element behind all others.
 */
final class Reads {
    private final Elements elements;
    private final Site site;
    private final Value operand;

    Reads(Elements elements, Value operand) {
        this.elements = elements;
        this.site = elements.site();
        this.operand = operand;
    }

    Values read(List<Expr> index, @Nullable Expr otherwise) {
        var dims = operand.shape().dims();
        var at = index.stream().map(elements::of).toList();
        if (dims.isEmpty()) {
            return Values.single(site.value(operand));
        }
        Values inside = otherwise == null && !elements.isIdle() ? null : inside(index, at, dims);
        var position = position(at, dims);
        if (inside == null) {
            return new Values(gathered(site.flat(site.value(operand)), position.ref()), position.axes());
        }
        var count = Values.single(site.toScalar(site.size(operand.shape().size())));
        var safe = elements.apply(Fn.SELECT, DType.I64, inside, position, count);
        var found = new Values(gathered(withOneMore(), safe.ref()), safe.axes());
        if (otherwise == null) {
            return found;
        }
        return elements.apply(Fn.SELECT, operand.dtype(), inside, found, elements.idly(() -> elements.of(otherwise)));
    }

    private Ref gathered(Ref flat, Ref position) {
        return Views.moved(site, flat, v -> site.op("Gather", v.dtype(), v, position, Attribute.of("axis", 0)));
    }

    private Ref withOneMore() {
        return Views.moved(site, site.flat(site.value(operand)),
                v -> site.op("Concat", v.dtype(), Site.list(v, site.constant(TensorData.zeros(v.dtype(), 1))),
                        Attribute.of("axis", 0)));
    }

    /** The position in row-major order. */
    private Values position(List<Values> at, List<Dim> dims) {
        var position = at.getFirst();
        for (int axis = 1; axis < dims.size(); axis++) {
            var scaled = elements.apply(Fn.MUL, DType.I64, position, size(dims.get(axis)));
            position = elements.apply(Fn.ADD, DType.I64, scaled, at.get(axis));
        }
        return position;
    }

    private Values size(Dim dim) {
        return Values.single(site.toScalar(site.size(dim)));
    }

    /** Whether all indices are within; null where they are so by construction. */
    private @Nullable Values inside(List<Expr> index, List<Values> at, List<Dim> dims) {
        var tests = new ArrayList<Values>();
        for (int axis = 0; axis < dims.size(); axis++) {
            if (index.get(axis) instanceof Expr.Literal(var v, long i, var t) && i >= 0
                    && site.known().min(dims.get(axis)) > i) {
                continue;
            }
            tests.add(elements.apply(Fn.LE, DType.BOOL, Values.single(site.integer(DType.I64, 0)), at.get(axis)));
            tests.add(elements.apply(Fn.LT, DType.BOOL, at.get(axis), size(dims.get(axis))));
        }
        return tests.stream().reduce((a, b) -> elements.apply(Fn.AND, DType.BOOL, a, b)).orElse(null);
    }
}
