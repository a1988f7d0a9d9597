package dev.sinter.codegen.loop;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls with nothing to do, by which HotSpot is made to count calls before there is any work. */
public final class Idle {
    private Idle() {
    }

    /**
     * Whether a kernel does nothing where all its parameters are zero: then its loops end before they begin.
     *
     * @param kernel
     *            any
     * @return false if that is not known
     */
    public static boolean idles(Kernel kernel) {
        var known = new HashMap<String, Long>();
        kernel.params().forEach(p -> known.put(p.name(), 0L));
        return idles(kernel, known);
    }

    private static boolean idles(Kernel kernel, Map<String, Long> known) {
        return kernel.body().stream().allMatch(s -> idles(kernel, s, known));
    }

    private static boolean idles(Kernel kernel, Stmt stmt, Map<String, Long> known) {
        return switch (stmt) {
            case Stmt.Loop loop -> {
                var from = value(loop.from(), known);
                var to = value(loop.to(), known);
                yield from != null && to != null && from >= to
                        && loop.carries().stream().allMatch(c -> harmless(kernel, c.init()));
            }
            case Stmt.If(var condition, var body) -> {
                var holds = value(condition, known);
                yield holds != null && holds == 0;
            }
            case Stmt.Let let -> {
                var value = value(let.value(), known);
                if (value != null) {
                    known.put(let.name(), value);
                }
                yield value != null || harmless(kernel, let.value());
            }
            case Stmt.Call(var callee, var buffers, var args) -> {
                var given = new HashMap<String, Long>();
                for (int i = 0; i < args.size(); i++) {
                    var value = value(args.get(i), known);
                    if (value != null) {
                        given.put(callee.params().get(i).name(), value);
                    }
                }
                yield args.stream().allMatch(a -> harmless(kernel, a)) && idles(callee, given);
            }
            default -> false;
        };
    }

    /** The value of an integer that depends on nothing but what is known; null otherwise. */
    private static @Nullable Long value(Term term, Map<String, Long> known) {
        return switch (term) {
            case Term.Lit(var real, var bits, var type) when !type.isVector() && type.elem() != Elem.F32
                    && type.elem() != Elem.F64 ->
                    bits;
            case Term.Ref(var name, var subscripts) -> known.get(name);
            case Term.Convert(var inner, var to) when to == Elem.I64 || to == Elem.I32 -> value(inner, known);
            case Term.Apply(var prim, var args) when args.size() == 2 -> {
                var a = value(args.get(0), known);
                var b = value(args.get(1), known);
                yield a == null || b == null ? null : value(prim, a, b);
            }
            default -> null;
        };
    }

    private static @Nullable Long value(Prim prim, long a, long b) {
        return switch (prim) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case AND -> a & b;
            case DIV -> b == 0 ? null : (Long) (a / b);
            case REM -> b == 0 ? null : (Long) (a % b);
            case EQ -> a == b ? 1L : 0L;
            case LT -> a < b ? 1L : 0L;
            case LE -> a <= b ? 1L : 0L;
            default -> null;
        };
    }

    /** Whether a term can't fail: it reads weights only, of which there are as many from the first on as anywhere. */
    private static boolean harmless(Kernel kernel, Term term) {
        boolean itself = switch (term) {
            case Term.Load load -> kernel.buffer(load.buffer()).isWeight();
            case Term.Fold fold -> false;
            case Term.Apply(var prim, var args) -> prim != Prim.DIV && prim != Prim.REM;
            default -> true;
        };
        return itself && term.children().stream().allMatch(t -> harmless(kernel, t));
    }
}
