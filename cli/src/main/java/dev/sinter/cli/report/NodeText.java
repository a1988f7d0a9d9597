package dev.sinter.cli.report;

import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Node;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.Type;
import dev.sinter.ir.op.Compute;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Conv;
import dev.sinter.ir.op.Library;
import dev.sinter.ir.op.MatMul;
import dev.sinter.ir.op.MatMulInteger;
import dev.sinter.ir.op.Recurrence;
import dev.sinter.ir.op.Reduce;
import dev.sinter.ir.op.ScaledMatMul;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the report says of nodes in a few words. */
final class NodeText {
    private static final int FUNCTIONS = 3;

    private NodeText() {
    }

    /** {@return what a node does: {@code matmul + add, gelu}} */
    static String title(Node node) {
        return switch (node.op()) {
            case dev.sinter.ir.op.Map(var expr) -> joined("map", " ", expr);
            case MatMul(var epilogue) -> joined("matmul", " + ", epilogue);
            case MatMulInteger m -> joined("matmul " + m.mnemonic().replaceFirst("^matmul_?", ""), " + ",
                    m.epilogue());
            case ScaledMatMul m -> joined("matmul scaled", " + ", m.epilogue());
            case Conv conv -> {
                var window = node.input(1).shape().dims();
                var text = (conv.groups() > 1 ? "grouped " : "") + "conv " + window.subList(2, window.size()).stream()
                        .map(Object::toString).collect(Collectors.joining("×"));
                yield conv.epilogue() == null ? text : joined(text, " + ", conv.epilogue());
            }
            case Reduce r -> "reduce " + r.monoid().name().toLowerCase(Locale.ROOT);
            case Compute(var shape, var expr) -> joined("compute", " ", expr);
            case Recurrence r -> r.kind().name().toLowerCase(Locale.ROOT);
            case Library l -> l.routine();
            default -> node.op().mnemonic();
        };
    }

    private static String joined(String op, String between, Expr expr) {
        var functions = new LinkedHashSet<String>();
        functions(expr, functions);
        if (functions.isEmpty()) {
            return op;
        }
        return op + between + functions.stream().limit(FUNCTIONS).collect(Collectors.joining(", "))
                + (functions.size() > FUNCTIONS ? ", …" : "");
    }

    /** Functions of elements, the innermost first; not what computes indices. */
    private static void functions(Expr expr, Set<String> found) {
        if (expr instanceof Expr.Read(var operand, var index, var otherwise, var dtype)) {
            if (otherwise != null) {
                functions(otherwise, found);
            }
            return;
        }
        expr.children().forEach(child -> functions(child, found));
        if (expr instanceof Expr.Apply(var fn, var args, var dtype) && dtype != DType.I64) {
            found.add(fn.label());
        }
    }

    /** {@return what colors stand for: {@code product}, {@code elementwise}, ...} */
    static String kind(Node node) {
        return switch (node.op().mnemonic()) {
            case "matmul", "matmul_integer", "conv", "recurrence" -> "product";
            case "attention" -> "attention";
            case "softmax", "normalize", "reduce", "cumulate" -> "reduction";
            case "reshape", "permute", "slice", "expand", "concat", "gather", "dims" -> "movement";
            case "if", "loop", "define" -> "control";
            case "library", "trees" -> "library";
            default -> "elementwise";
        };
    }

    /** {@return a type with its sizes put in} */
    static String type(Type type, Map<String, Long> sizes) {
        if (!(type instanceof TensorType(var dtype, var shape)) || !shape.isRanked()) {
            return type.toString();
        }
        return dtype + shape.dims().stream()
                .map(d -> sizes.keySet().containsAll(d.symbols()) ? String.valueOf(d.evaluate(sizes)) : d.toString())
                .collect(Collectors.joining("×", "[", "]"));
    }

    /** {@return the element types a node computes with: of its results, and of operands that differ} */
    static String precision(Node node) {
        var types = new LinkedHashSet<String>();
        List.of(node.outputs(), node.inputs()).forEach(values -> values.forEach(value -> {
            if (value.type() instanceof TensorType(var dtype, var shape)
                    && (types.isEmpty() || dtype.isFloat() || dtype.bits() <= 8)) {
                types.add(dtype.label());
            }
        }));
        return String.join(", ", types);
    }

    /** {@return where channels or elements lie, if that was chosen; else nothing} */
    static String layout(Node node) {
        if (node.op() instanceof Conv conv) {
            return conv.layout().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
        return node.outputs().stream().map(v -> v.facts().layout()).filter(l -> l != null).findFirst().orElse("");
    }

    /** {@return the last part of a node's name, or its value} */
    static String name(Node node) {
        var first = node.origin().first();
        if (first.isEmpty()) {
            return node.outputs().isEmpty() ? "" : node.outputs().getFirst().toString();
        }
        char border = first.indexOf('/') >= 0 ? '/' : '.';
        return first.substring(first.lastIndexOf(border, Math.max(0, first.length() - 2)) + 1);
    }

    /** {@return whether a node is one of the model's constants} */
    static boolean isConstant(Node node) {
        return node.op() instanceof Constant;
    }
}
