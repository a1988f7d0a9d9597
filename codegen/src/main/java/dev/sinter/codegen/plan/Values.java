package dev.sinter.codegen.plan;

import dev.sinter.ir.Dim;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sizes a plan computes once for each distinct input shape: first the kernels' parameters, then the sizes of
 * allocations, then output dimensions. Equal expressions have one place.
 */
public final class Values {
    private final Map<Dim, Integer> params = new LinkedHashMap<>();
    private final List<Dim> others = new ArrayList<>();

    /**
     * Collects a plan's sizes.
     *
     * @param plan
     *            the plan
     */
    public Values(Plan plan) {
        for (var step : plan.steps()) {
            step.args().forEach(arg -> param(switch (arg) {
                case Arg.Int(var value) -> value;
                case Arg.Offset(var place, var extra) -> extra;
                case Arg.Weight(var at, var extra) -> extra;
                case Arg.Real r -> Dim.ZERO;
            }));
            if (step.count() != null) {
                param(step.count());
            }
        }
        plan.allocations().forEach(a -> others.add(a.size()));
        for (var port : plan.graph().outputs()) {
            others.addAll(port.value().shape().dims());
        }
        for (var port : plan.graph().inputs()) {
            others.addAll(port.value().shape().dims());
        }
    }

    private void param(Dim value) {
        if (!value.isConst()) {
            params.putIfAbsent(value, params.size());
        }
    }

    /** {@return number of kernel parameters, which come first} */
    public int paramCount() {
        return params.size();
    }

    /** {@return every value, in order} */
    public List<Dim> all() {
        var all = new ArrayList<>(params.keySet());
        all.addAll(others);
        return all;
    }

    /**
     * Place of a kernel parameter among the parameters.
     *
     * @param value
     *            a size that is no constant
     * @return from 0
     */
    public int param(Arg.Int value) {
        return params.get(value.value());
    }

    /**
     * Place of the size of an allocation.
     *
     * @param allocation
     *            its number
     * @return index of the value
     */
    public int size(int allocation) {
        return params.size() + allocation;
    }

    /**
     * Place of any dimension that was collected.
     *
     * @param value
     *            the dimension
     * @return index of the value
     */
    public int index(Dim value) {
        var param = params.get(value);
        return param != null ? param : params.size() + others.indexOf(value);
    }
}
