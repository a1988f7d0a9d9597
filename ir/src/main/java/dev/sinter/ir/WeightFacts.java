package dev.sinter.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is special about a matrix of weights. Prints as {@code 768x3072 zeros=0.9001 pattern=4x1@0.90 zero-inputs=3} and
 * parses back; what is not special is left out.
 *
 * @param outputs
 *            results that the matrix makes
 * @param inputs
 *            factors of a result
 * @param zeros
 *            part of the weights that is 0, to four digits
 * @param pattern
 *            order in the zeros; null where there are none, or where they are whole outputs and inputs
 * @param reordered
 *            whether the blocks of the pattern are of outputs that need not be neighbours
 * @param zeroOutputs
 *            outputs with no other weight than 0
 * @param zeroInputs
 *            inputs with no other weight than 0
 * @param values
 *            number of different values, at most {@value #MOST_VALUES}; 0 where there are more
 * @param powers
 *            whether all weights are powers of two, negative ones too, or 0
 * @param rank
 *            columns of two factors whose product the weights are; 0 where no small number is known
 */
public record WeightFacts(int outputs, int inputs, double zeros, @Nullable Sparsity pattern, boolean reordered,
        int zeroOutputs, int zeroInputs, int values, boolean powers, int rank) {
    /** More different values than this are none worth counting: an index into them would take more than a byte. */
    public static final int MOST_VALUES = 256;
    private static final double DIGITS = 1e4;
    private static final String ZEROS = "zeros";
    private static final String PATTERN = "pattern";
    private static final String REORDERED = "reordered";
    private static final String ZERO_OUTPUTS = "zero-outputs";
    private static final String ZERO_INPUTS = "zero-inputs";
    private static final String VALUES = "values";
    private static final String POWERS = "powers";
    private static final String RANK = "rank";
    private static final Set<String> WORDS =
            Set.of(ZEROS, PATTERN, REORDERED, ZERO_OUTPUTS, ZERO_INPUTS, VALUES, POWERS, RANK);
    private static final Pattern SIZES = Pattern.compile("(\\d+)x(\\d+)");

    /** Rounds the part that is 0 to the digits that are printed, and the pattern's, too. */
    public WeightFacts {
        zeros = Math.rint(zeros * DIGITS) / DIGITS;
        pattern = pattern == null ? null : Sparsity.parse(pattern.toString());
    }

    /** {@return whether anything is special} */
    public boolean special() {
        return zeros > 0 || zeroOutputs > 0 || zeroInputs > 0 || values > 0 || powers || rank > 0;
    }

    /**
     * Reads facts.
     *
     * @param text
     *            as {@link #toString} writes it
     * @return the facts
     * @throws IrException
     *             if they are none
     */
    public static WeightFacts parse(String text) {
        var words = List.of(text.split(" "));
        var sizes = SIZES.matcher(words.getFirst());
        if (!sizes.matches()) {
            throw new IrException("facts such as '768x3072 zeros=0.9000' were expected, not '" + text + "'");
        }
        var facts = new HashMap<String, String>();
        for (var word : words.subList(1, words.size())) {
            var sides = word.split("=", 2);
            if (!WORDS.contains(sides[0])) {
                throw new IrException("no fact of weights: '" + word + "'");
            }
            facts.put(sides[0], sides.length < 2 ? "" : sides[1]);
        }
        try {
            return new WeightFacts(Integer.parseInt(sizes.group(1)), Integer.parseInt(sizes.group(2)),
                    Double.parseDouble(facts.getOrDefault(ZEROS, "0")),
                    facts.containsKey(PATTERN) ? Sparsity.parse(facts.get(PATTERN)) : null,
                    facts.containsKey(REORDERED), number(facts, ZERO_OUTPUTS), number(facts, ZERO_INPUTS),
                    number(facts, VALUES), facts.containsKey(POWERS), number(facts, RANK));
        } catch (NumberFormatException e) {
            throw new IrException("numbers were expected in '" + text + "'", e);
        }
    }

    private static int number(Map<String, String> facts, String word) {
        return Integer.parseInt(facts.getOrDefault(word, "0"));
    }

    /** {@return the facts in words, such as {@code 90.0 % zeros in blocks of 4 outputs x 1 input}} */
    public String words() {
        var parts = new ArrayList<String>();
        if (zeros > 0) {
            parts.add(String.format(Locale.ROOT, "%.1f %% zeros", 100 * zeros) + (pattern == null ? ""
                    : (pattern.kept() > 0 ? ", " : pattern.unstructured() ? " of " : " in ") + pattern.words()
                            + (reordered ? ", of outputs that are not neighbours" : "")));
        }
        if (zeroOutputs > 0) {
            parts.add(zeroOutputs + " of " + outputs + " outputs have no weights");
        }
        if (zeroInputs > 0) {
            parts.add(zeroInputs + " of " + inputs + " inputs have no weights");
        }
        if (values > 0) {
            parts.add(values + (values == 1 ? " value" : " different values"));
        }
        if (powers) {
            parts.add("powers of two");
        }
        if (rank > 0) {
            parts.add("rank " + rank);
        }
        return String.join("; ", parts);
    }

    @Override
    public String toString() {
        var text = new StringBuilder(outputs + "x" + inputs);
        if (zeros > 0) {
            text.append(String.format(Locale.ROOT, " %s=%.4f", ZEROS, zeros));
        }
        if (pattern != null) {
            text.append(' ').append(PATTERN).append('=').append(pattern).append(reordered ? " " + REORDERED : "");
        }
        add(text, ZERO_OUTPUTS, zeroOutputs);
        add(text, ZERO_INPUTS, zeroInputs);
        add(text, VALUES, values);
        text.append(powers ? " " + POWERS : "");
        add(text, RANK, rank);
        return text.toString();
    }

    private static void add(StringBuilder text, String name, int number) {
        if (number > 0) {
            text.append(' ').append(name).append('=').append(number);
        }
    }
}
