package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The scalar form of a {@link GemmKernel product}: rows and k's in blocks, sums in memory ({@link ScalarSums}), then each
 * row through the epilogue.
 */
public final class ScalarProduct {
    /** Rows whose sums wait at a time. */
    private static final int ROWS = 64;

    private final Access access;
    private final Factors factors;
    private final Target target;
    private final Access.Memory work;
    private final Access.Memory sums;
    private final ScalarSums scalar;
    private final int width;

    /**
     * Memory of a worker.
     *
     * @param work
     *            where factors and sums come together
     * @param sums
     *            where sums wait
     */
    record Memory(Access.Memory work, Access.Memory sums) {
        /** Declares the memory. */
        static Memory of(Access access, Place work, Place sums) {
            return new Memory(access.memory(ScalarSums.MEMORY.name(), ScalarSums.flat(work, DType.F32)),
                    access.memory(ScalarSums.TOTALS.name(), ScalarSums.flat(sums, DType.F32)));
        }
    }

    /**
     * What is multiplied.
     *
     * @param a
     *            rows
     * @param lda
     *            their distance
     * @param w
     *            panels
     * @param zero
     *            zero points of the columns, or null
     * @param k
     *            elements of a row
     */
    record Factors(Access.Memory a, Term lda, Access.Memory w, Access.@Nullable Memory zero, int k) {
    }

    /**
     * What becomes of the sums.
     *
     * @param name
     *            of the epilogue and the columns
     * @param integral
     *            the epilogue's operand, given a sum
     * @param epilogue
     *            what happens before the store
     * @param c
     *            the result
     * @param ldc
     *            distance of its rows
     * @param n
     *            its columns
     */
    record Target(String name, UnaryOperator<Term> integral, Epilogue.Declared epilogue, Access.Memory c, Term ldc,
            int n) {
    }

    ScalarProduct(Access access, Memory memory, Factors factors, Target target) {
        this.access = access;
        this.work = memory.work();
        this.sums = memory.sums();
        this.width = width(target.n);
        this.scalar = ScalarSums.of(factors.k, width);
        this.factors = factors;
        this.target = target;
    }

    /** {@return elements of f32 memory that the scalar form of a product works in} */
    public static Dim work(long k, long n) {
        return Dim.of(ScalarSums.of(k, width(n)).work());
    }

    /** {@return elements of f32 memory for the sums of the scalar form of a product of m rows} */
    public static Dim sums(Dim m, long n) {
        return Dim.of(width(n)).times(m.isConst() ? Dim.of(Math.min(m.value(), ROWS)) : Dim.of(ROWS));
    }

    /** Columns of a task. */
    static int width(long n) {
        return VType.LANES * (int) Math.min(GemmTile.GROUP, (n + VType.LANES - 1) / VType.LANES);
    }

    /** A task: rows i0 to i1 of the group of panels that begins with {@code first}. */
    void task(Body b, Term i0, Term i1, Term first) {
        var j0 = b.let("j0", first);
        int panels = (target.n + VType.LANES - 1) / VType.LANES;
        var j1 = b.let("j1", Term.of(Prim.MIN, j0.plus(GemmTile.GROUP), Term.i32(panels)));
        var columns = b.let("columns", j1.minus(j0).times(VType.LANES));
        b.loop("ib", i0, i1, ROWS, rows -> {
            var ib = Term.ref("ib");
            var count = rows.let("count", Term.of(Prim.MIN, Term.i32(ROWS), i1.minus(ib)));
            var sum = sums.at(Term.i32(0));
            var memory = work.at(Term.i32(0));
            var apart = Term.i32(width);
            rows.add(scalar.zeros(memory));
            if (factors.k == 0) {
                rows.add(scalar.clear(ScalarSums.TOTALS.name(), memory, sum, count.times(width)));
            }
            rows.loop("kb", Term.i32(0), Term.i32(factors.k), ScalarSums.DEPTH, x -> {
                var k0 = Term.ref("kb");
                var depth = x.let("depth",
                        Term.of(Prim.MIN, Term.i32(ScalarSums.DEPTH), Term.i32(factors.k).minus(k0)));
                x.add(new ScalarFactors(scalar).copy(factors.w, factors.zero,
                        factors.w.at(j0.times(factors.k).plus(k0).times(VType.LANES)),
                        factors.zero == null ? null : factors.zero.at(j0.times(VType.LANES)), memory,
                        List.of(j1.minus(j0), Term.i32(factors.k * VType.LANES), depth)));
                x.add(scalar.addRows(factors.a.buffer().name(), ScalarSums.TOTALS.name(),
                        List.of(factors.a.at(factors.lda.times(ib).plus(k0)), factors.lda, memory, sum, apart, count,
                                depth, columns),
                        Term.of(Prim.EQ, k0, Term.i32(0))));
            });
            constants(rows, j0, columns);
            rows.add(access.call(rows(), List.of(ib, count, j0, j1)));
        });
    }

    /** Brings the epilogue's constants of some columns to work memory, in place of factors: weights cost more to read. */
    private void constants(Body b, Term j0, Term columns) {
        var column = j0.times(VType.LANES);
        var count = target.n % VType.LANES == 0 ? columns
                : Term.of(Prim.MIN, columns, Term.i32(target.n).minus(column));
        for (int i = 0; i < target.epilogue.memories().size(); i++) {
            if (target.epilogue.isNear(i)) {
                var memory = target.epilogue.memories().get(i);
                b.copy(work.buffer().name(), work.at(Term.i32(i * scalar.pitch())), memory.buffer().name(),
                        memory.at(column), count);
            }
        }
    }

    /** The epilogue, given where {@link #constants} put them. */
    private Epilogue.Declared near() {
        var memories = new ArrayList<Access.Memory>();
        for (int i = 0; i < target.epilogue.memories().size(); i++) {
            memories.add(target.epilogue.isNear(i)
                    ? new Access.Memory(work.buffer(), work.at(Term.i32(i * scalar.pitch()))
                            .minus(Term.ref("j0").times(VType.LANES)), DType.F32)
                    : target.epilogue.memories().get(i));
        }
        return target.epilogue.in(memories);
    }

    /** Takes rows of sums through the epilogue, in methods of sixteen that are hot soon. */
    private Kernel rows() {
        var r = Term.ref("r");
        var body = Body.block(b -> b.loop("r", Term.i32(0), Term.ref("count"), 1,
                row -> row.loop("n", Term.ref("j0"), Term.ref("j1"), 1, x -> x.add(access.call(panel(),
                        List.of(Term.ref("i").plus(r), r, Term.ref("j0"), Term.ref("n")))))));
        return access.part(target.name() + ".rows", List.of("i", "count", "j0", "j1"), body);
    }

    private Kernel panel() {
        var body = Body.block(b -> {
            var panel = Term.ref("j").minus(Term.ref("j0")).times(VType.LANES);
            var column = b.let("n", Term.ref("j").times(VType.LANES));
            var rest = target.n % VType.LANES == 0 ? null
                    : b.let("rest", new Term.Lanes(column, Term.i32(target.n), VType.LANES));
            var sum = b.let("sum", ScalarSums.total(sums.at(Term.ref("r").times(width).plus(panel)), VType.LANES));
            var operand = target.integral.apply(sum);
            var value = near().apply(b, operand, Term.ref("i"), column, rest, null, "v");
            b.store("c", target.c.at(target.ldc.times(Term.ref("i")).plus(column)), value, rest);
        });
        // of no k: products that differ in nothing else share it
        return access.part(target.name() + ".panel", List.of("i", "r", "j0", "j"), body);
    }
}
