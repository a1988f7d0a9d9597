package dev.sinter.ir;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A pattern of zeros in weights: blocks of neighbouring outputs and inputs that are zero as a whole or kept as a whole,
 * or N of each M neighbouring inputs of an output. Prints as {@code 4x1@0.90} or {@code 2:8} and parses back.
 *
 * @param outputs
 *            outputs of a block; of N:M 1
 * @param inputs
 *            inputs of a block; of N:M the M
 * @param kept
 *            of N:M the N; 0 for blocks
 * @param zeros
 *            part of the blocks that are zero, 0 to 1; of N:M the part of the weights
 */
public record Sparsity(int outputs, int inputs, int kept, double zeros) {
    private static final Pattern BLOCKS = Pattern.compile("(\\d+)x(\\d+)@([0-9.]+)");
    private static final Pattern SOME = Pattern.compile("([1-9]\\d*):([1-9]\\d*)");

    /**
     * Blocks.
     *
     * @param outputs
     *            outputs of a block
     * @param inputs
     *            inputs of a block
     * @param zeros
     *            part of the blocks that are zero, 0 to 1
     */
    public Sparsity(int outputs, int inputs, double zeros) {
        this(outputs, inputs, 0, zeros);
    }

    /**
     * Some of each few neighbouring inputs of an output.
     *
     * @param kept
     *            how many are kept at most
     * @param of
     *            of how many
     * @return the pattern
     */
    public static Sparsity some(int kept, int of) {
        return new Sparsity(1, of, kept, 1 - (double) kept / of);
    }

    /**
     * Reads a pattern.
     *
     * @param text
     *            such as {@code 4x1@0.90} or {@code 2:8}
     * @return the pattern
     * @throws IrException
     *             if it is none
     */
    public static Sparsity parse(String text) {
        var blocks = BLOCKS.matcher(text);
        if (blocks.matches()) {
            return new Sparsity(Integer.parseInt(blocks.group(1)), Integer.parseInt(blocks.group(2)),
                    Double.parseDouble(blocks.group(3)));
        }
        var some = SOME.matcher(text);
        if (some.matches()) {
            return some(Integer.parseInt(some.group(1)), Integer.parseInt(some.group(2)));
        }
        throw new IrException("a pattern such as 4x1@0.90 or 2:8 was expected, not '" + text + "'");
    }

    /** {@return whether this is a pattern of single weights, without any order} */
    public boolean unstructured() {
        return kept == 0 && outputs == 1 && inputs == 1;
    }

    /** {@return the pattern in words} */
    public String words() {
        if (kept > 0) {
            return "at most " + kept + " of every " + inputs + " neighbouring inputs kept";
        }
        return unstructured() ? "single weights, in no order"
                : "blocks of " + count(outputs, "output") + " x " + count(inputs, "input");
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    @Override
    public String toString() {
        return kept > 0 ? kept + ":" + inputs : String.format(Locale.ROOT, "%dx%d@%.2f", outputs, inputs, zeros);
    }
}
