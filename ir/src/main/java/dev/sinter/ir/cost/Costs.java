package dev.sinter.ir.cost;

import java.util.List;

/** Knows what ways cost. */
@FunctionalInterface
public interface Costs {
    /** Takes the estimates. */
    Costs ESTIMATED = question -> question.ways().stream().map(w -> new Cost(w.name(), w.nanos(), false)).toList();

    /**
     * What the ways of a question cost.
     *
     * @param question
     *            what is asked
     * @return a cost for each way, in order; all measured or none
     */
    List<Cost> of(Question question);

    /**
     * Costs by which one way is the answer to all questions of its kind.
     *
     * @param kind
     *            kind of the questions
     * @param way
     *            name of the answer
     * @return these costs but for that
     */
    default Costs forcing(String kind, String way) {
        return question -> !question.kind().equals(kind) ? of(question)
                : question.ways().stream()
                        .map(w -> new Cost(w.name(), w.name().equals(way) ? 0 : Double.MAX_VALUE, true)).toList();
    }
}
