package dev.sinter.codegen.loop;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes kernels without vectors. Lane l of a vector is its name itself within a loop over lanes or elements, and
 * {@code name@l} where it is spread over sixteen scalars.
 */
final class ScalarForm {
    private final VectorFacts facts;
    private int nextLane;

    private ScalarForm(VectorFacts facts) {
        this.facts = facts;
    }

    static Kernel of(Kernel kernel) {
        var named = NamedFolds.of(kernel);
        var body = new ScalarForm(new VectorFacts(named)).block(named.body(), Set.of());
        return new Kernel(kernel.name(), kernel.buffers(), kernel.params(), body);
    }

    private static Set<String> names(Term term) {
        var names = new HashSet<String>();
        VectorFacts.names(term, names);
        return names;
    }

    // ---- blocks

    /**
     * Statements in scalar form.
     *
     * @param after
     *            names used behind the block
     */
    private List<Stmt> block(List<Stmt> body, Set<String> after) {
        var lastUse = new HashMap<String, Integer>();
        after.forEach(n -> lastUse.put(n, body.size()));
        for (int i = 0; i < body.size(); i++) {
            for (var name : facts.of(body.get(i)).uses()) {
                lastUse.merge(name, i, Math::max);
            }
        }
        var out = new ArrayList<Stmt>();
        var run = new ArrayList<Stmt>();
        for (int i = 0; i < body.size(); i++) {
            var stmt = body.get(i);
            if (isLanewise(stmt)) {
                run.add(stmt);
                continue;
            }
            if (!mayGoBefore(stmt, run)) {
                close(run, lastUse, i, out);
            }
            out.add(single(stmt));
        }
        close(run, lastUse, body.size(), out);
        return out;
    }

    /** Whether a statement is one of a group that is done lane by lane. */
    private boolean isLanewise(Stmt stmt) {
        return facts.hasVectors(stmt) && switch (stmt) {
            case Stmt.Let let -> !(let.value() instanceof Term.Fold);
            case Stmt.If branch -> false;
            case Stmt.Either either -> facts.isVector(either.yesValue());
            case Stmt.Loop loop -> !facts.standsAlone(loop);
            default -> true;
        };
    }

    /** Whether a statement behind a group may as well stand before it: a scalar that the group can't change. */
    private boolean mayGoBefore(Stmt stmt, List<Stmt> run) {
        return !facts.hasVectors(stmt) && stmt instanceof Stmt.Let let && !loads(let.value())
                && run.stream()
                        .noneMatch(s -> facts.of(s).defines().stream().anyMatch(facts.of(stmt).uses()::contains));
    }

    private static boolean loads(Term term) {
        return term instanceof Term.Load || term.children().stream().anyMatch(ScalarForm::loads);
    }

    /** A statement that belongs to no group. */
    private Stmt single(Stmt stmt) {
        if (!facts.hasVectors(stmt)) {
            return stmt;
        }
        return switch (stmt) {
            case Stmt.Let(var name, var over, var value) when value instanceof Term.Fold(var prim, var vector) ->
                    new Stmt.Let(name, List.of(), tree(prim, vector, 0, 1));
            case Stmt.If(var condition, var inner) -> new Stmt.If(condition, block(inner, Set.of()));
            case Stmt.Either(var name, var condition, var yes, var a, var no, var b) ->
                    new Stmt.Either(name, condition, block(yes, names(a)), a, block(no, names(b)), b);
            case Stmt.Loop(var parallel, var v, var from, var to, var step, var carries, var inner) -> {
                if (facts.isOverVectors((Stmt.Loop) stmt)) {
                    yield new Stmt.Loop(parallel, v, from, to, 1, List.of(), scalars(inner, Term.i32(0), ""));
                }
                var after = new HashSet<String>();
                carries.forEach(c -> VectorFacts.names(c.next(), after));
                yield new Stmt.Loop(parallel, v, from, to, step, carries, block(inner, after));
            }
            default -> throw new IllegalStateException("not single: " + stmt);
        };
    }

    /** Ends a group: a loop over lanes, unless something of it is seen outside. */
    private void close(List<Stmt> run, Map<String, Integer> lastUse, int next, List<Stmt> out) {
        if (run.isEmpty()) {
            return;
        }
        boolean escapes = run.stream().flatMap(s -> facts.of(s).defines().stream())
                .anyMatch(n -> lastUse.getOrDefault(n, -1) >= next);
        if (escapes || facts.takesVectors(run) || !run.stream().allMatch(s -> facts.of(s).repeatable())) {
            out.addAll(spread(run));
        } else {
            var lane = "lane@" + nextLane++;
            out.add(new Stmt.Loop(false, lane, Term.i32(0), Term.i32(VType.LANES), 1, List.of(),
                    scalars(run, Term.ref(lane), "")));
        }
        run.clear();
    }

    // ---- sixteen scalars for a vector

