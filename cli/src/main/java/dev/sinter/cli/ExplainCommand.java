package dev.sinter.cli;

import dev.sinter.codegen.KernelListing;
import dev.sinter.passes.Rewrite;
import dev.sinter.runtime.Form;
import dev.sinter.runtime.ModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sinter explain}: for every node where it came from and what became of it, for every kernel its code. */
@Command(name = "explain", mixinStandardHelpOptions = true,
        description = "Shows each node's IR line, ONNX nodes, rewrites and kernel, and each kernel's code.")
final class ExplainCommand extends Console implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL|JAR", description = "An ONNX file, a model text (.sinter), or a compiled jar.")
    private Path model = Path.of("");
    @Option(names = "--kernel", paramLabel = "NAME", description = "Shows this kernel only, with its bytecode.")
    private @Nullable String kernel;
    @Option(names = "--node", paramLabel = "NAME",
            description = "Shows the nodes whose method or ONNX node has NAME in it: what each rewrite took and put"
                    + " there, loop programs and bytecode.")
    private @Nullable String node;
    @Option(names = "--form", paramLabel = "FORM", defaultValue = "V512",
            description = "Whose bytecode: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Form form = Form.V512;
    @Option(names = "--javap", description = "Shows the bytecode of everything.")
    private boolean javap;
    @Mixin
    private CompileOptions options = new CompileOptions();

    /** Made by the command line parser. */
    ExplainCommand() {
    }

    @Override
    public Integer call() throws IOException {
        var source = Source.open(model, options, this);
        var image = source.image();
        var code = Disassembly.of(image, form);
        var kernels = source.kernels(image);
        var rewrites = source instanceof Source.Compiled c ? c.compilation().rewrites() : List.<Rewrite>of();
        var nodes = new NodeListing(Source.dump(image).lines().toList(), code, rewrites);
        if (kernel == null) {
            showNodes(nodes, kernels, code, rewrites);
        }
        if (node == null) {
            showKernels(kernels, nodes, code);
        }
        if (source instanceof Source.Jar) {
            err().println("A jar does not know its rewrites; explain the model for them.");
        }
        return 0;
    }

    private void showNodes(NodeListing nodes, List<KernelListing> kernels, Disassembly code, List<Rewrite> rewrites) {
        boolean found = false;
        for (var entry : nodes.nodes()) {
            if (node != null && !entry.method().contains(node) && !entry.irLine().contains(node)) {
                continue;
            }
            found = true;
            showNode(entry);
            var method = code.methods().get(entry.method());
            if (node != null) {
                showPrograms(entry, kernels, code);
            }
            if ((node != null || javap) && method != null) {
                out().println("  bytecode");
                out().println(method.text().indent(4).stripTrailing());
                for (var name : node == null ? List.<String>of() : entry.kernels()) {
                    out().println(code.text(name).indent(4).stripTrailing());
                }
            }
            out().println();
        }
        if (node != null && !found) {
            showGone(node, NodeListing.touching(rewrites, node));
        }
    }

    private void showNode(NodeListing.Entry entry) {
        out().println("node " + entry.method());
        out().println("  ir       " + entry.irLine());
        for (var origin : entry.origins()) {
            out().println("  onnx     " + origin);
        }
        entry.rewrites().forEach(this::showRewrite);
        for (var name : entry.kernels()) {
            out().println("  kernel   " + name);
        }
        if (!entry.kind().equals("kernel")) {
            out().println("  " + entry.kind().replaceFirst(" ", " ".repeat(9 - entry.kind().indexOf(' '))));
        }
    }

    /** One line; with what was there before and afterwards for a node asked for. */
    private void showRewrite(Rewrite rewrite) {
        out().println("  rewrite  " + rewrite.number() + " " + rewrite.pass() + "/" + rewrite.rule() + ": "
                + rewrite.label());
        if (node != null) {
            NodeListing.difference(rewrite).forEach(line -> out().println("           " + line));
        }
    }

    /** The loop programs of a node's kernels, and of those that they call. */
    private void showPrograms(NodeListing.Entry entry, List<KernelListing> kernels, Disassembly code) {
        var reached = code.reach(entry.method());
        for (var listing : kernels) {
            var method = code.kernel(listing.name());
            if (method != null && reached.contains(method.name())) {
                out().println("  program");
                out().println(listing.loopProgramText().indent(4).stripTrailing());
            }
        }
    }

    /** An ONNX node that is no part of any node left: how it went. */
    private void showGone(String name, List<Rewrite> touching) {
        if (touching.isEmpty()) {
            throw new ModelException("no node has '" + name + "' in the name of its method or its ONNX nodes");
        }
        out().println("gone " + name);
        touching.forEach(this::showRewrite);
    }

    private void showKernels(List<KernelListing> kernels, NodeListing nodes, Disassembly code) {
        boolean found = false;
        for (var listing : kernels) {
            var method = code.kernel(listing.name());
            boolean meant = listing.name().equals(kernel) || method != null && method.name().equals(kernel);
            if (kernel != null && !meant) {
                continue;
            }
            found = true;
            out().println("kernel " + listing.name());
            for (var user : method == null ? List.<NodeListing.Entry>of() : nodes.users(method)) {
                out().println("  used by  " + user.method() + "  // " + String.join(" + ", user.origins()));
            }
            out().println(listing.loopProgramText().indent(2).stripTrailing());
            if ((kernel != null || javap) && method != null) {
                out().println(code.text(method.name()).indent(2).stripTrailing());
            }
            out().println();
        }
        if (kernel != null && !found) {
            throw new ModelException("no kernel '" + kernel + "'; there are "
                    + kernels.stream().map(KernelListing::name).toList());
        }
    }
}
