package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the sums of a convolution become its results: in the tiles where k has but one part, else in a pass of its own.
 *
 * @param access
 *            of the kernel
 * @param weights
 *            type of the weights
 * @param y
 *            the result
 * @param epilogue
 *            what happens before the store
 * @param name
 *            the kernel's
 */
record WindowResults(Access access, Buffer.Storage weights, Access.Memory y, Epilogue.Declared epilogue,
        String name) {
    /** What tiles are given: the first panel, its column in the result, the panels' distance, k's, the first row. */
    private static final List<String> TILE = List.of("panel", "column", "wd", "depth", "top", "i0", "i1", "j0", "j1");

    /** Whether every tile of these sizes may have the epilogue in it. */
    boolean fits(Form form, int rows, int panels, @Nullable NearWindows near) {
        return VectorOperations.of(tile(form, rows, panels, near), form) <= VectorOperations.LIMIT;
    }

    /**
     * A tile with the epilogue; what it is called with is what the access has, then {@link #TILE}.
     *
     * @param near
     *            the windows, if they are read where they lie
     */
    Kernel tile(Form form, int rows, int panels, @Nullable NearWindows near) {
        var straight = tile(form, rows, panels, near, true);
        return VectorOperations.of(straight, form) <= VectorOperations.LIMIT ? straight
                : tile(form, rows, panels, near, false);
    }

    /** The epilogue on the sums in registers, or in a loop over rows of sums that wait where the results will be. */
    private Kernel tile(Form form, int rows, int panels, @Nullable NearWindows near, boolean straight) {
        var u = List.of(new Stmt.Range("u", panels));
        var column = Term.ref("column").plus(Term.ref("j").plus(Term.ref("u")).times(VType.LANES));
        var first = Term.ref("w0").plus(Term.ref("panel").wide().times(Term.ref("wd").wide()));
        var body = PackedSums.tiles(rows, panels, weights, first, b -> {
            if (near == null) {
                PackedSums.accumulate(b, form, rows, panels, null);
            } else {
                near.accumulate(b, form, rows, panels);
            }
            if (!straight) {
                b.unroll(PackedSums.over(rows, panels),
                        x -> x.store("y", at(column), Term.ref("acc", Term.ref("t"), Term.ref("u"))));
                rowByRow(b, rows, u.getFirst(), column);
                return;
            }
            epilogue.hoist(b, u, column, null);
            var over = PackedSums.over(rows, panels);
            var sum = Term.ref("acc", Term.ref("t"), Term.ref("u"));
            if (epilogue.epilogue().sameInEveryRow()) {
                b.unroll(over,
                        x -> x.store("y", at(column), epilogue.apply(x, sum, row(), column, null, Term.ref("u"), "v")));
            } else {
                loadsFirst(b, over, sum, column);
            }
        });
        return access.part(name + ".r" + rows + "c" + panels + (near == null ? "." : near.suffix() + ".")
                + form.suffix().toLowerCase(Locale.ROOT), TILE, body);
    }

    /**
     * The epilogue of a tile that reads something for each element, such as a residual: nothing is stored before all of
     * it is loaded. A load that follows a store to an address with the same low bits waits for it, and rows often lie a
     * power of two apart; and what comes from far comes side by side.
     */
    private void loadsFirst(Body b, List<Stmt.Range> over, Term sum, Term column) {
        var one = new Body();
        var value = one.let("value", epilogue.apply(one, sum, row(), column, null, Term.ref("u"), "v"));
        one.store("y", at(column), value);
        var all = new SideBySide(over);
        var stmts = all.of(one.stmts());
        stmts.forEach(b::add);
    }

    private static Term row() {
        return Term.ref("top").plus(Term.ref("i")).plus(Term.ref("t"));
    }

    private Term at(Term column) {
        return y.at(Term.ref("ldc").times(row()).plus(column));
    }

    /** The epilogue of a tile, panels side by side: what one panel's waits for, the other ones' does meanwhile. */
    private void rowByRow(Body b, int rows, Stmt.Range u, Term column) {
        epilogue.hoist(b, List.of(u), column, null);
        var one = new Body();
        var sum = one.let("sum", new Term.Load("y", at(column), VType.F32X16, null));
        one.store("y", at(column), epilogue.apply(one, sum, row(), column, null, Term.ref("u"), "v"));
        var chains = new SideBySide(List.of(u));
        var all = chains.of(one.stmts());
        b.loop("t", Term.i32(0), Term.i32(rows), 1, x -> all.forEach(x::add));
    }

    /** The scalar form's way. */
    ScalarResults scalar(boolean masked) {
        return new ScalarResults(y, Term.ref("ldc"), epilogue, masked);
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
