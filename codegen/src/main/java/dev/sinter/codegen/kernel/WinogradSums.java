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
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The products of Winograd's algorithm at one point: {@code s[tile,n] = v[tile,k] * w[k,n]} for the tiles of a block and up
 * to three panels of sixteen columns. Channels of the transformed input lie in chunks of {@value #CHUNK}, each
 * {@code [tile][64]}: so the distance between the rows of a register tile is part of the code, and one address is enough
 * for all of them. All convolutions of a model share these methods.
 */
final class WinogradSums {
    /** Channels of a tile that lie together. */
    static final int CHUNK = 64;
    /** Columns of a row of sums. */
    static final int PITCH = WindowSums.PITCH;
    /** Rows of the only tiles that are higher than others: where weights come from memory, each is loaded less often. */
    private static final int HIGH = 8;

    /** What the scalar form has to have in scope. */
    private static final List<String> POINT = List.of("vb", "sb", "channels", "apart", "wr0", "i0", "i1", "j0", "j1");

    private WinogradSums() {
    }

    /** Panels of a group, for blocks of so many tiles. */
    static int panels(long tiles) {
        return isHigh(tiles) ? 2 : WindowSums.PANELS;
    }

    /** Whether one or two high tiles do, where there would be one more of the usual height. */
    private static boolean isHigh(long tiles) {
        return tiles == HIGH || tiles == 2 * HIGH - 1 || tiles == 2 * HIGH;
    }

    /** Rows of the highest register tile for blocks of so many tiles. */
    private static int tall(Form form, long tiles) {
        return form == Form.V512 && isHigh(tiles) ? HIGH : GemmTile.maxRows(form);
    }

    /**
     * Makes the sums of tiles i0 to i1 and panels j0 to j1, which the body has in scope with the beginnings vb, wb and sb,
     * the channels and {@code apart}, the distance of chunks.
     *
     * @param block
     *            tiles of a whole block
     * @param last
     *            tiles of the last one, or -1 where any number may be left
     * @param widths
     *            how many panels there may be
     */
    static void make(Body b, Form form, long block, long last, Set<Integer> widths) {
        int tall = tall(form, block);
        var rows = b.let("wrows", Term.ref("i1").minus(Term.ref("i0")));
        var tiles = b.let("wtiles", Term.of(Prim.DIV, rows.plus(tall - 1), Term.i32(tall)));
        var low = b.let("wlow", Term.of(Prim.DIV, rows, tiles));
        var split = b.let("wsplit", Term.ref("i0").plus(Term.of(Prim.REM, rows, tiles).times(low.plus(1))));
        var count = b.let("wpanels", Term.ref("j1").minus(Term.ref("j0")));
        for (int height : heights(tall, block, last)) {
            for (int width : widths) {
                var wanted = Term.of(Prim.EQ, count, Term.i32(width));
                b.when(Term.of(Prim.AND, Term.of(Prim.EQ, low.plus(1), Term.i32(height)), wanted),
                        y -> tiles(y, form, height, width, Term.ref("i0"), split));
                b.when(Term.of(Prim.AND, Term.of(Prim.EQ, low, Term.i32(height)), wanted),
                        y -> tiles(y, form, height, width, split, Term.ref("i1")));
            }
        }
    }

    private static Set<Integer> heights(int tall, long block, long last) {
        var all = new TreeSet<Integer>();
        for (long rows : List.of(block, last)) {
            long tiles = (rows + tall - 1) / tall;
            if (rows > 0) {
                all.add((int) (rows / tiles));
                all.add((int) ((rows + tiles - 1) / tiles));
            }
        }
        for (int height = 1; last < 0 && height <= tall; height++) {
            all.add(height);
        }
        return all;
    }

    /** Wide tiles first, then single panels. */
    private static void tiles(Body b, Form form, int height, int width, Term i0, Term i1) {
        int wide = Math.min(width, GemmTile.panels(form, height));
        var middle = Term.ref("j0").plus(width / wide * wide);
        call(b, tile(form, height, wide), i0, i1, Term.ref("j0"), middle);
        if (width % wide != 0) {
            call(b, tile(form, height, 1), i0, i1, middle, Term.ref("j1"));
        }
    }

    private static void call(Body b, Kernel tile, Term i0, Term i1, Term j0, Term j1) {
        b.add(new Stmt.Call(tile, List.of("v", "s"), List.of(Term.ref("wb"), Term.ref("vb"), Term.ref("sb"),
                Term.ref("channels"), Term.ref("apart"), Term.ref("jb"), i0, i1, j0, j1)));
    }

    /**
     * The same in the scalar form.
     *
     * @param apart
     *            distance of rows of sums
     */
    static void scalar(Body b, int apart) {
        var args = new ArrayList<>(List.of(Term.ref("wb")));
        POINT.forEach(p -> args.add(Term.ref(p)));
        args.add(Term.i32(apart));
        b.add(new Stmt.Call(scalarSums(), List.of("v", ScalarSums.MEMORY.name(), "s"), args));
    }

    private static Kernel scalarSums() {
        var buffers = List.of(Buffer.heap("v", Buffer.Storage.F32), Buffer.weight("w", Buffer.Storage.F32),
                ScalarSums.MEMORY, Buffer.heap("s", Buffer.Storage.F32));
        var weights = new Access.Memory(buffers.get(1), Term.ref("wb"), DType.F32);
        var params = new ArrayList<>(List.of(new Kernel.Param("wb", Elem.I64)));
        POINT.forEach(p -> params.add(new Kernel.Param(p, Elem.I32)));
        params.add(new Kernel.Param("pitch", Elem.I32));
        var rows = Term.ref("i1").minus(Term.ref("i0"));
        var panels = Term.ref("j1").minus(Term.ref("j0"));
        var pitch = Term.ref("pitch");
        var q = Term.ref("q");
        var work = Term.ref("wr0");
        var body = Body.block(b -> {
            b.add(WindowSums.SCALAR.zeros(work));
            b.loop("q", Term.i32(0), Term.ref("channels"), CHUNK, chunk -> {
                var some = chunk.let("some", Term.of(Prim.MIN, Term.i32(CHUNK), Term.ref("channels").minus(q)));
                chunk.add(new ScalarFactors(WindowSums.SCALAR).copy(weights, null, Term.ref("wb").plus(Term.ref("j0")
                        .wide().times(Term.ref("channels").wide()).plus(q.wide()).times(Term.i64(VType.LANES))), null,
                        work, List.of(panels, Term.ref("channels").times(VType.LANES), some)));
                chunk.add(WindowSums.SCALAR.addRows("v", "s", List.of(
                        Term.ref("vb").plus(Term.of(Prim.DIV, q, Term.i32(CHUNK)).times(Term.ref("apart"))),
                        Term.i32(CHUNK), work, Term.ref("sb"), pitch, rows, some, panels.times(VType.LANES)),
                        Term.of(Prim.EQ, q, Term.i32(0))));
            });
        });
        return new Kernel("winograd.f32.sums", buffers, params, body);
    }

    // ---- the tile

    private static Kernel tile(Form form, int rows, int panels) {
        var params = new ArrayList<>(List.of(new Kernel.Param("wb", Elem.I64)));
        for (var name : List.of("vb", "sb", "kk", "apart", "jb", "i0", "i1", "j0", "j1")) {
            params.add(new Kernel.Param(name, Elem.I32));
        }
        var body = Body.block(b -> b.loop("j", Term.ref("j0"), Term.ref("j1"), panels, columns -> {
            columns.letAll("wp", List.of(new Range("u", panels)), Term.ref("wb").plus(
                    Term.ref("j").plus(Term.ref("u")).wide().times(Term.ref("kk").wide()).times(Term.i64(16))));
            columns.loop("i", Term.ref("i0"), Term.ref("i1"), rows, inner -> sums(inner, rows, panels));
        }));
        var buffers = List.of(Buffer.heap("v", Buffer.Storage.F32), Buffer.weight("w", Buffer.Storage.F32),
                Buffer.heap("s", Buffer.Storage.F32));
        return new Kernel("winograd.sums.r" + rows + "c" + panels + "." + form.suffix().toLowerCase(Locale.ROOT),
                buffers, params, body);
    }

    private static void sums(Body b, int rows, int panels) {
        var t = new Range("t", rows);
        var u = new Range("u", panels);
        var nothing = b.let("zero", Term.f32(0, VType.LANES));
        var sofar = Term.ref("sofar", Term.ref("t"), Term.ref("u"));
        var acc = Term.ref("acc", Term.ref("t"), Term.ref("u"));
        var q = Term.ref("q");
        var p = RegisterTile.STEP;
        b.fold("q", Term.i32(0), Term.ref("kk"), CHUNK, List.of(new Stmt.Carry("sofar", List.of(t, u), nothing, acc)),
                chunk -> {
                    var some = chunk.let("some", Term.of(Prim.MIN, Term.i32(CHUNK), Term.ref("kk").minus(q)));
                    var from = chunk.let("from", Term.ref("vb").plus(Term.ref("i").times(CHUNK))
                            .plus(Term.of(Prim.DIV, q, Term.i32(CHUNK)).times(Term.ref("apart"))));
                    chunk.letAll("ws", List.of(u), Term.ref("wp", Term.ref("u")).plus(q.wide().times(Term.i64(16))));
                    RegisterTile.accumulate(chunk, t, u, sofar, Term.i32(0), some, new Term.Load("w",
                            Term.ref("ws", Term.ref("u")).plus(p.wide().times(Term.i64(16))), VType.F32X16, null),
                            new Term.Load("v", from.plus(Term.ref("t").times(CHUNK)).plus(p), VType.F32, null));
                });
        b.unroll(List.of(t, u), x -> x.store("s", Term.ref("sb").plus(Term.ref("i").plus(Term.ref("t")).times(PITCH))
                .plus(Term.ref("j").plus(Term.ref("u")).minus(Term.ref("jb")).times(16)), sofar));
    }
}
