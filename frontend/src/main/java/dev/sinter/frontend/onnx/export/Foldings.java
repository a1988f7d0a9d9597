package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.export.Elements.Values;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.Shape;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.TensorType;
import dev.sinter.ir.op.Reduce;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Folds of expressions: sums, products, largest and smallest values reduce an axis along which the counter runs; all
 * others become a Loop, which carries their values for all elements at once.
 */
final class Foldings {
    private static final Map<Fn, Reduce.Monoid> MONOIDS = Map.of(Fn.ADD, Reduce.Monoid.SUM, Fn.MUL,
            Reduce.Monoid.PROD, Fn.MAX, Reduce.Monoid.MAX, Fn.MIN, Reduce.Monoid.MIN, Fn.OR, Reduce.Monoid.MAX,
            Fn.AND, Reduce.Monoid.MIN);

    private final Elements elements;
    private final Site site;

    Foldings(Elements elements) {
        this.elements = elements;
        this.site = elements.site();
    }

    Values fold(Expr.Fold fold) {
        var total = total(fold);
        if (total == null) {
            return loop(fold);
        }
        elements.name(fold.carries().getFirst().name(), total);
        return elements.of(fold.result());
    }

    // ---- reductions

    /** A fold's one carried value behind the last round, if a reduction gives it. */
    private @Nullable Values total(Expr.Fold fold) {
        if (fold.carries().size() != 1) {
            return null;
        }
        var carry = fold.carries().getFirst();
        var fn = combined(carry.next(), carry.name());
        boolean logical = fn == Fn.AND || fn == Fn.OR;
        if (fn == null || !MONOIDS.containsKey(fn) || logical && carry.init().dtype() != DType.BOOL) {
            return null;
        }
        var reduced = reduced(fold, fn);
        return reduced == null ? null : elements.apply(fn, carry.init().dtype(), elements.of(carry.init()), reduced);
    }

    /** What combines a carried value with others that don't know it, or null. */
    private static @Nullable Fn combined(Expr next, String carried) {
        return switch (next) {
            case Expr.Apply(var fn, var args, var t) when fn == Fn.SELECT && !mentions(args.get(0), carried)
                    && isVar(args.get(2), carried) -> combined(args.get(1), carried);
            case Expr.Apply(var fn, var args, var t) when args.size() == 2
                    && (isVar(args.get(0), carried) && !mentions(args.get(1), carried)
                            || isVar(args.get(1), carried) && !mentions(args.get(0), carried)) ->
                    fn;
            case Expr.Fold inner when inner.carries().size() == 1 && isVar(inner.carries().getFirst().init(), carried)
                    && !mentions(inner.count(), carried) && isVar(inner.result(), inner.carries().getFirst().name())
                    && !mentions(inner.carries().getFirst().next(), carried) ->
                    combined(inner.carries().getFirst().next(), inner.carries().getFirst().name());
            case Expr.Let(var name, var value, var body) when !mentions(value, carried) -> combined(body, carried);
            default -> null;
        };
    }

    private static boolean isVar(Expr expr, String name) {
        return expr instanceof Expr.Var(var n, var t) && n.equals(name);
    }

    static boolean mentions(Expr expr, String name) {
        return isVar(expr, name) || expr.children().stream().anyMatch(child -> mentions(child, name));
    }

    /** All rounds combined, without what was carried at first. */
    private @Nullable Values reduced(Expr.Fold fold, Fn fn) {
        var carry = fold.carries().getFirst();
        var type = carry.init().dtype();
        var count = elements.of(fold.count());
        boolean alike = count.axes().isEmpty();
        var rounds = alike ? count.ref() : most(count);
        var inner = elements.counting(fold.var(), site.op("Reshape", DType.I64, rounds, site.longs(1)));
        Values value;
        if (alike) {
            value = new Foldings(inner).round(carry.next(), carry.name(), fn, type);
        } else {
            var more = inner.apply(Fn.LT, DType.BOOL, inner.of(new Expr.Var(fold.var(), DType.I64)), count);
            var folding = new Foldings(inner);
            value = inner.apply(Fn.SELECT, type, more,
                    inner.idly(() -> folding.round(carry.next(), carry.name(), fn, type)), neutral(fn, type));
        }
        var made = Folds.reduce(site, MONOIDS.get(fn), inner.withFirstAxis(value), List.of(0), false);
        var axes = new TreeSet<>(value.axes());
        axes.remove(inner.rank() - 1);
        // the reduced tensor keeps all other axes, of size 1 where nothing varies
        return new Values(made, axes);
    }

