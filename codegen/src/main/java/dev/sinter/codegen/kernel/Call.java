package dev.sinter.codegen.kernel;

import dev.sinter.codegen.plan.Arg;
import dev.sinter.codegen.plan.Place;
import dev.sinter.ir.Dim;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A kernel with what a call of it passes.
 *
 * @param kernels
 *            the kernel, one a form
 * @param arrays
 *            places of its heap buffers
 * @param args
 *            its scalar parameters
 * @param count
 *            rounds of its parallel axis, or null
 */
public record Call(KernelSet kernels, List<Place> arrays, List<Arg> args, @Nullable Dim count) {
    /** Copies the lists. */
    public Call {
        arrays = List.copyOf(arrays);
        args = List.copyOf(args);
    }
}
