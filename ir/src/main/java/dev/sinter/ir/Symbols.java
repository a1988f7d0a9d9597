package dev.sinter.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The symbols of a graph with their bounds, and equalities that type rules had to assume. It is filled while a graph is
 * built (a type rule may learn that a sequence is at most 512 long) and copied into the finished {@link Graph}.
 */
public final class Symbols {
    /**
     * Bounds of a symbol, both inclusive.
     *
     * @param min
     *            smallest size
     * @param max
     *            largest size
     */
    public record Bounds(long min, long max) {
        /** Any size. */
        public static final Bounds ANY = new Bounds(0, Integer.MAX_VALUE);
    }

    /**
     * Two dimensions that must agree when the model runs.
     *
     * @param left
     *            one
     * @param right
     *            the other
     * @param reason
     *            which node needs it
     */
    public record Equality(Dim left, Dim right, String reason) {
    }

    private final Map<String, Bounds> bounds = new LinkedHashMap<>();
    private final List<Equality> equalities = new ArrayList<>();
    private final Set<Pair> equal = new HashSet<>();

    private record Pair(Dim left, Dim right) {
    }

    /** No symbols. */
    public Symbols() {
    }

    /**
     * A copy.
     *
     * @param other
     *            what to copy
     */
    public Symbols(Symbols other) {
        bounds.putAll(other.bounds);
        equalities.addAll(other.equalities);
        equal.addAll(other.equal);
    }

    /**
     * Learns what others know: bounds are narrowed, equalities added.
     *
     * @param other
     *            symbols of the same model, such as those of a region or of what is around it
     */
    public void addAll(Symbols other) {
        other.bounds.forEach(this::declare);
        other.equalities.forEach(e -> requireEqual(e.left(), e.right(), e.reason()));
    }

    /**
     * Puts dimensions in place of symbols, which are forgotten; what can't agree any more stays an equality, so that it
     * fails when the model runs.
     *
     * @param bindings
     *            what stands for the symbols
     */
    public void bind(Map<String, Dim> bindings) {
        bounds.keySet().removeAll(bindings.keySet());
        var before = List.copyOf(equalities);
        equalities.clear();
        equal.clear();
        for (var e : before) {
            var left = e.left().substitute(bindings);
            var right = e.right().substitute(bindings);
            if (!left.equals(right) && equal.add(new Pair(left, right))) {
                equalities.add(new Equality(left, right, e.reason()));
            }
        }
    }

    /**
     * Only what concerns some of the symbols.
     *
     * @param wanted
     *            names of symbols
     * @return the symbols without all others and without equalities between others
     */
    public Symbols only(Predicate<String> wanted) {
        var kept = new Symbols();
        bounds.forEach((name, b) -> {
            if (wanted.test(name)) {
                kept.declare(name, b);
            }
        });
        for (var e : equalities) {
            if (Stream.concat(e.left().symbols().stream(), e.right().symbols().stream()).allMatch(wanted)) {
                kept.requireEqual(e.left(), e.right(), e.reason());
            }
        }
        return kept;
    }

    /**
     * Whether two dimensions are the same, are so within their bounds, or were required to agree.
     *
     * @param a
     *            one dimension
     * @param b
     *            the other
     * @return whether they are known to agree
     */
    public boolean agree(Dim a, Dim b) {
        return a.equals(b) || simplify(a).equals(simplify(b)) || equal.contains(new Pair(a, b))
                || equal.contains(new Pair(b, a));
    }

    /**
     * Adds a symbol, or narrows its bounds.
     *
     * @param name
     *            of the symbol
     * @param narrower
     *            bounds it must keep in addition to those known
     * @throws IrException
     *             if no size is left
     */
    public void declare(String name, Bounds narrower) {
        bounds.merge(name, narrower, (a, b) -> new Bounds(Math.max(a.min(), b.min()), Math.min(a.max(), b.max())));
        var now = bounds.get(name);
        if (now.min() > now.max()) {
            throw new IrException(
                    "no size is possible for symbol " + name + ": at least " + now.min() + ", at most " + now.max());
        }
    }

    /**
     * A new symbol, for a size that a node defines when the model runs.
     *
     * @param prefix
     *            what it counts
     * @return its name, declared with any size
     */
    public String fresh(String prefix) {
        int number = 0;
        while (bounds.containsKey(prefix + "_" + number)) {
            number++;
        }
        declare(prefix + "_" + number, Bounds.ANY);
        return prefix + "_" + number;
    }

    /**
     * Whether a symbol can have one size only.
     *
     * @param name
     *            of the symbol
     * @return whether its bounds are one size
     */
    public boolean isFixed(String name) {
        var b = bounds.get(name);
        return b != null && b.min() == b.max();
    }

    /** {@return names and bounds, in the order they were declared} */
    public Map<String, Bounds> bounds() {
        return Collections.unmodifiableMap(bounds);
    }

