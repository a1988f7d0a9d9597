package dev.sinter.ir.cost;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A choice the compiler made. Prints as {@code choice winograd of "/conv1": f4; direct 310.2 us, f4 120.5 us, measured;
 * less time} and parses back.
 *
 * @param kind
 *            what was asked
 * @param about
 *            the model's node it was asked for
 * @param costs
 *            the ways considered, and what each costs
 * @param picked
 *            name of the way taken
 * @param why
 *            why that one, in a few words
 */
public record Choice(String kind, String about, List<Cost> costs, String picked, String why) {
    private static final double MICRO = 1000;
    private static final Pattern TEXT =
            Pattern.compile("choice (\\S+) of \"(.*)\": (\\S+); (.*), (estimated|measured); (.*)");
    private static final Pattern COST = Pattern.compile("(\\S+) ([0-9.]+) us");

    /** Copies the list. */
    public Choice {
        costs = List.copyOf(costs);
    }

    /** {@return whether the costs are measured, not estimated} */
    public boolean measured() {
        return costs.stream().allMatch(Cost::measured);
    }

    /**
     * Finds choices in a text.
     *
     * @param text
     *            in which each choice is a line
     * @return the choices in order; lines that are none are left out
     */
    public static List<Choice> parse(String text) {
        var choices = new ArrayList<Choice>();
        text.lines().map(TEXT::matcher).filter(m -> m.matches()).forEach(m -> {
            boolean measured = m.group(5).equals("measured");
            var costs = COST.matcher(m.group(4)).results()
                    .map(c -> new Cost(c.group(1), Double.parseDouble(c.group(2)) * MICRO, measured)).toList();
            choices.add(new Choice(m.group(1), m.group(2), costs, m.group(3), m.group(6)));
        });
        return choices;
    }

    @Override
    public String toString() {
        return "choice " + kind + " of \"" + about + "\": " + picked + "; "
                + costs.stream().map(c -> String.format(Locale.ROOT, "%s %.1f us", c.way(), c.nanos() / MICRO))
                        .collect(Collectors.joining(", "))
                + ", " + (measured() ? "measured" : "estimated") + "; " + why;
    }
}
