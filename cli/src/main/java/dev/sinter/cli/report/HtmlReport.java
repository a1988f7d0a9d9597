package dev.sinter.cli.report;

import dev.sinter.Compilation;
import dev.sinter.Sinter;
import dev.sinter.cli.FittingSizes;
import dev.sinter.cli.JsonObject;
import dev.sinter.cli.MadeUpInputs;
import dev.sinter.cli.MadeUpRun;
import dev.sinter.cli.ModelJson;
import dev.sinter.codegen.KernelListing;
import dev.sinter.ir.ConstantSink;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphPrinter;
import dev.sinter.ir.Node;
import dev.sinter.ir.Value;
import dev.sinter.ir.cost.Choice;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import dev.sinter.ir.cost.Work;
import dev.sinter.ir.op.Constant;
import dev.sinter.ir.op.Library;
import dev.sinter.passes.Pass;
import dev.sinter.passes.PassOptions;
import dev.sinter.passes.Pipeline;
import dev.sinter.passes.Rewrite;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelException;
import dev.sinter.runtime.ModelImage;
import dev.sinter.runtime.ValueInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything known of a compiled model as one page that needs nothing else: the graph before and after the passes, the
 * nodes' work, kernels and times, memory, choices and rewrites.
 */
public final class HtmlReport {
    /**
     * What is reported on.
     *
     * @param file
     *            the model's or the jar's name
     * @param image
     *            the compiled model
     * @param dump
     *            the IR dump shipped with it
     * @param compilation
     *            how it was compiled; null for a jar, which does not know
     * @param kernels
     *            its kernels
     */
    public record Subject(String file, ModelImage image, String dump, @Nullable Compilation compilation,
            List<KernelListing> kernels) {
        /** Copies the list. */
        public Subject {
            kernels = List.copyOf(kernels);
        }
    }

    private final Subject subject;
    private final ShippedPlan plan;
    private final Graph graph;
    private final Map<Integer, Integer> routines; // by the first result's id: the call's number
    private final Map<Integer, List<Integer>> steps = new HashMap<>(); // by the first result's id: their numbers
    private Map<String, Long> sizes;
    private MemoryPlan memory = MemoryPlan.NONE;
    private @Nullable StepProfile profile;
    private @Nullable String problem;

    private HtmlReport(Subject subject, Model model, Map<String, Long> wanted, double seconds) {
        this.subject = subject;
        this.plan = ShippedPlan.parse(subject.dump());
        this.graph = subject.compilation() == null ? plan.graph() : subject.compilation().optimized();
        this.routines = routines(graph, subject.image());
        plan.steps().forEach(s -> steps.computeIfAbsent(s.value(), v -> new ArrayList<>()).add(s.number()));
        this.sizes = FittingSizes.of(subject.image().info(), graph, wanted, MadeUpInputs.LENGTH);
        try {
            memory = MemoryPlan.of(model, sizes);
            if (seconds > 0) {
                look(model, wanted, seconds);
            }
        } catch (ModelException e) {
            problem = String.valueOf(e.getMessage());
        }
    }

    private void look(Model model, Map<String, Long> wanted, double seconds) {
        var session = model.newSession();
        sizes = MadeUpRun.of(session, subject.image().info(), graph, wanted, Set.of()).inputs().sizes();
        memory = model.info().script().exists() ? MemoryPlan.of(session) : MemoryPlan.of(model, sizes);
        profile = StepProfile.take(model, session, seconds);
    }

    /**
     * Looks at a model.
     *
     * @param subject
     *            what is reported on
     * @param model
     *            the same, loaded
     * @param wanted
     *            sizes of symbols; those left out are chosen as {@code sinter bench} does
     * @param seconds
     *            how long to run the model to take the steps' times; 0 takes none
     * @return the report; it has no times if the model can't be run on inputs made up
     */
    public static HtmlReport of(Subject subject, Model model, Map<String, Long> wanted, double seconds) {
        return new HtmlReport(subject, model, wanted, seconds);
    }

    /** {@return why the model could not be run; nothing if it could, or was not to be} */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /** {@return why the times may not be those of a warm model; nothing if they are, or there are none} */
    public Optional<String> doubt() {
        return profile == null || profile.doubt().isEmpty() ? Optional.empty() : Optional.of(profile.doubt());
    }

    /** {@return HTML} */
    public String page() {
        return Page.of(subject.image().info().name(), json());
    }

    /** Calls of library routines are numbered in the order of their nodes. */
    private static Map<Integer, Integer> routines(Graph graph, ModelImage image) {
        var open = new ArrayList<Node>();
        libraries(graph, open);
        var calls = image.info().script().calls();
        var found = new HashMap<Integer, Integer>();
        for (int i = 0; i < calls.size(); i++) {
            var call = calls.get(i);
            for (var node : open) {
                if (node.op() instanceof Library l && l.routine().equals(call.routine())
                        && node.origin().first().equals(call.node())) {
                    found.put(node.outputs().getFirst().id(), i);
                    open.remove(node);
                    break;
                }
            }
        }
        return found;
    }

    private static void libraries(Graph graph, List<Node> found) {
        for (var node : graph.nodes()) {
            if (node.op() instanceof Library) {
                found.add(node);
            }
            node.regions().forEach(region -> libraries(region, found));
        }
    }

