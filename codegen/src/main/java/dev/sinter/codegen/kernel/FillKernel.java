package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.plan.Operand;
import dev.sinter.ir.Dim;

/** Writes a dimension into an element of an integer tensor. */
public final class FillKernel {
    private FillKernel() {
    }

    /**
     * The call that writes.
     *
     * @param value
     *            the dimension
     * @param element
     *            a scalar operand
     * @return the call
     */
    public static Call of(Dim value, Operand element) {
        var access = new Access();
        var y = access.memory("y", element);
        var v = access.size("value", value);
        var elem = ExprCode.elem(element.dtype());
        var body = Body.block(b -> b.store("y", y.at(Term.i32(0)), elem == Elem.I64 ? v.wide() : v));
        return new Call(
                KernelSet.same(new Kernel("fill." + element.dtype(), access.buffers(), access.params(false), body)),
                access.arrays(), access.args(), null);
    }
}
