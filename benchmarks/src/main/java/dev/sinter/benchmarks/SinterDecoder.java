package dev.sinter.benchmarks;

import dev.sinter.runtime.Model;
import dev.sinter.runtime.Outputs;
import dev.sinter.runtime.Session;
import dev.sinter.runtime.StateInfo;
import dev.sinter.runtime.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Sinter in a greedy decode loop: each run goes on from the prompt's cache, which the session keeps in place. */
final class SinterDecoder implements Side {
    private final Model model;
    private final Session session;
    private final int length;
    private final int first;
    private Outputs last;

    /**
     * Takes a model over and reads the prompt.
     *
     * @param model a model, closed with this
     * @param feeds the prompt
     */
    SinterDecoder(Model model, List<Feed> feeds) {
        this.model = model;
        var states = model.states().stream().map(StateInfo::input).collect(Collectors.toSet());
        int tokens = 0;
        for (Feed feed : feeds) {
            if (feed.name().equals(DecodeNames.IDS)) {
                tokens = (int) feed.shape()[1];
            }
        }
        this.length = tokens;
        this.session = model.newSession().keepState(tokens + DecodeNames.TOKENS);
        for (Feed feed : feeds) {
            if (!states.contains(feed.name())) {
                session.set(feed.name(), SinterSide.tensor(feed));
            }
        }
        this.last = session.run();
        this.first = DecodeNames.next(best(last.tensor(DecodeNames.LOGITS)), DecodeNames.TOKENS);
    }

    @Override
    public void run() {
        session.truncateState(length);
        int token = first;
        for (int step = 0; step < DecodeNames.TOKENS; step++) {
            step(token, length + step);
            token = DecodeNames.next(best(last.tensor(DecodeNames.LOGITS)), step);
        }
    }

    private void step(int token, int past) {
        var mask = new long[past + 1];
        Arrays.fill(mask, 1);
        last = session.set(DecodeNames.IDS, Tensor.of(new long[]{token}, 1, 1))
                .set(DecodeNames.MASK, Tensor.of(mask, 1, past + 1))
                .set(DecodeNames.POSITIONS, Tensor.of(new long[]{past}, 1, 1)).run();
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
        var numbers = SinterSide.numbers(last);
        model.states().forEach(s -> numbers.put(s.output(), session.state(s.output()).toDoubles()));
        return numbers;
    }

    @Override
    public void close() {
        model.close();
    }
}
