package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.runtime.Form;
import java.util.List;

/**
 * Attention of a block of queries to packed keys and values, in tiles of queries times panels. The last tile's rows
 * behind the last query are that one again, so that all tiles are whole.
 */
final class AttentionTiles {
    private final AttentionOperands x;
    private final AttentionWeights weights;

    AttentionTiles(AttentionOperands x) {
        this.x = x;
        this.weights = new AttentionWeights(x);
    }

    /** Rows of a tile: a divisor of a block's. */
    static int rows(Form form) {
        return switch (form) {
            case V512 -> 8;
            case V256 -> 4;
            default -> 2; // few sums at a time are soon compiled
        };
    }

    private static int panels(Form form) {
        return form == Form.V512 ? 2 : 1;
    }

    /** The steps of a block; {@code depth} elements lie between one span's scores and the next's. */
    void block(Body b, Form form, Term from, Term count, Term keys) {
        b.add(scores(form, count, keys));
        weights.tiles(b, form, count, keys, Term.ref("depth"));
        int width = VType.LANES * panels(form);
        int whole = x.e() / width * width;
        if (whole > 0) {
            b.add(values(form, from, count, keys, 0, whole, false));
        }
        if (whole < x.e()) {
            b.add(values(form, from, count, keys, whole, x.e(), true));
        }
    }

    /**
     * Sums of products in registers, of rows of factors times panels in scratch. The rows are a constant apart, which
     * leaves HotSpot one address for all.
     */
    private static void products(Body b, Range i, Range u, Term init, Term end, Term factor) {
        RegisterTile.accumulate(b, i, u, init, Term.i32(0), end, AttentionOperands.load(
                Term.ref("panel", Term.ref("u")).plus(RegisterTile.STEP.times(VType.LANES)), VType.F32X16), factor);
    }

    /** Scaled scores, the masks added. */
    private Stmt.Call scores(Form form, Term count, Term keys) {
        int rows = rows(form);
        int panels = panels(form);
        var i = new Range("i", rows);
        var u = new Range("u", panels);
        var lane = Term.ref("u").times(VType.LANES);
        var body = Body.block(b -> b.loop("y", Term.i32(0), Term.ref("keys"), VType.LANES * panels, strip -> {
            var y = Term.ref("y");
            strip.letAll("panel", List.of(u), Term.ref("kp").plus(y.plus(lane).times(x.d())));
            strip.let("at", Term.ref("scores").plus(Term.of(Prim.AND, y, Term.i32(AttentionOperands.SPAN - 1)))
                    .plus(Term.of(Prim.DIV, y, Term.i32(AttentionOperands.SPAN)).times(Term.ref("depth"))));
            strip.loop("r", Term.i32(0), Term.ref("count"), rows, tile -> {
                tile.let("query", Term.ref("qp").plus(Term.ref("r").times(x.depth())));
                products(tile, i, u, tile.let("zero", Term.f32(0, VType.LANES)), Term.i32(x.d()), AttentionOperands
                        .load(Term.ref("query").plus(Term.ref("p")).plus(Term.ref("i").times(x.depth())), VType.F32));
                tile.let("to", Term.ref("at").plus(Term.ref("r").times(AttentionOperands.SPAN)));
                var added = Term.ref("added", Term.ref("u"));
                if (x.masksRows()) {
                    added = AttentionOperands.load(Term.ref("bias")
                            .plus(Term.ref("r").plus(Term.ref("i")).times(Term.ref("width"))).plus(y).plus(lane),
                            VType.F32X16);
                } else {
                    tile.letAll("added", List.of(u),
                            AttentionOperands.load(Term.ref("bias").plus(y).plus(lane), VType.F32X16));
                }
                var score = x.score(Term.ref("acc", Term.ref("i"), Term.ref("u")), added, VType.LANES);
                tile.unroll(List.of(i, u), store -> store.store("z",
                        Term.ref("to").plus(Term.ref("i").times(AttentionOperands.SPAN).plus(lane)), score));
            });
        }));
        var part = x.part(".scores.r" + rows + "c" + panels,
                List.of("qp", "kp", "bias", "scores", "count", "keys", "depth"), body);
        return x.call(part, Term.ref("qp"), Term.ref("kp"), Term.ref("bias"), Term.ref("scores"), count, keys,
                Term.ref("depth"));
    }

