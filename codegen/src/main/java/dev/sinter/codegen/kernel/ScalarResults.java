package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.DType;
import dev.sinter.ir.Dim;
import java.util.ArrayList;
import java.util.List;

/**
 * How rows of sums become results in the scalar form, in a method that all convolutions with one epilogue share. It is
 * given no more than it needs, whatever its caller knows; constants of columns are brought to work memory before, where
 * reading them takes HotSpot little to compile.
 */
final class ScalarResults {
    private final Access.Memory y;
    private final Term ldc;
    private final Epilogue.Declared epilogue;
    private final boolean masked;
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Kernel.Param> params = new ArrayList<>();
    private final List<Access.Memory> memories = new ArrayList<>();
    private final List<Term> strides = new ArrayList<>();

    /**
     * Results.
     *
     * @param y
     *            where they go
     * @param ldc
     *            distance of their rows
     * @param epilogue
     *            what happens before
     * @param masked
     *            whether columns may end within a vector
     */
    ScalarResults(Access.Memory y, Term ldc, Epilogue.Declared epilogue, boolean masked) {
        this.y = y;
        this.ldc = ldc;
        this.epilogue = epilogue;
        this.masked = masked;
        buffers.addAll(List.of(Buffer.heap("s", Buffer.Storage.F32), ScalarSums.MEMORY, y.buffer()));
        params.addAll(ScalarSums.ints("s0", "apart", "y0", "ldc", "rows", "columns"));
        for (int i = 0; i < epilogue.memories().size(); i++) {
            var memory = epilogue.memories().get(i);
            var buffer = epilogue.isNear(i) ? ScalarSums.MEMORY : memory.buffer();
            if (!epilogue.isNear(i)) {
                buffers.add(buffer);
            }
            params.add(new Kernel.Param("eb" + i, buffer.isWeight() ? Elem.I64 : Elem.I32));
            memories.add(new Access.Memory(buffer, Term.ref("eb" + i), memory.dtype()));
            boolean fixed = isFixed(epilogue.rowStrides().get(i));
            strides.add(fixed ? epilogue.rowStrides().get(i) : Term.ref("et" + i));
            if (!fixed) {
                params.add(new Kernel.Param("et" + i, Elem.I32));
            }
        }
        epilogue.constants().forEach(c -> params.add(new Kernel.Param(((Term.Ref) c).name(), Elem.F32)));
    }

    private static boolean isFixed(Term stride) {
        return stride.equals(Term.i32(0)) || stride.equals(Term.i32(1));
    }

    private Operand operand(int i) {
        return epilogue.epilogue().operands().get(i);
    }

    private static Term near(Term work, int i) {
        return work.plus(i * WindowSums.SCALAR.pitch());
    }

    /** Brings constants of some columns to work memory, in place of factors. */
    void constants(Body b, Term work, Term column, Term count) {
        for (int i = 0; i < memories.size(); i++) {
            if (epilogue.isNear(i)) {
                b.copy(ScalarSums.MEMORY.name(), near(work, i), epilogue.memories().get(i).buffer().name(),
                        epilogue.memories().get(i).at(column), count);
            }
        }
    }

    /**
     * The call for some rows; their columns' {@link #constants} are in work memory.
     *
     * @param sums
     *            name of the sums' buffer
     * @param work
     *            where work memory begins
     * @param places
     *            where the first row of sums begins, and their distance; the first row of results, and how many; the
     *            first column, and how many
     */
    Stmt.Call rows(String sums, Term work, List<Term> places) {
        var row = places.get(2);
        var column = places.get(4);
        var heap = new ArrayList<>(List.of(sums, ScalarSums.MEMORY.name(), y.buffer().name()));
        var args = new ArrayList<>(List.of(places.get(0), places.get(1), y.at(ldc.times(row).plus(column)), ldc,
                places.get(3), places.get(5)));
        for (int i = 0; i < memories.size(); i++) {
            var memory = epilogue.memories().get(i);
            var stride = epilogue.rowStrides().get(i);
            if (epilogue.isNear(i)) {
                args.add(near(work, i));
            } else {
                boolean repeated = operand(i).strides().getLast().equals(Dim.ZERO);
                args.add(memory.at(repeated ? stride.times(row) : stride.times(row).plus(column)));
                if (!memory.buffer().isWeight()) {
                    heap.add(memory.buffer().name());
                }
            }
            if (!isFixed(stride)) {
                args.add(stride);
            }
        }
        args.addAll(epilogue.constants());
        return new Stmt.Call(kernel(), heap, args);
    }

    private Kernel kernel() {
        var own = new Epilogue.Declared(epilogue.epilogue(), memories, strides, epilogue.expr(), epilogue.constants());
        var i = Term.ref("i");
        var n = Term.ref("n");
        var body = Body.block(b -> b.loop("i", Term.i32(0), Term.ref("rows"), 1, row -> {
            var from = row.let("from", Term.ref("s0").plus(i.times(Term.ref("apart"))));
            var to = row.let("to", Term.ref("y0").plus(i.times(Term.ref("ldc"))));
            row.loop("n", Term.i32(0), Term.ref("columns"), VType.LANES, x -> {
                var mask = masked ? x.let("lanes", new Term.Lanes(n, Term.ref("columns"), VType.LANES)) : null;
                var sum = x.let("sum", new Term.Load("s", from.plus(n), VType.F32X16, null));
                x.store(y.buffer().name(), to.plus(n), own.apply(x, sum, i, n, mask, null, "v"), mask);
            });
        }));
        return new Kernel("scalar.results." + Naming.of(epilogue.epilogue().expr()) + (masked ? ".tail" : ""), buffers,
                params, body);
    }
}
