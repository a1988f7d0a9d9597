package dev.sinter;

import dev.sinter.codegen.CodeGenerator;
import dev.sinter.codegen.CodegenOptions;
import dev.sinter.codegen.kernel.UnsupportedTypeException;
import dev.sinter.codegen.plan.PlanException;
import dev.sinter.frontend.dsl.DslException;
import dev.sinter.frontend.onnx.ImportOptions;
import dev.sinter.frontend.onnx.OnnxImportException;
import dev.sinter.frontend.onnx.export.OnnxExportException;
import dev.sinter.ir.Graph;
import dev.sinter.ir.IrException;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import dev.sinter.passes.PassListener;
import dev.sinter.passes.PassOptions;
import dev.sinter.passes.Pipeline;
import dev.sinter.passes.Rewrite;
import dev.sinter.runtime.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run through all stages; keeps what the passes tell. */
final class CompilationRun implements PassListener {
    private final PassOptions passes;
    private final Choices choices;
    private final Consumer<String> progress;
    private final List<Compilation.Stage> stages = new ArrayList<>();
    private final List<Rewrite> rewrites = new ArrayList<>();
    private @Nullable PassEvent pass; // null: nobody records
    private int rewritesBefore;
    private int stagesToCome;

    CompilationRun(PassOptions passes, Costs costs, Consumer<String> progress) {
        this.passes = passes;
        this.choices = new Choices(costs);
        this.progress = progress;
    }

    Compilation compile(ModelSource model, ImportOptions imports, CodegenOptions codegen) {
        var what = model.what();
        try {
            var event = CompileEvent.begun();
            pass = PassEvent.begun();
            progress.accept("reading " + what);
            var imported = model.read(imports);
            var pipeline = Pipeline.of(choices, passes);
            stagesToCome = pipeline.passes().size();
            var graph = pipeline.run(imported, passes, this);
            var generated = CodeGenerator.generate(graph, codegen, choices, progress);
            ended("generate", graph);
            var compilation = new Compilation(stages, rewrites, generated);
            if (event != null) {
                event.done(compilation);
            }
            return compilation;
        } catch (DslException | OnnxImportException | UnsupportedTypeException | PlanException | IrException
                | ArithmeticException e) {
            throw failure(what, e);
        }
    }

    /**
     * What users are told of a failure.
     *
     * @param what
     *            was compiled or written
     * @param problem
     *            what a stage raised
     * @return the exception to throw
     */
    static ModelException failure(String what, RuntimeException problem) {
        return switch (problem) {
            case DslException e -> new ModelException(e.getMessage(), e);
            // A cause tells that the file itself is damaged; without one, the importer understood it and declined.
            case OnnxImportException e when e.getCause() == null ->
                    new UnsupportedModelException(message(what, e), e.problems(), e);
            case OnnxExportException e -> new UnsupportedModelException(message(what, e), e.problems(), e);
            case UnsupportedTypeException e ->
                    new UnsupportedModelException(message(what, e), List.of(String.valueOf(e.getMessage())), e);
            case PlanException e ->
                    new UnsupportedModelException(message(what, e), List.of(String.valueOf(e.getMessage())), e);
            case ArithmeticException e -> new ModelException(
                    what + ": a tensor of more elements than can be counted: " + e.getMessage(), e);
            default -> new ModelException(message(what, problem), problem);
        };
    }

    private static String message(String what, RuntimeException problem) {
        var message = String.valueOf(problem.getMessage());
        return message.startsWith(what) ? message : what + ": " + message;
    }

    @Override
    public void rewritten(Rewrite rewrite) {
        rewrites.add(rewrite);
    }

    /** A stage has ended, and the next one begins. */
    private void ended(String stage, Graph graph) {
        if (pass != null) {
            pass.done(stage, graph.nodes().size(), rewrites.size() - rewritesBefore);
            pass = PassEvent.begun();
        }
        rewritesBefore = rewrites.size();
    }

    @Override
    public void stage(int number, String name, Graph graph) {
        ended(name, graph);
        progress.accept(number == 0 ? graph.nodes().size() + " nodes imported"
                : "pass " + number + " of " + stagesToCome + ", " + name);
        stages.add(new Compilation.Stage(number, name, graph));
    }
}
