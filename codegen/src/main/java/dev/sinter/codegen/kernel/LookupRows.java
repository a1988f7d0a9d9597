package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.Dim;
import dev.sinter.ir.op.ScaledMatMul;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows rounded to integers of eight bits, a block at a time, as a product with {@link ScaledMatMul#roundsA} says: what
 * {@link LookupKernel} multiplies. An integer q lies as {@code q * 65537} in 32 bits, twice, so that a sum of such
 * numbers is two sums; {@value #UNIT} of them, and zeros behind them, make a unit of {@value #STRIDE}.
 *
 * @param integers
 *            {@code i32[M,ceil(K/32)*36]}
 * @param factors
 *            {@code f32[M,ceil(K/block)]}, what one of a block's integers stands for
 * @param sums
 *            {@code i32[M,ceil(K/block)]}, the sum of a block's integers
 */
public record LookupRows(Operand integers, Operand factors, Operand sums) {
    /** Elements of a row that a unit holds. */
    static final int UNIT = 32;
    /** Elements a unit takes: whole groups of six. */
    static final int STRIDE = 36;
    /** Twice the same in the halves of 32 bits. */
    static final int TWICE = 0x10001;
    /** Added to a small number, this rounds it to an integer, to even from halfway. */
    private static final float ROUNDING = 0x1.8p23f;

    /** {@return units of a row of k elements} */
    public static long units(long k) {
        return (k + UNIT - 1) / UNIT;
    }

    /** {@return sizes of {@link #integers} for m rows of k elements} */
    public static List<Dim> integers(Dim m, long k) {
        return List.of(m, Dim.of(units(k) * STRIDE));
    }

    /**
     * The call that rounds rows.
     *
     * @param a
     *            {@code f32[M,K]}, rows contiguous
     * @param k
     *            K
     * @param block
     *            elements of a block, a multiple of 32 or no less than K
     * @return the call
     */
    public Call of(Operand a, int k, int block) {
        var access = new Access();
        var x = access.memory("x", a);
        var p = access.memory("p", integers);
        var f = access.memory("f", factors);
        var s = access.memory("s", sums);
        var lda = access.parameter("lda", a.strides().getFirst());
        var length = access.parameter("K", Dim.of(k));
        var size = access.parameter("block", Dim.of(Math.min(units(k) * UNIT, block)));
        var padded = access.parameter("padded", Dim.of(units(k) * UNIT));
        var blocks = access.parameter("blocks", factors.dims().get(1));
        boolean masked = k % UNIT != 0;
        var body = Body.block(b -> b.par("i", row -> {
            var from = row.let("from", x.at(Term.ref("i").times(lda)));
            var to = row.let("to", p.at(Term.ref("i").times(Term.of(Prim.DIV, padded, Term.i32(UNIT)).times(STRIDE))));
            row.loop("b", Term.i32(0), blocks, 1, one -> {
                var first = one.let("first", Term.ref("b").times(size));
                var end = one.let("end", Term.of(Prim.MIN, first.plus(size), padded));
                var at = one.let("at", Term.ref("i").times(blocks).plus(Term.ref("b")));
                block(one, from, to, first, end, masked ? length : null);
                one.store("f", f.at(at), Term.of(Prim.DIV, Term.ref("most"), Term.f32(ScaledMatMul.MOST, 1)));
                one.store("s", s.at(at), Term.ref("total"));
            });
        }));
        return new Call(KernelSet.same(new Kernel("lookup.round" + (masked ? ".tail" : ""), access.buffers(),
                access.params(true), body)), access.arrays(), access.args(), a.dims().getFirst());
    }

    private static void block(Body b, Term from, Term to, Term first, Term end, @Nullable Term length) {
        var largest = new Stmt.Carry("largest", List.of(), Term.f32(0, VType.LANES),
                Term.of(Prim.MAX, Term.ref("largest"), Term.of(Prim.ABS, Term.ref("v"))));
        b.fold("k", first, end, VType.LANES, List.of(largest), x -> x.let("v", load(from, Term.ref("k"), length)));
        var most = b.let("most", new Term.Fold(Prim.MAX, Term.ref("largest")));
        var inverse = b.let("inverse", Term.of(Prim.SELECT,
                Term.of(Prim.LT, most, Term.f32(ScaledMatMul.LEAST, 1)), Term.f32(0, 1),
                Term.of(Prim.DIV, Term.f32(ScaledMatMul.MOST, 1), most)));
        var rounding = Term.f32(ROUNDING, VType.LANES);
        // whole numbers, far below 2^24: exact in any order
        var sum = new Stmt.Carry("sum", List.of(), Term.f32(0, VType.LANES),
                Term.ref("sum").plus(Term.ref("r").minus(rounding)));
        b.fold("j", first, end, VType.LANES, List.of(sum), x -> {
            var scaled = x.let("y", load(from, Term.ref("j"), length).times(inverse.splat()));
            // infinite times zero is no number, which as an integer is zero
            var number = Term.of(Prim.SELECT, Term.of(Prim.EQ, scaled, scaled), scaled, Term.f32(0, VType.LANES));
            var r = x.let("r", number.plus(rounding));
            var q = x.let("q", new Term.Bits(r, Elem.I32).minus(splat(Float.floatToRawIntBits(ROUNDING))));
            x.store("p", to.plus(Term.ref("j")).plus(gaps(Term.ref("j"))),
                    q.plus(Term.of(Prim.SHL, q, Term.i32(16))));
        });
        b.let("total", new Term.Convert(new Term.Fold(Prim.ADD, Term.ref("sum")), Elem.I32));
        b.loop("u", first, end, UNIT, x -> {
            var zeros = to.plus(Term.ref("u")).plus(gaps(Term.ref("u"))).plus(UNIT);
            for (int i = 0; i < STRIDE - UNIT; i++) {
                x.store("p", zeros.plus(i), Term.i32(0));
            }
        });
    }

    /** Elements between units before an element of a row. */
    private static Term gaps(Term k) {
        return Term.of(Prim.USHR, k, Term.i32(5)).times(STRIDE - UNIT);
    }

    private static Term load(Term from, Term k, @Nullable Term length) {
        return new Term.Load("x", from.plus(k), VType.F32X16,
                length == null ? null : new Term.Lanes(k, length, VType.LANES));
    }

    static Term splat(int value) {
        return new Term.Lit(0, value, VType.I32X16);
    }
}
