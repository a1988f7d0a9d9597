package dev.sinter.frontend.onnx.export;

import dev.sinter.frontend.onnx.Attribute;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import dev.sinter.ir.TensorData;
import dev.sinter.ir.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * An expression of indices, computed for all indices at once: an index is the tensor of its values along its axis, and
 * what is computed of it is a tensor that broadcasts. The counters of folds are axes, too, in front of all others.
 */
final class Elements {
    /**
     * All values of a subexpression.
     *
     * @param ref
     *            a tensor that broadcasts to all axes
     * @param axes
     *            the axes along which it has different values, counted from the last one: the tensor has the size of the
     *            axis there and 1 elsewhere
     */
    record Values(Ref ref, Set<Integer> axes) {
        /** Of one element. */
        static Values single(Ref ref) {
            return new Values(ref, Set.of());
        }
    }

    private final Site site;
    private final List<Value> operands;
    /** Sizes of all axes, the last first. */
    private final List<Ref> sizes;
    private final Map<String, Values> names;
    /** Whether the result may be thrown away, so that what is computed must not fail. */
    private boolean idle;

    private Elements(Site site, List<Value> operands, List<Ref> sizes, Map<String, Values> names, boolean idle) {
        this.site = site;
        this.operands = operands;
        this.sizes = sizes;
        this.names = names;
        this.idle = idle;
    }

    /** Indices {@code i0, i1, …} run along these axes. */
    static Elements over(Site site, List<Value> operands, List<Dim> dims) {
        var all = new Elements(site, operands, new ArrayList<>(), new HashMap<>(), false);
        for (int axis = dims.size() - 1; axis >= 0; axis--) {
            var dim = site.known().simplify(dims.get(axis));
            all.axis("i" + axis, site.size(dim), dim.equals(Dim.ONE));
        }
        return all;
    }

    /** One element, whose indices are given. */
    static Elements at(Site site, List<Value> operands, Map<String, Ref> indices) {
        var names = new HashMap<String, Values>();
        indices.forEach((name, ref) -> names.put(name, Values.single(ref)));
        return new Elements(site, operands, new ArrayList<>(), names, false);
    }

    /** A further axis in front of all others, and a name that runs along it. */
    private void axis(String name, Ref size, boolean one) {
        int place = sizes.size();
        sizes.add(size);
        if (one) {
            names.put(name, Values.single(site.integer(DType.I64, 0)));
            return;
        }
        var line = site.op("Range", DType.I64, site.integer(DType.I64, 0), site.toScalar(size),
                site.integer(DType.I64, 1));
        var placed = place == 0 ? line
                : site.op("Unsqueeze", DType.I64, line, site.longs(LongStream.rangeClosed(1, place).toArray()));
        names.put(name, new Values(placed, Set.of(place)));
    }

    private Elements within(Site inner) {
        return new Elements(inner, operands, new ArrayList<>(sizes), new HashMap<>(names), idle);
    }

    Site site() {
        return site;
    }

    int rank() {
        return sizes.size();
    }

    void name(String name, Values values) {
        names.put(name, values);
    }

    // ---- expressions

    /** A subexpression. */
    Values of(Expr expr) {
        return switch (expr) {
            case Expr.Literal l -> Values.single(Maps.literal(site, l));
            case Expr.Size(var dim) -> Values.single(site.toScalar(site.size(dim)));
            case Expr.Var(var name, var type) -> named(name);
            case Expr.Apply(var fn, var args, var type) -> apply(fn, args, type);
            case Expr.Read(var operand, var index, var otherwise, var type) ->
                    new Reads(this, operands.get(operand)).read(index, otherwise);
            case Expr.Let(var name, var value, var body) -> {
                names.put(name, of(value));
                yield of(body);
            }
            case Expr.Fold fold -> new Foldings(this).fold(fold);
            case Expr.Arg a -> throw new Unexportable("an operand that is read was expected, not " + a);
        };
    }

    private Values named(String name) {
        var found = names.get(name);
        if (found == null) {
            throw new Unexportable("'" + name + "' is no name of the expression");
        }
        return found;
    }

    private Values apply(Fn fn, List<Expr> args, DType type) {
        var values = new ArrayList<Values>();
        for (int i = 0; i < args.size(); i++) {
            var arg = args.get(i);
            values.add(fn == Fn.SELECT && i > 0 ? idly(() -> of(arg)) : of(arg));
        }
        var refs = values.stream().map(Values::ref).toList();
        return new Values(Elementwise.apply(site, fn, type, idle ? Maps.divisible(site, fn, args, refs) : refs),
                axes(values));
    }

    /** What may be thrown away. */
    Values idly(Supplier<Values> value) {
        boolean before = idle;
        idle = true;
        try {
            return value.get();
        } finally {
            idle = before;
        }
    }

    boolean isIdle() {
        return idle;
    }

    /** A function of values computed already. */
    Values apply(Fn fn, DType type, Values... args) {
        var refs = new ArrayList<Ref>();
        for (var arg : args) {
            refs.add(arg.ref());
        }
        return new Values(Elementwise.apply(site, fn, type, refs), axes(List.of(args)));
    }

    static Set<Integer> axes(List<Values> values) {
        var all = new TreeSet<Integer>();
        values.forEach(v -> all.addAll(v.axes()));
        return all;
    }

    // ---- shapes

    /** A tensor of all axes. */
    Ref full(Values values) {
        return values.axes().size() == sizes.size() ? values.ref() : expanded(values, sizes.size());
    }

    /** A tensor that has the first axis, whatever it has of the others. */
    Ref withFirstAxis(Values values) {
        int first = sizes.size() - 1;
        if (values.axes().contains(first)) {
            return values.ref();
        }
        var parts = new ArrayList<@Nullable Ref>(List.of(sizes.get(first)));
        if (first > 0) {
            parts.add(site.longs(LongStream.range(0, first).map(i -> 1).toArray()));
        }
        return expanded(values, parts);
    }

    private Ref expanded(Values values, int count) {
        var parts = new ArrayList<@Nullable Ref>();
        for (int i = count - 1; i >= 0; i--) {
            parts.add(sizes.get(i));
        }
        return expanded(values, parts);
    }

    private Ref expanded(Values values, List<@Nullable Ref> parts) {
        var shape = parts.isEmpty() ? site.constant(TensorData.longs(new long[0], 0))
                : parts.size() == 1 ? Objects.requireNonNull(parts.getFirst())
                        : site.op("Concat", DType.I64, parts, Attribute.of("axis", 0));
        return Views.moved(site, values.ref(), v -> site.op("Expand", v.dtype(), v, shape));
    }

    /** A value of all axes there are. */
    Values everywhere(Ref ref) {
        var all = new TreeSet<Integer>();
        for (int i = 0; i < sizes.size(); i++) {
            all.add(i);
        }
        return new Values(ref, all);
    }

    /** These expressions with one axis more, along which a counter runs. */
    Elements counting(String counter, Ref count) {
        var more = within(site);
        more.axis(counter, count, false);
        return more;
    }

    /** These expressions in the body of a loop, whose round is the counter. */
    Elements looping(Site body, String counter, Ref round) {
        var more = within(body);
        more.names.put(counter, Values.single(round));
        return more;
    }
}
