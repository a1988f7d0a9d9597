package dev.sinter.codegen.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Makes loop programs at random that keep the rules of {@link Lanewise}: inputs are only read, and each store has a
 * part of an output for itself.
 */
public final class RandomPrograms {
    private static final List<String> FLOATS = List.of("a", "wf");
    private static final List<String> INTS = List.of("b", "wi");
    private static final List<String> BYTES = List.of("p", "q", "wp", "wq");
    private static final List<Prim> FLOAT_PRIMS =
            List.of(Prim.ADD, Prim.SUB, Prim.MUL, Prim.DIV, Prim.MIN, Prim.MAX, Prim.FMA,
                    Prim.NEG, Prim.ABS, Prim.SQRT);
    private static final List<Prim> INT_PRIMS =
            List.of(Prim.ADD, Prim.SUB, Prim.MUL, Prim.MIN, Prim.MAX, Prim.NEG, Prim.ABS,
                    Prim.AND, Prim.OR, Prim.XOR);
    private static final List<Prim> MASK_PRIMS = List.of(Prim.AND, Prim.OR, Prim.XOR, Prim.NOT, Prim.EQ);
    private static final List<Prim> COMPARISONS = List.of(Prim.EQ, Prim.LT, Prim.LE);
    private static final int SPAN = 64;

    /** What may be referred to at some place. */
    private record Scope(List<Term> floats, List<Term> ints, List<Term> masks, List<Term> scalars, Term index,
            boolean moving) {
        Scope inner(Term at, boolean follows) {
            return new Scope(new ArrayList<>(floats), new ArrayList<>(ints), new ArrayList<>(masks),
                    new ArrayList<>(scalars), at, follows);
        }
    }

    private final Random random;
    private int next;
    private int stored;

    private RandomPrograms(long seed) {
        this.random = new Random(seed);
    }

    /** A program, the same for the same seed; its one parameter is n, from 0 to 48. */
    public static Sample of(long seed) {
        var made = new RandomPrograms(seed);
        var buffers = List.of(Buffer.heap("a", Buffer.Storage.F32), Buffer.heap("b", Buffer.Storage.I32),
                Buffer.heap("p", Buffer.Storage.I8), Buffer.heap("q", Buffer.Storage.U8),
                Buffer.weight("wf", Buffer.Storage.F32),
                Buffer.weight("wi", Buffer.Storage.I32), Buffer.weight("wp", Buffer.Storage.I8),
                Buffer.weight("wq", Buffer.Storage.U8), Buffer.heap("c", Buffer.Storage.F32),
                Buffer.heap("d", Buffer.Storage.I32));
        var scope = new Scope(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), Term.i32(0),
                false);
        var body = Body.block(b -> {
            for (int i = 0; i < 2; i++) {
                made.section(b, scope, 0);
            }
        });
        var kernel = new Kernel("random" + seed, buffers, List.of(new Kernel.Param("n", Elem.I32)), body);
        return new Sample(kernel, List.of(List.of(0), List.of(made.random.nextInt(48))), seed % 2 == 0);
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private String name() {
        return "x" + next++;
    }

    // ---- statements

    private void section(Body b, Scope scope, int depth) {
        switch (random.nextInt(depth > 1 ? 3 : 7)) {
            case 0 -> group(b, scope);
            case 1 -> elementwise(b, scope);
            case 2 -> fold(b, scope, depth);
            case 3 -> {
                var v = name();
                b.loop(v, Term.i32(0), Term.i32(1 + random.nextInt(3)), 1,
                        inner -> section(inner, scope.inner(Term.ref(v).times(16), false), depth + 2));
            }
            case 4 -> b.when(Term.of(pick(COMPARISONS), integer(scope, 2), Term.ref("n")),
                    inner -> section(inner, scope.inner(scope.index, false), depth + 1));
            case 5 -> family(b, scope);
            default -> {
                group(b, scope);
                section(b, scope, depth + 1);
            }
        }
    }

    private void group(Body b, Scope scope) {
        for (int i = random.nextInt(4); i >= 0; i--) {
            define(b, scope);
        }
        store(b, scope, null);
    }

    private void define(Body b, Scope scope) {
        switch (random.nextInt(6)) {
            case 0, 1 -> scope.floats.add(b.let(name(), floats(scope, 3)));
            case 2 -> scope.ints.add(b.let(name(), ints(scope, 3)));
            case 3 -> scope.masks.add(b.let(name(), mask(scope, 2)));
            case 4 -> scope.scalars.add(b.let(name(), scalar(scope, 2)));
            default -> {
                if (!scope.moving) {
                    scope.scalars.add(b.let(name(),
                            new Term.Fold(pick(List.of(Prim.ADD, Prim.MUL, Prim.MIN, Prim.MAX)), floats(scope, 2))));
                }
            }
        }
    }

