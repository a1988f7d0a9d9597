package dev.sinter.codegen.kernel;

import dev.sinter.codegen.kernel.Interval.Known;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Expr;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Elements of operands at computed indices: their addresses, and the tests that they exist. */
final class Reads {
    private static final Set<DType> VECTORS = EnumSet.of(DType.F32, DType.I32, DType.I8, DType.U8);

    private final LoopCode code;
    private final Access access;
    private final List<Operand> operands;
    private final List<Access.@Nullable Memory> memories = new ArrayList<>();
    /** The level of the block in which an index along an axis is known to exist. */
    private final Map<Expr.Read, Map<Integer, Integer>> proven = new IdentityHashMap<>();
    private final String what;

    Reads(LoopCode code, Access access, List<Operand> operands, String what) {
        this.code = code;
        this.access = access;
        this.operands = operands;
        this.what = what;
        operands.forEach(o -> memories.add(null));
    }

    /** Operands are given to the kernel when first read. */
    private Access.Memory memory(int operand) {
        var memory = memories.get(operand);
        if (memory == null) {
            memory = access.memory("x" + operand, operands.get(operand));
            memories.set(operand, memory);
        }
        return memory;
    }

    /** The size of the operand along an axis. */
    Dim size(Expr.Read read, int axis) {
        return operands.get(read.operand()).dims().get(axis);
    }

    /** From now on an index is known to exist, as long as the block being written is done. */
    void prove(Expr.Read read, int axis) {
        proven.computeIfAbsent(read, r -> new HashMap<>()).put(axis, code.scope().level());
    }

    /** It no longer is, if it ever was. */
    void forget(Expr.Read read, int axis) {
        proven.computeIfPresent(read, (r, axes) -> {
            axes.remove(axis);
            return axes;
        });
    }

    boolean isProven(Expr.Read read, int axis) {
        return proven.getOrDefault(read, Map.of()).containsKey(axis);
    }

    /** The level from which on all that was proven of a read holds: it may not move further out. */
    private int provenAt(Expr.Read read) {
        return proven.getOrDefault(read, Map.of()).values().stream().mapToInt(level -> level).max().orElse(0);
    }

    Known lower(Expr.Read read) {
        var operand = operands.get(read.operand());
        var memory = memory(read.operand());
        var index = read.index().stream().map(code::lower).toList();
        Known within = null;
        int checked = provenAt(read);
        for (int axis = 0; axis < index.size(); axis++) {
            var test = isProven(read, axis) ? null : test(index.get(axis), operand, axis);
            if (test != null && index.get(axis).varies()) {
                throw new NotLanewiseException("a test of each lane");
            }
            if (test != null && read.otherwise() == null) {
                checked = Math.max(checked, check(test, index.get(axis), message(read.operand(), operand, axis)));
            } else {
                within = code.both(within, test);
            }
        }
        var distance = distance(index, operand);
        var dtype = read.dtype();
        boolean vector = isVector(index, operand);
        var load = memory.load(distance.term(), vector ? VType.LANES : 1);
        var range = dtype == DType.I64 ? Interval.ANY : null;
        IntFunction<Known> loaded = level -> {
            var value = code.name(level, load, dtype, range);
            return vector ? value.lanes() : value;
        };
        if (within == null || read.otherwise() == null) {
            return loaded.apply(Math.max(checked, distance.level()));
        }
        boolean varies = vector || code.varies(read.otherwise(), Set.of());
        if (!varies && LoopCode.isPlain(read.otherwise())) {
            var otherwise = code.lower(read.otherwise()).wide();
            int level = IntStream.of(checked, within.level(), otherwise.level(), distance.level()).max().getAsInt();
            return code.name(level, Term.of(Prim.SELECT, within.term(), load, otherwise.term()), dtype, range);
        }
        return code.choice(within, () -> loaded.apply(code.scope().level()), () -> code.lower(read.otherwise()), dtype,
                varies);
    }

    /** Whether lanes read elements that follow each other; false if all read the same. */
    private static boolean isVector(List<Known> index, Operand operand) {
        Dim step = Dim.ZERO;
        for (int axis = 0; axis < index.size(); axis++) {
            step = step.plus(operand.strides().get(axis).times(Dim.of(index.get(axis).step())));
        }
        boolean same = step.equals(Dim.ZERO);
        if (!same && !(step.equals(Dim.ONE) && VECTORS.contains(operand.dtype()))) {
            throw new NotLanewiseException("elements apart");
        }
        return !same;
    }

    private String message(int number, Operand operand, int axis) {
        return what + ": operand " + number + " is read along axis " + axis + ", an index from 0 to "
                + operand.dims().get(axis) + " - 1 was expected";
    }

    /** Whether an index exists; null if it surely does. */
    @Nullable
    Known test(Known index, Operand operand, int axis) {
        var size = operand.dims().get(axis);
        var range = index.range();
        if (range.isWithin(size)) {
            return null;
        }
        var limit = code.size(size);
        boolean narrow = index.isNarrow();
        Known positive = range.low() >= 0 ? null
                : code.name(index.level(), Term.of(Prim.LE, narrow ? Term.i32(0) : Term.i64(0), index.term()),
                        DType.BOOL, null);
        Known below = range.isBelow(size) ? null
                : code.name(index.level(), Term.of(Prim.LT, index.term(), narrow ? limit : limit.wide()), DType.BOOL,
                        null);
        return code.both(positive, below);
    }

    /** Raises an error unless a test holds; the level from which on that is known. */
    int check(Known test, Known index, String message) {
        int level = Math.max(test.level(), code.scope().doubtful());
        var key = List.of(message, test.term());
        var done = code.scope().find(key);
        if (done != null) {
            return done.level();
        }
        code.add(level, b -> b.add(new Stmt.Check(test.term(), message, index.plain())));
        code.scope().remember(key, new Known(test.term(), level, DType.BOOL, null));
        return level;
    }

    /**
     * How far an element is from the operand's first, an i32; summed from the outermost level inwards, so that each
     * loop adds no more than what changes in it.
     */
    Known distance(List<Known> index, Operand operand) {
        var axes = new ArrayList<Integer>();
        for (int axis = 0; axis < index.size(); axis++) {
            axes.add(axis);
        }
        axes.sort(Comparator.comparingInt(axis -> index.get(axis).level()));
        var sum = new Known(Term.i32(0), 0, DType.I32, null);
        for (int axis : axes) {
            var at = narrow(index.get(axis));
            var stride = code.size(operand.strides().get(axis));
            var part = code.name(at.level(), at.term().times(stride), DType.I32, null);
            sum = code.name(Math.max(sum.level(), part.level()), sum.term().plus(part.term()), DType.I32, null);
        }
        return sum;
    }

    private Known narrow(Known index) {
        return index.isNarrow() ? index
                : code.name(index.level(), new Term.Convert(index.term(), Elem.I32), DType.I32, null);
    }
}
