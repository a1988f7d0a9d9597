package dev.sinter.ir;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The normal form behind {@link Dim}: a sum of products. Each product is a sorted list of atoms (symbols, quotients,
 * minima, maxima) with a constant factor.
 */
record Polynomial(Map<List<Dim>, Long> terms) {
    private static final Comparator<Dim> ATOMS = Comparator.comparing(Dim::toString);
    private static final Comparator<List<Dim>> PRODUCTS = Comparator.<List<Dim>>comparingInt(p -> -p.size())
            .thenComparing(Object::toString);

    static Polynomial of(Dim dim) {
        return switch (dim) {
            case Dim.Const(long v) -> single(List.of(), v);
            case Dim.Add(var a, var b) -> of(a).plus(of(b));
            case Dim.Mul(var a, var b) -> of(a).times(of(b));
            case Dim.Sym s -> single(List.of(s), 1);
            case Dim.FloorDiv d -> single(List.of(d), 1);
            case Dim.Min m -> single(List.of(m), 1);
            case Dim.Max m -> single(List.of(m), 1);
        };
    }

    private static Polynomial single(List<Dim> atoms, long factor) {
        var terms = new TreeMap<List<Dim>, Long>(PRODUCTS);
        if (factor != 0) {
            terms.put(atoms, factor);
        }
        return new Polynomial(terms);
    }

    Polynomial plus(Polynomial other) {
        var sum = new TreeMap<List<Dim>, Long>(PRODUCTS);
        sum.putAll(terms);
        other.terms.forEach((atoms, factor) -> sum.merge(atoms, factor, Long::sum));
        sum.values().removeIf(f -> f == 0);
        return new Polynomial(sum);
    }

    Polynomial times(Polynomial other) {
        var product = new TreeMap<List<Dim>, Long>(PRODUCTS);
        terms.forEach((a, f) -> other.terms.forEach((b, g) -> {
            var atoms = new ArrayList<>(a);
            atoms.addAll(b);
            atoms.sort(ATOMS);
            product.merge(List.copyOf(atoms), Math.multiplyExact(f, g), Long::sum);
        }));
        product.values().removeIf(f -> f == 0);
        return new Polynomial(product);
    }

    /** Exact quotient by a polynomial of one term, or by an equal or proportional polynomial; null if there is none. */
    @Nullable
    Polynomial dividedBy(Polynomial divisor) {
        if (terms.isEmpty()) {
            return this;
        }
        if (divisor.terms.size() == 1) {
            var entry = divisor.terms.entrySet().iterator().next();
            return byTerm(entry.getKey(), entry.getValue());
        }
        if (!terms.isEmpty() && divisor.terms.size() > 1) {
            var lead = terms.entrySet().iterator().next();
            var by = divisor.terms.entrySet().iterator().next();
            var factor = single(lead.getKey(), lead.getValue()).byTerm(by.getKey(), by.getValue());
            if (factor != null && factor.times(divisor).terms.equals(terms)) {
                return factor;
            }
        }
        return null;
    }

    @Nullable
    private Polynomial byTerm(List<Dim> atoms, long factor) {
        var quotient = new TreeMap<List<Dim>, Long>(PRODUCTS);
        for (var term : terms.entrySet()) {
            if (term.getValue() % factor != 0) {
                return null;
            }
            var rest = new ArrayList<>(term.getKey());
            for (var atom : atoms) {
                if (!rest.remove(atom)) {
                    return null;
                }
            }
            quotient.put(List.copyOf(rest), term.getValue() / factor);
        }
        return new Polynomial(quotient);
    }

    Dim toDim() {
        Dim sum = null;
        for (var term : terms.entrySet()) {
            var product = product(term.getKey(), term.getValue());
            sum = sum == null ? product : new Dim.Add(sum, product);
        }
        return sum == null ? Dim.ZERO : sum;
    }

    private static Dim product(List<Dim> atoms, long factor) {
        if (atoms.isEmpty()) {
            return Dim.of(factor);
        }
        Dim product = atoms.getFirst();
        for (var atom : atoms.subList(1, atoms.size())) {
            product = new Dim.Mul(product, atom);
        }
        return factor == 1 ? product : new Dim.Mul(product, Dim.of(factor));
    }
}
