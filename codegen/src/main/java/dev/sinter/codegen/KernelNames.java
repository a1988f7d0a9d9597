package dev.sinter.codegen;

import dev.sinter.codegen.kernel.KernelSet;
import dev.sinter.codegen.kernel.UnsupportedTypeException;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.plan.ModelPlan;
import dev.sinter.codegen.plan.Plan;
import dev.sinter.codegen.plan.PlanException;
import dev.sinter.codegen.plan.Step;
import dev.sinter.runtime.Form;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
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
     * @throws PlanException
     *             if nodes have types no kernel computes with; names all of them
     */
    static ModelPlan unique(ModelPlan plan, Set<Form> forms) {
        var names = new EnumMap<Form, KernelNames>(Form.class);
        var problems = new LinkedHashSet<String>();
        var blocks = plan.blocks().stream().map(block -> {
            var steps = block.steps().stream().map(step -> unique(step, forms, names, problems)).toList();
            return new Plan(block.graph(), steps, block.allocations(), block.weights(), block.weightBytes());
        }).toList();
        if (!problems.isEmpty()) {
            throw new PlanException(List.copyOf(problems));
        }
        return plan.withBlocks(blocks);
    }

    /** Kernels are made here, so here shows which can't be. */
    private static Step unique(Step step, Set<Form> forms, Map<Form, KernelNames> names, Set<String> problems) {
        var kernels = new EnumMap<Form, Kernel>(Form.class);
        try {
            for (var form : forms) {
                kernels.put(form, names.computeIfAbsent(form, f -> new KernelNames()).of(step.kernels().get(form)));
            }
        } catch (UnsupportedTypeException e) {
            problems.add(step.node().op().mnemonic() + " '" + step.node().origin().first() + "': " + e.getMessage());
            return step;
        }
        return new Step(step.name(), step.node(), new KernelSet(kernels), step.arrays(), step.args(), step.count());
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
            case Stmt.Either(var name, var condition, var yes, var a, var no, var b) ->
                    new Stmt.Either(name, condition, block(yes), a, block(no), b);
            case Stmt.Unroll(var over, var body) -> new Stmt.Unroll(over, block(body));
            case Stmt.Let l -> l;
            case Stmt.Store s -> s;
            case Stmt.Copy c -> c;
            case Stmt.Check c -> c;
        };
    }
}
