package dev.sinter.codegen.kernel;

import dev.sinter.codegen.loop.Body;
import dev.sinter.codegen.loop.Elem;
import dev.sinter.codegen.loop.Prim;
import dev.sinter.codegen.loop.Stmt.Range;
import dev.sinter.codegen.loop.Term;
import dev.sinter.codegen.loop.VType;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Integers of a few bits in panels of sixteen columns: {@code i32[ceil(N/16)][words][16]}, a lane's word holds consecutive
 * elements of its column, the first one lowest, each as its distance from the least. A block of k begins at a multiple of
 * {@value #STEP} elements.
 *
 * <p>
 * A field becomes a real number where it lies: above it the bits of an exponent are set so that the field's lowest bit
 * counts 1, and what that adds is taken off. Both are exact.
 *
 * @param bits
 *            of a field: 1, 2, 4 or 8
 * @param least
 *            what a field of zeros stands for
 */
public record LowBits(int bits, int least) {
    /** Fields that are taken from a word together. */
    static final int STEP = 4;
    private static final int MANTISSA = 23;
    private static final int BIAS = 127;
    /** Vectors of words, in which the fields wanted are the lowest. */
    private static final String WORD = "word";

    /**
     * The smallest form that holds some numbers.
     *
     * @param least
     *            the least of them
     * @param most
     *            the greatest, less than 256 above it
     * @return the form
     */
    public static LowBits holding(long least, long most) {
        int bits = 1;
        while (most - least >= 1L << bits) {
            bits *= 2;
        }
        if (bits > 8) {
            throw new IllegalArgumentException("at most 8 bits were expected for " + least + " to " + most);
        }
        return new LowBits(bits, Math.toIntExact(least));
    }

    /** {@return fields of a word} */
    int fields() {
        return 32 / bits;
    }

    /** {@return distance of blocks, in fields} */
    static int distance(int block) {
        return (block + STEP - 1) / STEP * STEP;
    }

    /**
     * Words of a column.
     *
     * @param k
     *            elements of a column
     * @param block
     *            elements of a block
     * @return how many words they take
     */
    int words(int k, int block) {
        if (k == 0) {
            return 0;
        }
        int last = (k - 1) / block;
        return (last * distance(block) + k - last * block + fields() - 1) / fields();
    }

    /**
     * Packs a matrix.
     *
     * @param k
     *            its rows
     * @param n
     *            its columns
     * @param block
     *            rows of a block
     * @param element
     *            its elements by their place, row-major
     * @return {@code i32[ceil(N/16)][words][16]}; columns beyond N hold zeros
     */
    public int[] pack(int k, int n, int block, IntUnaryOperator element) {
        int words = words(k, block);
        int lanes = VType.LANES;
        var out = new int[Math.multiplyExact((n + lanes - 1) / lanes * lanes, words)];
        for (int row = 0; row < k; row++) {
            int place = row / block * distance(block) + row % block;
            int word = place / fields();
            int shift = place % fields() * bits;
            for (int column = 0; column < n; column++) {
                int at = (column / lanes * words + word) * lanes + column % lanes;
                out[at] |= (element.applyAsInt(row * n + column) - least) << shift;
            }
        }
        return out;
    }

    // ---- decoding

    /** Names what decoding fields takes, for a whole tile. */
    void constants(Body b, int fields) {
        for (int f = 0; f < fields; f++) {
            var place = place(f);
            if (place == f) {
                int shift = f * bits;
                int one = MANTISSA - shift;
                b.let("mask" + f, new Term.Lit(0, (1L << bits) - 1 << shift, VType.I32X16));
                b.let("power" + f, new Term.Lit(0, (long) (BIAS + one) << MANTISSA, VType.I32X16));
                b.let("over" + f, Term.f32((double) (1L << one) - least, VType.LANES));
            }
        }
    }

    /** The field whose place a field is shifted to before it is decoded: itself where it lies within a mantissa. */
    private int place(int field) {
        int together = Math.min(fields(), MANTISSA / bits);
        return field % together;
    }

    /**
     * Names the words of panels that hold some fields from element {@code place} on, the first of them lowest.
     *
     * @param panels
     *            subscript of panels
     * @param w
     *            the words
     * @param first
     *            each panel's first word
     * @param place
     *            a multiple of {@code count}
     * @param count
     *            fields wanted, a divisor of a word's
     */
    void words(Body b, Range panels, Access.Memory w, Term first, Term place, int count) {
        var word = Term.of(Prim.USHR, place, Term.i32(Integer.numberOfTrailingZeros(fields())));
        Term at = first.plus(word.wide().times(Term.i64(VType.LANES)));
        Term value = new Term.Load(w.buffer().name(), at, VType.I32X16, null);
        if (count == fields()) {
            b.letAll(WORD, List.of(panels), value);
            return;
        }
        b.letAll("whole", List.of(panels), value);
        var shift = Term.of(Prim.AND, place, Term.i32(fields() - 1)).times(bits);
        b.letAll(WORD, List.of(panels),
                Term.of(Prim.USHR, Term.ref("whole", Term.ref(panels.name())), b.let("shift", shift)));
    }

    /**
     * A field of the words, as the number of one of {@code values}.
     *
     * @param field
     *            counted from the lowest
     * @param panel
     *            subscript of the panel
     * @param low
     *            i32 values as {@link Prim#LOOKUP} takes them, the same over and over
     * @param high
     *            those behind them
     */
    Term picked(int field, Term panel, Term low, Term high) {
        Term word = Term.ref(WORD, panel);
        Term moved = field == 0 ? word : Term.of(Prim.USHR, word, Term.i32((long) field * bits));
        return Term.of(Prim.LOOKUP, moved, low, high);
    }

    /** The number in lane {@code lane} of field {@code place} of a panel whose words begin at {@code first}. */
    Term number(Access.Memory w, Term first, Term place, Term lane) {
        var word = Term.of(Prim.USHR, place, Term.i32(Integer.numberOfTrailingZeros(fields()))).times(VType.LANES);
        var shift = Term.of(Prim.AND, place, Term.i32(fields() - 1)).times(bits);
        var value = new Term.Load(w.buffer().name(), first.plus(word.plus(lane).wide()), VType.I32, null);
        return Term.of(Prim.AND, Term.of(Prim.USHR, value, shift), Term.i32((1L << bits) - 1));
    }

    /**
     * A field of the words as f32.
     *
     * @param field
     *            counted from the lowest
     * @param panel
     *            subscript of the panel
     * @param zero
     *            what is taken off; null for nothing
     */
    Term field(int field, Term panel, @Nullable Term zero) {
        int place = place(field);
        Term word = Term.ref(WORD, panel);
        Term moved = place == field ? word : Term.of(Prim.USHR, word, Term.i32((field - place) * bits));
        var number = Term.of(Prim.OR, Term.of(Prim.AND, moved, Term.ref("mask" + place)), Term.ref("power" + place));
        var value = new Term.Bits(number, Elem.F32).minus(Term.ref("over" + place));
        return zero == null ? value : value.minus(zero);
    }
}
