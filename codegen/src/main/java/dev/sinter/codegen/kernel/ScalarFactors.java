package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.ir.DType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Brings second factors to the work memory of {@link ScalarSums}: from panels of sixteen columns, or from rows. */
final class ScalarFactors {
    private static final String WORK = ScalarSums.MEMORY.name();

    /** Sums are there already. */
    private static final Term NOT_FIRST = new Term.Lit(0, 0, new VType(Elem.BOOL, 1));

    private final ScalarSums sums;

    ScalarFactors(ScalarSums sums) {
        this.sums = sums;
    }

    /**
     * Copies parts of panels, which then lie beside each other.
     *
     * @param w
     *            the panels
     * @param zero
     *            zero points of the columns, or null
     * @param from
     *            where the first part begins
     * @param points
     *            where its zero points begin, or null
     * @param to
     *            where work memory begins
     * @param sizes
     *            how many panels, their distance, and how many rows
     */
    Stmt.Call copy(Access.Memory w, Access.@Nullable Memory zero, Term from, @Nullable Term points, Term to,
            List<Term> sizes) {
        var args = new ArrayList<>(List.of(from));
        if (points != null) {
            args.add(points);
        }
        args.add(to);
        args.addAll(sizes);
        return new Stmt.Call(zero == null && w.dtype() == DType.F32 ? plain(w) : panels(w, zero), List.of(WORK), args);
    }

    // ---- f32: a panel's part at once, then row by row, which needs little compiled code

    private Kernel plain(Access.Memory w) {
        var params = new ArrayList<>(List.of(new Kernel.Param("wa", Elem.I64)));
        params.addAll(ScalarSums.ints("to", "panels", "apart", "count"));
        var j = Term.ref("j");
        var to = Term.ref("to");
        var stage = to.plus(sums.stage());
        var body = Body.block(b -> b.loop("j", Term.i32(0), Term.ref("panels"), 1, x -> {
            x.copy(WORK, stage, w.buffer().name(), Term.ref("wa").plus(j.wide().times(Term.ref("apart").wide())),
                    Term.ref("count").times(VType.LANES));
            x.add(new Stmt.Call(rows(), List.of(WORK),
                    List.of(to.plus(j.times(VType.LANES)), stage, Term.ref("count"))));
        }));
        return new Kernel(sums.name("panels." + kind(w, null)), List.of(w.buffer(), ScalarSums.MEMORY), params, body);
    }

    private Kernel rows() {
        var p = Term.ref("p");
        var body = Body.block(b -> b.loop("p", Term.i32(0), Term.ref("count"), 1,
                x -> x.copy(WORK, Term.ref("to").plus(p.times(sums.pitch())), WORK,
                        Term.ref("from").plus(p.times(VType.LANES)), Term.i32(VType.LANES))));
        return new Kernel(sums.name("spread"), List.of(ScalarSums.MEMORY), ScalarSums.ints("to", "from", "count"),
                body);
    }

    // ---- others

    private static String kind(Access.Memory w, Access.@Nullable Memory zero) {
        return w.dtype() + (zero == null ? "" : "z");
    }

    private Kernel panels(Access.Memory w, Access.@Nullable Memory zero) {
        var panel = panel(w, zero);
        var params = new ArrayList<>(panel.params().subList(0, zero == null ? 1 : 2));
        params.addAll(ScalarSums.ints("to", "panels", "apart", "count"));
        var j = Term.ref("j");
        var args = new ArrayList<Term>(List.of(Term.ref("wa").plus(j.wide().times(Term.ref("apart").wide()))));
        if (zero != null) {
            args.add(Term.ref("za").plus(j.wide().times(Term.i64(VType.LANES))));
        }
        args.addAll(List.of(Term.ref("to").plus(j.times(VType.LANES)), Term.ref("count")));
        var body = Body.block(b -> b.loop("j", Term.i32(0), Term.ref("panels"), 1,
                x -> x.add(new Stmt.Call(panel, List.of(WORK), args))));
        return new Kernel(sums.name("panels." + kind(w, zero)), panel.buffers(), params, body);
    }

