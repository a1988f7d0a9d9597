package dev.sinter.codegen.plan;

/** Where a tensor's elements lie. */
public sealed interface Place {
    /**
     * In the frame's arena.
     *
     * @param allocation
     *            number of the allocation
     */
    record Arena(int allocation) implements Place {
    }

    /**
     * In an array of the caller: inputs come first, then outputs.
     *
     * @param index
     *            position in the frame's list of arrays
     */
    record Io(int index) implements Place {
    }

    /**
     * In the weight segment.
     *
     * @param byteOffset
     *            of the first element
     */
    record Weight(long byteOffset) implements Place {
    }

    /**
     * String constants, which a form's class reads from the weight segment into an array of its own.
     *
     * @param byteOffset
     *            of the first string's length
     * @param count
     *            number of strings
     */
    record Text(long byteOffset, int count) implements Place {
    }
}
