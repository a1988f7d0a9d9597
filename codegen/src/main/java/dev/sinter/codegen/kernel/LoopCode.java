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
import java.util.Objects;
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
    private final Folds folds = new Folds(this);
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

    void unbind(String name) {
        names.remove(name);
    }

    @Nullable
    Known named(String name) {
        return names.get(name);
    }

    Folds folds() {
        return folds;
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

    /** A value in every lane. */
    Known everywhere(Known value) {
        if (value.vector()) {
            return value;
        }
        if (value.step() != 0 || value.range() != null || value.held() == DType.I64 || value.held() == DType.F64) {
            throw new NotLanewiseException("lanes of an index");
        }
        var term = value.term() instanceof Term.Lit(var number, var bits, var type)
                ? new Term.Lit(number, bits, new VType(type.elem(), VType.LANES)) : value.term().splat();
        return name(value.level(), term, value.dtype(), null).lanes();
    }

    /** Whether the lanes of an expression's value may differ. */
    boolean varies(Expr expr, Set<String> varying) {
        return free(expr).stream().anyMatch(name -> {
            var value = names.get(name);
            return varying.contains(name) || value != null && value.varies();
        });
    }

    /** Whether all that an expression depends on has a value. */
    boolean isBound(Expr expr) {
        return free(expr).stream().allMatch(names::containsKey);
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
                    int level = level(expr);
                    known = compound(expr);
                    // an equal value may be known further out, where the names do not yet stand for what they do here
                    scope.at(Math.max(level, known.level())).remember(expr, known);
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
                var result = lower(body);
                unbind(name);
                yield result;
            }
            case Expr.Apply(var fn, var args, var dtype) when fn == Fn.SELECT && !(isPlain(args.get(1))
                    && isPlain(args.get(2))) -> moved(expr, () -> choice(args, dtype));
            case Expr.Apply apply -> functions.apply(apply);
            case Expr.Read read -> moved(expr, () -> reads.lower(read));
            case Expr.Fold fold -> moved(expr, () -> folds.lower(fold));
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
        return at(Math.max(level, level(expr)), work);
    }

    /** The outermost level that knows all names of an expression. */
    private int level(Expr expr) {
        return free(expr).stream().map(names::get).filter(Objects::nonNull).mapToInt(Known::level).max().orElse(0);
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
        boolean vector = varies(args.get(1), Set.of()) || varies(args.get(2), Set.of());
        return choice(condition, () -> lower(args.get(1)), () -> lower(args.get(2)), dtype, vector);
    }

    Known choice(Known condition, Supplier<Known> yes, Supplier<Known> no, DType dtype, boolean vector) {
        if (condition.varies()) {
            throw new NotLanewiseException("a branch of each lane");
        }
        var values = new ArrayList<Known>();
        var first = block(Scope.Kind.BRANCH, () -> values.add(vector ? everywhere(yes.get()) : yes.get()));
        var second = block(Scope.Kind.BRANCH, () -> values.add(vector ? everywhere(no.get()) : no.get()));
        var a = values.get(0);
        var b = values.get(1);
        boolean narrow = a.isNarrow() && b.isNarrow();
        var name = fresh("c");
        scope.body().add(new Stmt.Either(name, condition.term(), first, narrow ? a.term() : a.plain(), second,
                narrow ? b.term() : b.plain()));
        var range = dtype != DType.I64 ? null : narrow ? a.range().or(b.range()) : Interval.ANY;
        return new Known(Term.ref(name), scope.level(), dtype, range, 0, vector);
    }

    /** A block of what is remembered only: its statements are those of the block around it. */
    <T> T round(Supplier<T> work) {
        var outer = scope;
        scope = new Scope(outer, Scope.Kind.ALWAYS, outer.body());
        var result = work.get();
        scope = outer;
        return result;
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
