package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.List;

/** Sums of products of rows times panels of sixteen columns, in registers. */
final class RegisterTile {
    /** The loop's variable, for the terms of what is multiplied. */
    static final Term STEP = Term.ref("p");

    private RegisterTile() {
    }

    /** Makes the sums {@code acc[row,panel]}. */
    static void accumulate(Body b, Range rows, Range panels, Term init, Term from, Term end, Term weight,
            Term factor) {
        accumulate(b, "acc", rows, panels, init, from, end, weight, factor);
    }

    /**
     * Makes the sums {@code sum[row,panel]} in ascending order of steps, by fma.
     *
     * @param sum
     *            name of the sums
     * @param rows
     *            subscript of rows
     * @param panels
     *            subscript of panels
     * @param init
     *            what is added to
     * @param from
     *            first step
     * @param end
     *            behind the last step
     * @param weight
     *            a panel's sixteen weights of a step
     * @param factor
     *            a row's scalar of a step
     */
    static void accumulate(Body b, String sum, Range rows, Range panels, Term init, Term from, Term end, Term weight,
            Term factor) {
        var row = Term.ref(rows.name());
        var panel = Term.ref(panels.name());
        var next = Term.of(Prim.FMA, Term.ref("factor", row), Term.ref("weight", panel), Term.ref(sum, row, panel));
        b.fold("p", from, end, 1, List.of(new Stmt.Carry(sum, List.of(rows, panels), init, next)), step -> {
            step.letAll("weight", List.of(panels), weight);
            step.letAll("factor", List.of(rows), factor.splat());
        });
    }

    /**
     * The weights of a panel that is a tile's only one, where a vector holds all sixteen. Each factor is then used once,
     * and HotSpot makes no pattern of loads from two memories: beside a loaded weight it takes the factor from a register
     * to all lanes, which one of the multipliers' two ports does, and not on its way from memory, which costs nothing. A
     * sum with -0 is the weight itself, and no load.
     */
    static Term alone(Term weight) {
        return weight.plus(Term.f32(-0.0, VType.LANES));
    }
}
