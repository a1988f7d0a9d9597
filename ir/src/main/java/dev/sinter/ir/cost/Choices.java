package dev.sinter.ir.cost;

import dev.sinter.ir.Origin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the choices of one compilation and remembers them; whoever chooses by cost asks here. */
public final class Choices {
    /** Part of a measured time that another way must save: what a timer can't tell apart. */
    private static final double NOISE = 0.03;

    /** A choice made again for the same node takes the place of the earlier one. */
    private record Key(String kind, String about, @Nullable Sample sample) {
    }

    private final Costs costs;
    private final Map<Key, Choice> made = new LinkedHashMap<>();

    /**
     * Nothing is chosen yet.
     *
     * @param costs
     *            what ways cost
     */
    public Choices(Costs costs) {
        this.costs = costs;
    }

    /**
     * What the ways of a question cost, where the question is part of a larger one.
     *
     * @param question
     *            what is asked
     * @return a cost for each way, in order; all measured or none
     */
    public List<Cost> costs(Question question) {
        return costs.of(question);
    }

    /**
     * Answers a question and remembers the answer.
     *
     * @param question
     *            what is asked
     * @param about
     *            the node it is asked for
     * @return the name of the way to take
     */
    public String pick(Question question, Origin about) {
        var considered = costs.of(question);
        var first = considered.getFirst();
        var best = considered.stream().min((a, b) -> Double.compare(a.nanos(), b.nanos())).orElse(first);
        double gain = first.measured() ? NOISE : question.gain();
        boolean worth = best.nanos() < (1 - gain) * first.nanos();
        var picked = worth ? best : first;
        made(question, about, considered, picked.way(), picked.nanos() == best.nanos() ? "less time"
                : String.format("a gain of more than %.0f %% was wanted", 100 * gain));
        return picked.way();
    }

    /**
     * Remembers a choice.
     *
     * @param question
     *            what was asked
     * @param about
     *            the node it was asked for
     * @param considered
     *            what the ways cost
     * @param picked
     *            name of the way taken
     * @param why
     *            why that one, in a few words
     */
    public void made(Question question, Origin about, List<Cost> considered, String picked, String why) {
        var choice = new Choice(question.kind(), about.first(), considered, picked, why);
        made.put(new Key(question.kind(), about.first(), question.ways().getFirst().sample()), choice);
    }

    /** {@return the choices in the order in which they were first made} */
    public List<Choice> made() {
        return List.copyOf(made.values());
    }
}