    private void store(Body b, Scope scope, Term mask) {
        boolean real = random.nextBoolean();
        var at = scope.index.plus(stored % (Sample.LENGTH - SPAN));
        stored += SPAN;
        var own = mask == null && random.nextInt(3) == 0 ? mask(scope, 1) : mask;
        b.store(real ? "c" : "d", at,
                real ? floats(scope, 3) : random.nextInt(8) == 0 ? floats(scope, 1) : ints(scope, 3), own);
        if (!scope.moving && random.nextInt(3) == 0) {
            b.store("c", Term.i32(stored % Sample.LENGTH), scalar(scope, 2));
            stored += SPAN;
        }
    }

    /** Whole vectors and the masked rest. */
    private void elementwise(Body b, Scope scope) {
        var full = b.let(name(), Term.of(Prim.AND, Term.ref("n"), Term.i32(-16)));
        for (boolean rest : new boolean[]{false, true}) {
            var i = name();
            var mask = rest ? new Term.Lanes(Term.ref(i), Term.ref("n"), VType.LANES) : null;
            // vectors from outside now and then, which keep the loop from being one over elements
            var outer = random.nextInt(3) == 0 ? scope
                    : new Scope(List.of(), List.of(), List.of(), scope.scalars, scope.index, false);
            b.loop(i, rest ? full : Term.i32(0), rest ? Term.ref("n") : full, 16, inner -> {
                var within = outer.inner(Term.ref(i), true);
                for (int k = random.nextInt(3); k >= 0; k--) {
                    define(inner, within);
                }
                store(inner, within, mask);
            });
        }
    }

    private void fold(Body b, Scope scope, int depth) {
        var v = name();
        var sum = name();
        var count = name();
        var inner = new Body();
        var within = scope.inner(Term.ref(v), false);
        within.floats.add(Term.ref(sum));
        within.scalars.add(Term.ref(count));
        for (int i = random.nextInt(3); i >= 0; i--) {
            define(inner, within);
        }
        if (depth == 0 && random.nextInt(3) == 0) {
            elementwise(inner, within.inner(Term.i32(0), false));
        }
        var carries = new ArrayList<Stmt.Carry>();
        carries.add(new Stmt.Carry(sum, List.of(), floats(scope, 1), floats(within, 2)));
        if (random.nextBoolean()) {
            carries.add(new Stmt.Carry(count, List.of(), scalar(scope, 1), scalar(within, 2)));
            scope.scalars.add(Term.ref(count));
        } else {
            inner.stmts();
            carries.add(new Stmt.Carry(count, List.of(), Term.f32(0.5, 1), Term.ref(count)));
        }
        b.add(new Stmt.Loop(false, v, Term.i32(0), Term.i32(random.nextInt(4)), 1, carries, inner.stmts()));
        scope.floats.add(Term.ref(sum));
        store(b, scope, null);
    }

    private void family(Body b, Scope scope) {
        var f = name();
        var t = new Stmt.Range("t", 2);
        var moved = scope.inner(scope.index.plus(Term.ref("t").times(16)), false);
        b.letAll(f, List.of(t), floats(moved, 2));
        b.unroll(List.of(t), inner -> {
            moved.floats.add(Term.ref(f, Term.ref("t")));
            var g = inner.let(name(), floats(moved, 2));
            inner.store("c", Term.ref("t").times(16).plus(stored % (Sample.LENGTH - SPAN)), g);
            stored += SPAN;
        });
    }

    // ---- terms

    private Term index(Scope scope) {
        return scope.index.plus(random.nextInt(Sample.LENGTH - 128));
    }

    private Term load(List<String> buffers, Elem elem, int lanes, Term at, Term mask) {
        var buffer = pick(buffers);
        return new Term.Load(buffer, buffer.startsWith("w") ? at.wide() : at, new VType(elem, lanes), mask);
    }

    private Term vectorLoad(Scope scope, Elem elem) {
        return switch (random.nextInt(4)) {
            case 0 -> load(BYTES, elem, VType.LANES, index(scope), null);
            case 1 -> load(random.nextBoolean() ? FLOATS : INTS, elem, VType.LANES, index(scope), mask(scope, 0));
            default -> load(elem == Elem.F32 ? FLOATS : INTS, elem, VType.LANES, index(scope), null);
        };
    }

    private Term floats(Scope scope, int depth) {
        return either(scope.floats, depth,
                () -> random.nextInt(3) == 0 ? Term.f32(random.nextGaussian(), 16) : vectorLoad(scope, Elem.F32),
                () -> {
                    switch (random.nextInt(8)) {
                        case 0 -> {
                            return Term.of(Prim.SELECT, mask(scope, depth - 1), floats(scope, depth - 1),
                                    floats(scope, depth - 1));
                        }
                        case 1 -> {
                            return new Term.Convert(ints(scope, depth - 1), Elem.F32);
                        }
                        case 2 -> {
                            return scalar(scope, depth - 1).splat();
                        }
                        case 3 -> {
                            return new Term.Bits(ints(scope, depth - 1), Elem.F32);
                        }
                        default -> {
                            return apply(pick(FLOAT_PRIMS), () -> floats(scope, depth - 1));
                        }
                    }
                });
    }