    /** {@return equalities to be checked when the model runs} */
    public List<Equality> equalities() {
        return Collections.unmodifiableList(equalities);
    }

    /**
     * Records an equality to be checked when the model runs; nothing if it holds already.
     *
     * @param left
     *            one dimension
     * @param right
     *            the other
     * @param reason
     *            which node needs it, for the message
     * @throws IrException
     *             if both are constants that differ
     */
    public void requireEqual(Dim left, Dim right, String reason) {
        if (left.equals(right)) {
            return;
        }
        if (left.isConst() && right.isConst()) {
            throw new IrException(reason + ": dimensions " + left + " and " + right + " differ");
        }
        if (!equal.contains(new Pair(right, left)) && equal.add(new Pair(left, right))) {
            equalities.add(new Equality(left, right, reason));
        }
    }

    /**
     * Simplifies with the bounds: {@code min(S, 512)} is {@code S} where S is at most 512.
     *
     * @param dim
     *            a dimension
     * @return an equal dimension
     */
    public Dim simplify(Dim dim) {
        return switch (dim) {
            case Dim.Const c -> c;
            case Dim.Sym s -> bounds.getOrDefault(s.name(), Bounds.ANY) instanceof Bounds(long lo, long hi) && lo == hi
                    ? Dim.of(lo) : s;
            case Dim.Add(var a, var b) -> simplify(a).plus(simplify(b));
            case Dim.Mul(var a, var b) -> simplify(a).times(simplify(b));
            case Dim.FloorDiv(var a, var b) -> simplify(a).floorDiv(simplify(b));
            case Dim.Min(var a, var b) -> choose(simplify(a), simplify(b), true);
            case Dim.Max(var a, var b) -> choose(simplify(a), simplify(b), false);
        };
    }

    private Dim choose(Dim a, Dim b, boolean smaller) {
        if (max(a) <= min(b)) {
            return smaller ? a : b;
        }
        if (max(b) <= min(a)) {
            return smaller ? b : a;
        }
        return smaller ? a.min(b) : a.max(b);
    }

    /**
     * A lower bound.
     *
     * @param dim
     *            a dimension
     * @return a size it is never below
     */
    public long min(Dim dim) {
        return bound(dim, true);
    }

    /**
     * An upper bound.
     *
     * @param dim
     *            a dimension
     * @return a size it is never above
     */
    public long max(Dim dim) {
        return bound(dim, false);
    }

    private long bound(Dim dim, boolean lower) {
        long unknown = lower ? Long.MIN_VALUE / 4 : Long.MAX_VALUE / 4;
        return switch (dim) {
            case Dim.Const(long v) -> v;
            case Dim.Sym(var name) -> {
                var b = bounds.getOrDefault(name, Bounds.ANY);
                yield lower ? b.min() : b.max();
            }
            case Dim.Add(var a, var b) ->
                    Math.clamp(bound(a, lower) + bound(b, lower), Long.MIN_VALUE / 4, Long.MAX_VALUE / 4);
            case Dim.Mul(var a, Dim.Const(long f)) when Math.abs(bound(a, (f >= 0) == lower)) < (1L << 31)
                    && Math.abs(f) < (1L << 29) -> f * bound(a, (f >= 0) == lower);
            case Dim.Mul m -> unknown;
            case Dim.FloorDiv(var a, Dim.Const(long d)) when d > 0 -> Math.floorDiv(bound(a, lower), d);
            case Dim.FloorDiv d -> unknown;
            case Dim.Min(var a, var b) -> Math.min(bound(a, lower), bound(b, lower));
            case Dim.Max(var a, var b) -> Math.max(bound(a, lower), bound(b, lower));
        };
    }

    /**
     * The size of a broadcast of two dimensions. Learns what must hold: {@code S} with {@code min(S, 512)} bounds S by
     * 512, two dimensions that are not known to agree must agree when the model runs. Of those the shorter one is
     * taken, so that a size which was computed in a roundabout way ends where it meets the plain one.
     *
     * @param a
     *            one dimension
     * @param b
     *            the other
     * @param reason
     *            which node, for the message
     * @return the common dimension
     * @throws IrException
     *             if the sizes can't agree
     */
    public Dim broadcast(Dim a, Dim b, String reason) {
        if (a.equals(b) || b.equals(Dim.ONE)) {
            return a;
        }
        if (a.equals(Dim.ONE)) {
            return b;
        }
        if (a instanceof Dim.Min && !(b instanceof Dim.Min)) {
            return broadcast(b, a, reason);
        }
        if (a instanceof Dim.Sym(var name) && b instanceof Dim.Min(var l, var r)) {
            var limit = l.equals(a) ? r : r.equals(a) ? l : null;
            if (limit instanceof Dim.Const(long most) && most != 1) {
                declare(name, new Bounds(0, most));
                return a;
            }
        }
        requireEqual(a, b, reason);
        return a.isConst() || !b.isConst() && a.terms() <= b.terms() ? a : b;
    }
}
