package dev.sinter.benchmarks;

/** What a row measures; less is better for all. */
enum Measure {
    /** A warm call. */
    CALL("call", "us"),
    /** A warm call after other code used every kind of memory. */
    POLLUTED("polluted", "us"),
    /** From the start of a process to its first result. */
    FIRST("first", "us"),
    /** From the start of a process to nine tenths of its steady speed. */
    STEADY("steady90", "us"),
    /** Largest resident size of a process. */
    RESIDENT("resident", "bytes");

    private final String label;
    private final String unit;

    Measure(String label, String unit) {
        this.label = label;
        this.unit = unit;
    }

    /**
     * The name in the results.
     *
     * @return a word
     */
    String label() {
        return label;
    }

    /**
     * The unit.
     *
     * @return {@code us} or {@code bytes}
     */
    String unit() {
        return unit;
    }
}
