package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.List;
import java.util.Locale;

/**
 * How the sums of a convolution become its results: in the tiles where k has but one part, else in a pass of its own.
 *
 * @param access
 *            of the kernel
 * @param y
 *            the result
 * @param epilogue
 *            what happens before the store
 * @param name
 *            the kernel's
 */
record WindowResults(Access access, Access.Memory y, Epilogue.Declared epilogue, String name) {
    /** What tiles are given: the first panel, its column in the result, the panels' distance, k's, the first row. */
    private static final List<String> TILE = List.of("panel", "column", "wd", "depth", "top", "i0", "i1", "j0", "j1");

    /** Whether every tile of these sizes may have the epilogue in it. */
    boolean fits(Form form, int rows, int panels) {
        return VectorOperations.of(tile(form, rows, panels), form) <= VectorOperations.LIMIT;
    }

    /** A tile with the epilogue; what it is called with is what the access has, then {@link #TILE}. */
    Kernel tile(Form form, int rows, int panels) {
        var u = List.of(new Stmt.Range("u", panels));
        var column = Term.ref("column").plus(Term.ref("j").plus(Term.ref("u")).times(VType.LANES));
        var first = Term.ref("w0").plus(Term.ref("panel").wide().times(Term.ref("wd").wide()));
        var body = PackedSums.tiles(rows, panels, first, b -> {
            PackedSums.accumulate(b, rows, panels, null);
            epilogue.hoist(b, u, column, null);
            b.unroll(PackedSums.over(rows, panels), x -> {
                var row = Term.ref("top").plus(Term.ref("i")).plus(Term.ref("t"));
                var sum = Term.ref("acc", Term.ref("t"), Term.ref("u"));
                x.store("y", y.at(Term.ref("ldc").times(row).plus(column)),
                        epilogue.apply(x, sum, row, column, null, Term.ref("u"), "v"));
            });
        });
        return access.part(name + ".r" + rows + "c" + panels + "."
                + form.suffix().toLowerCase(Locale.ROOT), TILE, body);
    }

    /** The epilogue of sums that wait in scratch. */
    Kernel finish(boolean masked) {
        var body = Body.block(b -> b.loop("i", Term.ref("i0"), Term.ref("i1"), 1, row -> {
            var i = Term.ref("i");
            var from = row.let("from", Term.ref("sb").plus(i.minus(Term.ref("i0")).times(WindowSums.PITCH))
                    .minus(Term.ref("n0")));
            var to = row.let("to", y.at(Term.ref("ldc").times(i).plus(Term.ref("yb"))));
            row.loop("n", Term.ref("n0"), Term.ref("n1"), VType.LANES, x -> {
                var n = Term.ref("n");
                var mask = masked ? x.let("lanes", new Term.Lanes(n, Term.ref("n1"), VType.LANES)) : null;
                var sum = x.let("sum", new Term.Load("s", from.plus(n), VType.F32X16, null));
                x.store("y", to.plus(n), epilogue.apply(x, sum, i, Term.ref("yb").plus(n), mask, null, "v"), mask);
            });
        }));
        return access.part(name + ".finish" + (masked ? ".tail" : ""), List.of("sb", "yb", "i0", "i1", "n0", "n1"),
                body);
    }
}
