package dev.sinter.passes;

import dev.sinter.ir.Graph;
import dev.sinter.ir.IrException;
import dev.sinter.ir.Verifier;
import dev.sinter.ir.cost.Choices;
import dev.sinter.ir.cost.Costs;
import java.util.ArrayList;
import java.util.List;

/**
 * Passes in an order.
 *
 * @param passes
 *            run one after the other
 */
public record Pipeline(List<Pass> passes) {
    private static final String RELAX_QUANTIZATION = "relax-quantization";
    private static final String RELAX_DIVISION = "relax-division";
    private static final String RELAX_SUMS = "relax-sums";

    /** Copies the list. */
    public Pipeline {
        passes = List.copyOf(passes);
    }

    /**
     * What every model goes through. Patterns are recognized on expressions read across the borders of maps (so it does
     * not matter how elementwise work is spread over nodes), from users to operands (so the largest pattern wins), and
     * before anything is fused (so shared values are still values). Only the recognizing passes and the one
     * that chooses layouts change rounding, each within the definition of what it changes; the others keep every result
     * to the bit.
     *
     * @return the list, choosing by estimates
     */
    public static Pipeline standard() {
        return standard(new Choices(Costs.ESTIMATED));
    }

    /**
     * {@linkplain #standard() What every model goes through}.
     *
     * @param choices
     *            makes and gets the choices by cost
     * @return the list
     */
    public static Pipeline standard(Choices choices) {
        return of(choices, PassOptions.DEFAULT);
    }

    /**
     * {@linkplain #standard() What every model goes through}, and what changes rounding where the options allow that.
     *
     * @param choices
     *            makes and gets the choices by cost
     * @param options
     *            whether there is fast math, and whether integers are exact
     * @return the list
     */
    public static Pipeline of(Choices choices, PassOptions options) {
        var allowed = new ArrayList<>(everything(choices));
        allowed.removeIf(pass -> switch (pass.name()) {
            case RELAX_QUANTIZATION -> options.keepsIntegers();
            case RELAX_DIVISION, RELAX_SUMS -> !options.fastMath();
            default -> false;
        });
        return new Pipeline(allowed);
    }

    private static List<Pass> everything(Choices choices) {
        return List.of(
                Pass.backward("drop-dead", "nothing is computed in vain",
                        new DropDead()),
                Pass.forward(RELAX_QUANTIZATION, "real numbers are not rounded to integers and back (if allowed)",
                        new RelaxQuantization()),
                Pass.forward("recognize-quantized", "products of dequantized operands are products of integers",
                        new RecognizeQuantizedConv(), new RecognizeQuantizedProduct()),
                Pass.forward("recognize-scaled", "dequantized weights stay integers",
                        new RecognizeScaledProduct(), new GatherFirst()),
                Pass.forward("fold-constants", "what is known is computed or taken; shape arithmetic is gone",
                        new FoldDefine(), new FoldDims(), new FoldConstants(), new InlineIf()),
                Pass.forward("simplify", "numbers are in expressions, views are composed, pools run along one axis",
                        new MergeEqual(), new InlineScalars(), new SimplifyMap(), new SimplifyDims(),
                        new ComposeViews(),
                        new DropIdentityView(), new DropExpand(), new SeparatePool()),
                Pass.backward("recognize-gelu", "GELU is one function",
                        new RecognizeGelu()),
                Pass.backward("recognize-hard-swish", "hard swish multiplies",
                        new RecognizeHardSwish()),
                Pass.backward("recognize-softmax", "softmax is one node",
                        new RecognizeSoftmax()),
                Pass.backward("recognize-normalize", "layer normalization is one node",
                        new RecognizeNormalize()),
                Pass.backward("recognize-attention", "attention is one node, heads are not transposed",
                        new RecognizeAttention()),
                Pass.forward("recognize-conv", "convolutions do what is done before and behind them by their weights",
                        new RecognizeScaledConv(), new RecognizeBlockConv()),
                Pass.forward("fold-quantization", "integer products need no zero point",
                        new DropZeroPoint(), new FoldQuantization()),
                Pass.forward(RELAX_DIVISION, "what was divided by constants is multiplied (if allowed)",
                        new RelaxDivision()),
                Pass.forward("fuse", "elementwise work is one map, or the epilogue of a product",
                        new MergeEqual(), new DropExpand(), new UnflattenProduct(), new FuseMaps(), new FuseEpilogue()),
                Pass.forward("tune-layout", "convolutions have their channels last",
                        new TuneLayout(choices), new PermuteAsReshape(), new ComposeViews(), new DropIdentityView(),
                        new FoldConstants()),
                Pass.forward("merge-products", "products of one operand are one product",
                        MergeProducts.real(), MergeProducts.integer(), MergeProducts.scaled()),
                Pass.forward("tidy", "what the passes left over is gone",
                        new FoldConstants(), new MergeEqual(), new InlineScalars(), new SimplifyMap(),
                        new SimplifyDims(),
                        new PermuteAsReshape(), new ComposeViews(), new DropIdentityView(), new FuseMaps(),
                        new FuseEpilogue()),
                Pass.backward("drop-channels", "channels without weights are not computed",
                        DropChannels.ofProducts(), DropChannels.ofConvolutions()),
                Pass.forward(RELAX_SUMS, "products are added unrounded (if allowed)",
                        new RelaxSums()),
                Pass.forward("find-patterns", "weights say what is special about them",
                        new FindPatterns()));
    }

    /**
     * Runs all passes.
     *
     * @param graph
     *            from an importer
     * @return the rewritten graph
     */
    public Graph run(Graph graph) {
        return run(graph, PassOptions.DEFAULT, PassListener.NONE);
    }

    /**
     * Runs passes.
     *
     * @param graph
     *            from an importer
     * @param options
     *            which passes and how many rewrites
     * @param listener
     *            told of every rewrite and stage
     * @return the rewritten graph
     * @throws IrException
     *             if {@code stopAfter} names no pass, a graph fails verification, or a rule goes on without end
     */
    public Graph run(Graph graph, PassOptions options, PassListener listener) {
        if (options.stopAfter() != null && passes.stream().noneMatch(p -> p.name().equals(options.stopAfter()))) {
            throw new IrException("pass '" + options.stopAfter() + "' was wanted last, there are "
                    + passes.stream().map(Pass::name).toList());
        }
        var count = new RewriteCount(options.rewriteLimit());
        var now = graph;
        int number = 0;
        listener.stage(number++, "import", now);
        for (var pass : passes) {
            now = RewriteEngine.run(pass, now, count, listener);
            if (options.verify()) {
                verify(now, pass);
            }
            listener.stage(number++, pass.name(), now);
            if (pass.name().equals(options.stopAfter())) {
                break;
            }
        }
        return now;
    }

    private static void verify(Graph graph, Pass pass) {
        try {
            Verifier.verify(graph);
        } catch (IrException e) {
            throw new IrException("after pass " + pass.name() + ": " + e.getMessage());
        }
    }
}
