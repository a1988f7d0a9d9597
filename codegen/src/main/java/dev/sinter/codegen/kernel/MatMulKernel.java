package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products of two computed operands, {@code a[..,M,K] x b[..,K,N] -> c[..,M,N]}: f32 in vectors along N, which
 * must be contiguous in b and c; other types one by one. Accumulated in ascending k; types below 32 bits in f32 or i32,
 * rounded or wrapped once.
 */
public final class MatMulKernel {
    private static final int ROWS = 4;

    private final Access access = new Access();
    private final Access.Memory a;
    private final Access.Memory b;
    private final Access.Memory c;
    private final List<Operand> operands;
    private final int batchRank;
    private final Term m;
    private final Term n;
    private final Term k;
    private final List<List<Term>> strides = new ArrayList<>();
    private final List<Term> batchSizes = new ArrayList<>();

    private MatMulKernel(Operand left, Operand right, Operand out) {
        this.operands = List.of(left, right, out);
        this.a = access.memory("a", left);
        this.b = access.memory("b", right);
        this.c = access.memory("c", out);
        this.batchRank = out.rank() - 2;
        this.m = access.size("M", out.dims().get(batchRank));
        this.n = access.size("N", out.dims().get(batchRank + 1));
        this.k = access.size("K", left.dims().get(batchRank + 1));
        for (int i = 0; i < batchRank; i++) {
            batchSizes.add(access.size("d" + i, out.dims().get(i)));
        }
        for (int o = 0; o < 3; o++) {
            var own = new ArrayList<Term>();
            for (int i = 0; i < batchRank + 2; i++) {
                own.add(access.size("abc".charAt(o) + "s" + i, operands.get(o).strides().get(i)));
            }
            strides.add(own);
        }
    }

    /**
     * The call that multiplies.
     *
     * @param left
     *            {@code [..,M,K]}, broadcast to the output's leading sizes
     * @param right
     *            {@code [..,K,N]}, likewise
     * @param out
     *            {@code [..,M,N]}
     * @return the call
     */
    public static Call of(Operand left, Operand right, Operand out) {
        var kernel = new MatMulKernel(left, right, out);
        var batch = Dim.ONE;
        for (var size : out.dims().subList(0, kernel.batchRank)) {
            batch = batch.times(size);
        }
        boolean vector = left.dtype() == DType.F32 && right.strides().getLast().equals(Dim.ONE)
                && out.strides().getLast().equals(Dim.ONE);
        var name = "matmul." + left.dtype() + (vector ? "" : ".scalar") + ".b" + kernel.batchRank;
        return new Call(KernelSet.of(form -> new Kernel(name, kernel.access.buffers(), kernel.access.params(true),
                Body.block(x -> x.par("t", round -> kernel.round(round, vector, rows(form)))))), kernel.access.arrays(),
                kernel.access.args(),
                batch.times(out.dims().get(kernel.batchRank).ceilDiv(ROWS)));
    }

    /** Rows that are accumulated at once. */
    private static int rows(Form form) {
        return switch (form) {
            case SCALAR -> 1;
            case V128 -> 2;
            default -> ROWS;
        };
    }

    private void round(Body x, boolean vector, int rows) {
        var blocks = x.let("blocks", Term.of(Prim.DIV, m.plus(ROWS - 1), Term.i32(ROWS)));
        var i0 = x.let("i0", Term.of(Prim.REM, Term.ref("t"), blocks).times(ROWS));
        var rest = x.let("batch", Term.of(Prim.DIV, Term.ref("t"), blocks));
        var bases = new ArrayList<Term>(List.of(Term.i32(0), Term.i32(0), Term.i32(0)));
        for (int i = batchRank - 1; i >= 0; i--) {
            var index = i == 0 ? rest : x.let("b" + i, Term.of(Prim.REM, rest, batchSizes.get(i)));
            for (int o = 0; o < 3; o++) {
                bases.set(o, bases.get(o).plus(strides.get(o).get(i).times(index)));
            }
            rest = i == 0 ? rest : x.let("rest" + i, Term.of(Prim.DIV, rest, batchSizes.get(i)));
        }
        for (int o = 0; o < 3; o++) {
            bases.set(o, x.let("abc".charAt(o) + "b", bases.get(o)));
        }
        var i1 = x.let("i1", Term.of(Prim.MIN, i0.plus(ROWS), m));
        if (!vector) {
            scalarRows(x, bases, i0, i1);
            return;
        }
        x.when(Term.of(Prim.EQ, i1.minus(i0), Term.i32(ROWS)),
                y -> y.loop("q", i0, i1, rows, z -> vectorRows(z, bases, Term.ref("q"), rows, "")));
        x.when(Term.of(Prim.LT, i1.minus(i0), Term.i32(ROWS)),
                y -> y.loop("i", i0, i1, 1, z -> vectorRows(z, bases, Term.ref("i"), 1, "z")));
    }

