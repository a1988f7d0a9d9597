package dev.sinter.codegen.kernel;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Kernels of one compilation by what their programs depend on, so that the layers of a model, which are mostly of one
 * shape, share them instead of building each anew.
 */
public final class KernelTable {
    private final Map<Object, KernelSet> sets = new HashMap<>();
    private final Map<Object, Boolean> fitting = new HashMap<>();

    /** An empty table. */
    public KernelTable() {
    }

    /** The kernels of that shape: those given, unless there are some already. */
    KernelSet shared(Object shape, KernelSet made) {
        return sets.computeIfAbsent(shape, s -> made);
    }

    /** Whether the back end takes kernels of that shape; found out once. */
    boolean fits(Object shape, BooleanSupplier test) {
        var known = fitting.get(shape);
        if (known == null) {
            known = test.getAsBoolean();
            fitting.put(shape, known);
        }
        return known;
    }
}
