package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Epilogues too long for a tile's registers: the sums of a tile wait in memory and are taken through the epilogue behind
 * the product.
 *
 * @param name
 *            the product's
 * @param access
 *            its operands
 * @param target
 *            what becomes of the sums
 * @param scratch
 *            where sums wait that are integers of many blocks; null where they wait in the result
 */
record WaitingSums(String name, Access access, ScalarProduct.Target target, Access.@Nullable Memory scratch) {
    /** Sums wait in {@code c}, or in scratch if they are integers of many blocks. */
    void keep(Body b, Range t, Range u, @Nullable Term mask) {
        if (scratch == null) {
            var column = Term.ref("j").plus(Term.ref("u")).times(16);
            var sum = Term.ref("acc", Term.ref("t"), Term.ref("u"));
            b.unroll(List.of(t, u),
                    x -> x.store("c", target.c().at(target.ldc().times(Term.ref("i").plus(Term.ref("t"))).plus(column)),
                            target.c().dtype() == DType.I32 ? target.integral().apply(sum) : sum, mask));
        }
    }

    /** The epilogue of a tile of any size. */
    Kernel any(boolean masked) {
        var body = Body.block(b -> rolled(b, Term.ref("rows"), Term.ref("panels"), masked));
        return access.part(name + ".epilogue" + (masked ? ".tail" : ""), List.of("i", "j", "rows", "panels"), body);
    }

    /** The epilogue as one loop over a tile whose sums wait; two would begin anew every few vectors. */
    void flat(Body b, int rows, int panels, boolean masked) {
        b.loop("e", Term.i32(0), Term.i32(rows * panels), 1, x -> {
            var e = Term.ref("e");
            var row = x.let("er", Term.ref("i").plus(panels == 1 ? e : Term.of(Prim.DIV, e, Term.i32(panels))));
            var panel = panels == 1 ? Term.ref("j") : Term.ref("j").plus(Term.of(Prim.REM, e, Term.i32(panels)));
            var column = x.let("n", panel.times(VType.LANES));
            finish(x, row, column, e.times(VType.LANES), tail(x, column, masked), null);
        });
    }

    /** The same for a tile of any size. */
    private void rolled(Body b, Term rows, Term panels, boolean masked) {
        var first = b.let("n0", Term.ref("j").times(VType.LANES));
        var width = panels.times(VType.LANES);
        b.loop("et", Term.i32(0), rows, 1, tile -> {
            var row = tile.let("er", Term.ref("i").plus(Term.ref("et")));
            var inScratch = tile.let("eb", Term.ref("et").times(width).minus(first));
            tile.loop("n", first, first.plus(width), VType.LANES, x -> finish(x, row, Term.ref("n"),
                    inScratch.plus(Term.ref("n")), tail(x, Term.ref("n"), masked), null));
        });
    }

    /**
     * The epilogue of a tile of some panels, a row at a time. A long epilogue is a chain of operations that wait for each
     * other, of which the machine looks ahead over two or three only: side by side the chains of several panels fill it.
     */
    Kernel aside(int panels, boolean masked) {
        var u = new Range("u", panels);
        var column = Term.ref("j").plus(Term.ref("u")).times(VType.LANES);
        var chains = new SideBySide(List.of(u));
        var body = Body.block(b -> {
            if (masked) {
                b.letAll("lanes", List.of(u), new Term.Lanes(column, Term.i32(target.n()), VType.LANES));
            }
            var mask = masked ? Term.ref("lanes", Term.ref("u")) : null;
            target.epilogue().hoist(b, List.of(u), column, mask);
            var row = new Body();
            var at = Term.ref("et").times(panels).plus(Term.ref("u")).times(VType.LANES);
            finish(row, Term.ref("i").plus(Term.ref("et")), column, at, mask, Term.ref("u"));
            var all = chains.of(row.stmts());
            b.loop("et", Term.i32(0), Term.ref("rows"), 1, x -> all.forEach(x::add));
        });
        return access.part(name + ".epilogue.c" + panels + (masked ? ".tail" : ""), List.of("i", "j", "rows"), body);
    }

    private @Nullable Term tail(Body b, Term column, boolean masked) {
        return masked ? b.let("rest", new Term.Lanes(column, Term.i32(target.n()), VType.LANES)) : null;
    }

    /** Takes sixteen sums that wait through the epilogue. */
    private void finish(Body x, Term row, Term column, Term inScratch, @Nullable Term tail, @Nullable Term hoisted) {
        boolean many = scratch != null;
        boolean integers = target.c().dtype() == DType.I32;
        var at = target.c().at(target.ldc().times(row).plus(column));
        var sum = x.let("sum", many
                ? new Term.Load("s", scratch.at(inScratch), VType.I32X16, null)
                : new Term.Load("c", at, integers ? VType.I32X16 : VType.F32X16, tail));
        var operand = many || integers ? sum : target.integral().apply(sum);
        x.store("c", at, target.epilogue().apply(x, operand, row, column, tail, hoisted, "v"), tail);
    }
}