    /** The weighted sums of values, some panels of sixteen columns at a time; a tail goes through scratch. */
    private Stmt.Call values(Form form, Term from, Term count, Term keys, int first, int end, boolean tail) {
        int rows = rows(form);
        int panels = panels(form);
        var i = new Range("i", rows);
        var u = new Range("u", panels);
        var lane = Term.ref("u").times(VType.LANES);
        var column = Term.ref("c").plus(lane);
        var body = Body.block(b -> b.loop("c", Term.ref("first"), Term.ref("end"), VType.LANES * panels,
                strip -> strip.loop("r", Term.i32(0), Term.ref("count"), rows, tile -> {
                    weighted(tile, i, u);
                    tile.letAll("part", List.of(i), AttentionOperands.load(
                            x.scratch(AttentionOperands.SUMS).plus(Term.ref("r")).plus(Term.ref("i")), VType.F32)
                            .splat());
                    var value = Term.of(Prim.MUL, Term.ref("sofar", Term.ref("i"), Term.ref("u")),
                            Term.ref("part", Term.ref("i")));
                    if (tail) {
                        var to = x.scratch(AttentionOperands.TILE)
                                .plus(Term.ref("i").times(AttentionOperands.TILE_WIDTH)).plus(lane);
                        tile.unroll(List.of(i, u), y -> y.store("z", to, value));
                        copy(tile, rows);
                    } else {
                        var row = x.clamped(Term.ref("from").plus(Term.ref("r")).plus(Term.ref("i")));
                        tile.letAll("to", List.of(i), x.result(row));
                        tile.unroll(List.of(i, u),
                                y -> y.store("o", Term.ref("to", Term.ref("i")).plus(column), value));
                    }
                })));
        var part = x.part(".sums.r" + rows + "c" + panels + (tail ? ".tail" : ""),
                List.of("vp", "scores", "from", "count", "keys", "depth", "first", "end"), body);
        return x.call(part, Term.ref("vp"), Term.ref("scores"), from, count, keys, Term.ref("depth"), Term.i32(first),
                Term.i32(end));
    }

    /** The sums of a tile, span by span. */
    private static void weighted(Body tile, Range i, Range u) {
        var sofar = Term.ref("sofar", Term.ref("i"), Term.ref("u"));
        var outer = new Stmt.Carry("sofar", List.of(i, u), tile.let("zero", Term.f32(0, VType.LANES)),
                Term.ref("acc", Term.ref("i"), Term.ref("u")));
        tile.fold("s", Term.i32(0), Term.ref("keys"), AttentionOperands.SPAN, List.of(outer), span -> {
            var s = Term.ref("s");
            span.letAll("panel", List.of(u), Term.ref("vp")
                    .plus(Term.ref("c").plus(Term.ref("u").times(VType.LANES)).times(Term.ref("width")))
                    .plus(s.times(VType.LANES)));
            span.let("weights", Term.ref("scores").plus(Term.ref("r").times(AttentionOperands.SPAN))
                    .plus(Term.of(Prim.DIV, s, Term.i32(AttentionOperands.SPAN)).times(Term.ref("depth"))));
            var end = span.let("some", Term.of(Prim.MIN, Term.i32(AttentionOperands.SPAN),
                    Term.ref("keys").minus(s)));
            products(span, i, u, sofar, end, AttentionOperands.load(Term.ref("weights").plus(Term.ref("p"))
                    .plus(Term.ref("i").times(AttentionOperands.SPAN)), VType.F32));
        });
    }

    /** Copies a tile of results from scratch, as far as there are columns. */
    private void copy(Body b, int rows) {
        b.loop("tr", Term.i32(0), Term.i32(rows), 1, row -> {
            row.let("result", x.result(x.clamped(Term.ref("from").plus(Term.ref("r")).plus(Term.ref("tr")))));
            row.loop("tc", Term.ref("c"), Term.ref("end"), VType.LANES, part -> {
                var lanes = part.let("lanes", new Term.Lanes(Term.ref("tc"), Term.i32(x.e()), VType.LANES));
                var at = x.scratch(AttentionOperands.TILE).plus(Term.ref("tr").times(AttentionOperands.TILE_WIDTH))
                        .plus(Term.ref("tc")).minus(Term.ref("c"));
                part.store("o", Term.ref("result").plus(Term.ref("tc")),
                        AttentionOperands.load(at, VType.F32X16), lanes);
            });
        });
    }
}
