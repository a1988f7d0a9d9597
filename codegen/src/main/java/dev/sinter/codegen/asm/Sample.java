package dev.sinter.codegen.asm;

import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a sample of a kernel that calls others: the same way through its conditions, but each kernel on the way does
 * only some rounds of its loops, as the last parameter {@value #ROUNDS} says, and the loops around the calls go round
 * once. It touches no memory that the kernel itself would not touch. With no rounds it only makes the calls, so that
 * HotSpot counts those that the sizes at hand lead to.
 */
final class Sample {
    /** The parameter: rounds of the called kernels' loops. */
    static final String ROUNDS = "rounds";
    /** About as many bytes of calls as leave a method below HotSpot's limit. */
    private static final int MOST_BYTES = 5000;
    private static final int BYTES_PER_ARGUMENT = 5;

    private int bytes;
    private boolean whole;

    private Sample() {
    }

    /** A range that can be cut: a parameter that is nothing but the end of loops. */
    private record Cut(Term from, int step) {
    }

    /**
     * The sample of a kernel.
     *
     * @param kernel
     *            any kernel
     * @return its sample; null if it calls none or too many others, or one that is not of loops between parameters
     */
    static @Nullable Kernel of(Kernel kernel) {
        if (!calls(kernel.body())) {
            return null;
        }
        var sample = new Sample();
        var params = new ArrayList<>(kernel.params());
        params.add(new Kernel.Param(ROUNDS, Elem.I32));
        var body = sample.block(kernel.body());
        return sample.whole || sample.bytes > MOST_BYTES ? null
                : new Kernel(kernel.name() + ".sample", kernel.buffers(), params, body);
    }

    /** Collects the kernels that are called. */
    static void callees(List<Stmt> body, Set<Kernel> all) {
        for (var stmt : body) {
            switch (stmt) {
                case Stmt.Call call -> all.add(call.kernel());
                case Stmt.Loop loop -> callees(loop.body(), all);
                case Stmt.If branch -> callees(branch.body(), all);
                case Stmt.Unroll unroll -> callees(unroll.body(), all);
                case Stmt.Either either -> {
                    callees(either.yes(), all);
                    callees(either.no(), all);
                }
                default -> {
                    // calls nothing
                }
            }
        }
    }

    private static boolean calls(List<Stmt> body) {
        var all = new HashSet<Kernel>();
        callees(body, all);
        return !all.isEmpty();
    }

    private List<Stmt> block(List<Stmt> body) {
        return body.stream().map(this::statement).toList();
    }

    private Stmt statement(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Call call -> cut(call);
            case Stmt.If(var condition, var body) -> new Stmt.If(condition, block(body));
            case Stmt.Unroll(var over, var body) -> new Stmt.Unroll(over, block(body));
            case Stmt.Loop loop -> {
                var to = loop.parallel() || !loop.carries().isEmpty() ? loop.to()
                        : Term.of(Prim.MIN, loop.to(), loop.from().plus(
                                calls(loop.body()) ? Term.i32(loop.step()) : Term.ref(ROUNDS).times(loop.step())));
                yield new Stmt.Loop(loop.parallel(), loop.var(), loop.from(), to, loop.step(), loop.carries(),
                        block(loop.body()));
            }
            default -> stmt;
        };
    }

    private Stmt cut(Stmt.Call call) {
        var cuts = cuts(call.kernel());
        bytes += BYTES_PER_ARGUMENT * (call.args().size() + call.buffers().size() + 4 * cuts.size());
        whole |= cuts.isEmpty();
        var values = new HashMap<String, Term>();
        var params = call.kernel().params();
        for (int i = 0; i < params.size(); i++) {
            values.put(params.get(i).name(), call.args().get(i));
        }
        var args = new ArrayList<Term>();
        for (int i = 0; i < params.size(); i++) {
            var cut = cuts.get(params.get(i).name());
            args.add(cut == null ? call.args().get(i) : Term.of(Prim.MIN, call.args().get(i),
                    (cut.from instanceof Term.Ref(var name, var subs) ? values.get(name) : cut.from)
                            .plus(Term.ref(ROUNDS).times(cut.step))));
        }
        return new Stmt.Call(call.kernel(), call.buffers(), args);
    }

    /** The parameters of a kernel that can be cut. */
    private static Map<String, Cut> cuts(Kernel kernel) {
        var params = new HashSet<String>();
        kernel.params().stream().filter(p -> p.elem() == Elem.I32).forEach(p -> params.add(p.name()));
        var cuts = new HashMap<String, Cut>();
        var used = new HashSet<String>();
        ends(kernel.body(), params, cuts, used);
        cuts.keySet().removeAll(used);
        return cuts;
    }

    /** Finds parameters that end loops, and those that are used for anything else but masks. */
    private static void ends(List<Stmt> body, Set<String> params, Map<String, Cut> cuts, Set<String> used) {
        for (var stmt : body) {
            switch (stmt) {
                case Stmt.Loop loop -> {
                    refs(loop.from(), used);
                    end(loop, params, cuts, used);
                    loop.carries().forEach(c -> {
                        refs(c.init(), used);
                        refs(c.next(), used);
                    });
                    ends(loop.body(), params, cuts, used);
                }
                case Stmt.Let(var name, var over, var value) -> refs(value, used);
                case Stmt.Store(var buffer, var index, var value, var mask) -> {
                    refs(index, used);
                    refs(value, used);
                }
                case Stmt.Copy(var buffer, var index, var from, var first, var count) ->
                        List.of(index, first, count).forEach(t -> refs(t, used));
                case Stmt.If(var condition, var then) -> {
                    refs(condition, used);
                    ends(then, params, cuts, used);
                }
                case Stmt.Unroll(var over, var each) -> ends(each, params, cuts, used);
                case Stmt.Call call -> call.args().forEach(a -> refs(a, used));
                case Stmt.Either(var name, var condition, var yes, var a, var no, var b) -> {
                    List.of(condition, a, b).forEach(t -> refs(t, used));
                    ends(yes, params, cuts, used);
                    ends(no, params, cuts, used);
                }
                case Stmt.Check(var condition, var message, var detail) -> {
                    refs(condition, used);
                    refs(detail, used);
                }
            }
        }
    }

    private static void end(Stmt.Loop loop, Set<String> params, Map<String, Cut> cuts, Set<String> used) {
        boolean plain = loop.carries().isEmpty()
                && (loop.from() instanceof Term.Lit || loop.from() instanceof Term.Ref(var from, var subs)
                        && params.contains(from));
        if (plain && loop.to() instanceof Term.Ref(var to, var subs) && params.contains(to)) {
            var cut = new Cut(loop.from(), loop.step());
            var known = cuts.putIfAbsent(to, cut);
            if (known == null || known.equals(cut)) {
                return;
            }
        }
        refs(loop.to(), used);
    }

    private static void refs(Term term, Set<String> used) {
        if (term instanceof Term.Lanes(var first, var limit, var lanes)) {
            refs(first, used); // beyond a mask nothing is touched
            return;
        }
        if (term instanceof Term.Ref(var name, var subs)) {
            used.add(name);
        }
        term.children().forEach(t -> refs(t, used));
    }
}
