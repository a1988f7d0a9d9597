package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.Dim;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The scalar form of a {@link GemmKernel product}: rows and k's in blocks, sums in memory ({@link ScalarSums}), then each
 * row through the epilogue.
 */
public final class ScalarProduct {
    private final Access access;
    private final Factors factors;
    private final Target target;
    private final ScalarSums sums;

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

    ScalarProduct(Access access, ScalarSums sums, Factors factors, Target target) {
        this.access = access;
        this.sums = sums;
        this.factors = factors;
        this.target = target;
    }

    /** {@return elements of f32 memory that the scalar form of a product needs} */
    public static Dim rows(long k, long n) {
        return ScalarSums.rows(width(n), k);
    }

    /** {@return elements of f64 memory that the scalar form of a product of m rows needs} */
    public static Dim sums(Dim m, long n) {
        return ScalarSums.sums(width(n), m);
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
        b.loop("ib", i0, i1, ScalarSums.ROWS, rows -> {
            var ib = Term.ref("ib");
            var count = rows.let("count", Term.of(Prim.MIN, Term.i32(ScalarSums.ROWS), i1.minus(ib)));
            sums.clear(rows, count);
            rows.loop("kb", Term.i32(0), Term.i32(factors.k), ScalarSums.DEPTH, x -> {
                var k0 = Term.ref("kb");
                var k1 = x.let("k1", Term.of(Prim.MIN, k0.plus(ScalarSums.DEPTH), Term.i32(factors.k)));
                sums.copy(x, factors.w, factors.zero, j0, j1, k0, k1, factors.k);
                sums.add(x, factors.a, factors.a.at(factors.lda.times(ib).plus(k0)), factors.lda, count, k1.minus(k0),
                        columns);
            });
            rows.add(access.call(rows(), List.of(ib, count, j0, j1)));
        });
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
            var sum = b.let("sum", sums.sum(Term.ref("r"), panel));
            var operand = target.integral.apply(sum);
            var value = target.epilogue.apply(b, operand, Term.ref("i"), column, rest, null, "v");
            b.store("c", target.c.at(target.ldc.times(Term.ref("i")).plus(column)), value, rest);
        });
        // of no k: products that differ in nothing else share it
        return access.part(target.name() + ".panel", List.of("i", "r", "j0", "j"), body);
    }
}