    private Term stride(int operand, int fromEnd) {
        return strides.get(operand).get(batchRank + 2 - fromEnd);
    }

    private void scalarRows(Body x, List<Term> bases, Term i0, Term i1) {
        var elem = ExprCode.elem(operands.getFirst().dtype());
        x.loop("i", i0, i1, 1, rows -> rows.loop("j", Term.i32(0), n, 1, columns -> {
            var inner = new Body();
            var av = inner.let("av", a.load(
                    bases.get(0).plus(stride(0, 2).times(Term.ref("i"))).plus(stride(0, 1).times(Term.ref("p"))), 1));
            var bv = inner.let("bv", b.load(
                    bases.get(1).plus(stride(1, 2).times(Term.ref("p"))).plus(stride(1, 1).times(Term.ref("j"))), 1));
            var next = elem == Elem.F32 || elem == Elem.F64
                    ? Term.of(Prim.FMA, av, bv, Term.ref("acc"))
                    : Term.of(Prim.ADD, Term.ref("acc"), Term.of(Prim.MUL, av, bv));
            var carry = new Stmt.Carry("acc", List.of(), new Term.Lit(0, 0, new VType(elem, 1)), next);
            columns.add(new Stmt.Loop(false, "p", Term.i32(0), k, 1, List.of(carry), inner.stmts()));
            columns.store("c",
                    c.at(bases.get(2).plus(stride(2, 2).times(Term.ref("i"))).plus(stride(2, 1).times(Term.ref("j")))),
                    Term.ref("acc"));
        }));
    }

    private void vectorRows(Body x, List<Term> bases, Term row, int rows, String suffix) {
        var full = x.let("full" + suffix, Term.of(Prim.AND, n, Term.i32(-VType.LANES)));
        x.loop("j" + suffix, Term.i32(0), full, VType.LANES,
                y -> strip(y, bases, row, rows, Term.ref("j" + suffix), null, suffix));
        x.loop("k" + suffix, full, n, VType.LANES, y -> {
            var mask = y.let("lanes" + suffix, new Term.Lanes(Term.ref("k" + suffix), n, VType.LANES));
            strip(y, bases, row, rows, Term.ref("k" + suffix), mask, suffix + "t");
        });
    }

    private void strip(Body x, List<Term> bases, Term row, int rows, Term column, @Nullable Term mask, String suffix) {
        var t = List.of(new Range("r", rows));
        var i = row.plus(Term.ref("r"));
        var acc = "acc" + suffix;
        var p = Term.ref("p" + suffix);
        x.letAll("ra" + suffix, t, bases.get(0).plus(stride(0, 2).times(i)));
        var carry = new Stmt.Carry(acc, t, Term.f32(0, VType.LANES),
                Term.of(Prim.FMA, Term.ref("y" + suffix, Term.ref("r")), Term.ref("x" + suffix),
                        Term.ref(acc, Term.ref("r"))));
        x.fold("p" + suffix, Term.i32(0), k, 1, List.of(carry), inner -> {
            inner.let("x" + suffix,
                    b.loadLanes(bases.get(1).plus(stride(1, 2).times(p)).plus(column), VType.LANES, mask));
            inner.letAll("y" + suffix, t,
                    a.load(Term.ref("ra" + suffix, Term.ref("r")).plus(stride(0, 1).times(p)), 1).splat());
        });
        x.unroll(t, inner -> inner.store("c", c.at(bases.get(2).plus(stride(2, 2).times(i)).plus(column)),
                Term.ref(acc, Term.ref("r")), mask));
    }
}
