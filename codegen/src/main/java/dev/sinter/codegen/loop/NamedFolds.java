package dev.sinter.codegen.loop;

import java.util.ArrayList;
import java.util.List;

/** Gives every fold within a term a name of its own, so that folds are only found as values of lets. */
final class NamedFolds {
    private int next;

    private NamedFolds() {
    }

    static Kernel of(Kernel kernel) {
        return new Kernel(kernel.name(), kernel.buffers(), kernel.params(), new NamedFolds().block(kernel.body()));
    }

    private List<Stmt> block(List<Stmt> body) {
        var out = new ArrayList<Stmt>(body.size());
        for (var stmt : body) {
            out.add(switch (stmt) {
                case Stmt.Let(var name, var over, var value) -> new Stmt.Let(name, over,
                        value instanceof Term.Fold(var prim, var vector) ? new Term.Fold(prim, plain(vector, out))
                                : plain(value, out));
                case Stmt.Store(var buffer, var index, var value, var mask) -> new Stmt.Store(buffer, plain(index, out),
                        plain(value, out), mask == null ? null : plain(mask, out));
                case Stmt.Copy(var buffer, var index, var from, var first, var count) ->
                        new Stmt.Copy(buffer, plain(index, out), from, plain(first, out), plain(count, out));
                case Stmt.Loop loop -> loop(loop, out);
                case Stmt.If(var condition, var inner) -> new Stmt.If(plain(condition, out), block(inner));
                case Stmt.Either(var name, var condition, var yes, var a, var no, var b) -> {
                    var first = new ArrayList<>(block(yes));
                    var second = new ArrayList<>(block(no));
                    yield new Stmt.Either(name, plain(condition, out), first, plain(a, first), second,
                            plain(b, second));
                }
                case Stmt.Call(var kernel, var buffers, var args) ->
                        new Stmt.Call(kernel, buffers, args.stream().map(a -> plain(a, out)).toList());
                case Stmt.Check(var condition, var message, var detail) ->
                        new Stmt.Check(plain(condition, out), message, plain(detail, out));
                case Stmt.Unroll unroll -> throw new IllegalArgumentException("not unrolled");
            });
        }
        return out;
    }

    private Stmt loop(Stmt.Loop loop, List<Stmt> before) {
        var from = plain(loop.from(), before);
        var to = plain(loop.to(), before);
        var body = new ArrayList<>(block(loop.body()));
        var carries = new ArrayList<Stmt.Carry>();
        for (var carry : loop.carries()) {
            carries.add(
                    new Stmt.Carry(carry.name(), carry.over(), plain(carry.init(), before), plain(carry.next(), body)));
        }
        return new Stmt.Loop(loop.parallel(), loop.var(), from, to, loop.step(), carries, body);
    }

    private Term plain(Term term, List<Stmt> before) {
        return !term.crossesLanes() ? term : term.transform(t -> {
            if (!(t instanceof Term.Fold)) {
                return t;
            }
            var name = "fold@" + next++;
            before.add(new Stmt.Let(name, List.of(), t));
            return Term.ref(name);
        });
    }
}
