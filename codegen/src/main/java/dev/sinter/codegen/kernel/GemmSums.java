package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sums {@code acc} of a product's tile. The body has in scope where each row of factors begins, {@code ab}, where each
 * panel of weights does, {@code wb}, and the first panel, {@code j}.
 *
 * @param k
 *            factors of a row
 * @param w
 *            the weights
 * @param zero
 *            zero point of each column; null where there is none
 * @param scratch
 *            memory of a tile's sums of integers, if they have many blocks
 * @param blockSums
 *            memory of a tile's sums of one block, likewise
 */
record GemmSums(int k, Access.Memory w, Access.@Nullable Memory zero, Access.@Nullable Memory scratch,
        Access.@Nullable Memory blockSums) {
    /** Rows times the only column, one sum a row. */
    void column(Body b, Range t) {
        var acc = Term.ref("acc", Term.ref("t"));
        var value = new Term.Load("a", Term.ref("ab", Term.ref("t")).plus(Term.ref("p")), VType.F32, null);
        var next = Term.of(Prim.FMA, value, Term.ref("x"), acc);
        b.fold("p", Term.i32(0), Term.i32(k), 1,
                List.of(new Stmt.Carry("acc", List.of(t), Term.f32(0, 1), next)), inner -> inner.let("x",
                        new Term.Load("w", w.at(Term.ref("p").times(VType.LANES)), VType.F32, null)));
    }

    /** Sums of rows times panels, over a range of k. */
    void accumulate(Body b, Range t, Range u, Term from, Term to) {
        // one zero for all: it counts as a vector operation wherever it is written
        var nothing = b.let("zero", Term.f32(0, VType.LANES));
        if (zero != null) {
            b.letAll("zp", List.of(u), zero.load(Term.ref("j").plus(Term.ref("u")).times(16), VType.LANES));
        }
        var step = RegisterTile.STEP;
        var at = Term.ref("wb", Term.ref("u")).plus(step.wide().times(Term.i64(16)));
        Term weight = new Term.Load("w", at, VType.F32X16, null);
        RegisterTile.accumulate(b, t, u, nothing, from, to,
                zero == null ? weight : Term.of(Prim.SUB, weight, Term.ref("zp", Term.ref("u"))),
                new Term.Load("a", Term.ref("ab", Term.ref("t")).plus(step), VType.F32, null));
    }

    /** Blocks of k small enough to be exact in f32, their sums added up as integers in scratch. */
    void integerBlocks(Body b, Range t, Range u, int blockK) {
        int size = t.end() * u.end() * 16;
        b.loop("zi", Term.i32(0), Term.i32(size), 16,
                x -> x.store("s", scratch.at(Term.ref("zi")), new Term.Lit(0, 0, VType.I32X16)));
        b.loop("kb", Term.i32(0), Term.i32(k), blockK, block -> {
            var end = block.let("ke", Term.of(Prim.MIN, Term.ref("kb").plus(blockK), Term.i32(k)));
            accumulate(block, t, u, Term.ref("kb"), end);
            var at = blockSums.at(Term.ref("t").times(u.end()).plus(Term.ref("u")).times(16));
            block.unroll(List.of(t, u), x -> x.store("f", at, Term.ref("acc", Term.ref("t"), Term.ref("u"))));
            block.loop("si", Term.i32(0), Term.i32(size), 16, x -> {
                var sum = new Term.Load("s", scratch.at(Term.ref("si")), VType.I32X16, null);
                var more = new Term.Load("f", blockSums.at(Term.ref("si")), VType.F32X16, null);
                x.store("s", scratch.at(Term.ref("si")), Term.of(Prim.ADD, sum, new Term.Convert(more, Elem.I32)));
            });
        });
    }
}
