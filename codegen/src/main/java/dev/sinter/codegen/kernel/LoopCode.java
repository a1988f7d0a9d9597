package dev.sinter.codegen.kernel;

import dev.sinter.codegen.kernel.Interval.Known;
import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import dev.sinter.ir.Fn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Expressions that read and loop, as statements of a kernel. Each value is computed in the outermost block that knows
 * what it depends on; nothing that costs much or may fail leaves a branch or a loop without rounds. Indices are
 * computed in 32 bits where that is surely enough, else in 64.
 */
final class LoopCode {

    private final Access access;
    private final Reads reads;
    private final FunctionCode functions;
    private final Map<String, Known> names = new HashMap<>();
    private final Map<Expr, Set<String>> free = new IdentityHashMap<>();
    private final Map<Dim, Term> sizes = new HashMap<>();
    private Scope scope;
    private int next;

    /**
     * Begins a kernel.
     *
     * @param access
     *            what the kernel is given
     * @param operands
     *            what expressions read
     * @param what
     *            name of the node, for messages about indices out of range
     */
    LoopCode(Access access, List<Operand> operands, String what) {
        this.access = access;
        this.scope = new Scope(null, Scope.Kind.ALWAYS, new Body());
        this.functions = new FunctionCode(this);
        this.reads = new Reads(this, access, operands, what);
    }

    // ---- blocks

    Scope scope() {
        return scope;
    }

    Reads reads() {
        return reads;
    }

    String fresh(String prefix) {
        return prefix + next++;
    }

    /** A block within the one being written. */
    List<Stmt> block(Scope.Kind kind, Runnable fill) {
        var inner = new Scope(scope, kind, new Body());
        var outer = scope;
        scope = inner;
        fill.run();
        scope = outer;
        return inner.body().stmts();
    }

    /** Writes at an outer level. */
    private <T> T at(int level, Supplier<T> work) {
        var inner = scope;
        scope = scope.at(level);
        var result = work.get();
        scope = inner;
        return result;
    }

    /** A loop over an axis of the result; within it the axis has a name. */
    void axis(String name, Dim size, Runnable fill) {
        var var = fresh("j");
        var kind = isPositive(size) ? Scope.Kind.ALWAYS : Scope.Kind.LOOP;
        var to = size(size);
        var body = block(kind, () -> {
            bind(name, counter(Term.ref(var), size));
            fill.run();
        });
        scope.body().add(new Stmt.Loop(false, var, Term.i32(0), to, 1, List.of(), body));
    }

    static boolean isPositive(Dim size) {
        return size.isConst() && size.value() > 0;
    }

    /** An index that counts up to a size, in the block being written. */
    Known counter(Term i32, Dim size) {
        return new Known(i32, scope.level(), DType.I64, Interval.upTo(size));
    }

    void bind(String name, Known value) {
        names.put(name, value);
    }

    Known named(String name) {
        return names.get(name);
    }

    /** A size as an i32. */
    Term size(Dim size) {
        var known = sizes.get(size);
        if (known == null) {
            known = access.size(fresh("s"), size);
            sizes.put(size, known);
        }
        return known;
    }

    // ---- values

    /** Names a term at a level; equal terms get one name. */
    Known name(int level, Term term, DType dtype, @Nullable Interval range) {
        if (term instanceof Term.Lit || term instanceof Term.Ref) {
            return new Known(term, level, dtype, range);
        }
        var known = scope.find(term);
        if (known == null) {
            known = new Known(scope.at(level).body().let(fresh("v"), term), level, dtype, range);
            scope.remember(term, known);
        }
        return known;
    }

    static int level(List<Known> values) {
        return values.stream().mapToInt(Known::level).max().orElse(0);
    }

    /** The value of an expression. */
    Known lower(Expr expr) {
        return switch (expr) {
            case Expr.Literal literal -> literal(literal);
            case Expr.Size(var dim) -> new Known(size(dim), 0, DType.I64, Interval.ofSize(dim));
            case Expr.Var(var name, var dtype) -> {
                var value = names.get(name);
                if (value == null) {
                    throw new IllegalArgumentException(name + " is not bound in " + expr);
                }
                yield value;
            }
            case Expr.Arg a -> throw new IllegalArgumentException(a + " stands in a map only");
            default -> {
                var known = scope.find(expr);
                if (known == null) {
                    known = compound(expr);
                    scope.remember(expr, known);
                }
                yield known;
            }
        };
    }

