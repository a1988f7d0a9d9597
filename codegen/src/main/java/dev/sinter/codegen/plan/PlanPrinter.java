package dev.sinter.codegen.plan;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The text form of a plan. */
public final class PlanPrinter {
    private PlanPrinter() {
    }

    /**
     * A model's plan as text.
     *
     * @param plan
     *            the plan
     * @return a line for each weight; for each block one for each allocation and step; the script
     */
    public static String print(ModelPlan plan) {
        var out = new StringBuilder("plan \"" + plan.graph().name() + "\" {\n");
        out.append("  weights ").append(plan.weightBytes()).append(" bytes\n");
        for (var item : plan.weights()) {
            out.append("  weight @").append(item.byteOffset()).append(": ").append(item.data().type()).append(' ')
                    .append(item.form().name().toLowerCase(java.util.Locale.ROOT)).append('\n');
        }
        if (plan.script() == null) {
            block(plan.blocks().getFirst(), 0, "  ", out);
        } else {
            for (int i = 0; i < plan.blocks().size(); i++) {
                var ports = plan.script().blocks().get(i);
                out.append("  block ").append(i).append(" (").append(registers(ports.inputs())).append(") -> (")
                        .append(registers(ports.outputs())).append(") {\n");
                block(plan.blocks().get(i), plan.firstStep(i), "    ", out);
                out.append("  }\n");
            }
            out.append(ScriptPrinter.print(plan.script(), "  "));
        }
        return out.append("}\n").toString();
    }

    private static String registers(List<Integer> registers) {
        return registers.stream().map(r -> "r" + r).collect(Collectors.joining(", "));
    }

    private static void block(Plan plan, int firstStep, String indent, StringBuilder out) {
        for (int i = 0; i < plan.allocations().size(); i++) {
            var a = plan.allocations().get(i);
            out.append(indent).append("arena a").append(i).append(": ").append(a.storage().label()).append(" x ")
                    .append(a.size()).append(a.perWorker() ? " per worker" : "").append(" live ")
                    .append(a.firstStep()).append("..").append(a.lastStep()).append('\n');
        }
        for (int i = 0; i < plan.steps().size(); i++) {
            out.append(indent).append(firstStep + i).append(": ").append(step(plan.steps().get(i))).append('\n');
        }
    }

    private static String step(Step step) {
        var forms = step.kernels().byForm();
        var kernel = forms.get(forms.keySet().stream().max(Comparator.naturalOrder()).orElseThrow());
        var arrays = step.arrays().stream().map(PlanPrinter::place).collect(Collectors.joining(", "));
        var args = step.args().stream().map(arg -> switch (arg) {
            case Arg.Int(var value) -> value.toString();
            case Arg.Offset(var place, var extra) -> place(place) + "+" + extra;
            case Arg.Weight(var at, var extra) -> "w" + at + "+" + extra;
            case Arg.Real(var value) -> Float.toString(value);
        }).collect(Collectors.joining(", "));
        return step.name() + " = " + kernel.name() + "(" + arrays + ")(" + args + ")"
                + (step.count() == null ? "" : " par " + step.count()) + "  // " + step.node().outputs().getFirst();
    }

    private static String place(Place place) {
        return switch (place) {
            case Place.Arena(var n) -> "a" + n;
            case Place.Io(var n) -> "io" + n;
            case Place.Weight(var at) -> "weights@" + at;
            case Place.Text(var at, var n) -> "texts@" + at;
        };
    }
}
