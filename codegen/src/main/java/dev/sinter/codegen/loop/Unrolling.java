package dev.sinter.codegen.loop;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes out families and unrolled bodies: afterwards every name stands for one value. */
public final class Unrolling {
    private Unrolling() {
    }

    /**
     * Writes out a kernel.
     *
     * @param kernel
     *            with families
     * @return the same without
     */
    public static Kernel expand(Kernel kernel) {
        var body = block(kernel.body(), Map.of());
        return new Kernel(kernel.name(), kernel.buffers(), kernel.params(), body);
    }

    private static List<Stmt> block(List<Stmt> stmts, Map<String, Integer> constants) {
        var out = new ArrayList<Stmt>();
        for (var stmt : stmts) {
            switch (stmt) {
                case Stmt.Let(var name, var over, var value) -> each(over, constants,
                        (suffix, all) -> out.add(new Stmt.Let(name + suffix, List.of(), term(value, all))));
                case Stmt.Store(var buffer, var index, var value, var mask) -> out.add(new Stmt.Store(buffer,
                        term(index, constants), term(value, constants), mask == null ? null : term(mask, constants)));
                case Stmt.Copy(var buffer, var index, var from, var first, var count) ->
                        out.add(new Stmt.Copy(buffer, term(index, constants), from, term(first, constants),
                                term(count, constants)));
                case Stmt.Loop(var parallel, var v, var from, var to, var step, var carries, var body) ->
                        out.add(new Stmt.Loop(parallel, v, term(from, constants), term(to, constants), step,
                                carries(carries, constants), block(body, constants)));
                case Stmt.Unroll(var over, var body) ->
                        each(over, constants, (suffix, all) -> out.addAll(renamed(block(body, all), suffix)));
                case Stmt.If(var condition, var body) ->
                        out.add(new Stmt.If(term(condition, constants), block(body, constants)));
                case Stmt.Either(var name, var condition, var yes, var a, var no, var b) ->
                        out.add(new Stmt.Either(name, term(condition, constants), block(yes, constants),
                                term(a, constants), block(no, constants), term(b, constants)));
                case Stmt.Call(var kernel, var buffers, var args) -> out.add(new Stmt.Call(kernel, buffers,
                        args.stream().map(a -> term(a, constants)).toList()));
                case Stmt.Check(var condition, var message, var detail) ->
                        out.add(new Stmt.Check(term(condition, constants), message, term(detail, constants)));
            }
        }
        return out;
    }

    private static List<Stmt.Carry> carries(List<Stmt.Carry> carries, Map<String, Integer> constants) {
        var out = new ArrayList<Stmt.Carry>();
        for (var carry : carries) {
            each(carry.over(), constants, (suffix, all) -> out.add(
                    new Stmt.Carry(carry.name() + suffix, List.of(), term(carry.init(), all),
                            term(carry.next(), all))));
        }
        return out;
    }

    /** The names an unrolled body defines get the combination's suffix, so that no two rounds define one name. */
    private static List<Stmt> renamed(List<Stmt> body, String suffix) {
        var names = new HashMap<String, String>();
        collect(body, names, suffix);
        return names.isEmpty() ? body : rename(body, names);
    }

    private static void collect(List<Stmt> body, Map<String, String> names, String suffix) {
        for (var stmt : body) {
            switch (stmt) {
                case Stmt.Let let -> names.put(let.name(), let.name() + "$" + suffix);
                case Stmt.Loop loop -> {
                    names.put(loop.var(), loop.var() + "$" + suffix);
                    loop.carries().forEach(c -> names.put(c.name(), c.name() + "$" + suffix));
                    collect(loop.body(), names, suffix);
                }
                case Stmt.If branch -> collect(branch.body(), names, suffix);
                case Stmt.Either either -> {
                    names.put(either.name(), either.name() + "$" + suffix);
                    collect(either.yes(), names, suffix);
                    collect(either.no(), names, suffix);
                }
                default -> {
                }
            }
        }
    }

    /** Replaces names, in definitions and uses. */
    static List<Stmt> rename(List<Stmt> body, Map<String, String> names) {
        return body.stream().map(stmt -> Rewriter.rewrite(stmt, n -> names.getOrDefault(n, n),
                t -> t instanceof Term.Ref(var n, var subs) && names.containsKey(n) ? new Term.Ref(names.get(n), subs)
                        : t))
                .toList();
    }

    private interface Each {
        void accept(String suffix, Map<String, Integer> constants);
    }

    private static void each(List<Stmt.Range> over, Map<String, Integer> constants, Each action) {
        each(over, 0, "", constants, action);
    }

    private static void each(List<Stmt.Range> over, int depth, String suffix, Map<String, Integer> constants,
            Each action) {
        if (depth == over.size()) {
            action.accept(suffix, constants);
            return;
        }
        var range = over.get(depth);
        for (int i = 0; i < range.end(); i++) {
            var more = new HashMap<>(constants);
            more.put(range.name(), i);
            each(over, depth + 1, suffix + "_" + i, more, action);
        }
    }

    private static Term term(Term term, Map<String, Integer> constants) {
        return term.transform(t -> switch (t) {
            case Term.Ref(var name, var subs) when subs.isEmpty() && constants.containsKey(name) ->
                    Term.i32(constants.get(name));
            case Term.Ref(var name, var subs) when !subs.isEmpty() -> Term.ref(name + suffix(subs));
            case Term.Apply(var prim, var args) when prim == Prim.ADD -> args.get(0).plus(args.get(1));
            case Term.Apply(var prim, var args) when prim == Prim.MUL -> args.get(0).times(args.get(1));
            case Term.Convert(var value, var to) when to == Elem.I64 -> value.wide();
            default -> t;
        });
    }

    private static String suffix(List<Term> subs) {
        var text = new StringBuilder();
        for (var sub : subs) {
            if (!(sub instanceof Term.Lit lit)) {
                throw new IllegalArgumentException("a subscript must be constant once unrolled, not " + sub);
            }
            text.append('_').append(lit.bits());
        }
        return text.toString();
    }
}
