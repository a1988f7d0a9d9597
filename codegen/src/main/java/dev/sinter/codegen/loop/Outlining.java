package dev.sinter.codegen.loop;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Cuts long scalar kernels into short methods, which start sooner: HotSpot compiles a method as a whole, and one with
 * several loops again for each loop that runs long, so that a model's first call would wait for code that it hardly
 * needs. Of a kernel with several innermost loops, those that carry nothing become methods, and so does a round of the
 * parallel loop that has others. What is computed, and in which order, stays.
 */
public final class Outlining {
    /** Scalars and buffers that a method is given; far below the JVM's limit, even where each takes two words. */
    private static final int MOST_PARAMETERS = 100;

    private final Kernel kernel;
    private final VectorFacts facts;
    private final Map<String, Elem> scalars = new LinkedHashMap<>();
    private int next;

    private Outlining(Kernel kernel) {
        this.kernel = kernel;
        this.facts = new VectorFacts(kernel);
        kernel.params().forEach(p -> scalars.put(p.name(), p.elem()));
        var types = new Types(kernel);
        kernel.body().forEach(s -> define(s, types));
    }

    /**
     * Cuts a kernel.
     *
     * @param kernel
     *            in scalar form
     * @return the same, or a kernel that calls parts of it; cutting these again changes nothing
     */
    public static Kernel of(Kernel kernel) {
        if (kernel.body().stream().mapToInt(Outlining::innermost).sum() < 2) {
            return kernel;
        }
        var cut = with(kernel, new Outlining(kernel).block(kernel.body(), false));
        return with(cut, new Outlining(cut).rounds(cut.body()));
    }

    private static Kernel with(Kernel kernel, List<Stmt> body) {
        return new Kernel(kernel.name(), kernel.buffers(), kernel.params(), body);
    }

    private void define(Stmt stmt, Types types) {
        switch (stmt) {
            case Stmt.Let let -> scalars.put(let.name(), types.of(let.value()).elem());
            case Stmt.Loop loop -> {
                scalars.put(loop.var(), Elem.I32);
                loop.carries().forEach(c -> scalars.put(c.name(), types.of(c.init()).elem()));
            }
            case Stmt.Either either -> scalars.put(either.name(), types.of(either.yesValue()).elem());
            default -> {
                // names nothing
            }
        }
        Stmts.body(stmt).forEach(s -> define(s, types));
    }

    /** Number of loops without loops inside. */
    private static int innermost(Stmt stmt) {
        int inside = Stmts.body(stmt).stream().mapToInt(Outlining::innermost).sum();
        return stmt instanceof Stmt.Loop ? Math.max(1, inside) : inside;
    }

    private static boolean calls(Stmt stmt) {
        return stmt instanceof Stmt.Call || Stmts.body(stmt).stream().anyMatch(Outlining::calls);
    }

    // ---- loops that carry nothing

    private List<Stmt> block(List<Stmt> body, boolean inLoop) {
        return body.stream().map(s -> statement(s, inLoop)).toList();
    }

    private Stmt statement(Stmt stmt, boolean inLoop) {
        return switch (stmt) {
            case Stmt.Loop loop when inLoop && loop.carries().isEmpty() && innermost(loop) == 1
                    && loop.body().stream().noneMatch(s -> s instanceof Stmt.Loop || calls(s)) ->
                    part(List.of(loop), ".loop").orElse(loop);
            case Stmt.Loop(var parallel, var v, var from, var to, var step, var carries, var body) ->
                    new Stmt.Loop(parallel, v, from, to, step, carries, block(body, true));
            case Stmt.If(var condition, var body) -> new Stmt.If(condition, block(body, inLoop));
            case Stmt.Either(var name, var condition, var yes, var a, var no, var b) ->
                    new Stmt.Either(name, condition, block(yes, inLoop), a, block(no, inLoop), b);
            default -> stmt;
        };
    }

    // ---- rounds of parallel loops

    private List<Stmt> rounds(List<Stmt> body) {
        return body.stream().<Stmt>map(
                s -> s instanceof Stmt.Loop(var parallel, var v, var from, var to, var step, var carries, var round)
                        && parallel && computes(round)
                                ? new Stmt.Loop(true, v, from, to, step, carries,
                                        part(round, ".round").<List<Stmt>>map(List::of).orElse(round))
                                : s)
                .toList();
    }

    /** Whether there is a loop that does more than call. */
    private static boolean computes(List<Stmt> body) {
        return body.stream().anyMatch(s -> s instanceof Stmt.Loop loop && (!loop.carries().isEmpty()
                || loop.body().stream().anyMatch(x -> x instanceof Stmt.Store)) || computes(Stmts.body(s)));
    }

    // ---- methods

    /** A call of a method that does some statements; empty if it can't be given what they need. */
    private Optional<Stmt> part(List<Stmt> body, String name) {
        var uses = new HashSet<String>();
        var defines = new HashSet<String>();
        var touched = new HashSet<String>();
        for (var stmt : body) {
            uses.addAll(facts.of(stmt).uses());
            defines.addAll(facts.of(stmt).defines());
            buffers(stmt, touched);
        }
        uses.removeAll(defines);
        var params = scalars.entrySet().stream().filter(s -> uses.contains(s.getKey()))
                .map(s -> new Kernel.Param(s.getKey(), s.getValue())).toList();
        var buffers = kernel.buffers().stream().filter(b -> touched.contains(b.name())).toList();
        if (params.size() + buffers.size() > MOST_PARAMETERS || params.stream().anyMatch(p -> !fits(p.elem()))) {
            return Optional.empty();
        }
        var args = params.stream().<Term>map(p -> Term.ref(p.name())).toList();
        var leaf = new Kernel(kernel.name() + name + next++, buffers, params, body);
        var heap = buffers.stream().filter(b -> !b.isWeight()).map(Buffer::name).toList();
        return Optional.of(Idle.idles(leaf) ? new Stmt.Call(leaf, heap, args) : guarded(leaf, heap, args));
    }

    /** A call of a part whose loops have fixed ends, with one more parameter, so that it can be called idle. */
    private Stmt guarded(Kernel leaf, List<String> heap, List<Term> args) {
        var on = "on";
        while (scalars.containsKey(on)) {
            on += "_";
        }
        var params = new ArrayList<>(leaf.params());
        params.add(new Kernel.Param(on, Elem.I32));
        var given = new ArrayList<>(args);
        given.add(Term.i32(1));
        return new Stmt.Call(new Kernel(leaf.name(), leaf.buffers(), params,
                List.of(new Stmt.If(Term.of(Prim.LT, Term.i32(0), Term.ref(on)), leaf.body()))), heap, given);
    }

    private static boolean fits(Elem elem) {
        return elem == Elem.I32 || elem == Elem.I64 || elem == Elem.F32;
    }

    private static void buffers(Stmt stmt, Set<String> names) {
        for (var term : Stmts.terms(stmt)) {
            loads(term, names);
        }
        switch (stmt) {
            case Stmt.Store store -> names.add(store.buffer());
            case Stmt.Copy copy -> names.addAll(List.of(copy.buffer(), copy.from()));
            case Stmt.Call call -> {
                names.addAll(call.buffers());
                call.kernel().buffers().stream().filter(Buffer::isWeight).forEach(b -> names.add(b.name()));
            }
            default -> {
                // touches none by itself
            }
        }
        Stmts.body(stmt).forEach(s -> buffers(s, names));
    }

    private static void loads(Term term, Set<String> names) {
        if (term instanceof Term.Load load) {
            names.add(load.buffer());
        }
        term.children().forEach(c -> loads(c, names));
    }
}
