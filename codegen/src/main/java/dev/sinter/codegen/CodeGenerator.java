package dev.sinter.codegen;

import dev.sinter.codegen.asm.BindEmitter;
import dev.sinter.codegen.asm.FormEmitter;
import dev.sinter.codegen.asm.WeightsEmitter;
import dev.sinter.codegen.plan.Plan;
import dev.sinter.codegen.plan.PlanPrinter;
import dev.sinter.codegen.plan.ScriptPlanner;
import dev.sinter.codegen.plan.Values;
import dev.sinter.ir.Graph;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.ModelImage;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Turns a graph into classes and weights. */
public final class CodeGenerator {
    private CodeGenerator() {
    }

    /**
     * Compiles a graph, choosing by estimates.
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
        return generate(graph, options, new Choices(Costs.ESTIMATED));
    }

    /**
     * Compiles a graph.
     *
     * @param graph
     *            after the passes
     * @param options
     *            names and forms
     * @param choices
     *            makes and gets the choices by cost; those made before are shipped with these
     * @return the model
     * @throws dev.sinter.codegen.plan.PlanException
     *             if nodes have types no kernel computes with
     */
    public static GeneratedModel generate(Graph graph, CodegenOptions options, Choices choices) {
        return generate(graph, options, choices, message -> {
        });
    }

    /**
     * Compiles a graph and tells what is being done.
     *
     * @param graph
     *            after the passes
     * @param options
     *            names and forms
     * @param choices
     *            makes and gets the choices by cost; those made before are shipped with these
     * @param progress
     *            told in a few words each time
     * @return the model
     * @throws dev.sinter.codegen.plan.PlanException
     *             if nodes have types no kernel computes with
     */
    public static GeneratedModel generate(Graph graph, CodegenOptions options, Choices choices,
            Consumer<String> progress) {
        progress.accept("planning " + graph.nodes().size() + " nodes");
        var plan = KernelNames.unique(ScriptPlanner.plan(graph, options.winograd(), choices), options.forms());
        var shares = NodeShares.of(plan);
        var planText = PlanPrinter.print(plan);
        var values = plan.blocks().stream().map(Values::new).toList();
        var description = new ModelDescription(plan, values);
        var base = options.packageName().replace('.', '/') + (options.packageName().isEmpty() ? "" : "/")
                + options.className();
        var weightsClass = base + "$Weights";
        var widest = options.forms().stream().max(Comparator.naturalOrder()).orElseThrow();
        var dump = Dump.of(graph, plan, planText + shares + "\n" + lines(choices.made()), widest,
                options.className() + ".ir");
        var classes = new LinkedHashMap<String, byte[]>();
        classes.put(binaryName(base), BindEmitter.emit(base, plan, description.symbols(), description.border(),
                values, dump));
        classes.put(binaryName(weightsClass), WeightsEmitter.emit(weightsClass));
        for (var form : Form.values()) {
            if (options.forms().contains(form)) {
                progress.accept("generating code, form " + form.name().toLowerCase(Locale.ROOT));
                boolean rehearsed = form != Form.SCALAR && options.forms().contains(Form.SCALAR);
                var emitter = new FormEmitter(base, weightsClass, plan, values, form, rehearsed);
                classes.put(binaryName(emitter.name()), emitter.emit(dump));
            }
        }
        var info = description.info(binaryName(base), "META-INF/sinter/" + dump.file());
        var resources = Map.of(info.irResource(), dump.text().getBytes(StandardCharsets.UTF_8));
        progress.accept("packing " + plan.weightBytes() / 1_000_000 + " MB of weights");
        var weights = new Plan(graph, List.of(), List.of(), plan.weights(), plan.weightBytes());
        var image = new ModelImage(info, classes, WeightPacker.pack(weights), resources);
        return new GeneratedModel(image, graph, plan, planText, dump.listings(), shares, choices.made());
    }

    private static String lines(List<?> facts) {
        return facts.stream().map(c -> c + "\n").collect(Collectors.joining());
    }

    private static String binaryName(String internal) {
        return internal.replace('/', '.');
    }
}