    private JsonObject json() {
        var info = subject.image().info();
        var compilation = subject.compilation();
        var json = new JsonObject().put("sinter", Sinter.VERSION).put("model", info.name())
                .put("file", subject.file()).put("className", info.className()).put("jar", compilation == null)
                .put("sizes", sizes).put("inputs", ports(info.inputs())).put("outputs", ports(info.outputs()))
                .put("symbols", ModelJson.symbols(info)).put("totals", totals()).put("problem", problem);
        json.put("profile", profile == null ? null
                : new JsonObject().put("form", profile.form()).put("threads", profile.threads())
                        .put("runs", profile.runs()).put("run", profile.run()).put("sum", profile.sum())
                        .put("doubt", profile.doubt()).put("java", Runtime.version().toString()));
        json.put("before", compilation == null ? null
                : GraphJson.of(compilation.imported(), sizes, GraphJson.NodeFacts.NONE));
        json.put("after", GraphJson.of(graph, sizes, facts()));
        json.put("steps", plan.steps().stream().map(this::step).toList());
        json.put("kernels", subject.kernels().stream()
                .map(k -> new JsonObject().put("name", k.name()).put("program", k.loopProgramText())).toList());
        json.put("arenas", memory.json());
        json.put("choices", Choice.parse(subject.dump()).stream().map(ModelJson::of).toList());
        json.put("passes", compilation == null ? List.of() : passes(compilation));
        json.put("rewrites", compilation == null ? List.of()
                : compilation.rewrites().stream().map(HtmlReport::rewrite).toList());
        return json;
    }

    private JsonObject totals() {
        var image = subject.image();
        double border = 0;
        for (var port : graph.inputs()) {
            border += Work.bytes(port.value().type(), sizes);
        }
        for (var port : graph.outputs()) {
            border += Work.bytes(port.value().type(), sizes);
        }
        return new JsonObject().put("operations", operations(graph, false))
                .put("more", partlyKnown())
                .put("weights", image.info().weightsBytes()).put("arenas", memory.bytes()).put("border", border)
                .put("classes", image.classBytes())
                .put("script", image.info().script().exists());
    }

    /** Operations that are known of; of regions, those of nodes that ran, once. */
    private double operations(Graph part, boolean region) {
        double sum = 0;
        for (var node : part.nodes()) {
            double work = Work.of(node, sizes).operations();
            if (!Double.isNaN(work) && (!region || ran(node))) {
                sum += work;
            }
            for (var inside : node.regions()) {
                sum += operations(inside, true);
            }
        }
        return sum;
    }

    private boolean partlyKnown() {
        return graph.nodes().stream().anyMatch(
                n -> !n.regions().isEmpty() || Double.isNaN(Work.of(n, sizes).operations()));
    }

    private boolean ran(Node node) {
        return profile != null && steps(node).stream().anyMatch(number -> profile.step(number) > 0);
    }

    private List<Integer> steps(Node node) {
        return node.outputs().isEmpty() ? List.of() : steps.getOrDefault(node.outputs().getFirst().id(), List.of());
    }

    private GraphJson.NodeFacts facts() {
        return (node, json) -> {
            int id = node.outputs().isEmpty() ? -1 : node.outputs().getFirst().id();
            var steps = steps(node);
            json.put("steps", steps);
            var call = routines.get(id);
            if (call != null) {
                json.put("routine", call);
            }
            if (profile != null) {
                json.put("nanos", steps.stream().mapToDouble(profile::step).sum()
                        + (call == null ? 0 : profile.routine(call)));
            }
        };
    }

    private JsonObject step(ShippedPlan.Step step) {
        return new JsonObject().put("number", step.number()).put("block", step.block()).put("method", step.method())
                .put("kernel", step.kernel()).put("arrays", step.arrays()).put("value", step.value())
                .put("nanos", profile == null ? null : profile.step(step.number()));
    }

    private static List<JsonObject> ports(List<ValueInfo> values) {
        return values.stream().map(v -> new JsonObject().put("name", v.name()).put("type", v.type().toString()))
                .toList();
    }

    private static List<JsonObject> passes(Compilation compilation) {
        var purposes = Pipeline.of(new Choices(Costs.ESTIMATED), PassOptions.DEFAULT.withFastMath(true)).passes()
                .stream().collect(Collectors.toMap(Pass::name, Pass::purpose));
        var rewrites = compilation.rewrites().stream()
                .collect(Collectors.groupingBy(Rewrite::pass, Collectors.counting()));
        return compilation.stages().stream()
                .map(s -> new JsonObject().put("name", s.name()).put("nodes", s.graph().nodes().stream()
                        .filter(n -> !(n.op() instanceof Constant)).count())
                        .put("purpose", purposes.getOrDefault(s.name(), "as the file says"))
                        .put("rewrites", rewrites.getOrDefault(s.name(), 0L)))
                .toList();
    }

    private static JsonObject rewrite(Rewrite rewrite) {
        return new JsonObject().put("number", rewrite.number()).put("pass", rewrite.pass()).put("rule", rewrite.rule())
                .put("label", rewrite.label()).put("origins", rewrite.origin().names())
                .put("gone", ids(rewrite.removed())).put("made", ids(rewrite.added()))
                .put("before", lines(rewrite.removed()))
                .put("after", lines(rewrite.added()));
    }

    private static List<Integer> ids(List<Node> nodes) {
        return nodes.stream().flatMap(n -> n.outputs().stream()).map(Value::id).toList();
    }

    private static List<String> lines(List<Node> nodes) {
        ConstantSink named = data -> "0";
        return nodes.stream().map(n -> GraphPrinter.print(n, named)).toList();
    }
}