    private Known literal(Expr.Literal literal) {
        var dtype = literal.dtype();
        if (dtype == DType.I64) {
            var range = Interval.of(literal.bits());
            return new Known(range.isNarrow() ? Term.i32(literal.bits()) : Term.i64(literal.bits()), 0, dtype, range);
        }
        return new Known(new Term.Lit(literal.value(), literal.bits(), new VType(ExprCode.elem(dtype), 1)), 0, dtype,
                null);
    }

    private Known compound(Expr expr) {
        return switch (expr) {
            case Expr.Let(var name, var value, var body) -> {
                bind(name, lower(value));
                yield lower(body);
            }
            case Expr.Apply(var fn, var args, var dtype) when fn == Fn.SELECT && !(isPlain(args.get(1))
                    && isPlain(args.get(2))) -> moved(expr, () -> choice(args, dtype));
            case Expr.Apply apply -> functions.apply(apply);
            case Expr.Read read -> moved(expr, () -> reads.lower(read));
            case Expr.Fold fold -> moved(expr, () -> fold(fold));
            default -> throw new IllegalArgumentException("no compound expression: " + expr);
        };
    }

    /** Whether computing a value in vain costs little and never fails. */
    static boolean isPlain(Expr expr) {
        return switch (expr) {
            case Expr.Read r -> false;
            case Expr.Fold f -> false;
            case Expr.Apply(var fn, var args, var dtype) when !FunctionCode.CHEAP.contains(fn) -> false;
            default -> expr.children().stream().allMatch(LoopCode::isPlain);
        };
    }

    // ---- where things are computed

    /** Computes in the outermost block where it can be, as far as that is not done in vain. */
    private Known moved(Expr expr, Supplier<Known> work) {
        int level = scope.branch();
        if (canFail(expr)) {
            level = Math.max(level, scope.doubtful());
        }
        for (var name : free(expr)) {
            var value = names.get(name);
            if (value != null) {
                level = Math.max(level, value.level());
            }
        }
        return at(level, work);
    }

    private static boolean canFail(Expr expr) {
        return switch (expr) {
            case Expr.Read(var operand, var index, var otherwise, var dtype) when otherwise == null -> true;
            case Expr.Apply(var fn, var args, var dtype) when FunctionCode.mayFail(fn, args, dtype) -> true;
            default -> expr.children().stream().anyMatch(LoopCode::canFail);
        };
    }

    /** Names that an expression takes from around it. */
    private Set<String> free(Expr expr) {
        var known = free.get(expr);
        if (known == null) {
            known = new HashSet<>();
            for (var child : expr.children()) {
                known.addAll(free(child));
            }
            switch (expr) {
                case Expr.Var(var name, var dtype) -> known.add(name);
                case Expr.Let(var name, var value, var body) -> known.remove(name);
                case Expr.Fold(var counter, var count, var carries, var result) -> {
                    known.remove(counter);
                    carries.stream().map(Expr.Carry::name).forEach(known::remove);
                }
                default -> {
                }
            }
            free.put(expr, known);
        }
        return known;
    }

    // ---- branches and loops

    /** A choice of which only the side that holds is computed. */
    private Known choice(List<Expr> args, DType dtype) {
        var condition = lower(args.getFirst());
        return choice(condition, () -> lower(args.get(1)), () -> lower(args.get(2)), dtype);
    }

    Known choice(Known condition, Supplier<Known> yes, Supplier<Known> no,
            DType dtype) {
        var values = new ArrayList<Known>();
        var first = block(Scope.Kind.BRANCH, () -> values.add(yes.get()));
        var second = block(Scope.Kind.BRANCH, () -> values.add(no.get()));
        var a = values.get(0);
        var b = values.get(1);
        boolean narrow = a.isNarrow() && b.isNarrow();
        var name = fresh("c");
        scope.body().add(new Stmt.Either(name, condition.term(), first, narrow ? a.term() : a.plain(), second,
                narrow ? b.term() : b.plain()));
        var range = dtype != DType.I64 ? null : narrow ? a.range().or(b.range()) : Interval.ANY;
        return new Known(Term.ref(name), scope.level(), dtype, range);
    }

