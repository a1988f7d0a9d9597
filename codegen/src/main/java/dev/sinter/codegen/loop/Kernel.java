package dev.sinter.codegen.loop;

import java.util.List;

/**
 * A kernel: a loop program with its buffers and scalar parameters. Kernels of equal text are one kernel.
 *
 * @param name
 *            what it is, such as {@code gemm.f32.r7c3.bias}
 * @param buffers
 *            memory it works on
 * @param params
 *            scalars it is given, i32 or i64
 * @param body
 *            what it does
 */
public record Kernel(String name, List<Buffer> buffers, List<Param> params, List<Stmt> body) {
    /**
     * A scalar parameter.
     *
     * @param name
     *            its name
     * @param elem
     *            I32, I64 or F32
     */
    public record Param(String name, Elem elem) {
    }

    /** Copies the lists. */
    public Kernel {
        buffers = List.copyOf(buffers);
        params = List.copyOf(params);
        body = List.copyOf(body);
    }

    /**
     * One of its buffers.
     *
     * @param wanted
     *            its name
     * @return the buffer
     */
    public Buffer buffer(String wanted) {
        return buffers.stream().filter(b -> b.name().equals(wanted)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("kernel " + name + " has no buffer " + wanted));
    }

    /** Of the name and parameters only: bodies are long, and kernels are looked up often. */
    @Override
    public int hashCode() {
        return 31 * name.hashCode() + params.hashCode();
    }
}
