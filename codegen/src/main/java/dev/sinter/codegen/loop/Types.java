package dev.sinter.codegen.loop;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Types of the names and terms of an unrolled kernel; each term is typed once, however often it is asked for. */
public final class Types {
    private final String kernel;
    private final Map<String, VType> names = new HashMap<>();
    private final Map<Term, VType> known = new IdentityHashMap<>();

    /**
     * Types of a kernel's names.
     *
     * @param kernel
     *            unrolled
     * @throws IllegalArgumentException
     *             if it is not, if a name is unknown, or if operands do not fit
     */
    public Types(Kernel kernel) {
        this.kernel = kernel.name();
        for (var param : kernel.params()) {
            names.put(param.name(), new VType(param.elem(), 1));
        }
        collect(kernel.body());
    }

    private void collect(List<Stmt> body) {
        for (var stmt : body) {
            switch (stmt) {
                case Stmt.Let let -> names.put(let.name(), of(let.value()));
                case Stmt.Loop loop -> {
                    names.put(loop.var(), VType.I32);
                    loop.carries().forEach(c -> names.put(c.name(), of(c.init())));
                    collect(loop.body());
                }
                case Stmt.If branch -> collect(branch.body());
                case Stmt.Either either -> {
                    collect(either.yes());
                    collect(either.no());
                    names.put(either.name(), of(either.yesValue()));
                }
                case Stmt.Unroll u -> throw new IllegalArgumentException("kernel " + kernel + " is not unrolled");
                default -> {
                }
            }
        }
    }

    /**
     * Type of a term.
     *
     * @param term
     *            over this kernel's names
     * @return its type
     * @throws IllegalArgumentException
     *             if a name is unknown or operands do not fit
     */
    public VType of(Term term) {
        return switch (term) {
            case Term.Lit lit -> lit.type();
            case Term.Load load -> load.type();
            case Term.Lanes l -> new VType(Elem.BOOL, l.lanes());
            case Term.Ref(var name, var subs) -> {
                var type = names.get(name);
                if (type == null) {
                    throw new IllegalArgumentException("kernel " + kernel + ": unknown name " + name);
                }
                yield type;
            }
            default -> {
                var type = known.get(term);
                if (type == null) {
                    type = compute(term);
                    known.put(term, type);
                }
                yield type;
            }
        };
    }

    /** Whether a name stands for a vector; buffers' and unknown names do not. */
    boolean isVector(String name) {
        var type = names.get(name);
        return type != null && type.isVector();
    }

    private VType compute(Term term) {
        return switch (term) {
            case Term.Apply(var prim, var args) -> apply(prim, args);
            case Term.Splat(var value, var lanes) -> {
                if (of(value).isVector()) {
                    throw misfit("splat of a vector", term);
                }
                yield new VType(of(value).elem(), lanes);
            }
            case Term.Convert(var value, var to) -> of(value).of(to);
            case Term.Bits(var value, var to) -> of(value).of(to);
            case Term.Fold(var prim, var vector) -> new VType(of(vector).elem(), 1);
            default -> throw new IllegalArgumentException("no compound term: " + term);
        };
    }

    private VType apply(Prim prim, List<Term> args) {
        if (args.size() != prim.arity()) {
            throw misfit(prim + " takes " + prim.arity() + " operands", args);
        }
        var first = of(args.getFirst());
        var last = of(args.getLast());
        if (prim == Prim.PACK) {
            if (!first.equals(new VType(Elem.BOOL, VType.LANES))) {
                throw misfit("pack of " + first, args);
            }
            return VType.I32;
        }
        if (prim == Prim.PICK) {
            var bytes = new VType(Elem.B4, VType.LANES);
            if (!first.equals(bytes) || !last.equals(bytes)) {
                throw misfit("pick of " + first + " and " + last, args);
            }
            return bytes;
        }
        if (prim == Prim.SHL || prim == Prim.SHR || prim == Prim.USHR) {
            if (!last.equals(VType.I32)) {
                throw misfit("a shift is by an i32, not " + last, args);
            }
            return first;
        }
        for (int i = prim == Prim.SELECT ? 1 : 0; i < args.size(); i++) {
            var type = of(args.get(i));
            if (!type.equals(last)) {
                throw misfit(prim.label() + " of " + type + " and " + last, args);
            }
        }
        if (prim == Prim.SELECT && (first.elem() != Elem.BOOL || first.lanes() != last.lanes())) {
            throw misfit("select of " + last + " by " + first, args);
        }
        return prim.isComparison() ? last.of(Elem.BOOL) : last;
    }

    private IllegalArgumentException misfit(String what, Object where) {
        return new IllegalArgumentException("kernel " + kernel + ": " + what + ": " + where);
    }
}
