package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link Winograd} transform of one line of points, be it a row or a column: from vectors of channels a distance apart
 * to others, in one loop over channels, or over neighbours and their channels. All convolutions share these methods, and
 * the scalar form makes all of its transforms of them: HotSpot compiles loops over whole tiles for a tenth of a second
 * each.
 */
final class WinogradLine {
    private static final String FROM = "f";
    private static final String TO = "t";

    private WinogradLine() {
    }

    /**
     * Where the points of lines lie.
     *
     * @param buffer
     *            that holds them
     * @param first
     *            position of the first
     * @param apart
     *            distance of points
     */
    record Points(String buffer, Term first, Term apart) {
    }

    /** Transforms points of the input, {@code count} elements of each. */
    static Stmt.Call input(Winograd algorithm, Points from, Points to, Term count) {
        return call(algorithm, true, from, to, count);
    }

    /** Transforms points of sums to results. */
    static Stmt.Call sums(Winograd algorithm, Points from, Points to, Term count) {
        return call(algorithm, false, from, to, count);
    }

    private static Stmt.Call call(Winograd algorithm, boolean input, Points from, Points to, Term count) {
        return new Stmt.Call(kernel(algorithm, input), List.of(from.buffer, to.buffer),
                List.of(from.first, from.apart, to.first, to.apart, count));
    }

    private static Kernel kernel(Winograd algorithm, boolean input) {
        var q = Term.ref("q");
        var body = Body.block(b -> b.loop("q", Term.i32(0), Term.ref("count"), VType.LANES, x -> {
            var in = new ArrayList<Term>();
            for (int r = 0; r < algorithm.points(); r++) {
                in.add(x.let("l" + r, new Term.Load(FROM,
                        Term.ref("from").plus(Term.ref("step").times(r)).plus(q), VType.F32X16, null)));
            }
            var out = input ? algorithm.input(x, in, "a") : algorithm.sums(x, in, "a");
            for (int r = 0; r < out.size(); r++) {
                x.store(TO, Term.ref("to").plus(Term.ref("apart").times(r)).plus(q), out.get(r));
            }
        }));
        var params = List.of("from", "step", "to", "apart", "count").stream()
                .map(p -> new Kernel.Param(p, Elem.I32)).toList();
        return new Kernel("winograd." + (input ? "input" : "sums") + ".line.m" + algorithm.results(),
                List.of(Buffer.heap(FROM, Buffer.Storage.F32), Buffer.heap(TO, Buffer.Storage.F32)), params, body);
    }
}