    private Ref most(Values count) {
        return Folds.reduce(site, Reduce.Monoid.MAX, site.flat(count.ref()), List.of(0), false);
    }

    /** What a round adds to the carried value. */
    private Values round(Expr next, String carried, Fn fn, DType type) {
        return switch (next) {
            case Expr.Apply(var f, var args, var t) when f == Fn.SELECT && isVar(args.get(2), carried) ->
                    elements.apply(
                            Fn.SELECT, type, elements.of(args.get(0)),
                            elements.idly(() -> round(args.get(1), carried, fn, type)), neutral(fn, type));
            case Expr.Apply(var f, var args, var t) -> elements.of(isVar(args.get(0), carried) ? args.get(1)
                    : args.get(0));
            case Expr.Let(var name, var value, var body) -> {
                elements.name(name, elements.of(value));
                yield round(body, carried, fn, type);
            }
            case Expr.Fold inner -> {
                var made = reduced(inner, fn);
                yield made == null ? neutral(fn, type) : made;
            }
            default -> throw new IllegalStateException(next.toString());
        };
    }

    private Values neutral(Fn fn, DType type) {
        var made = switch (fn) {
            case MUL -> site.scalar(type, 1);
            case MAX -> type.isFloat() ? site.scalar(type, Double.NEGATIVE_INFINITY)
                    : site.integer(type, type.minInteger());
            case MIN -> type.isFloat() ? site.scalar(type, Double.POSITIVE_INFINITY)
                    : site.integer(type, type.maxInteger());
            case AND -> site.integer(type, 1);
            default -> site.scalar(type, 0);
        };
        return Values.single(made);
    }

    // ---- loops

    private Values loop(Expr.Fold fold) {
        var count = elements.of(fold.count());
        boolean alike = count.axes().isEmpty();
        var carried = new ArrayList<Ref>();
        fold.carries().forEach(c -> carried.add(elements.full(elements.of(c.init()))));
        var body = site.inner();
        var round = port(body, "round", DType.I64);
        var more = port(body, "go_on", DType.BOOL);
        var inner = elements.looping(body, fold.var(), round);
        for (int i = 0; i < carried.size(); i++) {
            var type = Types.tensor(carried.get(i).dtype());
            var ref = new Ref(type, "");
            body.body().input("carried" + i, ref);
            inner.name(fold.carries().get(i).name(), elements.everywhere(ref));
        }
        var next = nexts(fold, inner, alike ? null : count);
        body.body().output("more", more, more.type());
        for (int i = 0; i < next.size(); i++) {
            body.body().output("next" + i, next.get(i), next.get(i).type());
        }
        var operands = new ArrayList<@Nullable Ref>();
        operands.add(alike ? site.op("Reshape", DType.I64, count.ref(), scalarShape()) : most(count));
        operands.add(null);
        operands.addAll(carried);
        var made = site.own("Loop", carried.stream().map(r -> Types.tensor(r.dtype())).toList(), operands,
                new LinkedHashMap<>(Map.of("body", body.body())));
        for (int i = 0; i < made.size(); i++) {
            elements.name(fold.carries().get(i).name(), elements.everywhere(made.get(i)));
        }
        return elements.of(fold.result());
    }

    private Ref scalarShape() {
        return site.constant(TensorData.longs(new long[0], 0));
    }

    private static Ref port(Site body, String name, DType type) {
        var ref = new Ref(new TensorType(type, Shape.SCALAR), "");
        body.body().input(name, ref);
        return ref;
    }

    /** The carried values of the next round; rounds beyond an element's own count leave its values as they are. */
    private static List<Ref> nexts(Expr.Fold fold, Elements inner, @Nullable Values count) {
        var next = new ArrayList<Ref>();
        for (var carry : fold.carries()) {
            var before = inner.of(new Expr.Var(carry.name(), carry.init().dtype()));
            if (count == null) {
                next.add(inner.full(inner.of(carry.next())));
            } else {
                var within = inner.apply(Fn.LT, DType.BOOL, inner.of(new Expr.Var(fold.var(), DType.I64)), count);
                next.add(inner.full(inner.apply(Fn.SELECT, carry.init().dtype(), within,
                        inner.idly(() -> inner.of(carry.next())), before)));
            }
        }
        return next;
    }

}
