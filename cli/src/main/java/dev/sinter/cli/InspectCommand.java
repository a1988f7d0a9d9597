package dev.sinter.cli;

import dev.sinter.Compilation;
import dev.sinter.cli.report.HtmlReport;
import dev.sinter.codegen.KernelListing;
import dev.sinter.codegen.NodeShares;
import dev.sinter.ir.Graph;
import dev.sinter.ir.GraphPrinter;
import dev.sinter.ir.cost.Choice;
import dev.sinter.runtime.LibraryInfo;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.ModelImage;
import dev.sinter.runtime.ModelInfo;
import dev.sinter.runtime.RunOptions;
import dev.sinter.runtime.ValueInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sinter inspect}: what a model is before and after the passes, or what a jar holds. */
@Command(name = "inspect", mixinStandardHelpOptions = true,
        description = "Shows inputs, outputs, symbols, kernels, sizes, and the graph before and after the passes.")
final class InspectCommand extends Console implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL|JAR", description = "An ONNX file, a model text (.sinter), or a compiled jar.")
    private Path model = Path.of("");
    @Option(names = "--at", paramLabel = "NAME=N[,NAME=N]",
            description = "Sizes to show the memory of a call for; may be repeated. A symbol left out has its least"
                    + " value; with --html, 1 for the first of an input, else 128.")
    private List<String> sizes = new ArrayList<>();
    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;
    @Option(names = "--html", paramLabel = "FILE", description = "Writes a page that shows everything: the graph as a"
            + " picture, the nodes' work, kernels and times, memory, choices, rewrites.")
    private @Nullable Path html;
    @Option(names = "--no-measure", description = "Leaves the times out of the page: the model is not run.")
    private boolean noMeasure;
    @Option(names = "--measure-seconds", paramLabel = "S", defaultValue = "6",
            description = "How long to run the model to take the times of the page, when HotSpot has compiled its kernels"
                    + " (default: ${DEFAULT-VALUE}).")
    private double seconds = 6;
    @Mixin
    private CompileOptions options = new CompileOptions();

    /** Made by the command line parser. */
    InspectCommand() {
    }

    @Override
    public Integer call() throws IOException {
        var source = Source.open(model, options, this);
        var image = source.image();
        if (html != null) {
            report(source, image, html);
        } else if (json) {
            out().println(json(source, image).put("arenaBytes", arenaBytes(image)));
        } else {
            summary(image, source.kernels(image));
            shares(source, image);
            var choices = Choice.parse(Source.dump(image));
            choices.forEach(out()::println);
            var layers = LayerWords.of(source.graph(), choices);
            if (!layers.isEmpty()) {
                section("layers", String.join("\n", layers));
            }
            switch (source) {
                case Source.Compiled(var file, var compilation) -> graphs(compilation);
                case Source.Jar(var file) -> section("graph", Source.dump(image));
            }
        }
        return 0;
    }

    private void report(Source source, ModelImage image, Path page) throws IOException {
        if (!(seconds > 0)) {
            throw wrong("--measure-seconds: a positive number was expected, got " + seconds);
        }
        if (sizes.size() > 1) {
            throw wrong("--at: one set of sizes was expected with --html, got " + sizes.size());
        }
        var info = image.info();
        var given = values(info, sizes.isEmpty() ? "" : sizes.getFirst());
        var subject = new HtmlReport.Subject(String.valueOf(model.getFileName()), image, Source.dump(image),
                source instanceof Source.Compiled c ? c.compilation() : null, source.kernels(image));
        try (var loaded = source.load(RunOptions.defaults())) {
            if (!noMeasure) {
                progress().accept("running the model for " + seconds + " s, when HotSpot has compiled it");
            }
            var report = HtmlReport.of(subject, loaded, given, noMeasure ? 0 : seconds);
            report.problem().ifPresent(why -> err().println("The page has no times: " + why
                    + (info.symbols().isEmpty() ? "" : "; --at NAME=N chooses sizes")));
            report.doubt().ifPresent(why -> err().println(why + " --measure-seconds takes more time."));
            Files.writeString(page, report.page());
        }
        out().println(page);
    }

    /** Scratch elements depend on the call's shapes, so allocations are counted by the arena they lie in. */
    private static Map<String, Long> scratch(ModelInfo info) {
        return Stream.concat(info.allocations().stream(),
                info.script().blocks().stream().flatMap(b -> b.allocations().stream()))
                .collect(Collectors.groupingBy(a -> a.storage().label(), TreeMap::new, Collectors.counting()));
    }

    /** Bytes of all arenas together for each set of sizes asked for, or for the least there are. */
    private Map<String, Long> arenaBytes(ModelImage image) {
        var bytes = new LinkedHashMap<String, Long>();
        try (var model = Model.define(image)) {
            for (var text : sizes.isEmpty() ? List.of("") : sizes) {
                var given = values(image.info(), text);
                var all = image.info().symbols().stream()
                        .map(s -> s.name() + "=" + given.getOrDefault(s.name(), s.min()))
                        .collect(Collectors.joining(", "));
                model.arenaBytes(given).ifPresent(sum -> bytes.put(all, sum));
            }
        }
        return bytes;
    }

    private Map<String, Long> values(ModelInfo info, String text) {
        var values = new LinkedHashMap<String, Long>();
        for (var part : text.isEmpty() ? new String[0] : text.split(",")) {
            var sides = part.split("=", 2);
            var symbol = info.symbols().stream().filter(s -> s.name().equals(sides[0].strip())).findFirst()
                    .orElseThrow(() -> wrong("--at " + part + ": the model has no symbol " + sides[0]));
            try {
                values.put(symbol.name(), Long.parseLong(sides.length < 2 ? "" : sides[1].strip()));
            } catch (NumberFormatException e) {
                throw wrong("--at " + part + ": NAME=N was expected");
            }
        }
        return values;
    }

    private void summary(ModelImage image, List<KernelListing> kernels) {
        var info = image.info();
        out().println("model    " + info.name() + " (" + info.className() + ")");
        info.inputs().forEach(v -> out().println("input    " + v));
        info.outputs().forEach(v -> out().println("output   " + v));
        info.symbols().stream().filter(s -> !s.isCapacity())
                .forEach(s -> out().println("symbol   " + s.name() + ": " + s.min() + " to " + s.max()));
        info.states().forEach(s -> out().println("state    " + s));
        out().println("weights  " + info.weightsBytes() + " bytes");
        out().println("classes  " + image.classes().size() + ", " + image.classBytes() + " bytes");
        scratch(info).forEach((arena, count) -> out().println("arena    " + arena + ": " + count + " allocations"));
        arenaBytes(image).forEach((at, bytes) -> out().println("memory   " + bytes + " bytes of arenas a call"
                + (at.isEmpty() ? "" : " with " + at)));
        for (var kernel : kernels) {
            int users = kernel.usedByNodes().size();
            out().println("kernel   " + kernel.name()
                    + (users == 0 ? "" : ", used by " + users + (users == 1 ? " node" : " nodes")));
        }
    }

    /** What became of the ONNX nodes; those that the passes folded away are free. */
    private static NodeShares count(Source source, ModelImage image) {
        return switch (source) {
            case Source.Compiled(var file, var compilation) -> {
                var before = new HashSet<String>();
                origins(compilation.imported(), before);
                var after = new HashSet<String>();
                origins(compilation.optimized(), after);
                before.removeAll(after);
                yield compilation.generated().shares().plusFree(before.size());
            }
            case Source.Jar(var file) -> NodeShares.parse(Source.dump(image));
        };
    }

    private static void origins(Graph graph, Set<String> names) {
        for (var node : graph.nodes()) {
            names.addAll(node.origin().names());
            node.regions().forEach(region -> origins(region, names));
        }
    }

    private void shares(Source source, ModelImage image) {
        var shares = count(source, image);
        out().println(String.format(Locale.ROOT,
                "nodes    %d: %d emitted kernels, %d free, %d library routines, %d control flow;"
                        + " %.1f %% emitted or free",
                shares.total(), shares.kernels(), shares.free(), shares.library(), shares.control(),
                100 * shares.emitted()));
        image.info().script().calls().stream()
                .collect(Collectors.groupingBy(LibraryInfo::routine, TreeMap::new, Collectors.counting()))
                .forEach((routine, calls) -> out().println("library  " + routine + ", " + calls
                        + (calls == 1 ? " call" : " calls")));
        if (image.info().script().exists()) {
            out().println("script   " + image.info().script().blocks().size() + " blocks");
        }
    }

    private static Map<String, Long> operations(Graph graph) {
        var counts = graph.nodes().stream()
                .collect(Collectors.groupingBy(n -> n.op().mnemonic(), Collectors.counting()));
        var sorted = new LinkedHashMap<String, Long>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .forEach(e -> sorted.put(e.getKey(), e.getValue()));
        return sorted;
    }

    private static String counts(Graph graph) {
        return graph.nodes().size() + " nodes: " + operations(graph).entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue()).collect(Collectors.joining(", "));
    }

    private void graphs(Compilation compilation) {
        for (var stage : compilation.stages()) {
            out().println("stage    %02d %s: %s".formatted(stage.number(), stage.name(), counts(stage.graph())));
        }
        out().println("rewrites " + compilation.rewrites().size());
        section("graph before all passes", GraphPrinter.print(compilation.imported()));
        section("graph after all passes", GraphPrinter.print(compilation.optimized()));
        section("plan", compilation.generated().planText());
    }

    private void section(String title, String text) {
        out().println();
        out().println("--- " + title);
        out().println(text.stripTrailing());
    }

    private static JsonObject json(Source source, ModelImage image) throws IOException {
        var info = image.info();
        var object = new JsonObject().put("name", info.name()).put("className", info.className());
        object.put("inputs", info.inputs().stream().map(InspectCommand::json).toList());
        object.put("outputs", info.outputs().stream().map(InspectCommand::json).toList());
        object.put("symbols", ModelJson.symbols(info));
        object.put("weightsBytes", info.weightsBytes()).put("classes", image.classes().size());
        object.put("classBytes", image.classBytes()).put("allocations", scratch(info));
        var shares = count(source, image);
        object.put("nodes", new JsonObject().put("kernels", shares.kernels()).put("free", shares.free())
                .put("library", shares.library()).put("control", shares.control()));
        object.put("routines", image.info().script().calls().stream().map(LibraryInfo::routine).toList());
        object.put("kernels", source.kernels(image).stream()
                .map(k -> new JsonObject().put("name", k.name()).put("usedBy", k.usedByNodes())).toList());
        object.put("weights", weights(source.graph()).toList());
        object.put("choices", Choice.parse(Source.dump(image)).stream().map(ModelJson::of).toList());
        switch (source) {
            case Source.Compiled(var file, var c) -> object
                    .put("stages", c.stages().stream().map(s -> new JsonObject().put("number", s.number())
                            .put("name", s.name()).put("operations", operations(s.graph()))).toList())
                    .put("rewrites", c.rewrites().size()).put("before", GraphPrinter.print(c.imported()))
                    .put("after", GraphPrinter.print(c.optimized())).put("plan", c.generated().planText());
            case Source.Jar(var file) -> object.put("after", Source.dump(image));
        }
        return object;
    }

    /** What is special about the weights of nodes. */
    private static Stream<JsonObject> weights(Graph graph) {
        return graph.nodes().stream().flatMap(n -> Stream.concat(
                LayerWords.facts(n).stream().map(f -> new JsonObject().put("about", n.origin().first())
                        .put("facts", f.toString()).put("words", f.words())),
                n.regions().stream().flatMap(InspectCommand::weights)));
    }

    private static JsonObject json(ValueInfo value) {
        var object = new JsonObject().put("name", value.name());
        return value.isRankedTensor()
                ? object.put("type", value.dtype().label())
                        .put("shape", value.dims().stream().map(Object::toString).toList())
                : object.put("type", value.type().toString());
    }
}
