package dev.sinter.codegen.kernel;

import dev.sinter.codegen.kernel.Interval.Known;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.ir.DType;
import dev.sinter.ir.Expr;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Loops that carry values: as loops, without the rounds that {@link Clipping change nothing}, or written out where they
 * are short and the caller {@link #unrolling asks for it}.
 */
final class Folds {
    /** The most rounds, of nested loops together, that are written out. */
    private static final long WRITTEN_OUT = 12;

    private final LoopCode code;
    private final Clipping clipping;
    private boolean unrolling;
    private long written = 1;

    Folds(LoopCode code) {
        this.code = code;
        this.clipping = new Clipping(code);
    }

    /** Whether short loops are to be written out from now on. */
    void unrolling(boolean wanted) {
        unrolling = wanted;
    }

    Known lower(Expr.Fold fold) {
        var count = code.lower(fold.count());
        if (count.varies()) {
            throw new NotLanewiseException("a loop of each lane");
        }
        long rounds = Math.max(0, count.range().low());
        boolean few = rounds <= 1 || unrolling && rounds * written <= WRITTEN_OUT;
        var result = few && count.range().low() == count.range().high() ? rounds(fold, (int) rounds)
                : loop(fold, count);
        code.unbind(fold.var());
        fold.carries().forEach(carry -> code.unbind(carry.name()));
        return result;
    }

    private Known loop(Expr.Fold fold, Known count) {
        var varying = varying(fold);
        var clip = clipping.of(fold, count);
        var names = new ArrayList<String>();
        var inits = new ArrayList<Known>();
        for (var carry : fold.carries()) {
            inits.add(value(carry, carry.init(), varying));
            names.add(code.fresh("c"));
        }
        var var = code.fresh("k");
        var nexts = new ArrayList<Known>();
        var kind = clip == null && count.range().low() > 0 ? Scope.Kind.ALWAYS : Scope.Kind.LOOP;
        var body = code.block(kind, () -> {
            carry(fold, inits, names);
            code.bind(fold.var(), counted(fold, var, count));
            fold.carries().forEach(c -> nexts.add(value(c, c.next(), varying)));
        });
        if (clip != null) {
            clip.forget();
        }
        var carries = new ArrayList<Stmt.Carry>();
        for (int i = 0; i < nexts.size(); i++) {
            carries.add(new Stmt.Carry(names.get(i), List.of(), inits.get(i).term(), nexts.get(i).term()));
        }
        code.scope().body().add(new Stmt.Loop(false, var, clip == null ? Term.i32(0) : clip.from(),
                clip == null ? rounds(count) : clip.to(), 1, carries, body));
        carry(fold, inits, names);
        return code.lower(fold.result()).within(code.scope().level());
    }

    /** Carried values that differ between lanes, by what they depend on. */
    private Set<String> varying(Expr.Fold fold) {
        var varying = new HashSet<String>();
        int before;
        do {
            before = varying.size();
            for (var carry : fold.carries()) {
                if (code.varies(carry.init(), varying) || code.varies(carry.next(), varying)) {
                    varying.add(carry.name());
                }
            }
        } while (varying.size() > before);
        return varying;
    }

    private Known value(Expr.Carry carry, Expr expr, Set<String> varying) {
        var value = code.lower(expr).wide();
        return varying.contains(carry.name()) ? code.everywhere(value) : value;
    }

    private void carry(Expr.Fold fold, List<Known> inits, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            var init = inits.get(i);
            code.bind(fold.carries().get(i).name(), new Known(Term.ref(names.get(i)), code.scope().level(),
                    init.dtype(), init.range(), init.step(), init.vector()));
        }
    }

    private Known counted(Expr.Fold fold, String var, Known count) {
        var below = fold.count() instanceof Expr.Size(var dim) ? dim : null;
        long last = Math.min(Integer.MAX_VALUE, count.range().high()) - 1;
        return new Known(Term.ref(var), code.scope().level(), DType.I64, new Interval(0, Math.max(0, last), below));
    }

    /** The number of rounds as an i32; more than that there never are. */
    private Term rounds(Known count) {
        if (count.isNarrow()) {
            return count.term();
        }
        var most = Term.of(Prim.MIN, count.term(), Term.i64(Integer.MAX_VALUE));
        return code.name(code.scope().level(), new Term.Convert(Term.of(Prim.MAX, most, Term.i64(0)), Elem.I32),
                DType.I32, null).term();
    }

    /** A few rounds one after the other. */
    private Known rounds(Expr.Fold fold, int count) {
        var values = new ArrayList<Known>();
        fold.carries().forEach(c -> values.add(code.lower(c.init())));
        long outer = written;
        written *= Math.max(1, count);
        int level = code.scope().level();
        for (int i = 0; i < count; i++) {
            var inits = List.copyOf(values);
            var counter = Term.i32(i);
            var round = Interval.of(i);
            values.clear();
            // behind each round the carried values are others
            values.addAll(code.round(() -> {
                bind(fold, inits);
                code.bind(fold.var(), new Known(counter, code.scope().level(), DType.I64, round));
                return fold.carries().stream().map(c -> code.lower(c.next()).within(level)).toList();
            }));
        }
        written = outer;
        bind(fold, values);
        return code.lower(fold.result()).within(level);
    }

    private void bind(Expr.Fold fold, List<Known> values) {
        for (int i = 0; i < values.size(); i++) {
            var value = values.get(i);
            code.bind(fold.carries().get(i).name(), new Known(value.term(), code.scope().level(), value.dtype(),
                    value.range(), value.step(), value.vector()));
        }
    }
}
