package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Buffer.Storage;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Lanewise;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.Types;
import dev.sinter.codegen.loop.Unrolling;
import dev.sinter.runtime.Form;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * About how many vector operations the method of a kernel has, weighted by what they cost HotSpot's first compiler and
 * meant to be no less than the back end counts. A method with too many never gets fast, so templates choose a smaller
 * shape, or planners a shorter expression.
 */
final class VectorOperations {
    /** The most a method may have; the back end's own limit is a little higher. */
    static final int LIMIT = 148;

    /**
     * What masks cost beside the operation itself.
     *
     * @param made
     *            for making one
     * @param load
     *            for a load under one
     * @param store
     *            for a store under one
     * @param loads
     *            how many loads cost as much as one more operation
     */
    private record Costs(int made, int load, int store, int loads) {
        /**
         * What HotSpot's first compiler inlines checks for, with vectors of 512 bits: fitted to sixty methods of products
         * and depthwise convolutions, twenty of which it gave up on ("out of virtual registers").
         */
        static final Costs WIDE = new Costs(16, 13, 8, 4);
        /** The same with narrower vectors, several of which stand for one: fitted to a dozen methods. */
        static final Costs NARROW = new Costs(7, 7, 7, Integer.MAX_VALUE);
        /** What the back end counts. */
        static final Costs EMITTED = new Costs(1, 1, 1, Integer.MAX_VALUE);
    }

    private final Types types;
    private final Kernel kernel;
    private final int machineLanes;
    private final Costs costs;
    private int count;
    private int loads;

    private VectorOperations(Kernel kernel, int machineLanes, Costs costs) {
        this.kernel = kernel;
        this.types = new Types(kernel);
        this.machineLanes = machineLanes;
        this.costs = costs;
    }

    /**
     * Vector operations of a kernel in a form, those under masks counted for what they cost HotSpot's first compiler; those
     * of kernels it calls are not counted.
     */
    static int of(Kernel kernel, Form form) {
        return of(kernel, form, form == Form.V512 ? Costs.WIDE : Costs.NARROW);
    }

    /** Vector operations of a kernel in a form, of which the back end takes no more than the limit. */
    static int emitted(Kernel kernel, Form form) {
        return of(kernel, form, Costs.EMITTED);
    }

    private static int of(Kernel kernel, Form form, Costs costs) {
        if (form == Form.SCALAR) {
            return 0;
        }
        int lanes = form.bits() / 32;
        var operations = new VectorOperations(Lanewise.narrow(Unrolling.expand(kernel), lanes), lanes, costs);
        operations.block(operations.kernel.body());
        return operations.count + operations.loads / costs.loads;
    }

    /** Whether every form of a kernel is below the limit. */
    static boolean fit(Kernel kernel) {
        return of(kernel, Form.V512) <= LIMIT && of(kernel, Form.V256) <= LIMIT && of(kernel, Form.V128) <= LIMIT;
    }

    private void block(List<Stmt> body) {
        body.forEach(this::statement);
    }

    private void statement(Stmt stmt) {
        switch (stmt) {
            case Stmt.Let(var name, var over, var value) -> count += term(value);
            case Stmt.Store(var buffer, var index, var value, var mask) -> {
                var elem = types.of(value).elem();
                var memory = memory(buffer);
                boolean vector = types.of(value).isVector();
                count += term(value)
                        + (vector ? parts(value) * (1 + conversion(elem, memory)) + mask(mask, memory, costs.store)
                                + bytes(buffer, value)
                                : 0);
            }
            case Stmt.Loop loop -> {
                loop.carries().forEach(c -> count += term(c.init()) + carried(c.next(), loop.body()));
                block(loop.body());
            }
            case Stmt.If branch -> block(branch.body());
            case Stmt.Either either -> {
                block(either.yes());
                block(either.no());
                count += term(either.yesValue()) + term(either.noValue());
            }
            case Stmt.Copy copy -> {
            }
            case Stmt.Check check -> {
            }
            case Stmt.Call call -> {
            }
            case Stmt.Unroll unroll -> throw new IllegalArgumentException("not unrolled");
        }
    }

