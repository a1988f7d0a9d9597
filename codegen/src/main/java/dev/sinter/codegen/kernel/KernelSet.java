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
 * the same buffers and parameters.
 *
 * @param byForm
 *            one kernel a form
 */
public record KernelSet(Map<Form, Kernel> byForm) {
    /** Copies the map. */
    public KernelSet {
        byForm = Map.copyOf(byForm);
    }

    /**
     * The same loop program for every form.
     *
     * @param kernel
     *            the kernel
     * @return the set
     */
    public static KernelSet same(Kernel kernel) {
        return of(form -> kernel);
    }

    /**
     * A loop program for each form.
     *
     * @param make
     *            makes it
     * @return the set
     */
    public static KernelSet of(Function<Form, Kernel> make) {
        var map = new EnumMap<Form, Kernel>(Form.class);
        for (var form : Form.values()) {
            map.put(form, make.apply(form));
        }
        return new KernelSet(map);
    }

    /**
     * The kernel of a form.
     *
     * @param form
     *            the form
     * @return its kernel
     */
    public Kernel get(Form form) {
        return byForm.get(form);
    }

    /** {@return the heap buffers, the same in every form} */
    public List<Buffer> heapBuffers() {
        return byForm.values().iterator().next().buffers().stream().filter(b -> !b.isWeight()).toList();
    }
}
