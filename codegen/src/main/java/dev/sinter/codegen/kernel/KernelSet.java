package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Buffer;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.runtime.Form;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A kernel for every form: tiles may differ (registers do), the order of evaluation of each element may not. All have
 * the same buffers and parameters. A form's kernel is made when first asked for: just in time only one form is. For one
 * thread at a time.
 */
public final class KernelSet {
    private final Map<Form, Kernel> made = new EnumMap<>(Form.class);
    private final Function<Form, Kernel> make;

    private KernelSet(Function<Form, Kernel> make) {
        this.make = make;
    }

    /**
     * Kernels that were made.
     *
     * @param byForm
     *            a kernel for each form there is to be
     */
    public KernelSet(Map<Form, Kernel> byForm) {
        this(form -> {
            throw new IllegalArgumentException("no kernel was made for " + form + ", only for " + byForm.keySet());
        });
        made.putAll(byForm);
    }

    /**
     * The same loop program for every form.
     *
     * @param kernel
     *            the kernel
     * @return the set
     */
    public static KernelSet same(Kernel kernel) {
        return new KernelSet(form -> kernel);
    }

    /**
     * A loop program for each form.
     *
     * @param make
     *            makes it, always the same for a form
     * @return the set
     */
    public static KernelSet of(Function<Form, Kernel> make) {
        return new KernelSet(make);
    }

    /**
     * The kernel of a form.
     *
     * @param form
     *            the form
     * @return its kernel
     */
    public Kernel get(Form form) {
        return made.computeIfAbsent(form, make);
    }

    /** {@return the kernels made so far} */
    public Map<Form, Kernel> byForm() {
        return Map.copyOf(made);
    }

    /** {@return the heap buffers, the same in every form} */
    public List<Buffer> heapBuffers() {
        var any = made.isEmpty() ? get(Form.SCALAR) : made.values().iterator().next();
        return any.buffers().stream().filter(b -> !b.isWeight()).toList();
    }
}
