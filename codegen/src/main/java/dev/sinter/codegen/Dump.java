package dev.sinter.codegen;

import dev.sinter.codegen.asm.FormEmitter;
import dev.sinter.codegen.loop.Kernel;
import dev.sinter.codegen.loop.KernelPrinter;
import dev.sinter.codegen.loop.Stmt;
import dev.sinter.codegen.plan.ModelPlan;
import dev.sinter.ir.ConstantSink;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphPrinter;
import dev.sinter.ir.Node;
import dev.sinter.runtime.Form;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The IR dump shipped with a model: the final graph, the plan, the loop programs. Stack traces and profiles of emitted
 * code point into it.
 */
record Dump(String file, String text, Map<Node, Integer> nodeLines, Map<String, Integer> kernelLines,
        List<KernelListing> listings) implements FormEmitter.Lines {

    static Dump of(Graph graph, ModelPlan plan, String planText, Form form, String file) {
        var printed = GraphPrinter.printWithLines(graph, ConstantSink.NONE);
        var text = new StringBuilder(printed.text()).append('\n').append(planText).append('\n');
        var users = new LinkedHashMap<Kernel, Set<String>>();
        for (var step : plan.steps()) {
            collect(step.kernels().get(form), step.name(), users);
        }
        int before = (int) text.chars().filter(c -> c == '\n').count();
        var programs = KernelPrinter.printed(List.copyOf(users.keySet()));
        text.append(programs.text());
        var lines = new LinkedHashMap<String, Integer>();
        var listings = new ArrayList<KernelListing>();
        var programLines = programs.text().lines().toList();
        var kernels = List.copyOf(users.keySet());
        for (int i = 0; i < kernels.size(); i++) {
            var name = kernels.get(i).name();
            int start = programs.starts().get(name);
            int end =
                    i + 1 < kernels.size() ? programs.starts().get(kernels.get(i + 1).name()) : programLines.size() + 1;
            lines.put(name, before + start);
            var program = String.join("\n", programLines.subList(start - 1, end - 1)).stripTrailing() + "\n";
            listings.add(new KernelListing(name, program, List.copyOf(users.get(kernels.get(i)))));
        }
        return new Dump(file, text.toString(), printed.lines(), lines, listings);
    }

    private static void collect(Kernel kernel, String user, Map<Kernel, Set<String>> users) {
        for (var stmt : kernel.body()) {
            callees(stmt, user, users);
        }
        users.computeIfAbsent(kernel, k -> new LinkedHashSet<>()).add(user);
    }

    private static void callees(Stmt stmt, String user, Map<Kernel, Set<String>> users) {
        switch (stmt) {
            case Stmt.Call call -> collect(call.kernel(), user, users);
            case Stmt.Loop loop -> loop.body().forEach(s -> callees(s, user, users));
            case Stmt.If branch -> branch.body().forEach(s -> callees(s, user, users));
            case Stmt.Either either -> {
                either.yes().forEach(s -> callees(s, user, users));
                either.no().forEach(s -> callees(s, user, users));
            }
            case Stmt.Unroll unroll -> unroll.body().forEach(s -> callees(s, user, users));
            default -> {
            }
        }
    }

    @Override
    public int node(Node node) {
        return nodeLines.getOrDefault(node, 1);
    }

    @Override
    public int kernel(Kernel kernel) {
        return kernelLines.getOrDefault(kernel.name(), 1);
    }
}
