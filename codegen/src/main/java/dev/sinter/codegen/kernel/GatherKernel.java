package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import java.util.List;

/**
 * Rows of a table by index: {@code data[A,N,C], indices[I] -> out[A,I,C]}. Every index is checked before it is used;
 * negative ones count from the end.
 */
public final class GatherKernel {
    private GatherKernel() {
    }

    /**
     * The call that gathers.
     *
     * @param data
     *            {@code [A,N,C]}, rows of C contiguous
     * @param indices
     *            {@code [I]}, contiguous integers
     * @param output
     *            {@code [A,I,C]}, contiguous
     * @param what
     *            name of the node, for the message about an index out of range
     * @return the call
     */
    public static Call of(Operand data, Operand indices, Operand output, String what) {
        return ofPlain(flat(data.plain()), indices, output.plain(), what);
    }

    /** Rows of complex numbers as rows of their parts. */
    private static Operand flat(Operand data) {
        if (data.rank() == 3) {
            return data;
        }
        var dims = data.dims();
        var strides = data.strides();
        return new Operand(data.place(), data.dtype(), data.offset(),
                List.of(dims.get(0), dims.get(1), dims.get(2).times(dims.get(3))),
                List.of(strides.get(0), strides.get(1), strides.get(3)));
    }

    private static Call ofPlain(Operand data, Operand indices, Operand output, String what) {
        var access = new Access();
        var table = access.memory("x", data);
        var index = access.memory("i", indices);
        var out = access.memory("y", output);
        var count = access.size("I", indices.dims().getFirst());
        var rows = access.size("N", data.dims().get(1));
        var width = data.dims().get(2);
        var c = access.size("C", width);
        var outer = access.size("xs0", data.strides().get(0));
        var stride = access.size("xs1", data.strides().get(1));
        boolean words = data.dtype() == DType.F32 || data.dtype() == DType.I32;
        boolean vector = words && width.isConst() && width.value() % VType.LANES == 0;
        var body = Body.block(b -> b.par("t", round -> {
            var t = Term.ref("t");
            var a = round.let("a", Term.of(Prim.DIV, t, count));
            var k = round.let("k", Term.of(Prim.REM, t, count));
            var given = round.let("given", index.load(k, Elem.I64, 1, null));
            var n = round.let("n", rows.wide());
            var zero = Term.i64(0);
            var j = round.let("j", Term.of(Prim.SELECT, Term.of(Prim.LT, given, zero), given.plus(n), given));
            var fits = Term.of(Prim.AND, Term.of(Prim.LE, zero, j), Term.of(Prim.LT, j, n));
            round.add(new Stmt.Check(fits, what, given));
            var row = round.let("row", new Term.Convert(j, Elem.I32));
            var from = outer.times(a).plus(stride.times(row));
            int lanes = vector ? VType.LANES : 1;
            round.loop("e", Term.i32(0), c, lanes, inner -> {
                var value = inner.let("v", table.load(from.plus(Term.ref("e")), lanes));
                inner.store("y", out.at(c.times(t).plus(Term.ref("e"))), value);
            });
        }));
        var kernel = new Kernel("gather." + data.dtype() + (vector ? "" : ".scalar"), access.buffers(),
                access.params(true), body);
        Dim rounds = data.dims().getFirst().times(indices.dims().getFirst());
        return new Call(KernelSet.same(kernel), access.arrays(), access.args(), rounds);
    }
}
