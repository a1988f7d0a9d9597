package dev.sinter.codegen.loop;

import java.util.function.UnaryOperator;

/** Rewrites the terms and the defined names of statements. */
final class Rewriter {
    private Rewriter() {
    }

    static Stmt rewrite(Stmt stmt, UnaryOperator<String> names, UnaryOperator<Term> terms) {
        return switch (stmt) {
            case Stmt.Let(var name, var over, var value) ->
                    new Stmt.Let(names.apply(name), over, value.transform(terms));
            case Stmt.Store(var buffer, var index, var value, var mask) -> new Stmt.Store(buffer,
                    index.transform(terms), value.transform(terms), mask == null ? null : mask.transform(terms));
            case Stmt.Copy(var buffer, var index, var from, var first, var count) -> new Stmt.Copy(buffer,
                    index.transform(terms), from, first.transform(terms), count.transform(terms));
            case Stmt.Loop(var parallel, var v, var from, var to, var step, var carries, var body) ->
                    new Stmt.Loop(parallel, names.apply(v), from.transform(terms), to.transform(terms), step,
                            carries.stream()
                                    .map(c -> new Stmt.Carry(names.apply(c.name()), c.over(), c.init().transform(terms),
                                            c.next().transform(terms)))
                                    .toList(),
                            body.stream().map(s -> rewrite(s, names, terms)).toList());
            case Stmt.Unroll(var over, var body) ->
                    new Stmt.Unroll(over, body.stream().map(s -> rewrite(s, names, terms)).toList());
            case Stmt.If(var condition, var body) ->
                    new Stmt.If(condition.transform(terms), body.stream().map(s -> rewrite(s, names, terms)).toList());
            case Stmt.Either(var name, var condition, var yes, var a, var no, var b) -> new Stmt.Either(
                    names.apply(name), condition.transform(terms),
                    yes.stream().map(s -> rewrite(s, names, terms)).toList(), a.transform(terms),
                    no.stream().map(s -> rewrite(s, names, terms)).toList(), b.transform(terms));
            case Stmt.Call(var kernel, var buffers, var args) ->
                    new Stmt.Call(kernel, buffers, args.stream().map(a -> a.transform(terms)).toList());
            case Stmt.Check(var condition, var message, var detail) ->
                    new Stmt.Check(condition.transform(terms), message, detail.transform(terms));
        };
    }
}
