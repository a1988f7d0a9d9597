package dev.sinter.codegen;

import dev.sinter.codegen.kernel.KernelSet;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.plan.Plan;
import dev.sinter.codegen.plan.Step;
import dev.sinter.runtime.Form;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gives kernels of a form that differ different names; templates name them after what they do, which may coincide. */
final class KernelNames {
    private final Map<Kernel, Kernel> renamed = new HashMap<>();
    private final Map<String, Integer> taken = new HashMap<>();

    private KernelNames() {
    }

    /**
     * A plan whose kernels, those they call included, have unique names within each form.
     *
     * @param plan
     *            as planned
     * @param forms
     *            forms that matter; kernels of others are left out
     * @return the plan with renamed kernels
     */
    static Plan unique(Plan plan, Set<Form> forms) {
        var names = new EnumMap<Form, KernelNames>(Form.class);
        var steps = plan.steps().stream().map(step -> {
            var kernels = new EnumMap<Form, Kernel>(Form.class);
            for (var form : forms) {
                kernels.put(form, names.computeIfAbsent(form, f -> new KernelNames()).of(step.kernels().get(form)));
            }
            return new Step(step.name(), step.node(), new KernelSet(kernels), step.arrays(), step.args(), step.count());
        }).toList();
        return new Plan(plan.graph(), steps, plan.allocations(), plan.weights(), plan.weightBytes());
    }

    private Kernel of(Kernel kernel) {
        var known = renamed.get(kernel);
        if (known == null) {
            var body = block(kernel.body());
            int count = taken.merge(kernel.name(), 1, Integer::sum);
            known = new Kernel(count == 1 ? kernel.name() : kernel.name() + "." + count, kernel.buffers(),
                    kernel.params(), body);
            renamed.put(kernel, known);
        }
        return known;
    }

    private List<Stmt> block(List<Stmt> body) {
        return body.stream().map(this::statement).toList();
    }

    private Stmt statement(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Call(var kernel, var buffers, var args) -> new Stmt.Call(of(kernel), buffers, args);
            case Stmt.Loop(var parallel, var v, var from, var to, var step, var carries, var body) ->
                    new Stmt.Loop(parallel, v, from, to, step, carries, block(body));
            case Stmt.If(var condition, var body) -> new Stmt.If(condition, block(body));
            case Stmt.Unroll(var over, var body) -> new Stmt.Unroll(over, block(body));
            case Stmt.Let l -> l;
            case Stmt.Store s -> s;
            case Stmt.Check c -> c;
        };
    }
}