    private Term ints(Scope scope, int depth) {
        return either(scope.ints, depth, () -> random.nextInt(3) == 0 ? new Term.Lit(0, random.nextInt(), VType.I32X16)
                : vectorLoad(scope, Elem.I32), () -> {
                    switch (random.nextInt(8)) {
                        case 0 -> {
                            return Term.of(Prim.SELECT, mask(scope, depth - 1), ints(scope, depth - 1),
                                    ints(scope, depth - 1));
                        }
                        case 1 -> {
                            return new Term.Convert(floats(scope, depth - 1), Elem.I32);
                        }
                        case 2 -> {
                            return integer(scope, depth - 1).splat();
                        }
                        case 3 -> {
                            return Term.of(pick(List.of(Prim.SHL, Prim.SHR, Prim.USHR)), ints(scope, depth - 1),
                                    integer(scope, 0));
                        }
                        case 4 -> {
                            // bits of a NaN are not the same everywhere: it becomes 0 first
                            return new Term.Bits(
                                    Term.of(Prim.SELECT,
                                            Term.of(Prim.LT, Term.of(Prim.ABS, floats(scope, 0)), Term.f32(1e30, 16)),
                                            new Term.Convert(ints(scope, depth - 1), Elem.F32), Term.f32(0, 16)),
                                    Elem.I32);
                        }
                        case 5 -> {
                            return Term.of(Prim.DIV, ints(scope, depth - 1),
                                    Term.of(Prim.OR, ints(scope, depth - 1), new Term.Lit(0, 1, VType.I32X16)));
                        }
                        default -> {
                            return apply(pick(INT_PRIMS), () -> ints(scope, depth - 1));
                        }
                    }
                });
    }

    private Term mask(Scope scope, int depth) {
        return either(scope.masks, depth, () -> scope.moving
                ? new Term.Lanes(scope.index, Term.ref("n"), VType.LANES)
                : new Term.Lanes(Term.i32(random.nextInt(16)), Term.ref("n"), VType.LANES),
                () -> switch (random.nextInt(4)) {
                    case 0 -> apply(pick(MASK_PRIMS), () -> mask(scope, depth - 1));
                    case 1 -> apply(pick(COMPARISONS), () -> ints(scope, depth - 1));
                    case 2 -> new Term.Convert(random.nextBoolean() ? ints(scope, depth - 1) : floats(scope, depth - 1),
                            Elem.BOOL);
                    default -> apply(pick(COMPARISONS), () -> floats(scope, depth - 1));
                });
    }

    private Term scalar(Scope scope, int depth) {
        return either(scope.scalars, depth, () -> random.nextBoolean()
                ? Term.f32(random.nextInt(100) / 8.0, 1)
                : load(random.nextBoolean() ? FLOATS : BYTES, Elem.F32, 1,
                        Term.i32(random.nextInt(100)).plus(scope.index), null),
                () -> switch (random.nextInt(5)) {
                    case 0 -> new Term.Convert(integer(scope, depth - 1), Elem.F32);
                    case 1 -> new Term.Convert(apply(
                            pick(List.of(Prim.ADD, Prim.MUL, Prim.FMA, Prim.MIN, Prim.TANH, Prim.FLOOR, Prim.COS)),
                            () -> new Term.Convert(scalar(scope, depth - 1), Elem.F64)), Elem.F32);
                    case 2 -> scope.moving || random.nextInt(4) > 0
                            ? Term.of(Prim.SELECT, Term.of(Prim.LT, integer(scope, 0), Term.ref("n")),
                                    scalar(scope, depth - 1), scalar(scope, depth - 1))
                            : new Term.Fold(Prim.ADD, floats(scope, 1));
                    default -> apply(pick(FLOAT_PRIMS), () -> scalar(scope, depth - 1));
                });
    }

    private Term integer(Scope scope, int depth) {
        return either(List.of(Term.ref("n")), depth,
                () -> random.nextInt(3) == 0 ? scope.index : Term.i32(random.nextInt(64)),
                () -> random.nextInt(4) == 0
                        ? new Term.Convert(Term.of(Prim.SHL, integer(scope, depth - 1).wide(), Term.i32(3)), Elem.I32)
                        : apply(pick(INT_PRIMS), () -> integer(scope, depth - 1)));
    }

    private Term apply(Prim prim, Supplier<Term> operand) {
        var args = new ArrayList<Term>();
        for (int i = 0; i < prim.arity(); i++) {
            args.add(operand.get());
        }
        return new Term.Apply(prim, args);
    }

    private Term either(List<Term> known, int depth, Supplier<Term> leaf, Supplier<Term> compound) {
        if (depth > 0 && random.nextInt(4) > 0) {
            return compound.get();
        }
        return !known.isEmpty() && random.nextInt(3) > 0 ? pick(known) : leaf.get();
    }
}