    /** Sixteen scalars for every vector; scalar statements and loops stay single. */
    private List<Stmt> spread(List<Stmt> body) {
        var out = new ArrayList<Stmt>();
        for (var stmt : body) {
            switch (stmt) {
                case Stmt.Loop loop when isLanewise(stmt) ->
                        out.add(new Stmt.Loop(loop.parallel(), loop.var(), loop.from(),
                                loop.to(), loop.step(), spreadCarries(loop.carries()), spread(loop.body())));
                case Stmt.If(var condition, var inner) -> out.add(new Stmt.If(condition, spread(inner)));
                case Stmt s when isLanewise(s) -> {
                    for (int l = 0; l < VType.LANES; l++) {
                        out.add(scalar(s, Term.i32(l), "@" + l));
                    }
                }
                default -> out.add(single(stmt));
            }
        }
        return out;
    }

    private List<Stmt.Carry> spreadCarries(List<Stmt.Carry> carries) {
        var out = new ArrayList<Stmt.Carry>();
        for (var carry : carries) {
            int lanes = facts.isVector(carry.init()) ? VType.LANES : 1;
            for (int l = 0; l < lanes; l++) {
                out.add(lanes == 1 ? carry : scalar(carry, Term.i32(l), "@" + l));
            }
        }
        return out;
    }

    /** The fixed tree from lane {@code lane} on, whose lanes are {@code width} apart. */
    private Term tree(Prim prim, Term vector, int lane, int width) {
        if (width == VType.LANES) {
            return scalar(vector, Term.i32(lane), "@" + lane);
        }
        return Term.of(prim, tree(prim, vector, lane, 2 * width), tree(prim, vector, lane + width, 2 * width));
    }

    // ---- one lane

    private List<Stmt> scalars(List<Stmt> body, Term lane, String suffix) {
        return body.stream().map(s -> facts.hasVectors(s) ? scalar(s, lane, suffix) : s).toList();
    }

    private Stmt scalar(Stmt stmt, Term lane, String suffix) {
        return switch (stmt) {
            case Stmt.Let(var name, var over, var value) ->
                    new Stmt.Let(facts.isVector(value) ? name + suffix : name, List.of(), scalar(value, lane, suffix));
            case Stmt.Store(var buffer, var index, var value, var mask) -> {
                var store = new Stmt.Store(buffer, facts.isVector(value) ? moved(index, lane) : index,
                        scalar(value, lane, suffix), null);
                yield mask == null ? store : new Stmt.If(scalar(mask, lane, suffix), List.of(store));
            }
            case Stmt.Loop(var parallel, var v, var from, var to, var step, var carries, var body) ->
                    new Stmt.Loop(parallel, v, from, to, step,
                            carries.stream().map(c -> scalar(c, lane, suffix)).toList(),
                            scalars(body, lane, suffix));
            case Stmt.If(var condition, var body) -> new Stmt.If(condition, scalars(body, lane, suffix));
            case Stmt.Either(var name, var condition, var yes, var a, var no, var b) ->
                    new Stmt.Either(facts.isVector(a) ? name + suffix : name, condition, scalars(yes, lane, suffix),
                            scalar(a, lane, suffix), scalars(no, lane, suffix), scalar(b, lane, suffix));
            case Stmt.Unroll u -> throw new IllegalArgumentException("not unrolled");
            case Stmt.Call c -> c;
            case Stmt.Copy c -> c;
            case Stmt.Check c -> c;
        };
    }

    private Stmt.Carry scalar(Stmt.Carry carry, Term lane, String suffix) {
        return new Stmt.Carry(facts.isVector(carry.init()) ? carry.name() + suffix : carry.name(), List.of(),
                scalar(carry.init(), lane, suffix), scalar(carry.next(), lane, suffix));
    }

    private Term moved(Term index, Term lane) {
        return index.plus(facts.isWide(index) ? lane.wide() : lane);
    }

    private Term scalar(Term term, Term lane, String suffix) {
        if (!facts.isVector(term)) {
            return term;
        }
        return switch (term) {
            case Term.Lit(var value, var bits, var type) -> new Term.Lit(value, bits, new VType(type.elem(), 1));
            case Term.Ref(var name, var subs) -> Term.ref(name + suffix);
            case Term.Apply(var prim, var args) ->
                    new Term.Apply(prim, args.stream().map(a -> scalar(a, lane, suffix)).toList());
            case Term.Load(var b, var index, var type, var mask) -> new Term.Load(b, moved(index, lane),
                    new VType(type.elem(), 1), mask == null ? null : scalar(mask, lane, suffix));
            case Term.Splat(var value, var lanes) -> value;
            case Term.Convert(var value, var to) -> new Term.Convert(scalar(value, lane, suffix), to);
            case Term.Bits(var value, var to) -> new Term.Bits(scalar(value, lane, suffix), to);
            case Term.Lanes(var first, var limit, var lanes) -> Term.of(Prim.LT, first.plus(lane), limit);
            case Term.Fold f -> throw new IllegalStateException("a fold is no vector");
        };
    }
}