    private Known fold(Expr.Fold fold) {
        var count = lower(fold.count());
        if (count.range().low() == count.range().high() && count.range().low() <= 1) {
            return round(fold, count.range().low() == 1);
        }
        var names = new ArrayList<String>();
        var inits = new ArrayList<Known>();
        for (var carry : fold.carries()) {
            inits.add(lower(carry.init()).wide());
            names.add(fresh("c"));
        }
        var var = fresh("k");
        var nexts = new ArrayList<Known>();
        var kind = count.range().low() > 0 ? Scope.Kind.ALWAYS : Scope.Kind.LOOP;
        var body = block(kind, () -> {
            carry(fold, inits, names);
            bind(fold.var(), counted(fold, var, count));
            fold.carries().forEach(c -> nexts.add(lower(c.next()).wide()));
        });
        var carries = new ArrayList<Stmt.Carry>();
        for (int i = 0; i < nexts.size(); i++) {
            carries.add(new Stmt.Carry(names.get(i), List.of(), inits.get(i).term(), nexts.get(i).term()));
        }
        scope.body().add(new Stmt.Loop(false, var, Term.i32(0), rounds(count), 1, carries, body));
        carry(fold, inits, names);
        return lower(fold.result()).within(scope.level());
    }

    private void carry(Expr.Fold fold, List<Known> inits, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            var init = inits.get(i);
            bind(fold.carries().get(i).name(), new Known(Term.ref(names.get(i)), scope.level(), init.dtype(),
                    init.range()));
        }
    }

    private Known counted(Expr.Fold fold, String var, Known count) {
        var below = fold.count() instanceof Expr.Size(var dim) ? dim : null;
        long last = Math.min(Integer.MAX_VALUE, count.range().high()) - 1;
        return new Known(Term.ref(var), scope.level(), DType.I64, new Interval(0, Math.max(0, last), below));
    }

    /** The number of rounds as an i32; more than that there never are. */
    private Term rounds(Known count) {
        if (count.isNarrow()) {
            return count.term();
        }
        var most = Term.of(Prim.MIN, count.term(), Term.i64(Integer.MAX_VALUE));
        return name(scope.level(), new Term.Convert(Term.of(Prim.MAX, most, Term.i64(0)), Elem.I32), DType.I32, null)
                .term();
    }

    /** A loop of one round, or of none, without a loop. */
    private Known round(Expr.Fold fold, boolean once) {
        var values = new ArrayList<Known>();
        fold.carries().forEach(c -> values.add(lower(c.init())));
        if (once) {
            var inits = List.copyOf(values);
            values.clear();
            // a block only as to what is remembered: behind the round the carried values are others
            var outer = scope;
            scope = new Scope(outer, Scope.Kind.ALWAYS, outer.body());
            bind(fold, inits);
            bind(fold.var(), new Known(Term.i32(0), scope.level(), DType.I64, Interval.of(0)));
            fold.carries().forEach(c -> values.add(lower(c.next()).within(outer.level())));
            scope = outer;
        }
        bind(fold, values);
        return lower(fold.result()).within(scope.level());
    }

    private void bind(Expr.Fold fold, List<Known> values) {
        for (int i = 0; i < values.size(); i++) {
            var value = values.get(i);
            bind(fold.carries().get(i).name(),
                    new Known(value.term(), scope.level(), value.dtype(), value.range()));
        }
    }

    /** The truth of both; null is true. */
    @Nullable
    Known both(@Nullable Known a, @Nullable Known b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return name(Math.max(a.level(), b.level()), Term.of(Prim.AND, a.term(), b.term()), DType.BOOL, null);
    }

    /** Adds a statement where what it needs is known. */
    void add(int level, Consumer<Body> statement) {
        statement.accept(scope.at(level).body());
    }
}
