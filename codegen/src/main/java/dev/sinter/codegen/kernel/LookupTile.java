package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.DType;
import dev.sinter.ir.TensorData;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sums of products of a row's integers with one bit of each weight. Six elements of a row have 64 sums, which of them are
 * left out is a number of six bits; a column's bits of six weights are such a number, and the sum is looked up, for 64
 * columns at once. A sum takes eleven bits; a table holds the lower five, another one the upper six, as bytes, of sums
 * made positive by {@value #BIAS}. So many lookups as a unit of {@value LookupRows#UNIT} elements takes (six, the last
 * of two elements) add up in bytes; then the bytes are widened and added to what was before.
 *
 * <p>
 * A vector of sums has two 16-bit halves in each lane, which are added as one number and told apart at the end, where they
 * are known to be no longer than 16 bits. There are two of them: of all bytes, each with its weight, and of the odd ones,
 * which tell the even ones from the first. What is stored behind each run of units is the sum since the first one, so
 * that the sum of a run, of up to {@value #RUN} units, is a difference of two.
 *
 * @see <a href="https://arxiv.org/abs/2407.00088">T-MAC</a>
 * @see <a href="https://arxiv.org/abs/2206.09557">LUT-GEMM</a>
 */
final class LookupTile {
    static final String INTEGERS = "p";
    static final String TABLES = "tb";
    static final String SUMS = "s";
    static final String BITS = "w";
    /** Columns of a panel: a byte each. */
    static final int COLUMNS = 64;
    /** Words of four bytes that a unit of a panel's bits takes. */
    static final int UNIT = 64;
    /** Words of a unit's tables. */
    static final int TABLE = 192;
    /** What the sums of a unit have too much. */
    static final int SURPLUS = 4096;
    /** The most units whose sums stay within 16 bits. */
    static final int RUN = 8;
    /** Elements of sums: even and odd bytes. */
    static final int SUM = 2 * VType.LANES;
    /** What a sum of six elements has too much; one of two has 256. */
    private static final int BIAS = 768;
    private static final int GROUPS = 6;
    private static final Map<String, Integer> MASKS_OF_UNITS = new TreeMap<>(Map.of("first", 0x03030303, "second",
            0x0c0c0c0c, "third", 0x30303030, "bytes", 0x00ff00ff, "times32", 0x1fe01fe0));
    private static final Buffer P = Buffer.heap(INTEGERS, Buffer.Storage.I32);
    private static final Buffer T = Buffer.heap(TABLES, Buffer.Storage.F32);
    private static final Buffer S = Buffer.heap(SUMS, Buffer.Storage.I32);
    private static final Buffer W = Buffer.weight(BITS, Buffer.Storage.I32);
    private static final Buffer MASKS = Buffer.weight("mk", Buffer.Storage.I32);

    private LookupTile() {
    }

    /** Lanes whose number has a bit: {@code i32[4,16]}, -1 or 0; a constant of all such products. */
    static TensorData masks() {
        var masks = new int[4 * VType.LANES];
        for (int i = 0; i < masks.length; i++) {
            masks[i] = -(i % VType.LANES >> i / VType.LANES & 1);
        }
        return TensorData.of(DType.I32, masks, 4, VType.LANES);
    }

    private static Kernel.Param i32(String name) {
        return new Kernel.Param(name, Elem.I32);
    }

    // ---- tables

    /**
     * Makes the tables of some units of a row.
     *
     * @param masks
     *            where {@link #masks} begin
     * @param from
     *            the first unit's integers
     * @param to
     *            where the tables go
     * @param units
     *            how many
     */
    static Stmt.Call tables(Term masks, Term from, Term to, Term units) {
        var body = Body.block(b -> {
            for (int i = 0; i < 4; i++) {
                b.let("m" + i,
                        new Term.Load("mk", Term.ref("mk0").plus(Term.i64(i * VType.LANES)), VType.I32X16, null));
            }
            b.loop("g", Term.i32(0), Term.ref("groups"), 1, LookupTile::table);
        });
        var kernel = new Kernel("lookup.tables", List.of(P, T, MASKS),
                List.of(new Kernel.Param("mk0", Elem.I64), i32("p0"), i32("t0"), i32("groups")), body);
        return new Stmt.Call(kernel, List.of(INTEGERS, TABLES), List.of(masks, from, to, units.times(GROUPS)));
    }

    /** The 64 sums of a group: those with an even number and, with the first element, those with an odd one. */
    private static void table(Body b) {
        var g = Term.ref("g");
        var last = Term.of(Prim.EQ, Term.of(Prim.REM, g, Term.i32(GROUPS)), Term.i32(GROUPS - 1));
        var bias = b.let("bias", Term.of(Prim.SELECT, last, Term.i32(256 * LookupRows.TWICE),
                Term.i32(BIAS * LookupRows.TWICE)));
        var a = new ArrayList<Term>();
        for (int i = 0; i < 6; i++) {
            a.add(b.let("a" + i, new Term.Load(INTEGERS, Term.ref("p0").plus(g.times(6)).plus(i), VType.I32, null)
                    .splat()));
        }
        var even = bias.splat().plus(Term.of(Prim.SHL, a.get(1), Term.i32(16)));
        for (int i = 0; i < 4; i++) {
            even = even.plus(Term.of(Prim.AND, a.get(i + 2), Term.ref("m" + i)));
        }
        b.let("even", even);
        b.let("odd", Term.ref("even").plus(a.get(0)));
        var to = Term.ref("t0").plus(g.times(2 * VType.LANES));
        b.store(TABLES, to, floats(Term.of(Prim.OR, and(Term.ref("even"), 0x001f001f),
                and(Term.of(Prim.SHL, Term.ref("odd"), Term.i32(8)), 0x1f001f00))));
        b.store(TABLES, to.plus(VType.LANES), floats(Term.of(Prim.OR,
                and(Term.of(Prim.USHR, Term.ref("even"), Term.i32(5)), 0x00ff00ff),
                and(Term.of(Prim.SHL, Term.ref("odd"), Term.i32(3)), 0xff00ff00))));
    }

    private static Term and(Term value, int mask) {
        return Term.of(Prim.AND, value, LookupRows.splat(mask));
    }

    /** Tables lie among floats, of which a model has most: large arrays begin at a cache line. */
    private static Term floats(Term value) {
        return new Term.Bits(value, Elem.F32);
    }

    private static Term bytes(Term value) {
        return new Term.Bits(value, Elem.B4);
    }

    // ---- sums

    /**
     * Streams of bits whose sums are made together: planes, one behind the other, also of neighbouring panels.
     *
     * @param bits
     *            where the first one's bits begin
     * @param distance
     *            words from one to the next
     * @param sums
     *            elements from the sums of one to those of the next
     * @param count
     *            how many
     */
    record Streams(Term bits, Term distance, Term sums, Term count) {
    }

    /**
     * Sums of one or two rows with some streams, in vectors of 512 bits. With one row all streams go on at once: it
     * waits for memory, which gives several pages sooner than one after the other. Two rows wait for arithmetic, and take
     * stream by stream.
     *
     * @param streams
     *            bits of weights
     * @param tables
     *            where the tables of each row begin
     * @param sums
     *            where the sums of each row go, behind one of zeros: {@code [1 + runs][2][16]} for each stream
     * @param units
     *            how many
     * @param run
     *            units of a run
     */
    static Stmt.Call sums(Streams streams, List<Term> tables, List<Term> sums, Term units, Term run) {
        int rows = tables.size();
        var params = new ArrayList<>(List.of(new Kernel.Param("w0", Elem.I64)));
        for (var name : List.of("t", "s")) {
            for (int r = 0; r < rows; r++) {
                params.add(i32(name + "at" + r));
            }
        }
        for (var name : List.of("streams", "distance", "sums", "units", "run")) {
            params.add(i32(name));
        }
        var kernel = new Kernel("lookup.sums.r" + rows, List.of(T, S, W), params,
                Body.block(b -> {
                    b.let("zero", LookupRows.splat(0));
                    MASKS_OF_UNITS.forEach((name, mask) -> b.let(name, LookupRows.splat(mask)));
                    if (rows == 1) {
                        abreast(b);
                    } else {
                        b.loop("n", Term.i32(0), Term.ref("streams"), 1, n -> alone(n, rows));
                    }
                }));
        var args = new ArrayList<>(List.of(streams.bits));
        args.addAll(tables);
        args.addAll(sums);
        args.addAll(List.of(streams.count, streams.distance, streams.sums, units, run));
        return new Stmt.Call(kernel, List.of(TABLES, SUMS), args);
    }

    /** Units of all streams with one row. What a stream has summed up lies in memory. */
    private static void abreast(Body b) {
        b.loop("z", Term.i32(0), Term.ref("streams"), 1,
                z -> zeros(z, Term.ref("sat0").plus(Term.ref("z").times(Term.ref("sums")))));
        b.loop("u", Term.i32(0), Term.ref("units"), 1, x -> {
            x.let("to", runs(Term.ref("u")).plus(1).times(SUM));
            x.let("from", runs(Term.ref("u").plus(Term.ref("run")).plus(-1)).times(SUM));
            x.loop("n", Term.i32(0), Term.ref("streams"), 1, n -> {
                var at = n.let("at", Term.ref("sat0").plus(Term.ref("n").times(Term.ref("sums"))));
                var before = n.let("before", at.plus(Term.ref("from")));
                unit(n, List.of(new Term.Load(SUMS, before, VType.I32X16, null),
                        new Term.Load(SUMS, before.plus(VType.LANES), VType.I32X16, null)), List.of(at));
            });
        });
    }

    /** All units of a stream. */
    private static void alone(Body b, int rows) {
        var carries = new ArrayList<Stmt.Carry>();
        var before = new ArrayList<Term>();
        var into = new ArrayList<Term>();
        for (int r = 0; r < rows; r++) {
            var at = b.let("at" + r, Term.ref("sat" + r).plus(Term.ref("n").times(Term.ref("sums"))));
            zeros(b, at);
            into.add(at);
            for (var name : List.of("even" + r, "odd" + r)) {
                before.add(Term.ref(name));
                carries.add(new Stmt.Carry(name, List.of(), Term.ref("zero"), Term.ref("next" + name)));
            }
        }
        b.fold("u", Term.i32(0), Term.ref("units"), 1, carries, x -> {
            x.let("to", runs(Term.ref("u")).plus(1).times(SUM));
            unit(x, before, into);
        });
    }

    private static void zeros(Body b, Term at) {
        b.store(SUMS, at, Term.ref("zero"));
        b.store(SUMS, at.plus(VType.LANES), Term.ref("zero"));
    }

    /** How many runs are over before a unit. */
    private static Term runs(Term unit) {
        return Term.of(Prim.DIV, unit, Term.ref("run"));
    }

    /** Adds a unit to what was before in each row, of all and of odd bytes, and stores it as its run's. */
    private static void unit(Body b, List<Term> before, List<Term> into) {
        var u = Term.ref("u");
        var j = new Range("j", 4);
        b.let("wat", Term.ref("w0").plus(Term.ref("n").times(Term.ref("distance")).plus(u.times(UNIT)).wide()));
        b.letAll("x", List.of(j), new Term.Load(BITS, Term.ref("wat").plus(Term.ref("j").times(VType.LANES).wide()),
                VType.I32X16, null));
        b.letAll("b", List.of(j), bytes(Term.ref("x", Term.ref("j"))));
        var groups = new ArrayList<Term>();
        for (int i = 0; i < 4; i++) {
            groups.add(Term.ref("b", Term.i32(i)));
        }
        groups.add(b.let("b4", bytes(
                Term.of(Prim.OR, Term.of(Prim.OR, high(2, 2, "third"), high(1, 4, "second")), high(0, 6, "first")))));
        groups.add(b.let("b5", bytes(Term.of(Prim.USHR, Term.ref("x", Term.i32(3)), Term.i32(6)))));
        for (int r = 0; r < into.size(); r++) {
            var lower = b.let("lower" + r, new Term.Bits(picked(groups, Term.ref("tat" + r), 0), Elem.I32));
            var upper = b.let("upper" + r, new Term.Bits(picked(groups, Term.ref("tat" + r), VType.LANES), Elem.I32));
            var at = into.get(r).plus(Term.ref("to"));
            b.store(SUMS, at, b.let("nexteven" + r, before.get(2 * r).plus(
                    Term.of(Prim.SHL, upper, Term.i32(5)).plus(lower))));
            b.store(SUMS, at.plus(VType.LANES), b.let("nextodd" + r, before.get(2 * r + 1).plus(
                    Term.of(Prim.AND, Term.of(Prim.USHR, lower, Term.i32(8)), Term.ref("bytes"))
                            .plus(Term.of(Prim.AND, Term.of(Prim.USHR, upper, Term.i32(3)), Term.ref("times32"))))));
        }
    }

    /** Words of a unit, their two highest bits moved. */
    private static Term high(int word, int distance, String mask) {
        return Term.of(Prim.AND, Term.of(Prim.USHR, Term.ref("x", Term.i32(word)), Term.i32(distance)),
                Term.ref(mask));
    }

    private static Term picked(List<Term> groups, Term tables, int first) {
        var at = tables.plus(Term.ref("u").times(TABLE));
        Term sum = null;
        for (int g = 0; g < GROUPS; g++) {
            var table = bytes(new Term.Load(TABLES, at.plus(first + g * 2 * VType.LANES), VType.F32X16, null));
            var found = Term.of(Prim.PICK, groups.get(g), table);
            sum = sum == null ? found : sum.plus(found);
        }
        return sum;
    }

    /** Whether a form looks sums up. */
    static boolean looksUp(Form form) {
        return form == Form.V512;
    }
}
