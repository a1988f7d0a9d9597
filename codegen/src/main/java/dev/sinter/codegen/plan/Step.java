package dev.sinter.codegen.plan;

import dev.sinter.codegen.kernel.KernelSet;
import dev.sinter.ir.Dim;
import dev.sinter.ir.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One kernel call.
 *
 * @param name
 *            of the node's method, {@code n007_matmul_encoder_layer_0_query}
 * @param node
 *            the graph's node it belongs to
 * @param kernels
 *            the kernel, one for each form
 * @param arrays
 *            places of the kernel's heap buffers, in order
 * @param args
 *            its scalar parameters but {@code lo} and {@code hi}, in order
 * @param count
 *            rounds of the parallel axis; null if the kernel has none
 */
public record Step(String name, Node node, KernelSet kernels, List<Place> arrays, List<Arg> args, @Nullable Dim count) {
    /** Copies the lists. */
    public Step {
        arrays = List.copyOf(arrays);
        args = List.copyOf(args);
    }
}
