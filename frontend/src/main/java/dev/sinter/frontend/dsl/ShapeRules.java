package dev.sinter.frontend.dsl;

import dev.sinter.frontend.onnx.ops.Operand;
import dev.sinter.frontend.onnx.proto.AttributeProto;
import dev.sinter.ir.Dim;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Shape;
import dev.sinter.ir.Symbols;
import dev.sinter.ir.TensorType;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What goes wrong most often, checked beforehand so that the message says it in the words of the language. */
final class ShapeRules {
    private static final Set<String> ELEMENTWISE = Set.of("Add", "Sub", "Mul", "Div", "Mod", "Equal", "Less",
            "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Min", "Max");

    private ShapeRules() {
    }

    /** Complains of operands that do not fit. */
    static void check(String operator, List<@Nullable Operand> inputs, List<AttributeProto> attributes,
            Symbols symbols) {
        var types = inputs.stream().filter(Objects::nonNull).map(Operand::kind).filter(TensorType.class::isInstance)
                .map(TensorType.class::cast).filter(t -> t.shape().isRanked()).toList();
        if (types.size() < 2 || types.size() < inputs.size()) {
            return;
        }
        if (ELEMENTWISE.contains(operator)) {
            for (var other : types.subList(1, types.size())) {
                sameElements(types.getFirst(), other);
                broadcast(types.getFirst().shape(), other.shape(), symbols);
            }
        } else if (operator.equals("MatMul")) {
            sameElements(types.get(0), types.get(1));
            product(types.get(0).shape(), types.get(1).shape(), symbols);
        } else if (operator.equals("Conv")) {
            channels(types.get(0).shape(), types.get(1).shape(), attributes);
        }
    }

    private static void sameElements(TensorType a, TensorType b) {
        if (a.dtype() != b.dtype()) {
            throw new IrException("element types " + a.dtype() + " and " + b.dtype()
                    + " differ; cast(x, type) converts one");
        }
    }

    private static void broadcast(Shape a, Shape b, Symbols symbols) {
        for (int i = 1; i <= Math.min(a.rank(), b.rank()); i++) {
            var x = a.dim(-i);
            var y = b.dim(-i);
            if (!x.equals(Dim.ONE) && !y.equals(Dim.ONE) && !symbols.agree(x, y) && !narrows(x, y)) {
                throw new IrException("sizes " + x + " and " + y + " differ at axis -" + i);
            }
        }
    }

    /** Whether sizes agree once a symbol is bounded, which type rules do. */
    private static boolean narrows(Dim x, Dim y) {
        return x instanceof Dim.Min != y instanceof Dim.Min && (x instanceof Dim.Sym || y instanceof Dim.Sym);
    }

    private static void product(Shape a, Shape b, Symbols symbols) {
        if (a.rank() == 0 || b.rank() == 0) {
            throw new IrException("matrices were expected, not numbers");
        }
        var columns = a.dim(-1);
        var rows = b.dim(b.rank() == 1 ? -1 : -2);
        if (!symbols.agree(columns, rows)) {
            throw new IrException("the first has " + columns + " columns, the second " + rows + " rows");
        }
    }

    private static void channels(Shape x, Shape w, List<AttributeProto> attributes) {
        long groups = attributes.stream().filter(a -> a.getName().equals("group")).mapToLong(AttributeProto::getI)
                .findFirst().orElse(1);
        if (x.rank() != w.rank() || x.rank() < 3) {
            throw new IrException("an image [batch,channels,...] and weights of as many axes were expected");
        }
        if (x.dim(1).isConst() && w.dim(1).isConst() && x.dim(1).value() != w.dim(1).value() * groups) {
            throw new IrException("the image has " + x.dim(1) + " channels, the weights are for "
                    + w.dim(1).value() * groups + (groups == 1 ? "" : " in " + groups + " groups"));
        }
    }
}
