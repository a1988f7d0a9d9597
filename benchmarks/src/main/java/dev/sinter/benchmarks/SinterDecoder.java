package dev.sinter.benchmarks;

import dev.sinter.runtime.Model;
import dev.sinter.runtime.Outputs;
import dev.sinter.runtime.Tensor;
import dev.sinter.runtime.Value;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sinter in a greedy decode loop: each run goes on from the prompt's cache, the outputs of a step are inputs of the
 * next.
 */
final class SinterDecoder implements Side {
    private final Model model;
    private final Outputs prompt;
    private final int length;
    private Outputs last;

    /**
     * Takes a model over and reads the prompt.
     *
     * @param model a model, closed with this
     * @param feeds the prompt
     */
    SinterDecoder(Model model, List<Feed> feeds) {
        this.model = model;
        var inputs = new HashMap<String, Value>();
        int tokens = 0;
        for (Feed feed : feeds) {
            inputs.put(feed.name(), SinterSide.tensor(feed));
            if (feed.name().equals(DecodeNames.IDS)) {
                tokens = (int) feed.shape()[1];
            }
        }
        this.length = tokens;
        this.prompt = model.run(inputs);
        this.last = prompt;
    }

    @Override
    public void run() {
        last = prompt;
        for (int step = 0; step < DecodeNames.TOKENS; step++) {
            last = step(last, length + step);
        }
    }

    private Outputs step(Outputs before, int past) {
        var mask = new long[past + 1];
        Arrays.fill(mask, 1);
        var inputs = new HashMap<String, Value>();
        inputs.put(DecodeNames.IDS, Tensor.of(new long[]{best(before.tensor(DecodeNames.LOGITS))}, 1, 1));
        inputs.put(DecodeNames.MASK, Tensor.of(mask, 1, past + 1));
        inputs.put(DecodeNames.POSITIONS, Tensor.of(new long[]{past}, 1, 1));
        before.forEach((name, value) -> {
            if (name.startsWith(DecodeNames.PRESENT)) {
                inputs.put(DecodeNames.PAST + name.substring(DecodeNames.PRESENT.length()), value);
            }
        });
        return model.run(inputs);
    }

    /** The likeliest token behind the last position. */
    private static int best(Tensor logits) {
        float[] all = (float[]) logits.array();
        int from = all.length - (int) logits.dim(2);
        int best = from;
        for (int i = from + 1; i < all.length; i++) {
            best = all[i] > all[best] ? i : best;
        }
        return best - from;
    }

    @Override
    public int calls() {
        return DecodeNames.TOKENS;
    }

    @Override
    public Map<String, double[]> outputs() {
        return SinterSide.numbers(last);
    }

    @Override
    public void close() {
        model.close();
    }
}
