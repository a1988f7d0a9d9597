package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the turned sums of a sparse product: they are turned back into the result and taken through the
 * epilogue, or stay turned, the epilogue changing them where they lie.
 *
 * @param name
 *            the product's
 * @param access
 *            its operands
 * @param epilogue
 *            of these, the epilogue
 * @param c
 *            the result
 * @param m
 *            its rows
 * @param ldc
 *            their distance
 * @param n
 *            its columns
 * @param columns
 *            those of a task, whole vectors
 * @param order
 *            {@link Turning#shuffles}; null if it stays turned
 */
record SparseResult(String name, Access access, Epilogue.Declared epilogue, Access.Memory c, Term m, Term ldc, int n,
        int columns, Access.@Nullable Memory order) {
    /**
     * Finishes a block of rows of a task's columns.
     *
     * @param n0
     *            the first column
     * @param sums
     *            where its sums begin
     */
    void finish(Body b, Form form, TurnedRows.Block block, Term n0, Term sums) {
        if (order != null) {
            back(b, form, block, n0, sums);
        } else if (!epilogue.epilogue().isPlain()) {
            b.add(access.call(turned(form), List.of(sums, n0,
                    Term.of(Prim.MIN, n0.plus(columns), Term.i32(n)), block.width())));
        }
    }

    /** Whether the back end takes the epilogue. */
    boolean fits() {
        return epilogue.epilogue().isPlain()
                || VectorOperations.fit(order == null ? turned(Form.V256) : waiting().any(true));
    }

    // ---- sums that stay turned

    /**
     * The epilogue of sums that stay turned. Where a few vectors hold all rows, columns are the inner loop: it begins anew
     * less often.
     */
    private Kernel turned(Form form) {
        var n0 = Term.ref("n0");
        var n1 = Term.ref("n1");
        var width = Term.ref("width");
        var start = Term.ref("s0").minus(n0.times(width));
        var body = Body.block(b -> {
            if (form == Form.V512) {
                b.loop("l", Term.i32(0), width, VType.LANES, lanes -> {
                    var first = lanes.let("first", start.plus(Term.ref("l")));
                    lanes.loop("n", n0, n1, 1, column -> sum(column, first.plus(Term.ref("n").times(width))));
                });
            } else {
                b.loop("n", n0, n1, 1, column -> {
                    var first = column.let("first", start.plus(Term.ref("n").times(width)));
                    column.loop("l", Term.i32(0), width, VType.LANES, x -> sum(x, first.plus(Term.ref("l"))));
                });
            }
        });
        return access.part(name + ".epilogue", List.of("s0", "n0", "n1", "width"), body);
    }

    private void sum(Body b, Term at) {
        var sum = b.let("sum", new Term.Load("c", at, VType.F32X16, null));
        b.store("c", at, epilogue.applyToRows(b, sum, Term.ref("n"), "v"));
    }

    // ---- sums that are turned back

    private void back(Body b, Form form, TurnedRows.Block block, Term n0, Term sums) {
        int whole = n / VType.LANES * VType.LANES;
        var n1 = b.let("n1", Term.of(Prim.MIN, n0.plus(columns), Term.i32(whole)));
        if (whole > 0) {
            b.loop("n", n0, n1, VType.LANES, x -> squares(x, form, block, Term.ref("n"),
                    sums.plus(Term.ref("n").minus(n0).times(block.width())), null));
            epilogue(b, form, block, n0, n1);
        }
        if (whole < n) {
            b.when(Term.of(Prim.LT, Term.i32(whole), n0.plus(columns)), x -> {
                squares(x, form, block, Term.i32(whole),
                        sums.plus(Term.i32(whole).minus(n0).times(block.width())), Term.i32(n - whole));
                var panel = Term.i32(whole / VType.LANES);
                epilogue(x, block, panel, panel.plus(1), true);
            });
        }
    }

    private void squares(Body b, Form form, TurnedRows.Block block, Term column, Term sums, @Nullable Term columns) {
        var square = columns == null ? "u" : "ur";
        var u = Term.ref(square).times(VType.LANES);
        var from = sums.plus(u);
        b.loop(square, Term.i32(0), block.vectors(), 1, x -> x.add(Turning.columns(form,
                new Turning.Source(SparseTile.SUMS, from, block.width(), order.base()),
                m.minus(block.first()).minus(u), columns,
                new Turning.Target("c", c.at(block.first().plus(u).times(ldc).plus(column)), ldc))));
    }

    /** The epilogue of whole panels of sixteen columns, several side by side if it is short. */
    private void epilogue(Body b, Form form, TurnedRows.Block block, Term n0, Term n1) {
        var first = Term.of(Prim.DIV, n0, Term.i32(VType.LANES));
        var end = Term.of(Prim.DIV, n1, Term.i32(VType.LANES));
        int panels = aside(form);
        if (panels <= 1) {
            epilogue(b, block, first, end, false);
            return;
        }
        var kernel = waiting().aside(panels, false);
        b.loop("j", first, end.plus(1 - panels), panels,
                x -> x.add(access.call(kernel, List.of(block.first(), Term.ref("j"), block.rows()))));
        if (n / VType.LANES % panels > 0 || columns / VType.LANES % panels > 0) {
            var rest = b.let("rest", end.minus(Term.of(Prim.REM, end.minus(first), Term.i32(panels))));
            b.when(Term.of(Prim.LT, rest, end), x -> epilogue(x, block, rest, end, false));
        }
    }

    private void epilogue(Body b, TurnedRows.Block block, Term first, Term end, boolean masked) {
        if (!epilogue.epilogue().isPlain()) {
            b.add(access.call(waiting().any(masked), List.of(block.first(), first, block.rows(), end.minus(first))));
        }
    }

    /** Panels that go through the epilogue side by side, one if it is too long for more, none if there is none. */
    private int aside(Form form) {
        if (epilogue.epilogue().isPlain() || form == Form.SCALAR) {
            return 0;
        }
        int panels = KeptWeights.COLUMNS / VType.LANES;
        while (panels > 1 && VectorOperations.of(waiting().aside(panels, false), form) > VectorOperations.LIMIT) {
            panels /= 2;
        }
        return panels;
    }

    private WaitingSums waiting() {
        return new WaitingSums(name, access, new ScalarProduct.Target(name, sum -> sum, epilogue, c, ldc, n), null);
    }
}
