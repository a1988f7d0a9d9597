package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Methods that compute a range of pixels of a result row and of channels, a few neighbouring pixels at a time.
 *
 * @param name
 *            the kernel's
 * @param access
 *            what it has declared
 * @param w
 *            weights
 * @param y
 *            results
 * @param epilogue
 *            what happens before the store
 * @param window
 *            what is summed
 */
record DepthwiseTile(String name, Access access, Access.Memory w, Access.Memory y, Epilogue.Declared epilogue,
        Window window) {
    /** What tiles are given besides what the access has: where the row begins in x, pixels' distance, the row's first. */
    static final List<String> PLACE = List.of("xb", "wx", "line");
    private static final List<String> TILE = List.of("xb", "wx", "line", "p0", "p1", "c0", "c1");

    /** Subscript of what all pixels share of the epilogue. */
    private static final List<Range> SHARED = List.of(new Range("u", 1));

    /**
     * A window's rows and columns, the columns between windows and those between its elements.
     */
    record Window(int rows, int columns, int step, int dilation) {
    }

    /**
     * Channels in the inner loop.
     *
     * @param unrolled
     *            whether rows of the window are, too
     * @param masked
     *            whether there are fewer channels than lanes
     */
    Kernel along(Form form, int pixels, boolean unrolled, boolean masked) {
        var body = Body.block(b -> b.loop("p", Term.ref("p0"), Term.ref("p1"), pixels, some -> {
            some.let("at", Term.ref("xb").plus(Term.ref("p").times(Term.ref("wx"))));
            if (unrolled) {
                lines(some);
            }
            some.loop("c", Term.ref("c0"), Term.ref("c1"), VType.LANES, inner -> {
                var mask = masked ? inner.let("lanes", new Term.Lanes(Term.ref("c"), Term.ref("c1"), VType.LANES))
                        : null;
                var c = Term.ref("c");
                epilogue.hoist(inner, SHARED, c, mask);
                if (unrolled) {
                    rows(inner, pixels, Term.ref("xs"), c, mask);
                } else {
                    rolled(inner, pixels, mask);
                }
                results(inner, pixels, Term.ref("channels"), mask);
            });
        }));
        return access.part(name + ".p" + pixels + (masked ? ".tail" : "") + "." + suffix(form), TILE, body);
    }

    /**
     * Pixels in the inner loop, weights before it; where elements of x lie is part of the method.
     *
     * @param distance
     *            of pixels in x
     */
    Kernel across(Form form, int pixels, int distance) {
        var body = Body.block(b -> b.loop("c", Term.ref("c0"), Term.ref("c1"), VType.LANES, some -> {
            for (int row = 0; row < window.rows; row++) {
                for (int tap = 0; tap < window.columns; tap++) {
                    weight(some, "r" + row, Term.i32(row), tap, Term.ref("channels"));
                }
            }
            epilogue.hoist(some, SHARED, Term.ref("c"), null);
            some.loop("p", Term.ref("p0"), Term.ref("p1"), pixels, inner -> {
                inner.let("at", Term.ref("xb").plus(Term.ref("p").times(window.step * distance)).plus(Term.ref("c")));
                lines(inner);
                rows(inner, pixels, Term.i32(distance), Term.i32(0), null);
                results(inner, pixels, Term.ref("channels"), null);
            });
        }));
        return access.part(name + ".c" + distance + "p" + pixels + "." + suffix(form), TILE, body);
    }

    private static String suffix(Form form) {
        return form.suffix().toLowerCase(Locale.ROOT);
    }

    /** Where the rows of a tile's windows begin, {@code line_[q]}. */
    private void lines(Body b) {
        b.letAll("line_", List.of(new Range("q", window.rows)),
                Term.ref("at").plus(Term.ref("q").times(Term.ref("sa"))));
    }

    private void results(Body b, int pixels, Term channels, @Nullable Term mask) {
        var row = Term.ref("line").plus(Term.ref("p"));
        for (int i = 0; i < pixels; i++) {
            var pixel = b.let("row" + i, row.plus(i));
            var value = epilogue.apply(b, Term.ref("sum" + i), pixel, Term.ref("c"), mask, Term.i32(0), "v" + i);
            b.store("y", y.at(pixel.times(channels).plus(Term.ref("c"))), value, mask);
        }
    }

    /** The sums of a tile's pixels, {@code sum0}, {@code sum1}, …, one vector of channels each. */
    private void rows(Body b, int pixels, Term distance, Term c, @Nullable Term mask) {
        var sums = new ArrayList<Term>();
        for (int i = 0; i < pixels; i++) {
            sums.add(Term.f32(0, VType.LANES));
        }
        for (int row = 0; row < window.rows; row++) {
            line(b, "r" + row, Term.ref("line_", Term.i32(row)).plus(c), distance,
                    distance instanceof Term.Lit ? null : Term.i32(row), sums, mask);
        }
        for (int i = 0; i < pixels; i++) {
            b.let("sum" + i, sums.get(i));
        }
    }

    /** The same with a loop over the window's rows. */
    private void rolled(Body b, int pixels, @Nullable Term mask) {
        var carries = new ArrayList<Stmt.Carry>();
        var inner = new Body();
        var sums = new ArrayList<Term>();
        for (int i = 0; i < pixels; i++) {
            sums.add(Term.ref("sum" + i));
        }
        var from = inner.let("from", Term.ref("at").plus(Term.ref("q").times(Term.ref("sa"))));
        line(inner, "r", from.plus(Term.ref("c")), Term.ref("xs"), Term.ref("q"), sums, mask);
        for (int i = 0; i < pixels; i++) {
            carries.add(new Stmt.Carry("sum" + i, List.of(), Term.f32(0, VType.LANES), sums.get(i)));
        }
        b.add(new Stmt.Loop(false, "q", Term.i32(0), Term.i32(window.rows), 1, carries, inner.stmts()));
    }

    private Term weight(Body b, String name, Term row, int tap, Term channels) {
        return b.let(name + "w" + tap, w.load(
                row.times(window.columns).plus(tap).times(channels).plus(Term.ref("c")), VType.LANES, null));
    }

    /**
     * One row of windows: neighbours share the columns in which they overlap.
     *
     * @param row
     *            of the weights; null where they are loaded
     */
    private void line(Body b, String name, Term from, Term distance, @Nullable Term row, List<Term> sums,
            @Nullable Term mask) {
        var loaded = new TreeSet<Integer>();
        for (int tap = 0; tap < window.columns; tap++) {
            var weight = row == null ? Term.ref(name + "w" + tap) : weight(b, name, row, tap, Term.ref("channels"));
            for (int i = 0; i < sums.size(); i++) {
                int column = i * window.step + tap * window.dilation;
                var value = name + "x" + column;
                if (loaded.add(column)) {
                    b.let(value, new Term.Load("x", from.plus(distance.times(column)), VType.F32X16, mask));
                }
                sums.set(i, b.let(name + "t" + tap + "s" + i, Term.of(Prim.FMA, Term.ref(value), weight,
                        sums.get(i))));
            }
        }
    }
}
