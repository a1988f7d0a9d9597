package dev.sinter.frontend.onnx.export;

import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Node;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import dev.sinter.ir.op.Map;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code map}: each function of the expression one elementwise operator; operands broadcast alike in both. */
final class Maps {
    private final Site site;
    private final List<Ref> operands;

    private final Quantizations quantizations;

    private Maps(Site site, List<Ref> operands, List<Shape> shapes) {
        this.site = site;
        this.operands = operands;
        this.quantizations = new Quantizations(site, operands, shapes);
    }

    static Ref export(Map op, Node node, Site site) {
        var operands = node.inputs().stream().map(site::value).toList();
        var made = expression(site, op.expr(), operands, node.inputs().stream().map(Value::shape).toList());
        var used = new ArrayList<Shape>();
        for (int i : arguments(op.expr())) {
            used.add(node.input(i).shape());
        }
        return covers(used, node.output()) ? made : Views.expand(site, made, node.output().shape());
    }

    /** An expression over operands, without counters and reads. */
    private static Ref expression(Site site, Expr expr, List<Ref> operands, List<Shape> shapes) {
        return new Maps(site, operands, shapes).value(expr, false);
    }

    /** An epilogue: the result of the op is {@code $0}, the operands from {@code first} on follow. */
    static Ref epilogue(Site site, @Nullable Expr expr, Ref result, Node node, int first) {
        if (expr == null) {
            return result;
        }
        var operands = new ArrayList<Ref>(List.of(result));
        var shapes = new ArrayList<Shape>(List.of(node.output().shape()));
        for (var extra : node.inputs().subList(Math.min(first, node.inputs().size()), node.inputs().size())) {
            operands.add(site.value(extra));
            shapes.add(extra.shape());
        }
        return expression(site, expr, operands, shapes);
    }

    private Ref value(Expr expr, boolean chosen) {
        return switch (expr) {
            case Expr.Arg(var i, var dtype) -> operands.get(i);
            case Expr.Literal l -> literal(site, l);
            case Expr.Apply apply when Shorthand.of(apply) instanceof Shorthand shorthand -> shorthand.write(site,
                    value(shorthand.x(), chosen));
            case Expr.Apply apply when quantizations.of(apply, e -> value(e, chosen)) instanceof Ref made -> made;
            case Expr.Apply(var fn, var args, var dtype) -> {
                var values = new ArrayList<Ref>();
                for (int i = 0; i < args.size(); i++) {
                    values.add(value(args.get(i), chosen || fn == Fn.SELECT && i > 0));
                }
                yield Elementwise.apply(site, fn, dtype, chosen ? divisible(site, fn, args, values) : values);
            }
            case Expr.Size(var dim) -> site.toScalar(site.size(dim));
            case Expr.Var v -> throw outside(v);
            case Expr.Read r -> throw outside(r);
            case Expr.Let l -> throw outside(l);
            case Expr.Fold f -> throw outside(f);
        };
    }

    private static Unexportable outside(Expr expr) {
        return new Unexportable("an elementwise expression was expected, not " + expr);
    }

    static Ref literal(Site site, Expr.Literal literal) {
        var data = TensorData.zeros(literal.dtype());
        if (literal.dtype().isFloat()) {
            data.set(0, literal.value());
        } else {
            data.set(0, literal.bits());
        }
        return site.constant(data);
    }

    /** Both sides of a choice are computed, so an integer that is not chosen must not be divided by 0 either. */
    static List<Ref> divisible(Site site, Fn fn, List<Expr> args, List<Ref> values) {
        boolean divides = fn == Fn.DIV || fn == Fn.MOD || fn == Fn.FMOD;
        if (!divides || !values.get(1).dtype().isInteger() || args.get(1) instanceof Expr.Literal(var v, long b, var t)
                && b != 0) {
            return values;
        }
        var type = values.get(1).dtype();
        var none = Elementwise.apply(site, Fn.EQ, DType.BOOL, List.of(values.get(1), site.integer(type, 0)));
        return List.of(values.get(0),
                Elementwise.apply(site, Fn.SELECT, type, List.of(none, site.integer(type, 1), values.get(1))));
    }

    private static Set<Integer> arguments(Expr expr) {
        var all = new LinkedHashSet<Integer>();
        collect(expr, all);
        return all;
    }

    private static void collect(Expr expr, Set<Integer> all) {
        if (expr instanceof Expr.Arg(var i, var t)) {
            all.add(i);
        }
        expr.children().forEach(child -> collect(child, all));
    }

    /** Whether shapes alone broadcast to all axes of a result. */
    private static boolean covers(List<Shape> shapes, Value result) {
        if (!result.shape().isRanked()) {
            return true;
        }
        for (int axis = 0; axis < result.shape().rank(); axis++) {
            int fromEnd = result.shape().rank() - axis;
            boolean covered = false;
            for (var shape : shapes) {
                covered |= !shape.isRanked() || shape.rank() >= fromEnd
                        && (!shape.dim(-fromEnd).equals(Dim.ONE) || result.shape().dim(axis).equals(Dim.ONE));
            }
            if (!covered) {
                return false;
            }
        }
        return true;
    }
}