    /** Copies one panel's part; sixteen elements are a method of their own, which is hot soon. */
    private Kernel panel(Access.Memory w, Access.@Nullable Memory zero) {
        var buffers = new ArrayList<Buffer>(List.of(w.buffer(), ScalarSums.MEMORY));
        var place = new ArrayList<Kernel.Param>(List.of(new Kernel.Param("wa", Elem.I64)));
        var from = new ArrayList<Term>(List.of(Term.ref("wa").plus(Term.ref("p").wide().times(Term.i64(VType.LANES)))));
        Term value = new Term.Load(w.buffer().name(), Term.ref("wa"), VType.F32X16, null);
        if (zero != null) {
            buffers.add(1, zero.buffer());
            place.add(new Kernel.Param("za", Elem.I64));
            from.add(Term.ref("za"));
            value = Term.of(Prim.SUB, value, new Term.Load(zero.buffer().name(), Term.ref("za"), VType.F32X16, null));
        }
        var kind = kind(w, zero);
        var copied = value;
        var params = new ArrayList<>(place);
        params.addAll(ScalarSums.ints("to"));
        var leaf = new Kernel("scalar.copy." + kind, buffers, params,
                Body.block(b -> b.store(WORK, Term.ref("to"), copied)));
        var all = new ArrayList<>(place);
        all.addAll(ScalarSums.ints("to", "count"));
        var body = Body.block(b -> b.loop("p", Term.i32(0), Term.ref("count"), 1, x -> {
            var args = new ArrayList<>(from);
            args.add(Term.ref("to").plus(Term.ref("p").times(sums.pitch())));
            x.add(new Stmt.Call(leaf, List.of(WORK), args));
        }));
        return new Kernel(sums.name("panel." + kind), buffers, all, body);
    }

    // ---- products of two operands

    /**
     * Adds a product of two operands, both in rows.
     *
     * @param buffer
     *            name of the buffer with both factors
     * @param totals
     *            name of the sums' buffer
     * @param places
     *            where the first factors begin, and their rows' distance; the same of the second; where work memory
     *            begins; where the sums begin, and their rows' distance; rows of sums, factors of each, columns
     */
    Stmt.Call multiply(String buffer, String totals, List<Term> places) {
        var p = Term.ref("p");
        var c = Term.ref("c");
        var z = Buffer.heap("z", Buffer.Storage.F32);
        var body = Body.block(b -> b.loop("c", Term.i32(0), Term.ref("columns"), sums.columns(), group -> {
            var some = group.let("some",
                    Term.of(Prim.MIN, Term.i32(sums.columns()), Term.ref("columns").minus(c)));
            group.loop("p", Term.i32(0), Term.ref("count"), ScalarSums.DEPTH, part -> {
                var depth = part.let("depth",
                        Term.of(Prim.MIN, Term.i32(ScalarSums.DEPTH), Term.ref("count").minus(p)));
                part.loop("q", Term.i32(0), depth, 1, row -> row.copy(WORK,
                        Term.ref("w0").plus(Term.ref("q").times(sums.pitch())), "z",
                        Term.ref("b0").plus(p.plus(Term.ref("q")).times(Term.ref("ldb"))).plus(c), some));
                part.add(sums.addRows("z", ScalarSums.TOTALS.name(), List.of(Term.ref("a0").plus(p),
                        Term.ref("lda"), Term.ref("w0"), Term.ref("s0").plus(c), Term.ref("lds"), Term.ref("rows"),
                        depth, some), NOT_FIRST));
            });
        }));
        return new Stmt.Call(new Kernel(sums.name("multiply"), List.of(z, ScalarSums.MEMORY, ScalarSums.TOTALS),
                ScalarSums.ints("a0", "lda", "b0", "ldb", "w0", "s0", "lds", "rows", "count", "columns"), body),
                List.of(buffer, WORK, totals), places);
    }
}
