package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Sums of products of {@value #ROWS} rows' integers with a bit of each weight, where there are many rows. As in
 * {@link LookupTile} six elements of a row have 64 sums, and six bits of a column find one; but sums are 16 bits wide here
 * and a table is two vectors, of which one instruction picks 32 sums. They add up without being told apart for as long as
 * a run is.
 *
 * <p>
 * Which bits find a sum is the same for all rows, so that is made once for many of them ({@link #indices}): five groups of
 * six for each unit, and one more for what is left over of three units.
 */
final class LookupBlock {
    static final String INDICES = "ix";
    /** Rows that are looked up at once. */
    static final int ROWS = 4;
    /** Planes that are looked up at once. */
    static final int STREAMS = 2;
    /** Words of the indices of a group. */
    static final int GROUP = VType.LANES;
    /** Words of the tables of a group. */
    private static final int TABLE = ROWS * 2 * VType.LANES;
    private static final int WHOLE = 5;
    /** Units whose bits left over make a group. */
    private static final int SHARERS = 3;
    private static final int LEFT_OVER = 2;
    private static final int BITS = 6;
    /** Makes the sums of a group's elements positive, for each element. */
    private static final int BIAS = 128;
    private static final Map<String, Integer> MASKS =
            new TreeMap<>(Map.of("first", 0x03030303, "second", 0x0c0c0c0c, "third", 0x30303030));
    private static final Buffer P = Buffer.heap(LookupTile.INTEGERS, Buffer.Storage.I32);
    private static final Buffer T = Buffer.heap(LookupTile.TABLES, Buffer.Storage.F32);
    private static final Buffer I = Buffer.heap(INDICES, Buffer.Storage.F32);
    private static final Buffer S = Buffer.heap(LookupTile.SUMS, Buffer.Storage.I32);
    private static final Buffer W = Buffer.weight(LookupTile.BITS, Buffer.Storage.I32);
    private static final Buffer LANES = Buffer.weight("mk", Buffer.Storage.I32);

    private LookupBlock() {
    }

    /** Groups of a run of so many units. */
    static int groups(int units) {
        return WHOLE * units + (units + SHARERS - 1) / SHARERS;
    }

    private static Term groups(Term units) {
        return units.times(WHOLE).plus(Term.of(Prim.DIV, units.plus(SHARERS - 1), Term.i32(SHARERS)));
    }

    /** Groups of units in runs. */
    static int groups(int units, int run) {
        return units / run * groups(run) + groups(units % run);
    }

    /** Words of the tables of {@value #ROWS} rows. */
    static int tables(int units, int run) {
        return groups(units, run) * TABLE;
    }

    private static Kernel.Param i32(String name) {
        return new Kernel.Param(name, Elem.I32);
    }

    private static Term floats(Term value) {
        return new Term.Bits(value, Elem.F32);
    }

    /** Goes through units run by run: of each {@code u0} is the first unit, {@code n} how many, {@code g0} the first group. */
    private static void runs(Body b, int run, Consumer<Body> body) {
        b.loop("u0", Term.i32(0), Term.ref("units"), run, x -> {
            x.let("n", Term.of(Prim.MIN, Term.i32(run), Term.ref("units").minus(Term.ref("u0"))));
            x.let("g0", Term.of(Prim.DIV, Term.ref("u0"), Term.i32(run)).times(groups(run)));
            body.accept(x);
        });
    }

    // ---- indices

    /**
     * Puts the bits of some planes in groups of six, a byte for each column.
     *
     * @param streams
     *            the planes; {@code sums} is how far apart their indices are
     * @param to
     *            where the first one's go
     * @param units
     *            how many units
     * @param run
     *            units of a run
     */
    static Stmt.Call indices(LookupTile.Streams streams, Term to, Term units, int run) {
        var body = Body.block(b -> {
            MASKS.forEach((name, mask) -> b.let(name, LookupRows.splat(mask)));
            b.loop("v", Term.i32(0), Term.ref("streams"), 1, s -> {
                s.let("plane", Term.ref("w0").plus(Term.ref("v").times(Term.ref("distance")).wide()));
                s.let("to", Term.ref("i0").plus(Term.ref("v").times(Term.ref("apart"))));
                runs(s, run, x -> {
                    x.loop("u", Term.i32(0), Term.ref("n"), 1, LookupBlock::whole);
                    x.loop("l", Term.i32(0), Term.of(Prim.DIV, Term.ref("n").plus(SHARERS - 1), Term.i32(SHARERS)), 1,
                            LookupBlock::leftOver);
                });
            });
        });
        var kernel = new Kernel("lookup.indices.r" + run, List.of(I, W), List.of(new Kernel.Param("w0", Elem.I64),
                i32("i0"), i32("streams"), i32("distance"), i32("apart"), i32("units")), body);
        return new Stmt.Call(kernel, List.of(INDICES),
                List.of(streams.bits(), to, streams.count(), streams.distance(), streams.sums(), units));
    }

    private static Term word(Term unit, int j) {
        return new Term.Load(LookupTile.BITS,
                Term.ref("plane").plus(unit.times(LookupTile.UNIT).plus(j * VType.LANES).wide()), VType.I32X16, null);
    }

    /** Groups of a unit alone: the lower bits of four bytes, and the upper ones of three. */
    private static void whole(Body b) {
        var to = b.let("at", Term.ref("to").plus(Term.ref("g0").plus(Term.ref("u").times(WHOLE)).times(GROUP)));
        for (int j = 0; j < 4; j++) {
            b.store(INDICES, to.plus(j * GROUP), floats(b.let("x" + j, word(Term.ref("u0").plus(Term.ref("u")), j))));
        }
        b.store(INDICES, to.plus(4 * GROUP), floats(Term.of(Prim.OR,
                Term.of(Prim.OR, moved(Term.ref("x2"), 2, "third"), moved(Term.ref("x1"), 4, "second")),
                moved(Term.ref("x0"), 6, "first"))));
    }

    private static Term moved(Term word, int distance, String mask) {
        return Term.of(Prim.AND, Term.of(Prim.USHR, word, Term.i32(distance)), Term.ref(mask));
    }

    /** The group that the fourth bytes' upper bits make, of three units or how many there are. */
    private static void leftOver(Body b) {
        Term all = null;
        var names = List.of("first", "second", "third");
        for (int i = 0; i < SHARERS; i++) {
            var bits = moved(word(Term.ref("u0").plus(sharer(i)), 3), BITS - LEFT_OVER * i, names.get(i));
            var there = Term.of(Prim.SELECT, Term.of(Prim.LT, Term.ref("l").times(SHARERS).plus(i), Term.ref("n")),
                    Term.i32(-1), Term.i32(0));
            var some = i == 0 ? bits : Term.of(Prim.AND, bits, there.splat());
            all = all == null ? some : Term.of(Prim.OR, all, some);
        }
        b.store(INDICES, Term.ref("to")
                .plus(Term.ref("g0").plus(Term.ref("n").times(WHOLE)).plus(Term.ref("l")).times(GROUP)), floats(all));
    }

    /** One of three units, or the last there is. */
    private static Term sharer(int i) {
        var unit = Term.ref("l").times(SHARERS).plus(i);
        return i == 0 ? unit : Term.of(Prim.MIN, unit, Term.ref("n").plus(-1));
    }

    // ---- tables

    /**
     * Makes the tables of some units of some rows.
     *
     * @param masks
     *            where {@link LookupTile#masks} begin
     * @param from
     *            the first row's integers of the first unit
     * @param apart
     *            how far apart the rows' integers are
     * @param to
     *            where the tables go
     * @param rows
     *            how many rows
     * @param units
     *            how many units
     * @param run
     *            units of a run
     */
    static Stmt.Call tables(Term masks, Term from, Term apart, Term to, Term rows, Term units, int run) {
        var body = Body.block(b -> {
            for (int i = 0; i < 4; i++) {
                b.let("m" + i,
                        new Term.Load("mk", Term.ref("mk0").plus(Term.i64(i * VType.LANES)), VType.I32X16, null));
            }
            b.loop("r", Term.i32(0), Term.ref("rows"), 1, row -> {
                row.let("row", Term.ref("p0").plus(Term.ref("r").times(Term.ref("apart"))));
                row.let("table", Term.ref("t0").plus(Term.ref("r").times(2 * VType.LANES)));
                runs(row, run, x -> {
                    x.loop("u", Term.i32(0), Term.ref("n"), 1, unit -> {
                        var at = unit.let("at", element(Term.ref("u"), 0));
                        for (int g = 0; g < WHOLE; g++) {
                            int first = g * BITS;
                            table(unit, "sums" + g, IntStream.range(0, BITS).mapToObj(i -> at.plus(first + i)).toList(),
                                    Term.i32(BITS * BIAS), Term.ref("u").times(WHOLE).plus(g));
                        }
                    });
                    x.loop("l", Term.i32(0), Term.of(Prim.DIV, Term.ref("n").plus(SHARERS - 1), Term.i32(SHARERS)), 1,
                            LookupBlock::tableOfRest);
                });
            });
        });
        var kernel = new Kernel("lookup.tables.r" + run, List.of(P, T, LANES),
                List.of(new Kernel.Param("mk0", Elem.I64), i32("p0"), i32("apart"), i32("t0"), i32("rows"),
                        i32("units")),
                body);
        return new Stmt.Call(kernel, List.of(LookupTile.INTEGERS, LookupTile.TABLES),
                List.of(masks, from, apart, to, rows, units));
    }

    private static Term element(Term unit, int k) {
        return Term.ref("row").plus(Term.ref("u0").plus(unit).times(LookupRows.STRIDE)).plus(k);
    }

    private static void tableOfRest(Body b) {
        var elements =
                IntStream.range(0, BITS).mapToObj(i -> element(sharer(i / LEFT_OVER), WHOLE * BITS + i % LEFT_OVER))
                        .toList();
        var sharers = Term.of(Prim.MIN, Term.i32(SHARERS), Term.ref("n").minus(Term.ref("l").times(SHARERS)));
        table(b, "sums", elements, sharers.times(LEFT_OVER * BIAS), Term.ref("n").times(WHOLE).plus(Term.ref("l")));
    }

    /** The 64 sums of a group: the first element tells a lane's halves apart, the last one the two vectors. */
    private static void table(Body b, String name, List<Term> elements, Term bias, Term group) {
        var a = elements.stream().map(at -> (Term) new Term.Load(LookupTile.INTEGERS, at, VType.I32, null)).toList();
        var sum = bias.times(LookupRows.TWICE).plus(Term.of(Prim.SHL, a.getFirst(), Term.i32(16))).splat();
        for (int i = 0; i < 4; i++) {
            sum = sum.plus(Term.of(Prim.AND, a.get(i + 1).splat(), Term.ref("m" + i)));
        }
        b.let(name, sum);
        var to = b.let(name + "to", Term.ref("table").plus(Term.ref("g0").plus(group).times(TABLE)));
        b.store(LookupTile.TABLES, to, floats(Term.ref(name)));
        b.store(LookupTile.TABLES, to.plus(VType.LANES), floats(Term.ref(name).plus(a.getLast().splat())));
    }

    // ---- sums

    /**
     * Sums of a run of {@value #ROWS} rows with {@value #STREAMS} planes, in vectors of 512 bits.
     *
     * @param tables
     *            where the run's tables begin
     * @param indices
     *            where each plane's indices of the run begin
     * @param sums
     *            where the sums of the first row with each plane go: {@code [2][16]}, of even and of odd bytes
     * @param apart
     *            how far apart the rows' sums are
     * @param units
     *            units of the run
     */
    static Stmt.Call sums(Term tables, List<Term> indices, List<Term> sums, Term apart, Term units) {
        var params = new ArrayList<>(List.of(i32("t0")));
        for (var name : List.of("i", "s")) {
            for (int s = 0; s < STREAMS; s++) {
                params.add(i32(name + s));
            }
        }
        params.add(i32("apart"));
        params.add(i32("groups"));
        var carries = new ArrayList<Stmt.Carry>();
        for (int r = 0; r < ROWS; r++) {
            for (int v = 0; v < 2 * STREAMS; v++) {
                var name = "a" + r + v;
                carries.add(new Stmt.Carry(name, List.of(), LookupRows.splat(0), Term.ref("next" + r + v)));
            }
        }
        var body = Body.block(b -> {
            b.fold("g", Term.i32(0), Term.ref("groups"), 1, carries, LookupBlock::group);
            for (int r = 0; r < ROWS; r++) {
                for (int v = 0; v < 2 * STREAMS; v++) {
                    b.store(LookupTile.SUMS, Term.ref("s" + v / 2).plus(Term.ref("apart").times(r))
                            .plus(v % 2 * VType.LANES), Term.ref("a" + r + v));
                }
            }
        });
        var kernel = new Kernel("lookup.sums.many", List.of(T, I, S), params, body);
        var args = new ArrayList<>(List.of(tables));
        args.addAll(indices);
        args.addAll(sums);
        args.addAll(List.of(apart, groups(units)));
        return new Stmt.Call(kernel, List.of(LookupTile.TABLES, INDICES, LookupTile.SUMS), args);
    }

    private static void group(Body b) {
        for (int s = 0; s < STREAMS; s++) {
            var both = b.let("b" + s, new Term.Bits(new Term.Load(INDICES,
                    Term.ref("i" + s).plus(Term.ref("g").times(GROUP)), VType.F32X16, null), Elem.I32));
            b.let("x" + 2 * s, new Term.Bits(both, Elem.H2));
            b.let("x" + (2 * s + 1), new Term.Bits(Term.of(Prim.USHR, both, Term.i32(8)), Elem.H2));
        }
        var at = b.let("at", Term.ref("t0").plus(Term.ref("g").times(TABLE)));
        // each row's tables are loaded where they are used: all of them take more registers than there are
        for (int r = 0; r < ROWS; r++) {
            var from = at.plus(2 * r * VType.LANES);
            var lower =
                    b.let("l" + r, new Term.Bits(new Term.Load(LookupTile.TABLES, from, VType.F32X16, null), Elem.H2));
            var upper = b.let("h" + r, new Term.Bits(
                    new Term.Load(LookupTile.TABLES, from.plus(VType.LANES), VType.F32X16, null), Elem.H2));
            for (int v = 0; v < 2 * STREAMS; v++) {
                var found = new Term.Bits(Term.of(Prim.LOOKUP, Term.ref("x" + v), lower, upper), Elem.I32);
                b.let("next" + r + v, Term.ref("a" + r + v).plus(found));
            }
        }
    }
}
