package dev.sinter.codegen.loop;

import java.util.ArrayList;
import java.util.List;

/** Makes loops over whole vectors step by one machine vector; everything else stays. */
final class NarrowForm {
    /** Fewer than eight bytes can't be loaded or stored as a vector. */
    private static final int FEWEST_BYTES = 8;

    private final Kernel kernel;
    private final VectorFacts facts;
    private final int lanes;

    private NarrowForm(Kernel kernel, int lanes) {
        this.kernel = kernel;
        this.facts = new VectorFacts(kernel);
        this.lanes = lanes;
    }

    static Kernel of(Kernel kernel, int lanes) {
        var body = new NarrowForm(kernel, lanes).block(kernel.body());
        return new Kernel(kernel.name(), kernel.buffers(), kernel.params(), body);
    }

    private List<Stmt> block(List<Stmt> body) {
        var out = new ArrayList<Stmt>();
        for (var stmt : body) {
            out.add(switch (stmt) {
                case Stmt.Loop loop when facts.isOverVectors(loop) && (lanes >= FEWEST_BYTES || !movesBytes(loop)) ->
                        narrowed(loop);
                case Stmt.Loop(var parallel, var v, var from, var to, var step, var carries, var inner) ->
                        new Stmt.Loop(parallel, v, from, to, step, carries, block(inner));
                case Stmt.If(var condition, var inner) -> new Stmt.If(condition, block(inner));
                case Stmt.Either(var name, var condition, var yes, var a, var no, var b) ->
                        new Stmt.Either(name, condition, block(yes), a, block(no), b);
                default -> stmt;
            });
        }
        return out;
    }

    private Stmt narrowed(Stmt.Loop loop) {
        var body = loop.body().stream().map(s -> Rewriter.rewrite(s, n -> n, this::narrowed)).toList();
        return new Stmt.Loop(loop.parallel(), loop.var(), loop.from(), loop.to(), lanes, List.of(), body);
    }

    private Term narrowed(Term term) {
        return switch (term) {
            case Term.Lit(var value, var bits, var type) when type.isVector() ->
                    new Term.Lit(value, bits, new VType(type.elem(), lanes));
            case Term.Load(var b, var index, var type, var mask) when type.isVector() ->
                    new Term.Load(b, index, new VType(type.elem(), lanes), mask);
            case Term.Splat(var value, var all) -> new Term.Splat(value, lanes);
            case Term.Lanes(var first, var limit, var all) -> new Term.Lanes(first, limit, lanes);
            default -> term;
        };
    }

    private boolean movesBytes(Stmt.Loop loop) {
        return loop.body().stream().anyMatch(s -> Stmts.terms(s).stream().anyMatch(this::loadsBytes)
                || s instanceof Stmt.Store store && kernel.buffer(store.buffer()).storage().bytes() == 1);
    }

    private boolean loadsBytes(Term term) {
        return term instanceof Term.Load(var b, var index, var type, var mask) && type.isVector()
                && kernel.buffer(b).storage().bytes() == 1 || term.children().stream().anyMatch(this::loadsBytes);
    }
}
