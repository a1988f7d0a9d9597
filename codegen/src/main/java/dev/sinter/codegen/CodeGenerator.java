package dev.sinter.codegen;

import dev.sinter.codegen.asm.BindEmitter;
import dev.sinter.codegen.asm.FormEmitter;
import dev.sinter.codegen.asm.WeightsEmitter;
import dev.sinter.codegen.plan.Plan;
import dev.sinter.codegen.plan.PlanPrinter;
import dev.sinter.codegen.plan.ScriptPlanner;
import dev.sinter.codegen.plan.Values;
import dev.sinter.ir.Graph;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.ModelImage;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Turns a graph into classes and weights. */
public final class CodeGenerator {
    /** Bytes of weights that are worth a thread of their own. */
    private static final long PACKED_APART = 1 << 20;

    private CodeGenerator() {
    }

    /**
     * Compiles a graph.
     *
     * @param graph
     *            after the passes
     * @param options
     *            names and forms
     * @return the model
     * @throws dev.sinter.codegen.plan.PlanException
     *             if nodes have types no kernel computes with
     */
    public static GeneratedModel generate(Graph graph, CodegenOptions options) {
        var planned = ScriptPlanner.plan(graph);
        // weights are packed while the classes are emitted
        var packing = new FutureTask<>(() -> WeightPacker.pack(
                new Plan(graph, List.of(), List.of(), planned.weights(), planned.weightBytes())));
        if (planned.weightBytes() > PACKED_APART) {
            Thread.ofVirtual().start(packing);
        } else {
            packing.run();
        }
        var plan = KernelNames.unique(planned, options.forms());
        var shares = NodeShares.of(plan);
        var planText = PlanPrinter.print(plan);
        var values = plan.blocks().stream().map(Values::new).toList();
        var description = new ModelDescription(plan, values);
        var base = options.packageName().replace('.', '/') + (options.packageName().isEmpty() ? "" : "/")
                + options.className();
        var weightsClass = base + "$Weights";
        var widest = options.forms().stream().max(Comparator.naturalOrder()).orElseThrow();
        var dump = Dump.of(graph, plan, planText + shares + "\n", widest, options.className() + ".ir");
        var classes = new LinkedHashMap<String, byte[]>();
        classes.put(binaryName(base), BindEmitter.emit(base, plan, description.symbols(), description.border(),
                values, dump));
        classes.put(binaryName(weightsClass), WeightsEmitter.emit(weightsClass));
        for (var form : Form.values()) {
            if (options.forms().contains(form)) {
                var emitter = new FormEmitter(base, weightsClass, plan, values, form);
                classes.put(binaryName(emitter.name()), emitter.emit(dump));
            }
        }
        var info = description.info(binaryName(base), "META-INF/sinter/" + dump.file());
        var resources = Map.of(info.irResource(), dump.text().getBytes(StandardCharsets.UTF_8));
        var image = new ModelImage(info, classes, packed(packing), resources);
        return new GeneratedModel(image, graph, plan, planText, dump.listings(), shares);
    }

    private static MemorySegment packed(FutureTask<MemorySegment> packing) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return packing.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("the weights can't be packed: " + e.getCause(), e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String binaryName(String internal) {
        return internal.replace('/', '.');
    }
}