    /**
     * Where a carried value is an inner loop's, HotSpot does not know its class, and the back end has operations find out:
     * one where the inner loop begins and one where the value is used.
     */
    private int carried(Term next, List<Stmt> body) {
        boolean inner = next instanceof Term.Ref(var name, var subscripts) && types.of(next).isVector()
                && body.stream().anyMatch(s -> s instanceof Stmt.Loop loop
                        && loop.carries().stream().anyMatch(c -> c.name().equals(name)));
        return inner ? 2 * parts(next) : term(next);
    }

    /** Operations that make bytes of 32-bit lanes, some of which are put together where these are few. */
    private int bytes(String buffer, Term value) {
        return kernel.buffer(buffer).storage().bytes() == 1 ? 2 * parts(value) : 0;
    }

    private int parts(Term term) {
        var type = types.of(term);
        return type.isVector() ? Math.max(1, type.lanes() / machineLanes) : 1;
    }

    private Elem memory(String buffer) {
        return kernel.buffer(buffer).storage() == Storage.F32 ? Elem.F32 : Elem.I32;
    }

    private int mask(@Nullable Term mask, Elem memory, int cost) {
        return mask == null ? 0 : term(mask) + parts(mask) * (memory == Elem.F32 ? cost : cost + 1);
    }

    /** Operations that turn a vector of one kind into another. */
    private static int conversion(Elem from, Elem to) {
        if (from == to) {
            return 0;
        }
        boolean ofFloats = from == Elem.F32 || from == Elem.BOOL && to == Elem.F32;
        return from == Elem.BOOL ? (ofFloats ? 2 : 3) : to == Elem.BOOL ? (ofFloats ? 1 : 2) : 1;
    }

    private int load(Term.Load load) {
        var storage = kernel.buffer(load.buffer()).storage();
        var elem = load.type().elem();
        loads += parts(load);
        if (storage.bytes() == 1) {
            boolean direct = storage == Storage.I8 && elem == Elem.F32;
            return parts(load) * (2 + (direct ? 0 : conversion(Elem.I32, elem)));
        }
        return mask(load.mask(), memory(load.buffer()), costs.load)
                + parts(load) * (1 + conversion(memory(load.buffer()), elem));
    }

    /** Operations of all parts of a term. */
    private int term(Term term) {
        if (term instanceof Term.Fold(var prim, var vector)) {
            int lanes = Math.min(machineLanes, types.of(vector).lanes());
            // floats: halves turned and combined, then one lane taken; else every lane is taken
            int tree = types.of(vector).elem() == Elem.F32 ? 2 * Integer.numberOfTrailingZeros(lanes) + 1 : lanes;
            return term(vector) + parts(vector) - 1 + tree;
        }
        if (!types.of(term).isVector()) {
            return term instanceof Term.Apply || term instanceof Term.Convert
                    ? term.children().stream().mapToInt(this::term).sum()
                    : 0;
        }
        int parts = parts(term);
        return switch (term) {
            case Term.Ref r -> 0;
            case Term.Lit l -> parts;
            case Term.Splat s -> parts;
            case Term.Lanes l -> parts * (1 + costs.made);
            case Term.Fold f -> 0;
            case Term.Bits(var value, var to) -> term(value) + parts;
            case Term.Load load -> load(load);
            case Term.Convert(var value, var to) -> term(value) + parts * conversion(types.of(value).elem(), to);
            case Term.Apply(var prim, var args) -> args.stream().mapToInt(this::term).sum() + parts * own(prim, args);
        };
    }

    private int own(Prim prim, List<Term> args) {
        boolean ofFloats = types.of(args.getLast()).elem() == Elem.F32;
        boolean ofMasks = types.of(args.getLast()).elem() == Elem.BOOL;
        return switch (prim) {
            // masks are chosen from by and, and-not, or, for which the condition is computed twice
            case SELECT -> ofMasks ? 3 + term(args.getFirst()) : ofFloats ? 1 : 2;
            case EQ, LT, LE -> ofFloats || ofMasks ? 1 : 2;
            // compared and chosen; a constant written in place is made twice
            case AT_LEAST, AT_MOST -> args.getLast() instanceof Term.Ref ? 2 : 3;
            default -> 1;
        };
    }
}
