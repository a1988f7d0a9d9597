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
import org.jspecify.annotations.Nullable;

/**
 * Turns squares of sixteen rows and columns. With vectors of 512 bits a square is turned in registers: four times, rows i
 * and i + 8 are shuffled like cards, which moves one bit of each element's row number to its column number and back.
 */
final class Turning {
    private static final int SIDE = VType.LANES;
    private static final int STAGES = 4;
    private static final String FROM = "x";
    private static final String TO = "y";
    private static final String ORDER = "sh";
    /** Buffer of the {@link #shuffles}. */
    static final Buffer SHUFFLES = Buffer.weight(ORDER, Buffer.Storage.I32);
    private static final List<Buffer> BUFFERS = List.of(Buffer.heap(FROM, Buffer.Storage.F32),
            Buffer.heap(TO, Buffer.Storage.F32), SHUFFLES);

    private Turning() {
    }

    /**
     * The shuffles' positions, {@code i32[3,16]}: of the rows' first halves, then of their second halves, and the lanes'
     * own numbers.
     */
    static TensorData shuffles() {
        var order = TensorData.zeros(DType.I32, 3, SIDE);
        for (int i = 0; i < 2 * SIDE; i++) {
            order.set(i, i / 2 + i % 2 * SIDE);
        }
        for (int i = 0; i < SIDE; i++) {
            order.set(2 * SIDE + i, i);
        }
        return order;
    }

    /** The lanes' numbers, given where the {@link #shuffles} are. */
    static Term lanes(Term order) {
        return new Term.Load(ORDER, order.plus(Term.i64(2 * SIDE)), VType.I32X16, null);
    }

    /**
     * A square of which the last row may be wanted again in place of rows behind it.
     *
     * @param row
     *            number of the first row
     * @param last
     *            number of the last one there is
     * @param columns
     *            how many columns there are, if fewer than sixteen; null otherwise
     */
    static Stmt.Call rows(Form form, Source from, Term row, Term last, @Nullable Term columns, Target to) {
        return call(kernel(form, true, columns != null), from, List.of(row, last), columns, to);
    }

    /**
     * A square that becomes rows of which not all may be wanted.
     *
     * @param count
     *            how many rows it becomes, if fewer than sixteen
     * @param columns
     *            how many columns they have, if fewer than sixteen; null otherwise
     */
    static Stmt.Call columns(Form form, Source from, Term count, @Nullable Term columns, Target to) {
        return call(kernel(form, false, columns != null), from, List.of(count), columns, to);
    }

    /** Memory that is read: name of the buffer, place of the first element, distance of rows; the shuffles' place. */
    record Source(String buffer, Term at, Term distance, Term order) {
    }

    /** Memory that is written. */
    record Target(String buffer, Term at, Term distance) {
    }

    private static Stmt.Call call(Kernel kernel, Source from, List<Term> limits, @Nullable Term columns, Target to) {
        var args = new ArrayList<Term>(List.of(from.order, from.at, from.distance, to.at, to.distance));
        args.addAll(limits);
        if (columns != null) {
            args.add(columns);
        }
        return new Stmt.Call(kernel, List.of(from.buffer, to.buffer), args);
    }

    private static Kernel kernel(Form form, boolean in, boolean masked) {
        var params = new ArrayList<Kernel.Param>(List.of(new Kernel.Param("order", Elem.I64)));
        var names = new ArrayList<>(List.of("x0", "ldx", "y0", "ldy"));
        names.addAll(in ? List.of("row", "last") : List.of("count"));
        if (masked) {
            names.add("columns");
        }
        names.forEach(n -> params.add(new Kernel.Param(n, Elem.I32)));
        var columns = masked ? Term.ref("columns") : Term.i32(SIDE);
        // narrow rows are moved one by one: of a load of some lanes that might end behind the array HotSpot makes a slow call
        boolean shuffles = form == Form.V512 && !(in && masked);
        var body = Body.block(b -> {
            if (shuffles) {
                shuffled(b, in, masked);
            } else if (in) {
                oneByOne(b, true, Term.i32(SIDE), columns);
            } else {
                oneByOne(b, false, columns, Term.of(Prim.MIN, Term.ref("count"), Term.i32(SIDE)));
            }
        });
        return new Kernel("turn." + (in ? "rows" : "columns") + (masked ? ".tail" : "")
                + (shuffles ? ".v512" : ""), BUFFERS, params, body);
    }

    /** Where a row begins: of rows that may end early, the last one in place of those behind. */
    private static Term row(boolean in, Term number) {
        var row = in ? Term.of(Prim.MIN, Term.ref("row").plus(number), Term.ref("last")) : number;
        return Term.ref("x0").plus(row.times(Term.ref("ldx")));
    }

    private static void oneByOne(Body b, boolean in, Term rows, Term columns) {
        b.loop("r", Term.i32(0), rows, 1, row -> {
            row.let("from", row(in, Term.ref("r")));
            row.loop("j", Term.i32(0), columns, 1, x -> x.store(TO,
                    Term.ref("y0").plus(Term.ref("j").times(Term.ref("ldy"))).plus(Term.ref("r")),
                    new Term.Load(FROM, Term.ref("from").plus(Term.ref("j")), VType.F32, null)));
        });
    }

    private static void shuffled(Body b, boolean in, boolean masked) {
        var r = Term.ref("r");
        var all = new Range("r", SIDE);
        var lanes = masked
                ? b.let("lanes", new Term.Lanes(Term.i32(0), Term.ref("columns"), VType.LANES)) : null;
        b.let("low", new Term.Load(ORDER, Term.ref("order"), VType.I32X16, null));
        b.let("high", new Term.Load(ORDER, Term.ref("order").plus(Term.i64(SIDE)), VType.I32X16, null));
        b.letAll("a0", List.of(all),
                new Term.Bits(new Term.Load(FROM, row(in, r), VType.F32X16, null), Elem.I32));
        for (int s = 0; s < STAGES; s++) {
            for (int i = 0; i < SIDE / 2; i++) {
                var first = name(s, i);
                var second = name(s, i + SIDE / 2);
                b.let("a" + (s + 1) + "_" + 2 * i, Term.of(Prim.LOOKUP, Term.ref("low"), first, second));
                b.let("a" + (s + 1) + "_" + (2 * i + 1), Term.of(Prim.LOOKUP, Term.ref("high"), first, second));
            }
        }
        for (int j = 0; j < SIDE; j++) {
            var value = new Term.Bits(name(STAGES, j), Elem.F32);
            var at = Term.ref("y0").plus(Term.i32(j).times(Term.ref("ldy")));
            if (in) {
                b.store(TO, at, value);
            } else {
                b.when(Term.of(Prim.LT, Term.i32(j), Term.ref("count")), x -> x.store(TO, at, value, lanes));
            }
        }
    }

    private static Term name(int stage, int row) {
        return stage == 0 ? Term.ref("a0", Term.i32(row)) : Term.ref("a" + stage + "_" + row);
    }
}
