package dev.sinter.codegen.loop;

import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the lanewise rewrites ask about the statements of an unrolled kernel; each statement is looked at once.
 */
final class VectorFacts {
    /**
     * Facts about a statement and all within it.
     *
     * @param vectors
     *            whether it computes with vectors
     * @param uses
     *            names it refers to
     * @param defines
     *            names it defines
     * @param repeatable
     *            whether doing it once for each lane is as good as once: it has no scalar store, call or fold
     */
    record Facts(boolean vectors, Set<String> uses, Set<String> defines, boolean repeatable) {
    }

    private final Types types;
    private final Map<Stmt, Facts> known = new IdentityHashMap<>();

    VectorFacts(Kernel kernel) {
        this.types = new Types(kernel);
    }

    boolean isVector(Term term) {
        return types.of(term).isVector();
    }

    boolean isWide(Term index) {
        return types.of(index).elem() == Elem.I64;
    }

    Facts of(Stmt stmt) {
        var facts = known.get(stmt);
        if (facts == null) {
            facts = compute(stmt);
            known.put(stmt, facts);
        }
        return facts;
    }

    boolean hasVectors(Stmt stmt) {
        return of(stmt).vectors;
    }

    private Facts compute(Stmt stmt) {
        var uses = new HashSet<String>();
        Stmts.terms(stmt).forEach(t -> names(t, uses));
        var defines = new HashSet<String>();
        boolean vectors = false;
        boolean repeatable = true;
        switch (stmt) {
            case Stmt.Let(var name, var over, var value) -> {
                defines.add(name);
                vectors = value instanceof Term.Fold || isVector(value);
                repeatable = !(value instanceof Term.Fold);
            }
            case Stmt.Store store -> {
                vectors = isVector(store.value());
                repeatable = vectors;
            }
            case Stmt.Loop loop -> {
                defines.add(loop.var());
                for (var carry : loop.carries()) {
                    defines.add(carry.name());
                    vectors |= isVector(carry.init());
                }
            }
            case Stmt.Copy copy -> repeatable = false;
            case Stmt.Call call -> repeatable = false;
            case Stmt.Unroll unroll -> throw new IllegalArgumentException("not unrolled");
            case Stmt.Either either -> {
                defines.add(either.name());
                vectors = isVector(either.yesValue());
            }
            case Stmt.If branch -> {
            }
            case Stmt.Check check -> {
            }
        }
        for (var inner : Stmts.body(stmt)) {
            var facts = of(inner);
            vectors |= facts.vectors;
            repeatable &= facts.repeatable;
            uses.addAll(facts.uses);
            defines.addAll(facts.defines);
        }
        return new Facts(vectors, uses, defines, repeatable);
    }

    static void names(Term term, Set<String> names) {
        if (term instanceof Term.Ref(var name, var subs)) {
            names.add(name);
        }
        for (var child : term.children()) {
            names(child, names);
        }
    }

    /** Whether statements refer to vectors that others define. */
    boolean takesVectors(List<? extends Stmt> stmts) {
        var defined = new HashSet<String>();
        stmts.forEach(s -> defined.addAll(of(s).defines));
        return stmts.stream()
                .anyMatch(s -> of(s).uses.stream().anyMatch(n -> !defined.contains(n) && types.isVector(n)));
    }

    /** A loop whose vectors live within one round: nothing but scalars goes in, round, or out. */
    boolean standsAlone(Stmt.Loop loop) {
        return loop.carries().stream().noneMatch(c -> isVector(c.init())) && !takesVectors(List.of(loop));
    }

    // ---- loops over whole vectors

    /** How a scalar changes when a loop's counter grows by one. */
    private enum Motion {
        /** Not at all. */
        FIXED,
        /** It grows by one as well. */
        MOVES,
        /** In some other way. */
        VARIES
    }

    /**
     * Whether a loop goes over whole vectors and nothing else: steps by sixteen, carries nothing, every vector load and
     * store moves with the counter, and no lane looks at another. Such a loop may step by any divisor of sixteen.
     */
    boolean isOverVectors(Stmt.Loop loop) {
        if (loop.step() != VType.LANES || !loop.carries().isEmpty() || !standsAlone(loop)) {
            return false;
        }
        var motions = new HashMap<String, Motion>();
        motions.put(loop.var(), Motion.MOVES);
        for (var stmt : loop.body()) {
            boolean fits = switch (stmt) {
                case Stmt.Let(var name, var over, var value) -> {
                    boolean vector = isVector(value);
                    if (!vector) {
                        motions.put(name, motion(value, motions));
                    }
                    yield vector ? follows(value, motions) : !(value instanceof Term.Fold);
                }
                case Stmt.Store(var buffer, var index, var value, var mask) ->
                        isVector(value) && follows(value, motions)
                                && motion(index, motions) == Motion.MOVES && (mask == null || follows(mask, motions));
                default -> false;
            };
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** Whether each lane of a vector depends on the counter plus the lane only. */
    private boolean follows(Term term, Map<String, Motion> motions) {
        return switch (term) {
            case Term.Lit lit -> true;
            case Term.Ref ref -> true;
            case Term.Fold fold -> false;
            case Term.Load(var b, var index, var type, var mask) -> motion(index, motions) == Motion.MOVES
                    && (mask == null || follows(mask, motions));
            case Term.Lanes(var first, var limit, var lanes) ->
                    motion(first, motions) == Motion.MOVES && motion(limit, motions) == Motion.FIXED;
            case Term.Splat(var value, var lanes) -> motion(value, motions) == Motion.FIXED;
            case Term.Convert(var value, var to) -> follows(value, motions);
            case Term.Bits(var value, var to) -> follows(value, motions);
            case Term.Apply(var prim, var args) ->
                    prim != Prim.LOOKUP && prim != Prim.PACK && prim != Prim.PICK && args.stream()
                            .allMatch(a -> isVector(a) ? follows(a, motions) : motion(a, motions) == Motion.FIXED);
        };
    }

    private static Motion motion(Term term, Map<String, Motion> motions) {
        if (term instanceof Term.Ref(var name, var subs)) {
            return motions.getOrDefault(name, Motion.FIXED);
        }
        var inner = term.children().stream().map(c -> motion(c, motions)).toList();
        if (inner.stream().allMatch(m -> m == Motion.FIXED)) {
            return Motion.FIXED;
        }
        boolean moves = switch (term) {
            case Term.Convert(var value, var to) -> to == Elem.I64 && inner.getFirst() == Motion.MOVES;
            case Term.Apply(var prim, var args) when prim == Prim.ADD ->
                    inner.contains(Motion.FIXED) && inner.contains(Motion.MOVES);
            case Term.Apply(var prim, var args) when prim == Prim.SUB ->
                    inner.equals(List.of(Motion.MOVES, Motion.FIXED));
            default -> false;
        };
        return moves ? Motion.MOVES : Motion.VARIES;
    }
}
