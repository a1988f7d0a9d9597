package dev.sinter.ir;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A pattern of zeros in weights: blocks of neighbouring outputs and inputs that are zero as a whole or kept as a whole.
 * Prints as {@code 4x1@0.90} and parses back.
 *
 * @param outputs
 *            outputs of a block
 * @param inputs
 *            inputs of a block
 * @param zeros
 *            part of the blocks that are zero, 0 to 1
 */
public record Sparsity(int outputs, int inputs, double zeros) {
    private static final Pattern TEXT = Pattern.compile("(\\d+)x(\\d+)@([0-9.]+)");

    /**
     * Reads a pattern.
     *
     * @param text
     *            such as {@code 4x1@0.90}
     * @return the pattern
     * @throws IrException
     *             if it is none
     */
    public static Sparsity parse(String text) {
        var match = TEXT.matcher(text);
        if (!match.matches()) {
            throw new IrException("a pattern such as 4x1@0.90 was expected, not '" + text + "'");
        }
        return new Sparsity(Integer.parseInt(match.group(1)), Integer.parseInt(match.group(2)),
                Double.parseDouble(match.group(3)));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%dx%d@%.2f", outputs, inputs, zeros);
    }
}
