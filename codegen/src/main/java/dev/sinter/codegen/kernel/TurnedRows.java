package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.Dim;
import dev.sinter.ir.TensorData;
import java.util.Locale;

/**
 * Rows {@code f32[M,K]} as products with sparse weights read them: turned, in blocks of some,
 * {@code [ceil(M/64)][K][64]}, the last block as narrow as whole vectors allow.
 */
public final class TurnedRows {
    private TurnedRows() {
    }

    /** {@return positions by which squares are turned, a constant of every sparse product} */
    public static TensorData shuffles() {
        return Turning.shuffles();
    }

    /** {@return elements of the memory that turned rows take} */
    public static Dim elements(Dim m, long k) {
        return m.ceilDiv(VType.LANES).times(Dim.of(VType.LANES * padded(k)));
    }

    /** {@return a number of columns made one of whole vectors} */
    static long padded(long k) {
        return (k + VType.LANES - 1) / VType.LANES * VType.LANES;
    }

    /**
     * How factors, and sums that stay turned, lie.
     *
     * @param block
     *            rows of a block
     * @param fewAsTheyAre
     *            whether {@link KeptWeights#FEW} rows or fewer are not turned, only padded to whole vectors
     */
    public record Layout(int block, boolean fewAsTheyAre) {
        /** {@return how they lie for products in groups of so many columns} */
        public static Layout of(int group) {
            return new Layout(SparseTile.rows(group), KeptWeights.isPanel(group));
        }
    }

    /**
     * The call that turns rows.
     *
     * @param a
     *            {@code f32[M,K]}, rows contiguous
     * @param to
     *            memory of {@link #elements} elements
     * @param shuffles
     *            {@link #shuffles}
     * @param layout
     *            how they lie then
     * @return the call
     */
    public static Call turn(Operand a, Operand to, Operand shuffles, Layout layout) {
        int size = layout.block;
        var access = new Access();
        var from = access.memory("x", a);
        var target = access.memory("y", to);
        var order = access.memory("sh", shuffles);
        var m = access.size("M", a.dims().getFirst());
        var lda = access.parameter("lda", a.strides().getFirst());
        var k = access.parameter("K", a.dims().get(1));
        return new Call(KernelSet.of(form -> {
            var squares = Body.block(task -> {
                var i = task.let("i", Term.ref("t").times(VType.LANES));
                var block = block(task, Term.of(Prim.DIV, i, Term.i32(size)), m, size, "");
                var depth = task.let("depth", Term.of(Prim.AND, k.plus(VType.LANES - 1), Term.i32(-VType.LANES)));
                var to0 = task.let("to", target.at(block.first.times(depth)).plus(i.minus(block.first)));
                var whole = task.let("whole", Term.of(Prim.AND, k, Term.i32(-VType.LANES)));
                var last = m.plus(-1);
                task.loop("k", Term.i32(0), whole, VType.LANES, square -> square.add(Turning.rows(form,
                        new Turning.Source("x", from.at(Term.ref("k")), lda, order.base()), i, last, null,
                        new Turning.Target("y", to0.plus(Term.ref("k").times(block.width)), block.width))));
                task.when(Term.of(Prim.LT, whole, k), rest -> rest.add(Turning.rows(form,
                        new Turning.Source("x", from.at(whole), lda, order.base()), i, last, k.minus(whole),
                        new Turning.Target("y", to0.plus(whole.times(block.width)), block.width))));
            });
            var body = Body.block(b -> b.par("t", task -> SparseKernel.fewOrMany(task, layout.fewAsTheyAre, m,
                    x -> rows(x, m, k, lda, from, target), x -> squares.forEach(x::add))));
            return new Kernel((layout.fewAsTheyAre ? "turn.many.b" : "turn.b") + size + "."
                    + form.suffix().toLowerCase(Locale.ROOT), access.buffers(), access.params(true), body);
        }), access.arrays(), access.args(), a.dims().getFirst().ceilDiv(VType.LANES));
    }

    /** Rows as they are, but that whole vectors can be stored behind each. */
    private static void rows(Body b, Term m, Term k, Term lda, Access.Memory from, Access.Memory to) {
        var depth = b.let("padded", Term.of(Prim.AND, k.plus(VType.LANES - 1), Term.i32(-VType.LANES)));
        b.loop("r", Term.i32(0), m, 1, row -> row.loop("q", Term.i32(0), k, VType.LANES, x -> {
            var lanes = x.let("lanes", new Term.Lanes(Term.ref("q"), k, VType.LANES));
            x.store("y", to.at(Term.ref("r").times(depth).plus(Term.ref("q"))),
                    from.load(Term.ref("r").times(lda).plus(Term.ref("q")), VType.LANES, lanes));
        }));
    }

    /** A block of rows: its number, its first row, how many they are, their vectors, and sixteen times those. */
    record Block(Term number, Term first, Term rows, Term vectors, Term width) {
    }

    static Block block(Body b, Term number, Term m, int size, String suffix) {
        var first = b.let("i0" + suffix, number.times(size));
        var rows = b.let("rows" + suffix, Term.of(Prim.MIN, m.minus(first), Term.i32(size)));
        var vectors = b.let("vectors" + suffix, Term.of(Prim.DIV, rows.plus(VType.LANES - 1), Term.i32(VType.LANES)));
        return new Block(number, first, rows, vectors, b.let("width" + suffix, vectors.times(VType.LANES)));
    }
}
